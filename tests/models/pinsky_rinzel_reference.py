"""The equations of Pinsky and Rinzel (1994), written down once more, in the units of the paper.

Voltages in mV (rest at -60), time in ms, currents in uA/cm2, calcium in the paper's own unit.
"""

from __future__ import annotations

from math import exp, expm1

import numpy as np

#: Order of the state.
NAMES = ("Vs", "Vd", "Ca", "h", "n", "s", "c", "q")


def linoid(x: float) -> float:
    """x / (exp(x) - 1)."""
    return 1.0 if abs(x) < 1e-9 else x / expm1(x)


def derivative(
    state: np.ndarray, i_s: float = 0.75, i_d: float = 0.0, gc: float = 2.1, p: float = 0.5
) -> np.ndarray:
    vs, vd, ca, h, n, s, c, q = (float(value) for value in state)
    alpha_m, beta_m = 1.28 * linoid((-46.9 - vs) / 4), 1.4 * linoid((vs + 19.9) / 5)
    m = alpha_m / (alpha_m + beta_m)
    alpha_h, beta_h = 0.128 * exp((-43 - vs) / 18), 4 / (1 + exp((-20 - vs) / 5))
    alpha_n, beta_n = 0.08 * linoid((-24.9 - vs) / 5), 0.25 * exp(-1 - 0.025 * vs)
    alpha_s, beta_s = 1.6 / (1 + exp(-0.072 * (vd - 5))), 0.1 * linoid((vd + 8.9) / 5)
    fall = 2 * exp((-53.5 - vd) / 27)
    alpha_c = exp((vd + 50) / 11 - (vd + 53.5) / 27) / 18.975 if vd < -10 else fall
    alpha_q, beta_q = min(0.00002 * ca, 0.01), 0.001
    i_ca = 10 * s**2 * (vd - 80)
    i_na, i_k = 30 * m**2 * h * (vs - 60), 15 * n * (vs + 75)
    i_ahp, i_c = 0.8 * q * (vd + 75), 15 * c * min(ca / 250, 1) * (vd + 75)
    return np.array(
        [
            (-0.1 * (vs + 60) - i_na - i_k + gc / p * (vd - vs) + i_s / p) / 3,
            (-0.1 * (vd + 60) - i_ca - i_ahp - i_c + gc / (1 - p) * (vs - vd) + i_d / (1 - p)) / 3,
            -0.13 * i_ca - 0.075 * ca,
            alpha_h * (1 - h) - beta_h * h,
            alpha_n * (1 - n) - beta_n * n,
            alpha_s * (1 - s) - beta_s * s,
            alpha_c - fall * c,
            alpha_q * (1 - q) - beta_q * q,
        ]
    )


def integrate(start: np.ndarray, steps: int, dt: float) -> np.ndarray:
    """Integrate with Runge-Kutta's method of fourth order; return all states."""
    states = [np.asarray(start, dtype=float)]
    for _ in range(steps):
        y = states[-1]
        k1 = derivative(y)
        k2 = derivative(y + dt / 2 * k1)
        k3 = derivative(y + dt / 2 * k2)
        k4 = derivative(y + dt * k3)
        states.append(y + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4))
    return np.array(states)
