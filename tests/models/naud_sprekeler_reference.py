"""The equations of Naud and Sprekeler (2018), written down once more.

Voltages in mV, time in ms, currents in pA, capacitances in pF, conductances in nS.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp

import numpy as np


def simulate(
    soma_current: Callable[[int], float],
    dendrite_current: Callable[[int], float],
    steps: int,
    dt: float = 0.1,
) -> tuple[list[int], np.ndarray]:
    """Step forward with Euler's method; return the steps of the spikes and (V_s, V_d) in mV."""
    v_s, v_d, w_s, w_d = -70.0, -70.0, 0.0, 0.0
    spikes: list[int] = []
    trace = []
    for k in range(steps):
        trace.append((v_s, v_d))
        f = 1 / (1 + exp(-(v_d + 38) / 6))
        since = k - spikes[-1] if spikes else None
        pulse = since is not None and round(0.5 / dt) <= since < round(2.5 / dt)
        refractory = since is not None and since < round(3 / dt)
        dv_s = -(v_s + 70) / 16 + (1300 * f + soma_current(k) - w_s) / 370
        dv_d = -(v_d + 70) / 7 + (1200 * f + 2600 * pulse + dendrite_current(k) - w_d) / 170
        dw_d = (13 * (v_d + 70) - w_d) / 30
        w_s += dt * -w_s / 100
        if not refractory:
            v_s += dt * dv_s
        v_d, w_d = v_d + dt * dv_d, w_d + dt * dw_d
        if v_s > -50 and not refractory:
            spikes.append(k)
            v_s, w_s = -70.0, w_s + 200
    return spikes, np.array(trace)
