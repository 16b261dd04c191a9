"""Ten networks that every backend, machine, number of threads and length of windows must run to the same bits.

``python tests/shared/standard_networks.py --write`` computes their hashes anew, for a change that is meant to change
results; without the option it compares. What the networks compute is checked against Brian2 elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import numpy as np
from brian2.units import Hz, cm, ms, msiemens, mV, nA, nS, pA, pF, ufarad, um

import dendrify_gpu as dg
from dendrify_gpu.gpu import Backend, CpuBackend, NetworkPlan, Simulation
from dendrify_gpu.gpu.engine.schedule import LONGEST_WINDOW
from dendrify_gpu.models import CA1_INPUT_RATES, CA1_SPIKING, ca1_pyramidal, dendrify_active

__all__ = ["HASHES", "NETWORKS", "outcome_hash", "stored_hashes"]

HASHES = Path(__file__).with_name("hashes.json")
STEPS = 600

Precision = Literal["float32", "float64"]
Builder = Callable[[dg.Network], None]


def cuba(net: dg.Network) -> None:
    """Vogels & Abbott's current-based network, integrated exactly; all synapses have one delay."""
    cells = net.population(
        """
        dv/dt = (ge + gi - (v + 49*mV)) / (20*ms) : volt (unless refractory)
        dge/dt = -ge / (5*ms) : volt
        dgi/dt = -gi / (10*ms) : volt
        """,
        500,
        threshold="v > -50*mV",
        reset="v = -60*mV",
        refractory=5 * ms,
        method="exact",
        name="cells",
    )
    cells.v = dg.uniform(-60 * mV, -48 * mV)
    net.connect(cells[:400], cells, "ge", probability=0.05, weight=1.62 * mV, delay=1.2 * ms)
    net.connect(cells[400:], cells, "gi", probability=0.05, weight=-9 * mV, delay=0.8 * ms)


def coba(net: dg.Network) -> None:
    """Conductances, and delays and weights that all differ."""
    cells = net.population(
        """
        dv/dt = (-(v + 60*mV) + ge*(-v) + gi*(-80*mV - v) + drive) / (20*ms) : volt (unless refractory)
        dge/dt = -ge / (5*ms) : 1
        dgi/dt = -gi / (10*ms) : 1
        drive : volt
        """,
        600,
        threshold="v > -50*mV",
        reset="v = -60*mV",
        refractory=5 * ms,
        name="cells",
    )
    cells.drive = dg.uniform(5 * mV, 20 * mV)
    cells.v = dg.normal(-58 * mV, 4 * mV)
    delay = dg.uniform(0.3 * ms, 9 * ms)
    weight = dg.normal(0.3, 0.1, low=0)
    net.connect(cells[:480], cells, "ge", probability=0.05, weight=weight, delay=delay)
    net.connect(cells[480:], cells, "gi", probability=0.05, weight=2.0, delay=delay)


def cobahh(net: dg.Network) -> None:
    """Hodgkin-Huxley cells with conductances."""
    cells = net.population(
        """
        dv/dt = (gl*(-60*mV - v) + ge*(-v) + gi*(-80*mV - v) - gNa*m**3*h*(v - 50*mV)
                 - gKd*n**4*(v + 90*mV)) / Cm : volt
        dm/dt = 0.32*4/exprel((13*mV - v - 63*mV)/(4*mV))/ms*(1 - m)
                - 0.28*5/exprel((v + 63*mV - 40*mV)/(5*mV))/ms*m : 1
        dn/dt = 0.032*5/exprel((15*mV - v - 63*mV)/(5*mV))/ms*(1 - n)
                - 0.5*exp((10*mV - v - 63*mV)/(40*mV))/ms*n : 1
        dh/dt = 0.128*exp((17*mV - v - 63*mV)/(18*mV))/ms*(1 - h)
                - 4/(1 + exp((40*mV - v - 63*mV)/(5*mV)))/ms*h : 1
        dge/dt = -ge / (5*ms) : siemens
        dgi/dt = -gi / (10*ms) : siemens
        """,
        300,
        namespace={
            "Cm": 200 * pF,
            "gl": 10 * nS,
            "gNa": 20000 * nS,
            "gKd": 6000 * nS,
        },
        threshold="v > -20*mV",
        refractory=3 * ms,
        method="exponential_euler",
        name="cells",
    )
    cells.v = dg.uniform(-70 * mV, -50 * mV)
    cells.ge = dg.uniform(10 * nS, 40 * nS)
    net.connect(cells[:240], cells, "ge", in_degree=20, weight=6 * nS)
    net.connect(cells[240:], cells, "gi", in_degree=5, weight=67 * nS)


