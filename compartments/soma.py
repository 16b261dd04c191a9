"""The cell body: `Soma`."""

from __future__ import annotations

from brian2.units import Quantity

from .compartment import Compartment

__all__ = ["Soma"]


class Soma(Compartment):
    """The cell body: a `Compartment` whose membrane is ``'leakyIF'`` unless told otherwise.

    A `NeuronModel`'s ``spine_factor`` does not apply to it. The parameters are those of
    `Compartment`.

    Examples
    --------
    >>> from brian2.units import nS, pF, mV
    >>> soma = Soma('soma', model='adaptiveIF', cm_abs=200*pF, gl_abs=10*nS, v_rest=-65*mV)
    >>> soma
    Soma('soma', model='adaptiveIF')
    """

    _is_soma = True

    def __init__(
        self,
        name: str,
        model: str = "leakyIF",
        length: Quantity | None = None,
        diameter: Quantity | None = None,
        cm: Quantity | None = None,
        gl: Quantity | None = None,
        cm_abs: Quantity | None = None,
        gl_abs: Quantity | None = None,
        r_axial: Quantity | None = None,
        v_rest: Quantity | None = None,
        scale_factor: float = 1.0,
        spine_factor: float = 1.0,
    ) -> None:
        super().__init__(
            name,
            model,
            length,
            diameter,
            cm,
            gl,
            cm_abs,
            gl_abs,
            r_axial,
            v_rest,
            scale_factor,
            spine_factor,
        )
