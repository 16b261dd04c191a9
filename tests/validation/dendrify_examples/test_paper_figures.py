"""Figures 3 and 4 of Pagkalos, Chavlis & Poirazi (2023), Nature Communications 14:131, as numbers."""

from __future__ import annotations

import numpy as np
import paper_cells as cells
import pytest
from example_engines import Result, assert_same

ENGINES = pytest.mark.parametrize("engine", ["brian2", "core"])


def peaks(result: Result, variable: str, rest: float) -> np.ndarray:
    """Largest depolarisation of each neuron in mV."""
    return (result.traces[variable].max(axis=1) - rest) * 1e3


# ---------------------------------------------------------------- figure 3: four compartments


@ENGINES
def test_a_short_current_starts_a_dendritic_spike_where_it_enters(engine: str) -> None:
    result = cells.initiation(engine)
    sites = ("dist", "prox", "trunk")
    for neuron, site in enumerate(sites):
        started = [bool(result.traces[f"gate_Na_{name}"][neuron].any()) for name in sites]
        assert started == [name == site for name in sites]
    local = [result.traces[f"V_{site}"][k].max() * 1e3 for k, site in enumerate(sites)]
    assert local == pytest.approx([-15.238, -15.278, -15.236], abs=0.0005)
    # The further away, the less of it reaches the soma, which does not spike.
    somatic = result.traces["V_soma"].max(axis=1) * 1e3
    assert somatic == pytest.approx([-66.039, -59.092, -45.718], abs=0.0005)
    assert result.count == 0


@pytest.mark.parametrize(
    ("site", "synapses", "before", "after"), [("dist", 7, 31.43, 52.30), ("prox", 19, 34.37, 53.03)]
)
def test_a_synapse_more_makes_the_response_jump(
    site: str, synapses: int, before: float, after: float
) -> None:
    response = peaks(cells.input_output("brian2", site, "as published"), f"V_{site}", -0.07)
    assert response[synapses - 2] == pytest.approx(before, abs=0.005)
    assert response[synapses - 1] == pytest.approx(after, abs=0.005)
    assert np.argmax(np.diff(response)) == synapses - 2


@ENGINES
@pytest.mark.parametrize(("site", "synapses", "jump"), [("dist", 7, 54.823), ("prox", 19, 55.288)])
def test_spikes_that_count_steps_jump_at_the_same_synapse(
    engine: str, site: str, synapses: int, jump: float
) -> None:
    """The outward conductance begins one step later than rounding had it in the paper."""
    counted = peaks(cells.input_output(engine, site, "counted"), f"V_{site}", -0.07)
    off = peaks(cells.input_output(engine, site, "off"), f"V_{site}", -0.07)
    below = slice(0, synapses - 1)
    assert counted[below] == pytest.approx(off[below], abs=1e-9)
    assert counted[synapses - 1] == pytest.approx(jump, abs=0.0005)
    assert np.all(counted[synapses - 1 :] - off[synapses - 1 :] > 5)


@ENGINES
def test_without_dendritic_spikes_there_is_no_jump(engine: str) -> None:
    response = peaks(cells.input_output(engine, "dist", "off"), "V_dist", -0.07)
    assert response[6] == pytest.approx(35.48, abs=0.005)
    assert np.all(np.diff(response) < 7)
    assert np.all(np.diff(response, 2) < 0)


def test_action_potentials_travel_back_as_published() -> None:
    result = cells.somatic_current("brian2", "as published")
    assert result.steps.tolist() == [975, 1317, 1659, 2001, 2343, 2685, 3021]
    heights = {"trunk": -8.792, "prox": -10.524, "dist": -35.342}
    for name, height in heights.items():
        assert result.traces[f"V_{name}"].max() * 1e3 == pytest.approx(height, abs=0.0005), name


@ENGINES
def test_with_counted_steps_all_action_potentials_are_evenly_apart(engine: str) -> None:
    """They are those of the paper up to the last, where rounding let an outward current begin early."""
    result = cells.somatic_current(engine, "counted")
    assert result.steps.tolist() == [975 + 342 * k for k in range(7)]


@pytest.mark.parametrize(
    "experiment",
    [
        ("initiation",),
        ("input_output", "dist", "counted"),
        ("input_output", "prox", "counted"),
        ("input_output", "dist", "off"),
        ("somatic_current", "counted"),
        ("one_synapse_each",),
        ("oblique_input",),
    ],
)
def test_brian2_and_the_core_agree(experiment: tuple[str, ...]) -> None:
    name, *arguments = experiment
    theirs, mine = (getattr(cells, name)(engine, *arguments) for engine in ("brian2", "core"))
    assert_same(mine, theirs)


# -------------------------------------------------------- figure 4: nine compartments of CA1


def check_somatic_steps(result: Result) -> None:
    """Spikes against current, and how much of a somatic step reaches the dendrites."""
    # -350 and -10 pA, then 100 to 350 pA in steps of 50 pA.
    assert result.counts(8) == [0, 0, 0, 1, 10, 13, 17, 20]
    depth = np.array([0.065 + result.traces[name][1].min() for name in cells.APICAL])
    assert depth / depth[0] == pytest.approx([1, 0.8485, 0.7078, 0.6073], abs=5e-5)


def test_spikes_against_current_and_attenuation() -> None:
    check_somatic_steps(cells.somatic_steps("core"))


@pytest.mark.slow
def test_spikes_against_current_and_attenuation_in_brian2() -> None:
    theirs = cells.somatic_steps("brian2")
    check_somatic_steps(theirs)
    assert_same(cells.somatic_steps("core"), theirs)


def test_action_potentials_invade_the_apical_tree() -> None:
    """At 200 pA they pass the medial dendrite and stop before the distal one."""
    traces = cells.somatic_steps("core").traces
    heights = [traces[name][4].max() * 1e3 for name in cells.APICAL]
    assert heights == pytest.approx([37.5, -0.442, 3.360, -42.913], abs=0.0005)


@ENGINES
def test_synaptic_potentials_are_attenuated_towards_the_soma(engine: str) -> None:
    result = cells.one_synapse_each(engine)
    rest = -0.065
    local = [peaks(result, name, rest)[k] for k, name in enumerate(cells.APICAL[1:])]
    ratios = peaks(result, "V_soma", rest) / local
    assert ratios[:2] == pytest.approx([0.680, 0.263], abs=5e-4)
    assert ratios[2] == pytest.approx(0.0889, abs=5e-5)


@ENGINES
def test_fourteen_synapses_make_an_oblique_dendrite_spike(engine: str) -> None:
    result = cells.oblique_input(engine)
    response = peaks(result, "V_ob1", -0.065)
    assert response[12] == pytest.approx(21.50, abs=0.005)
    assert response[13] == pytest.approx(63.40, abs=0.005)
    # The fastest rise of the somatic voltage in V/s: 0.1 ms between samples.
    rise = np.diff(result.traces["V_soma"], axis=1).max(axis=1) / 1e-4
    assert rise[12] == pytest.approx(1.09, abs=0.005)
    assert rise[13] == pytest.approx(3.07, abs=0.005)
    assert np.argmax(np.diff(rise)) == 12