def dendrify(net: dg.Network) -> None:
    """Dendrify's benchmark: four compartments, dendritic spikes, Poisson input, recurrent synapses."""
    spiking = {"threshold": "V_soma > -50*mV", "reset": "V_soma = -60*mV", "refractory": 4 * ms}
    cells = net.population(dendrify_active(), 400, name="cells", **spiking)
    for receptor in cells.receptors:
        source = net.poisson(400, rate=300 * Hz)
        net.connect(source, cells, receptor, one_to_one=True)
        net.connect(cells, cells, receptor, in_degree=20, weight=0.1, delay=1 * ms)


def ca1(net: dg.Network) -> None:
    """Pyramidal cells of CA1 with their three pathways."""
    cells = net.population(ca1_pyramidal(), 150, name="cells", **CA1_SPIKING)
    for receptor, rate in CA1_INPUT_RATES.items():
        targets = (f"AMPA_{receptor}", f"NMDA_{receptor}")
        source = net.poisson(60, rate=3 * rate)
        net.connect(source, cells, targets, probability=0.3, delay=dg.uniform(0 * ms, 4 * ms))
    net.connect(cells, cells, "AMPA_validation_prox", in_degree=10, weight=0.3, delay=1.5 * ms)


def noise(net: dg.Network) -> None:
    """Additive and multiplicative noise, random thresholds and resets."""
    net.population(
        """
        dv/dt = (1.1 - v)/(10*ms) + 0.3*xi_1*(5*ms)**-0.5 : 1 (unless refractory)
        dw/dt = -w/(30*ms) + 0.2*w*xi_2*(10*ms)**-0.5 : 1
        """,
        500,
        threshold="v > 1 + 0.1*rand()",
        reset="v = 0.2*randn(); w += 0.1*poisson(1.5); w += 0.001*poisson(40*w)",
        refractory=2 * ms,
        method="heun",
        name="heun",
    ).w = 1.0
    net.population(
        "dx/dt = (1 - x)*x/(5*ms) + 0.1*x*xi*ms**-0.5 : 1", 333, method="milstein", name="milstein"
    ).x = dg.uniform(0.1, 1.5)


def adaptive(net: dg.Network) -> None:
    """Three populations of one adaptive model, wired one to one and all to all."""
    groups = []
    for number, (tau, step) in enumerate([(144, 4), (60, 2), (20, 1)]):
        cells = net.population(
            """
            dv/dt = (30*nS*(-70.6*mV - v) + 30*nS*(2*mV)*exp((v + 50.4*mV)/(2*mV)) + drive + g - w)
                    / (281*pF) : volt
            dw/dt = (4*nS*(v + 70.6*mV) - w) / tau_w : amp
            dg/dt = -g / (3*ms) : amp
            drive : amp
            """,
            120,
            namespace={"tau_w": tau * ms, "b": step * 20 * pA},
            threshold="v > -40*mV",
            reset="v = -70.6*mV; w += b",
            refractory=1 * ms,
            method="rk2",
            name=f"cells_{number}",
        )
        cells.v = -70 * mV
        cells.drive = dg.uniform(0.7 * nA, 1.2 * nA)
        groups.append(cells)
    net.connect(groups[0], groups[1], "g", one_to_one=True, weight=0.3 * nA, delay=2 * ms)
    net.connect(groups[1][:40], groups[2], "g", all_to_all=True, weight=9 * pA, delay=1.4 * ms)
    net.connect(groups[2], groups[0][10:50], "g", all_to_all=True, weight=-4 * pA, delay=3 * ms)
    for cells in groups[:2]:
        net.record(cells[::7], ["w", "v"], every=0.7 * ms)


def events(net: dg.Network) -> None:
    """Custom events, second resets, conditions that keep neurons refractory, given spikes."""
    cells = net.population(
        """
        dv/dt = (drive - v) / tau : volt (unless refractory)
        du/dt = -u / tau : 1
        drive : volt
        fired : 1
        """,
        190,
        namespace={"tau": 10 * ms},
        threshold="v > 10*mV",
        reset="v = 0*mV",
        refractory=3 * ms,
        second_reset="v = -3*mV",
        spike_width=1 * ms,
        events={"high": "u > 2"},
        event_actions={"high": "fired += 1; u = 0"},
        name="cells",
    )
    cells.drive = dg.uniform(9 * mV, 13 * mV)
    others = net.population(
        "dv/dt = (12*mV - v) / tau : volt\nds/dt = -s / tau : volt",
        77,
        namespace={"tau": 10 * ms},
        threshold="v > 10*mV",
        reset="v = -5*mV",
        refractory="v < 0*mV",
        name="others",
    )
    others.v = dg.uniform(0 * mV, 9 * mV)
    given = net.spike_generator(3, [0, 1, 2, 0], [1, 17.3, 17.4, 33] * ms)
    inputs = net.poisson(60, rate=np.linspace(0, 200, 60) * Hz)
    net.connect(given, cells, "v", weight=2 * mV, delay=3 * ms)
    net.connect(inputs, cells, "u", probability=0.2, weight=0.3, delay=2.5 * ms)
    net.connect(others[5:], cells[10:30], "v", weight=0.2 * mV, delay=5 * ms)
    net.connect(cells, others, "s", in_degree=9, weight=1 * mV, delay=dg.uniform(0 * ms, 4 * ms))


