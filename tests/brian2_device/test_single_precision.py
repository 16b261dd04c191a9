"""In single precision times stay in double precision: long runs are as good as short ones."""

from __future__ import annotations

from collections.abc import Iterator

import brian2
import numpy as np
import pytest
from brian2 import (
    Hz,
    Network,
    NeuronGroup,
    SpikeGeneratorGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    TimedArray,
    check_units,
    implementation,
    ms,
    second,
)
from comparison import brian2_on
from emulated_device import EmulatedDriver, emulated_device

import dendrify_gpu  # noqa: F401  (makes the device known to Brian2)

__all__ = ["emulated_device"]


@pytest.fixture(autouse=True)
def precision() -> Iterator[None]:
    dtype = brian2.prefs.core.default_float_dtype
    yield
    brian2.prefs.core.default_float_dtype = dtype


def after_a_long_time(precision: str) -> dict[str, np.ndarray]:
    """Return what plastic synapses and adapting cells come to in the last of 2000 seconds."""
    with brian2_on("dendrify_gpu", {"precision": precision, "road": "general", "threads": 1}):
        brian2.defaultclock.dt = 5 * ms
        start = 1999 * second
        times = np.arange(start / second + 0.05, 2000, 0.045) * second
        source = SpikeGeneratorGroup(2, np.arange(len(times)) % 2, times, name="source")
        cells = NeuronGroup(
            2,
            """dv/dt = (1.3 - v)/(40*ms) : 1 (unless refractory)
            since : 1
            theta = exp(-(t - lastspike)/(90*ms)) : 1""",
            threshold="v > 1 + 0.1*theta",
            reset="v = 0",
            refractory=11 * ms,
            method="exact",
            name="cells",
        )
        cells.run_regularly("since = theta", when="end", name="note")
        link = Synapses(
            source,
            cells,
            """w : 1
            dpre/dt = -pre/(20*ms) : 1 (event-driven)
            dpost/dt = -post/(30*ms) : 1 (event-driven)""",
            on_pre="pre += 1\nw += post",
            on_post="post += 1\nw += pre",
            method="exact",
            name="link",
        )
        link.connect()
        spikes = SpikeMonitor(cells, variables="v", name="spikes")
        states = StateMonitor(cells, ["since", "lastspike"], record=True, dt=50 * ms, name="states")
        network = Network(source, cells, link)
        for item in (cells, link, source):
            item.active = False
        network.run(start)
        for item in (cells, link, source):
            item.active = True
        link.lastupdate = start
        cells.lastspike = start - 50 * ms
        network.add(spikes, states)
        network.run(1 * second)
        return {
            "w": np.asarray(link.w[:], float),
            "t": np.asarray(spikes.t),
            "since": np.asarray(states.since[:], float),
            "lastspike": np.asarray(states.lastspike[:]),
        }


def test_times_are_not_rounded() -> None:
    double, single = after_a_long_time("float64"), after_a_long_time("float32")
    assert len(double["t"]) > 20
    assert np.ptp(double["w"]) > 0.1
    # The same to the last bit: at 2000 s, neighbours in single precision are 0.12 ms apart.
    assert np.array_equal(single["t"], double["t"])
    assert np.array_equal(single["lastspike"], double["lastspike"])
    np.testing.assert_allclose(single["w"], double["w"], rtol=2e-6)
    np.testing.assert_allclose(single["since"], double["since"], rtol=2e-6)


#: What cells compute from the time and from values of their own: a frequency, a phase, a moment within a second, an
#: even number, and a number that is kept in double precision.
OF_TIME = (
    "sin(2*pi*frequency*t)",
    "cos(2*pi*frequency*t + phase)**2 + exp(-t/second)*phase",
    "t*frequency - floor(t*frequency)",
    "(t*frequency) % 1.0 + (t_in_timesteps*frequency*dt) % 0.7",
    "clip(abs(frequency*t) % (1 + phase), 0.25, 1.5)",
    "int(t*frequency) + timestep(t + moment, 0.05*second)",
    "int(t > moment + 999.5*second) + 2*int(not (t <= moment + 999.75*second))",
    "(t_in_timesteps + even) // 3 + (t*frequency) // 1",
    "sin(2*pi*frequency*later)",
    "table(t, even // 2 % 2) + table(t, 1)",
    "twice(t, moment)",
    "precise - floor(precise)",
    "(-(t*frequency))*phase + t*(frequency*phase) + phase",
    "sqrt((t*frequency)**2 + phase) - t*frequency",
    "int(lastspike > 0*second)*(t - lastspike + moment)/second",
)


