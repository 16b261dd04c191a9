"""Input spikes go the short way, from a source to its own target, only where that changes nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from models import lif

from dendrify_gpu.gpu import (
    CpuBackend,
    MonitorPlan,
    NetworkPlan,
    PoissonPlan,
    PopulationPlan,
    ProjectionPlan,
    Simulation,
    build_program,
)

DT = 1e-4
SIZES = {"a": 300, "b": 300, "c": 517}
SOURCES = 300


def link(post: str, weight: float, delay: int, **extent: int) -> ProjectionPlan:
    n = extent.pop("n", SOURCES)
    name = f"{post}{weight}{delay}"
    return ProjectionPlan(name, "s", post, ("g",), "one_to_one", n, n, weight, delay, **extent)


def everyone(post: str) -> ProjectionPlan:
    return ProjectionPlan("all", "s", post, ("g",), "all_to_all", SOURCES, SIZES[post], 1e-5, 2)


PROJECTIONS = {
    "none": (),
    "one": (link("a", 0.5, 3),),
    "populations of one size": (link("a", 0.5, 0), link("b", 0.4, 7), link("a", 0.1, 2)),
    "one neuron of one population": (link("c", 0.5, 0), link("c", 0.4, 7), link("c", 0.1, 2)),
    "sums in integers": tuple(link("a", 0.1 + k / 50, k) for k in range(7)),
    "more than are followed": tuple(link("b", 0.01 + k / 500, k) for k in range(9)),
    "neurons beyond the sources": (link("c", 0.5, 1),),
    "targets that are shifted": (link("c", 0.5, 1, first_target=201),),
    "some of the sources": (link("a", 0.5, 1, n=180, first_source=40, first_target=75),),
    "beside other synapses": (link("a", 0.5, 1), everyone("b")),
}


def plan(projections: tuple[ProjectionPlan, ...], precision: int) -> NetworkPlan:
    program = build_program(lif(), DT)
    return NetworkPlan(
        DT,
        precision,
        3,
        tuple(
            PopulationPlan(name, program, n, {"I": np.linspace(0, 9e-3, n)})
            for name, n in SIZES.items()
        ),
        (PoissonPlan("other", 70, 30.0, 2), PoissonPlan("s", SOURCES, 350.0, 7)),
        (),
        projections,
        tuple(MonitorPlan(name, name, ("v", "g"), np.arange(n), 3) for name, n in SIZES.items()),
        tuple(SIZES),
    )


def outcome(network: NetworkPlan, threads: int) -> tuple[object, ...]:
    simulation = Simulation(network, CpuBackend(threads))
    reports = [simulation.run(piece).spikes for piece in (1, 40, 259, 700)]
    spikes = [simulation.spikes.of(*simulation.source_range(name)) for name in SIZES]
    samples = [simulation.samples(name).values.tobytes() for name in SIZES]
    states = [
        simulation.populations[name].state.read()[:, :n].tobytes() for name, n in SIZES.items()
    ]
    return reports, [array.tobytes() for pair in spikes for array in pair], samples, states


@pytest.mark.parametrize("precision", [32, 64])
@pytest.mark.parametrize("which", PROJECTIONS)
def test_unrecorded_sources_do_what_recorded_ones_do(which: str, precision: int) -> None:
    """The spikes of recorded sources are listed for all threads, and delivered like those of neurons."""
    network = plan(PROJECTIONS[which], precision)
    recorded = outcome(replace(network, spikes=None), 1)
    assert recorded[0][-1] > 0.9 * SOURCES * 350 * 0.07
    for threads in (1, 2, 3, 7):
        assert outcome(network, threads) == recorded


@pytest.mark.parametrize("precision", [32, 64])
def test_neurons_and_their_sources_are_advanced_piece_by_piece(precision: int) -> None:
    """More neurons than have their steps before their sources have theirs; targets lie across the pieces."""
    n = 5200
    small = plan((), precision)
    program = small.populations[0].program
    population = PopulationPlan("a", program, n + 100, {"I": np.linspace(0, 9e-3, n + 100)})
    links = tuple(
        link("a", weight, delay, n=n, first_target=77) for weight, delay in ((0.5, 0), (0.3, 9))
    )
    network = replace(
        small,
        populations=(population, *small.populations[1:]),
        poisson=(PoissonPlan("s", n, 350.0, 7), PoissonPlan("other", 70, 30.0, 2)),
        projections=links,
        monitors=(MonitorPlan("a", "a", ("v", "g"), np.arange(0, n, 60), 3),),
        spikes=("a", "b", "c"),
    )

    def found(network: NetworkPlan, threads: int) -> list[bytes]:
        simulation = Simulation(network, CpuBackend(threads))
        for piece in (1, 40, 200):
            simulation.run(piece)
        return [
            simulation.samples("a").values.tobytes(),
            simulation.populations["a"].state.read().tobytes(),
        ]

    recorded = found(replace(network, spikes=None), 1)
    for threads in (1, 2, 3):
        assert found(network, threads) == recorded