def _cable(compartments: int) -> tuple[str, dict[str, Any]]:
    rest = "-65*mV"
    lines = []
    for k in range(compartments):
        axial = [
            f"axial*(V{other} - V{k})" for other in (k - 1, k + 1) if 0 <= other < compartments
        ]
        current = " + ".join([f"leak*({rest} - V{k})", *axial, *(["g*(-V0)"] if k == 0 else [])])
        lines.append(f"dV{k}/dt = ({current}) / capacity : volt")
    lines.append("dg/dt = -g / (4*ms) : siemens")
    area = 300 * um**2
    namespace = {
        "leak": 0.1 * msiemens / cm**2 * area,
        "axial": 40 * nS,
        "capacity": 1 * ufarad / cm**2 * area,
    }
    return "\n".join(lines), namespace


def implicit(net: dg.Network) -> None:
    """Cables whose compartments are coupled too strongly for explicit methods."""
    equations, namespace = _cable(7)
    cells = net.population(
        equations,
        200,
        namespace=namespace,
        threshold="V6 > -58*mV",
        reset="V0 = -65*mV",
        refractory=2 * ms,
        method="crank_nicolson",
        name="cells",
    )
    for k in range(7):
        setattr(cells, f"V{k}", -65 * mV)
    source = net.poisson(100, rate=100 * Hz)
    net.connect(
        source, cells, "g", probability=0.1, weight=1 * nS, delay=dg.uniform(0 * ms, 2 * ms)
    )
    net.connect(cells, cells, "g", in_degree=10, weight=0.5 * nS, delay=2 * ms)


def large(net: dg.Network) -> None:
    """A cable that does not fit in registers and runs in parts."""
    equations, namespace = _cable(40)
    cells = net.population(
        equations, 60, namespace=namespace, threshold="V20 > -64*mV", refractory=5 * ms, method="implicit",
        name="cells",
    )  # fmt: skip
    for k in range(40):
        setattr(cells, f"V{k}", -65 * mV)
    source = net.poisson(50, rate=200 * Hz)
    net.connect(source, cells, "g", probability=0.2, weight=20 * nS)
    net.record(cells[:10], ["V0", "V39"], every=1 * ms)


NETWORKS: dict[str, Builder] = {
    builder.__name__: builder
    for builder in (cuba, coba, cobahh, dendrify, ca1, noise, adaptive, events, implicit, large)
}


def plan_of(name: str, precision: Precision) -> NetworkPlan:
    """Return one of the networks as plain data."""
    net = dg.Network(dt=0.1 * ms, precision=precision, seed=2026, backend="cpu")
    NETWORKS[name](net)
    for population in net.populations:
        if population.program.threshold is not None:
            net.record_spikes(population)
    return net.plan()


def outcome_hash(plan: NetworkPlan, backend: Backend, longest_window: int = LONGEST_WINDOW) -> str:
    """Run a network and return the SHA-256 of its spikes, its samples and its final states."""
    simulation = Simulation(plan, backend, longest_window)
    simulation.run(STEPS)
    digest = hashlib.sha256()
    spiking = [
        population.name
        for population in plan.populations
        if population.program.threshold is not None
    ]
    for name in spiking:
        for values in simulation.spikes.of(*simulation.source_range(name)):
            digest.update(values.astype("<i8").tobytes())
    for monitor in plan.monitors:
        digest.update(simulation.samples(monitor.name).values.tobytes())
    for memory in simulation.populations.values():
        rows = memory.state.read()[: len(memory.program.states), : memory.n]
        digest.update(np.ascontiguousarray(rows).tobytes())
    # A network in which nothing happens would agree with anything.
    assert len(simulation.spikes) > 100, f"{len(simulation.spikes)} spikes"
    return digest.hexdigest()


def stored_hashes() -> dict[str, dict[str, str]]:
    """Return the stored hashes by network and precision."""
    found: dict[str, dict[str, str]] = json.loads(HASHES.read_text())
    return found


def main() -> None:
    """Compute all hashes; write or compare them."""
    backend = CpuBackend()
    found = {
        name: {
            precision: outcome_hash(plan_of(name, precision), backend)
            for precision in ("float32", "float64")
        }
        for name in NETWORKS
    }
    if "--write" in sys.argv:
        HASHES.write_text(json.dumps(found, indent=2) + "\n")
        return
    different = [name for name in NETWORKS if found[name] != stored_hashes().get(name)]
    print("different: " + ", ".join(different) if different else "all as stored")


if __name__ == "__main__":
    main()
