"""Receptors by name, as `Compartment.synapse` makes them."""

from __future__ import annotations

from typing import Any

from brian2.units import ms

from ..errors import CompartmentError, MissingParameterError, UnknownNameError, known_names
from ..mechanism import Place
from ..quantities import CONDUCTANCE, check_quantity, check_tag
from .base import Receptor, ReceptorModel
from .gaba_b import GABA_B
from .ionotropic import AMPA, GABA, GABA_A, NMDA, Ionotropic, check_ionotropic
from .site import Site

__all__ = ["make_receptor", "receptor_template"]

_IONOTROPIC: dict[str, type[Ionotropic]] = {
    "AMPA": AMPA,
    "NMDA": NMDA,
    "GABA": GABA,
    "GABA_A": GABA_A,
}
_NAMES = (*_IONOTROPIC, "GABA_B")


def make_receptor(
    place: Place,
    channel: Any,
    tag: Any,
    g: Any = None,
    t_rise: Any = None,
    t_decay: Any = None,
    scale_g: bool = False,
) -> Receptor:
    """Check the arguments of `Compartment.synapse` and return the receptor.

    Raises
    ------
    UnknownNameError
        If there is no such channel.
    InvalidNameError
        If the tag cannot be part of a variable name.
    UnitsError
        If a quantity has the wrong dimension or sign.
    MissingParameterError
        If a rise time is given without a decay time, a scaled conductance without a conductance, or
        a GABA-B receptor without one.
    CompartmentError
        If time constants are given to a GABA-B receptor, which has its own.
    """
    if not isinstance(channel, str) or channel not in _NAMES:
        raise UnknownNameError(
            f"{place.owner}: there is no receptor {channel!r}. {known_names(str(channel), _NAMES)}"
        )
    check_tag(f"receptor ({channel} on {place.owner})", tag)
    owner = f"{place.owner}, {channel} receptor with tag {tag!r}"
    model: ReceptorModel
    if channel in _IONOTROPIC:
        check_ionotropic(owner, g, t_rise, t_decay, scale_g)
        model = _IONOTROPIC[channel](
            tag, g=g, t_rise=t_rise, t_decay=t_decay, scale_g=bool(scale_g)
        )
    else:
        _check_gaba_b(owner, g, t_rise, t_decay)
        model = GABA_B(tag, g=g, scale_g=bool(scale_g))
    return model.placed_in(place)


def _check_gaba_b(owner: str, g: Any, t_rise: Any, t_decay: Any) -> None:
    for argument, value in (("t_rise", t_rise), ("t_decay", t_decay)):
        if value is not None:
            raise CompartmentError(
                f"{owner}: {argument} = {value} does not apply, its course follows from a second "
                "messenger. Leave it out; add(receptors.GABA_B(...)) takes the constants of the cascade."
            )
    if g is None:
        raise MissingParameterError(f"{owner}: g is not given. Give it, for example g=1*nS.")
    check_quantity(owner, "g", g, CONDUCTANCE, "non-negative")


def receptor_template(channel: str, rises: bool) -> str:
    """Return the equations of an ionotropic receptor, with ``{0}`` for the compartment and ``{1}`` for the tag.

    Parameters
    ----------
    channel : {'AMPA', 'NMDA', 'GABA', 'GABA_A'}
        The receptor.
    rises : bool
        Whether it has a rise time.

    Returns
    -------
    str
        A template for ``str.format``.

    Examples
    --------
    >>> receptor_template('AMPA', rises=False).format('dend', 'x').splitlines()[1]
    'ds_AMPA_x_dend/dt = -s_AMPA_x_dend / t_AMPA_decay_x_dend  :1'
    """
    model = _IONOTROPIC[channel]("tag", t_rise=1 * ms if rises else None, t_decay=1 * ms)
    return model.text(Site(channel, "{1}", "{0}"))
