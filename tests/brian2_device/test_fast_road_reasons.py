"""What keeps a network off the fast road is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import fast_road_device
import numpy as np
import pytest
from brian2 import (
    BinomialFunction,
    EventMonitor,
    Network,
    NeuronGroup,
    PoissonGroup,
    PoissonInput,
    Soma,
    SpatialNeuron,
    SpikeGeneratorGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    TimedArray,
    check_units,
    implementation,
    linked_var,
    network_operation,
    prefs,
)
from brian2.units import Hz, ms, second, um
from comparison import brian2_on
from fast_road_networks import Parts, plain_cells, refusal, with_group


def with_synapses(model: str = "w : 1", **options: Any) -> Callable[[], list[Any]]:
    def further(cells: NeuronGroup) -> list[Any]:
        synapses = Synapses(cells, cells, model, name="synapses", **options)
        synapses.connect(j="i")
        return [synapses]

    return with_group(further)


# ------------------------------------------------------------------------------------------- synapses


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (
            {"on_pre": "v_post += w; w += 1"},
            "synapses_pre: on_pre changes the synaptic variable 'w'",
        ),
        ({"on_pre": "x_pre += 1"}, "synapses_pre: on_pre changes 'x_pre' of the source"),
        (
            {"on_pre": "v_post = w"},
            "synapses_pre: on_pre does not add to 'v_post' but has 'v_post = w'",
        ),
        ({"on_pre": "v *= 2"}, "synapses_pre: on_pre does not add to 'v' but has 'v *= 2'"),
        ({"on_pre": "a = w; v += a"}, "synapses_pre: on_pre computes 'a' on the way"),
        ({"on_pre": "v += w*x_post"}, "synapses_pre: adds a weight that depends on 'x_post'"),
        ({"on_pre": "v += w*t/second"}, "synapses_pre: adds a weight that depends on 't'"),
        ({"on_pre": "v += rand()"}, "synapses_pre: adds a weight that uses the function 'rand'"),
        ({"on_post": "v_pre += w"}, "synapses_post: reacts to spikes of the target (on_post)"),
        (
            {"model": "da/dt = -a/ms : 1 (event-driven)", "on_pre": "v += a"},
            "synapses_pre: has the event-driven synaptic variable 'a'",
        ),
        (
            {"model": "da/dt = -a/ms : 1 (clock-driven)", "on_pre": "v += 1", "method": "euler"},
            "synapses_stateupdater: has synaptic equations that change in every step (clock-driven)",
        ),
        (
            {"model": "x_post = v_pre : 1 (summed)"},
            "synapses_summed_variable_x_post: sums the variable 'x_post' over synapses",
        ),
        (
            {"on_pre": "v += 1", "delay": 10 * second},
            "synapses_pre: has a delay outside of 0 to 65535 time steps",
        ),
    ],
)
def test_synapses(options: dict[str, Any], reason: str) -> None:
    assert reason in refusal(with_synapses(**options)).split("; ")


def test_weights_that_are_not_finite() -> None:
    def change(network: Network) -> None:
        network["synapses"].w = [1, np.inf, 2, 3]

    reason = refusal(with_synapses(on_pre="v += 2*w"), change)
    assert reason == "synapses_pre: adds '2*w', which is not finite for some synapses"


def test_weights_too_different() -> None:
    def change(network: Network) -> None:
        network["synapses"].w = [1e-9, 1, 0.5, 0.25]

    reason = refusal(with_synapses(on_pre="v += w"), change)
    assert reason.startswith("synapses_pre: adds weights to v that differ so much between neurons")


def test_delays_changed_under_way() -> None:
    def change(network: Network) -> None:
        network["cells"].v = 1.1
        network.run(0.2 * ms)
        network["synapses"].pre.delay = 3 * ms

    reason = refusal(with_synapses(on_pre="v += 1", delay=2 * ms), change)
    assert (
        reason == "synapses_pre: has spikes on their way that were fired before its delays changed"
    )


def test_synapses_onto_synapses() -> None:
    def further(cells: NeuronGroup) -> list[Any]:
        first = Synapses(cells, cells, "w : 1", on_pre="v += 1", name="first")
        first.connect(j="i")
        onto = Synapses(cells, first, on_pre="w_post += 1", name="onto")
        onto.connect(j="i")
        return [first, onto]

    assert "onto_pre: acts on 'first', which is no NeuronGroup" in refusal(with_group(further))


def test_groups_that_do_not_take_part() -> None:
    def further(cells: NeuronGroup) -> list[Any]:
        source = SpikeGeneratorGroup(1, [0], [1] * ms, name="source")
        synapses = Synapses(source, cells, on_pre="v += 1", name="synapses")
        synapses.connect()
        return [source, synapses, SpikeMonitor(source, name="spikes")]

    def change(network: Network) -> None:
        network["source"].active = False

    reason = refusal(with_group(further), change)
    assert (
        "synapses_pre: gets its spikes from 'source', which does not take part in the run" in reason
    )
    assert "spikes: gets its spikes from 'source', which does not take part in the run" in reason


# -------------------------------------------------------------------------------------------- neurons


@check_units(x=1, result=1)
def doubled(x: Any) -> Any:
    return 2 * x


TIMED = TimedArray([1, 2], dt=1 * ms)


@pytest.mark.parametrize(
    ("equations", "options", "reason"),
    [
        ("dv/dt = (N - v)/ms : 1", {}, "cells: uses N"),
        (
            "dv/dt = (t - lastspike)/ms**2 : 1",
            {"method": "euler", "refractory": 1 * ms},
            "cells: uses lastspike",
        ),
        ("dv/dt = (TIMED(t) - v)/ms : 1", {"method": "euler"}, "cells: uses the function 'TIMED'"),
        ("dv/dt = doubled(v)/ms : 1", {"method": "euler"}, "cells: uses the function 'doubled'"),
        (
            "dv/dt = -v/ms : 1\ny : 1 (shared)",
            {},
            "cells: the equation of 'y' carries the flag 'shared'",
        ),
        ("dv/dt = -v/ms : 1\nb : boolean", {}, "cells: 'b' is declared boolean or integer"),
        (
            "dv/dt = -v/ms : 1",
            {"method": "independent"},
            "cells: uses the integration method 'independent'",
        ),
        (
            "dv/dt = -v/ms : 1\nref : second",
            {"refractory": "ref", "reset": "ref += 1*ms"},
            "cells: its refractory period 'ref' changes during a run",
        ),
        (
            "dv/dt = -v/ms : 1",
            {"refractory": "rand()*ms"},
            "cells: its refractory period 'rand()*ms' changes during a run",
        ),
        (
            "dv/dt = -v/ms : 1",
            {"method_options": {"simplify": False}},
            "cells: has options of its integration method",
        ),
        ("dv/dt = -v/ms : 1", {"events": {"up": "v > 2"}}, "cells_up_thresholder: has its turn at"),
        (
            "dv/dt = -v/ms : 1\ny = rand() : 1 (constant over dt)",
            {},
            "cells_subexpression_update: has subexpressions that are constant over dt",
        ),
    ],
)
def test_neurons(equations: str, options: dict[str, Any], reason: str) -> None:
    space = {"TIMED": TIMED, "doubled": implementation("numpy", discard_units=True)(doubled)}
    found = refusal(lambda: [plain_cells(equations, namespace=space, **options)])
    assert found.startswith(reason)


def test_linked_variables() -> None:
    def build() -> list[Any]:
        cells = plain_cells()
        other = NeuronGroup(
            4, "y : 1 (linked)\ndz/dt = (y - z)/ms : 1", method="euler", name="other"
        )
        other.y = linked_var(cells, "v")
        return [cells, other]

    assert refusal(build).startswith("other: the equation of 'y' carries the flag 'linked'")


def test_values_that_are_not_finite() -> None:
    def change(network: Network) -> None:
        network["cells"].x[2] = np.nan

    assert (
        refusal(lambda: [plain_cells()], change) == "cells: has values of 'x' that are not finite"
    )


def test_last_spikes_that_are_still_to_come() -> None:
    def change(network: Network) -> None:
        network["cells"].lastspike[1] = 2 * ms

    found = refusal(lambda: [plain_cells(refractory=1 * ms)], change)
    assert found == "cells: has last spikes that are later than the beginning of the run"


def test_the_old_timing_of_refractoriness() -> None:
    prefs.legacy.refractory_timing = True
    try:
        found = refusal(lambda: [plain_cells(refractory=1 * ms)])
    finally:
        prefs.legacy.refractory_timing = False
    assert found == "cells: times refractoriness as Brian2 did long ago (legacy preference)"


def test_statements_and_functions_in_every_step() -> None:
    def regularly(network: Network) -> None:
        network["cells"].run_regularly("x += 1", dt=1 * ms, name="often")

    assert (
        refusal(lambda: [plain_cells()], regularly)
        == "often: runs statements regularly (run_regularly)"
    )

    def further(cells: NeuronGroup) -> list[Any]:
        @network_operation(name="watch")
        def watch() -> None:
            pass

        return [watch, PoissonInput(cells, "x", 10, 5 * Hz, 1)]

    found = refusal(with_group(further)).split("; ")
    assert "watch: calls a Python function during the run" in found
    assert any(text.endswith("adds random input in every step (PoissonInput)") for text in found)


def test_cables_and_events() -> None:
    def build() -> list[Any]:
        cable = SpatialNeuron(
            Soma(diameter=10 * um), "Im = 0*amp/meter**2 : amp/meter**2", name="cable"
        )
        return [plain_cells(), cable]

    assert "cable: is a SpatialNeuron" in refusal(build)

    def crossing() -> list[Any]:
        cells = plain_cells(events={"up": "v > 2"})
        return [cells, EventMonitor(cells, "up", name="ups")]

    assert "ups: records custom events" in refusal(crossing)


def test_only_sources() -> None:
    assert refusal(lambda: [PoissonGroup(2, 1 * Hz)]) == "network: has no NeuronGroup"


# --------------------------------------------------------------------------------- sources, monitors


def rates_recorded(cells: NeuronGroup) -> list[Any]:
    source = PoissonGroup(2, 1 * Hz, name="p")
    return [source, StateMonitor(source, "rates", True, name="trace")]


@pytest.mark.parametrize(
    ("further", "reason"),
    [
        (
            lambda cells: [PoissonGroup(3, "10*Hz*(t > 1*ms)", name="source")],
            "source: has rates that change during a run: '10*Hz*(t > 1*ms)'",
        ),
        (
            lambda cells: [SpikeGeneratorGroup(2, [0], [1] * ms, period=5 * ms, name="source")],
            "source: repeats its spikes with a period",
        ),
        (
            lambda cells: [SpikeMonitor(cells, variables="v", name="spikes")],
            "spikes: records the variable 'v' at spikes",
        ),
        (
            lambda cells: [SpikeMonitor(cells, when="end", name="spikes")],
            "spikes: has its turn at 'end'",
        ),
        (
            lambda cells: [StateMonitor(cells, "v", record=True, when="end", name="trace")],
            "trace: has its turn at 'end' instead of 'start'",
        ),
        (
            lambda cells: [StateMonitor(cells, "i", record=True, name="trace")],
            "trace: records 'i', which is not in the equations",
        ),
        (
            lambda cells: [StateMonitor(cells, "v", record=True, dt=0.25 * ms, name="trace")],
            "trace: records every 0.00025 s, which is out of step with dt = 0.0001 s",
        ),
        (
            rates_recorded,
            "trace: records from 'p', which has no equations that run",
        ),
        (
            lambda cells: [
                NeuronGroup(2, "dv/dt = -v/ms : 1", dt=0.2 * ms, method="exact", name="slow")
            ],
            "slow: has a clock of its own, with dt = 0.0002 s",
        ),
    ],
)
def test_sources_monitors_and_clocks(further: Parts, reason: str) -> None:
    assert refusal(with_group(further)).startswith(reason)


def test_spikes_at_another_time() -> None:
    def change(network: Network) -> None:
        network["source"].variables["_lastindex"].get_value()[:] = 2

    def further(cells: NeuronGroup) -> list[Any]:
        return [SpikeGeneratorGroup(2, [0, 1], [1, 2] * ms, name="source")]

    with brian2_on(fast_road_device.NAME, {}):
        network = Network(with_group(further)())
        network.run(0.5 * ms)
        change(network)
        with pytest.raises(
            fast_road_device.Refused, match="source: has spikes that it fires at another"
        ):
            network.run(1 * ms)


def test_another_schedule() -> None:
    def slots(network: Network) -> None:
        network.schedule = ["start", "groups", "resets", "thresholds", "synapses", "end"]

    found = refusal(lambda: [plain_cells()], slots)
    assert found.startswith(
        "cells_spike_thresholder: has its turn earlier or later than by default"
    )

    def turn(network: Network) -> None:
        network["cells"].resetter["spike"].when = "before_synapses"

    found = refusal(lambda: [plain_cells()], turn)
    assert found == "cells_spike_resetter: has its turn at 'before_synapses' instead of 'resets'"

    def early(network: Network) -> None:
        network["spikes"].order = -5

    found = refusal(with_group(lambda cells: [SpikeMonitor(cells, name="spikes")]), early)
    assert found.startswith("cells_spike_thresholder: has its turn earlier or later")


def test_parts_that_are_switched_off() -> None:
    def change(network: Network) -> None:
        network["cells"].resetter["spike"].active = False

    found = refusal(lambda: [plain_cells()], change)
    assert found == "cells: its part 'cells_spike_resetter' is switched off"


def test_chance_from_a_function_object_is_no_reason() -> None:
    space = {"draw": BinomialFunction(3, 0.5)}
    with brian2_on(fast_road_device.NAME, {}):
        cells = plain_cells("dv/dt = (draw() - v)/(10*ms) : 1", method="euler", namespace=space)
        Network(cells).run(2 * ms)
        assert np.ptp(cells.v[:]) > 0


@pytest.mark.parametrize("expression", ["sin(2*pi*10*Hz*t)", "t_in_timesteps % 3"])
def test_the_time_in_single_precision(expression: str) -> None:
    """The core would round it; the general road keeps it in double precision."""
    prefs.core.default_float_dtype = np.float32
    try:
        found = refusal(
            lambda: [plain_cells(f"dv/dt = ({expression} - v)/(10*ms) : 1", method="euler")]
        )
    finally:
        prefs.core.default_float_dtype = np.float64
    assert found == "cells: reckons with the time, which single precision would round"