def of_time(precision: str, by_events: bool, options: dict[str, object]) -> list[np.ndarray]:
    """Return what cells compute in the last of some steps shortly after 1000 seconds, for each expression."""
    # Functions that are given in C++ are refused on CUDA.
    texts = [text.replace("twice(t, moment)", "(t - moment)/second") for text in OF_TIME]
    texts = texts if "backend" in options else list(OF_TIME)
    with brian2_on("dendrify_gpu", {"precision": precision, "road": "general"} | options):

        @implementation(
            "cpp", "static inline double twice(double t, double x) { return 2 * (t - x) - 1998; }"
        )
        @check_units(t=second, x=second, result=1)
        def twice(t: float, x: float) -> float:
            raise NotImplementedError

        n = 61
        rows = np.arange(4020).reshape(2010, 2) % 977
        code = "\n".join(
            [f"r{number} = {text}" for number, text in enumerate(texts)]
            + ["precise += frequency*dt*0.1", "rounds += 1"]
        )
        cells = NeuronGroup(
            n,
            "\n".join(
                ["frequency : Hz", "phase : 1", "moment : second", "even : integer"]
                + ["later = t + 0.3*second : second", "precise : 1", "rounds : integer"]
                + [f"r{number} : 1" for number in range(len(OF_TIME))]
            ),
            refractory=0.1 * ms,
            threshold="(t_in_timesteps + i) % 7 == 0",
            reset=code if by_events else "",
            dtype={"precise": np.float64},
            namespace={"table": TimedArray(rows, dt=500.3 * ms), "twice": twice},
            name="cells",
        )
        rng = np.random.default_rng(3)
        # Exact in single precision.
        cells.frequency = rng.integers(1, 5000, n) / 64 * Hz
        cells.phase = rng.integers(0, 64, n) / 64
        cells.moment = rng.integers(0, 4096, n) / 4096 * second
        cells.even = 2 * rng.integers(0, 20, n)
        cells.precise = 1e7 + rng.random(n)
        network = Network(cells)
        cells.active = False
        brian2.defaultclock.dt = 999.9995 * second
        network.run(999.9995 * second)
        brian2.defaultclock.dt = 0.5 * ms
        cells.active = True
        if not by_events:
            network.add(cells.run_regularly(code, when="end"))
        network.run(20 * ms)
        assert cells.rounds[:].min() > 3
        return [
            np.asarray(getattr(cells, f"r{number}")[:], float) for number in range(len(OF_TIME))
        ]


CPU: dict[str, object] = {"threads": 1}


@pytest.mark.parametrize("by_events", [False, True], ids=["vectors", "events"])
def test_expressions_of_the_time_are_not_rounded(by_events: bool) -> None:
    double, single = (of_time(precision, by_events, CPU) for precision in ("float64", "float32"))
    for text, expected, found in zip(OF_TIME, double, single, strict=True):
        assert len(np.unique(expected)) > 1, f"{text} is always the same"
        # At 1000 s, neighbours in single precision are 0.06 ms apart: a fiftieth of the fastest cycle.
        np.testing.assert_allclose(found, expected, rtol=2e-6, atol=3e-7, err_msg=text)


@pytest.mark.parametrize("by_events", [False, True], ids=["vectors", "events"])
def test_on_cuda_they_have_the_same_bits(by_events: bool, emulated_device: EmulatedDriver) -> None:
    on_cpu = of_time("float32", by_events, CPU | {"backend": "cpu"})
    on_cuda = of_time("float32", by_events, {"backend": "cuda"})
    assert emulated_device.launches["run_steps"] > 0
    for text, expected, found in zip(OF_TIME, on_cpu, on_cuda, strict=True):
        assert expected.tobytes() == found.tobytes(), text
