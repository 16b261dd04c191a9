"""Every receptor on the core and in Brian2: the same text, the same states."""

from __future__ import annotations

import numpy as np
import pytest
from brian2.units import Hz, ms, mV, nS, pA, pF, volt

import dendrify_gpu as dg
from dendrify_gpu.compartments import Dendrite, NeuronModel, Soma
from dendrify_gpu.compartments.receptors import (
    AMPA,
    GABA_A,
    GABA_B,
    NMDA,
    Alpha,
    CurrentBased,
    Custom,
    DualExponential,
    ReceptorModel,
    TsodyksMarkram,
)

DEPRESSING = TsodyksMarkram(U=0.4, tau_rec=150 * ms)
FACILITATING = TsodyksMarkram(U=0.1, tau_rec=100 * ms, tau_facil=200 * ms)
CUSTOM = Custom(
    "in",
    name="kinetic",
    equations="""
    I = g*(E - v)*o  :amp
    do/dt = alpha*s*(1 - o) - o/tau  :1
    ds/dt = -s/(1*ms)  :1
    """,
    parameters={"g": 2 * nS, "E": "E_AMPA", "alpha": 0.9 / ms, "tau": 5 * ms},
    plasticity=FACILITATING,
)
ON_SOMA: tuple[ReceptorModel, ...] = (
    GABA_A("in", g=2 * nS, t_rise=1 * ms, t_decay=8 * ms, scale_g=True, plasticity=DEPRESSING),
    GABA_B("in", g=20 * nS),
    CurrentBased("fast", amplitude=40 * pA, t_decay=3 * ms),
    CurrentBased("slow", amplitude=20 * pA, t_rise=4 * ms, t_decay=4 * ms, plasticity=DEPRESSING),
    CUSTOM,
)
ON_DENDRITE: tuple[ReceptorModel, ...] = (
    AMPA("in", g=1 * nS, t_decay=2 * ms, plasticity=FACILITATING),
    NMDA("in", g=1 * nS, t_rise=2 * ms, t_decay=60 * ms, scale_g=True),
    Alpha("in", g=1 * nS, t_peak=3 * ms, reversal="E_AMPA"),
    DualExponential("in", g=1 * nS, t_rise=1 * ms, t_decay=6 * ms, reversal="E_GABA"),
    DualExponential("even", g=1 * nS, t_rise=2 * ms, t_decay=2 * ms, reversal=0 * mV),
)


def network(method: str, precision: str = "float64") -> dg.Network:
    """Ten cells of all receptors, driven by noise and by each other."""
    soma = Soma("soma", cm_abs=100 * pF, gl_abs=5 * nS, v_rest=-65 * mV)
    dend = Dendrite("dend", cm_abs=60 * pF, gl_abs=3 * nS, v_rest=-65 * mV)
    for part, models in ((soma, ON_SOMA), (dend, ON_DENDRITE)):
        for model in models:
            part.add(model)
    cell = NeuronModel([(soma, dend, 10 * nS)])
    net = dg.Network(dt=0.1 * ms, seed=4, precision=precision, backend="cpu")
    cells = net.population(
        cell,
        10,
        name="cells",
        method=method,
        threshold="V_soma > -45*mV",
        reset="V_soma = -65*mV",
        refractory=2 * ms,
    )
    noise = net.poisson(10, rate=80 * Hz)
    for number, receptor in enumerate(cell.receptors):
        delay = (0.2 * number + 0.1) * ms
        net.connect(noise, cells, receptor, probability=0.5, weight=1 + 0.2 * number, delay=delay)
    net.connect(cells, cells, "AMPA_in_dend", probability=0.3, delay=1.5 * ms)
    return net


@pytest.mark.parametrize("method", ["euler", "exponential_euler"])
def test_states_and_spikes_agree(method: str) -> None:
    net = network(method)
    (cells,) = net.populations
    states = [
        name for name in cells.variables if name.split("_")[0] in "V s x u R G bound o".split()
    ]
    assert len(states) == 27
    report = net.cross_validate(200 * ms, variables=states)
    assert report.agrees, str(report)
    assert report.spikes[0].theirs > 10
    assert all(item.scale > 0 for item in report.traces)
    voltages = [item for item in report.traces if item.variable.startswith("V_")]
    assert all(item.deviation < float(1e-9 * volt) for item in voltages)


def test_single_precision_follows_double_precision() -> None:
    """The G-protein to the fourth power, in SI units, stays far from the smallest numbers."""
    found = []
    for precision in ("float64", "float32"):
        net = network("euler", precision)
        cells = net.populations[0]
        traces = net.record(cells, ["G_GABA_B_in_soma", "R_GABA_A_in_soma", "open_GABA_B_in_soma"])
        net.run(150 * ms, progress=False)
        found.append({name: np.asarray(getattr(traces, name)) for name in traces.variables})
    for name, exact in found[0].items():
        assert exact.max() > 0
        assert found[1][name] == pytest.approx(exact, rel=1e-3, abs=1e-3 * exact.max())
