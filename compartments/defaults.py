"""Parameters that every model has unless it sets them itself."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from .dspikes import REVERSAL_DEFAULTS
from .errors import UnitsError
from .quantities import check_name, is_value, same_dimensions
from .receptors import RECEPTOR_DEFAULTS

__all__ = ["ORIGINAL_DEFAULTS", "default_params", "update_default_params"]

#: The defaults as the library has them.
ORIGINAL_DEFAULTS: Mapping[str, Any] = MappingProxyType({**RECEPTOR_DEFAULTS, **REVERSAL_DEFAULTS})

_defaults: dict[str, Any] = dict(ORIGINAL_DEFAULTS)


def default_params() -> dict[str, Any]:
    """Return the parameters that every model has unless it sets them itself.

    Returns
    -------
    dict
        Name to value: reversal potentials (volt) and the constants of the NMDA magnesium block (no
        unit). It is a copy; change the defaults with `update_default_params`.

    Examples
    --------
    >>> default_params()['E_GABA']
    -80. * mvolt
    """
    return dict(_defaults)


def update_default_params(params: Mapping[str, Any]) -> None:
    """Change or add default parameters, for every model of this Python session.

    Parameters
    ----------
    params : mapping
        Name to value.

    Raises
    ------
    InvalidNameError
        If a name cannot be used in equations.
    UnitsError
        If a value is no number or quantity, or has other units than the known one. Nothing is
        changed then.

    Examples
    --------
    >>> from brian2.units import mV
    >>> update_default_params({'E_Cl': -70*mV})
    >>> default_params()['E_Cl']
    -70. * mvolt
    >>> _ = _defaults.pop('E_Cl')
    """
    for name, value in params.items():
        check_name("default parameter", name)
        if not is_value(value):
            raise UnitsError(
                f"update_default_params: {name} = {value!r} is not a value. "
                "Give a number or a quantity such as -80*mV."
            )
        if name in _defaults:
            known = _defaults[name]
            if not same_dimensions(value, known):
                raise UnitsError(
                    f"update_default_params: {name} = {value} has other units than the value it "
                    f"replaces, {known}. Give it in the units of {known!r}."
                )
    _defaults.update(params)
