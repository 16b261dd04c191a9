"""Models that several tests use."""

from __future__ import annotations

from brian2.units import ms, mV, nS, pA, pF

from dendrify_gpu.gpu import Model

ACTIVE = """
dV/dt = (gL*(EL - V) + I) / C : volt
I = I_ext + I_rise + I_nmda : amp
I_ext : amp
I_rise = g_rise*(E_rise - V) : amp
g_rise = g_rise_max*int(t_in_timesteps <= spiketime + duration)*gate : siemens
I_nmda = g_nmda*(0*mV - V)*s/(1 + Mg*exp(-alpha*(V/mV + gamma))/beta) : amp
ds/dt = -s/tau : 1
spiketime : 1
gate : 1
"""


def active(**changes: object) -> Model:
    """A cell with a dendritic spike, an NMDA receptor, refractoriness and a second reset."""
    namespace = {
        "gL": 1 * nS,
        "EL": -65 * mV,
        "C": 20 * pF,
        "E_rise": 50 * mV,
        "g_rise_max": 10 * nS,
        "duration": 12,
        "g_nmda": 8 * nS,
        "Mg": 1.0,
        "alpha": 0.062,
        "gamma": 0.0,
        "beta": 3.57,
        "tau": 5 * ms,
        "Vt": -42 * mV,
        "Vth": -47 * mV,
    }
    arguments: dict[str, object] = {
        "namespace": namespace,
        "threshold": "V > Vth",
        "reset": "V = 37*mV",
        "second_reset": "V = -53*mV",
        "spike_width": 0.8 * ms,
        "refractory": 4 * ms,
        "events": {"spike_Na": "V >= Vt and t_in_timesteps >= spiketime + 40*gate"},
        "event_actions": {"spike_Na": "spiketime = t_in_timesteps; gate = 1"},
        "name": "active",
    }
    arguments.update(changes)
    return Model(ACTIVE, **arguments)


def lif(**changes: object) -> Model:
    """A leaky integrate-and-fire cell with an input current and a synaptic variable."""
    arguments: dict[str, object] = {
        "namespace": {"tau": 10 * ms, "R": 100e6 * mV / pA * 1e-9, "tau_s": 5 * ms},
        "threshold": "v > 10*mV",
        "reset": "v = 0*mV",
        "name": "lif",
    }
    arguments.update(changes)
    equations = """
    dv/dt = (I - v)/tau : volt
    dg/dt = -g/tau_s : 1
    I : volt
    """
    return Model(equations, **arguments)
