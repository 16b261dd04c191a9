"""Expressions of Brian2's language on the device, against Brian2's numpy target and against numpy itself."""

from __future__ import annotations

from collections.abc import Iterator

import brian2
import numpy as np
import pytest
from brian2 import ms
from brian2.devices.device import reset_device

from dendrify_gpu.gpu.ordered import sharing
from dendrify_gpu.gpu.ordered.sharing import (
    owners_of,
    share_by_source,
    share_by_target,
    sorted_by,
    sorted_within,
)

N = 1003
#: What is computed, and whether the result is a whole number, a condition or a number.
EXPRESSIONS = {
    "x + y*z - x/y": "1",
    "-x*y + (-z)*(-x)": "1",
    "x**2 + y**3 - z**-1": "1",
    "abs(x)**0.5": "1",
    "i**0.5": "1",
    "abs(x)**y": "1",
    "i**2 + k**3": "integer",
    "2**k": "integer",
    "i // 7 - k // -3": "integer",
    "i % 7 + k % 3": "integer",
    "(-i) // 7 + (-i) % 7": "integer",
    "x // 0.3": "1",
    "x % 0.3 + y % -0.7": "1",
    "i / 4": "1",
    "int(x) + int(x > 0) + int(flag)": "integer",
    "floor(x) + ceil(y)": "1",
    "clip(x, -0.5, 0.5) + clip(i, 3, 500)": "1",
    "sign(x) * sign(i - 500)": "1",
    "abs(k - 3) + sign(k - 3)": "integer",
    "exp(-abs(x)) + expm1(y) + exprel(z)": "1",
    "exp(x)**0.25 + 1/exp(y)": "1",
    "log(abs(x) + 0.1) + log10(abs(y) + 0.1) + log1p(abs(z))": "1",
    "sin(x) + cos(y) + tan(z)": "1",
    "sinh(x) + cosh(y) + tanh(z)": "1",
    "arcsin(clip(x/4, -1, 1)) + arccos(clip(y/4, -1, 1)) + arctan(z)": "1",
    "sqrt(abs(x)) * pi + e": "1",
    "x < y": "boolean",
    "not (x < y) or flag and (i != 5)": "boolean",
    "flag == (x >= 0)": "boolean",
    "x <= y and y <= z": "boolean",
    "timestep(abs(x)*second, 0.1*ms)": "integer",
    "t/ms + dt/ms + x": "1",
    "shared_number*x + shared_whole*k": "1",
}


@pytest.fixture
def devices() -> Iterator[None]:
    dtype = brian2.prefs.core.default_float_dtype
    yield
    reset_device()
    brian2.prefs.core.default_float_dtype = dtype


def computed(device: str, **options: object) -> dict[str, np.ndarray]:
    brian2.set_device(device, **options)
    lines = [f"r{number} : {kind}" for number, kind in enumerate(EXPRESSIONS.values())]
    declared = "\n".join(
        [
            *("x : 1", "y : 1", "z : 1", "k : integer", "flag : boolean"),
            *("shared_number : 1 (shared)", "shared_whole : integer (shared)"),
            *lines,
        ]
    )
    group = brian2.NeuronGroup(N, declared)
    rng = np.random.default_rng(5)
    for name in "xyz":
        values = rng.normal(size=N) * 2
        values[values == 0] = 1
        setattr(group, name, values)
    group.k = rng.integers(0, 9, N)
    group.flag = rng.random(N) < 0.4
    group.shared_number, group.shared_whole = 1.75, 3
    group.run_regularly("\n".join(f"r{number} = {text}" for number, text in enumerate(EXPRESSIONS)))
    brian2.Network(group).run(0.1 * ms)
    found = {
        text: np.array(getattr(group, f"r{number}")) for number, text in enumerate(EXPRESSIONS)
    }
    reset_device()
    return found


def test_every_kind_of_expression(devices: None) -> None:
    expected = computed("runtime")
    found = computed("dendrify_gpu", threads=1)
    for text, kind in EXPRESSIONS.items():
        if kind == "1":
            # Sums of terms that cancel lose digits of the terms, which are of order one.
            np.testing.assert_allclose(
                found[text], expected[text], rtol=4e-14, atol=4e-15, err_msg=text
            )
        else:
            np.testing.assert_array_equal(found[text], expected[text], err_msg=text)
        assert len(np.unique(expected[text])) > 1, f"{text} is always the same"


def test_single_precision_has_single_precisions_errors(devices: None) -> None:
    expected = computed("runtime")
    found = computed("dendrify_gpu", threads=1, precision="float32")
    for text, kind in EXPRESSIONS.items():
        if "//" in text or "%" in text or "floor" in text or "timestep" in text:
            # A step may be taken one number earlier or later.
            continue
        if kind == "1":
            scale = np.maximum(np.abs(expected[text]), 1)
            error = np.abs(found[text] - expected[text]) / scale
            # Powers and tangents magnify the rounding of their arguments.
            assert np.median(error) < 1e-6 and error.max() < 2e-3, text
        else:
            differ = found[text] != expected[text]
            assert differ.mean() < 0.002, text


@pytest.mark.parametrize(
    ("function", "low", "high"), [("arcsin", -1, 1), ("arccos", -1, 1), ("arctan", -50, 50)]
)
def test_inverse_angles(function: str, low: float, high: float, devices: None) -> None:
    """Within four units in the last place; NaN outside of -1 to 1."""
    brian2.set_device("dendrify_gpu", threads=1)
    group = brian2.NeuronGroup(4003, "x : 1\nr : 1")
    values = np.linspace(low, high, 4001)
    group.x = np.concatenate([values, [1.5, -1.5]])
    group.run_regularly(f"r = {function}(x)")
    brian2.Network(group).run(0.1 * ms)
    exact = getattr(np, function)(values.astype(np.longdouble))
    spacing = np.spacing(np.abs(exact.astype(float)) + 1e-300)
    found = np.array(group.r)
    assert (np.abs(found[:-2] - exact) / spacing).max() < 4
    assert np.isnan(found[-2:]).all() == (function != "arctan")
    reset_device()


# ------------------------------------------------------------------------------------------- shares of synapses


@pytest.mark.parametrize("threads", [1, 2, 3, 7])
def test_synapses_are_sorted_by_thread_source_delay_and_number(threads: int) -> None:
    rng = np.random.default_rng(threads)
    n, n_source, n_target = 5000, 90_000, 37
    source, target = rng.integers(0, n_source, n), rng.integers(0, n_target, n)
    delay = rng.integers(0, 70_000, n)
    owner = owners_of(target, n_target, threads)
    row, order, sorted_delay = share_by_source(source, n_source, delay, owner, threads)
    expected = np.lexsort((np.arange(n), delay, source, owner))
    np.testing.assert_array_equal(order, expected)
    np.testing.assert_array_equal(sorted_delay, delay[expected])
    for thread in range(threads):
        for number in rng.integers(0, n_source, 50):
            own = order[row[thread, number] : row[thread, number + 1]]
            assert set(own) == set(np.flatnonzero((source == number) & (owner == thread)))


@pytest.mark.parametrize("threads", [1, 2, 5, 40])
def test_each_target_has_one_thread(threads: int) -> None:
    n = 23
    owner = owners_of(np.arange(n), n, threads)
    assert (np.diff(owner) >= 0).all() and owner.max() < threads
    # The shares that the generated text computes.
    for thread in range(threads):
        begin, end = n * thread // threads, n * (thread + 1) // threads
        np.testing.assert_array_equal(np.flatnonzero(owner == thread), np.arange(begin, end))
    row, order = share_by_target(owner if threads > 1 else None, n, threads)
    if order is not None:
        for thread in range(threads):
            own = order[row[thread, 0] : row[thread, 1]]
            np.testing.assert_array_equal(own, np.flatnonzero(owner == thread))


def test_sorting_by_digits_is_sorting() -> None:
    rng = np.random.default_rng(0)
    for top in (1, 200, 70_000, 2**33):
        first, second = rng.integers(0, top, 999), rng.integers(0, 5, 999)
        np.testing.assert_array_equal(sorted_by(second, first), np.lexsort((second, first)))
    assert sorted_by(np.zeros(0, np.int64)).tolist() == []


@pytest.mark.parametrize("kinds", [1, 20, 3000, 65_536])
def test_sorting_within_groups_is_sorting(kinds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "_WORTH_SORTING", 10)
    rng = np.random.default_rng(kinds)
    for n, n_group in ((5000, 400), (5000, 1), (4096, 65), (1, 1)):
        group = np.sort(rng.integers(0, n_group, n)).astype(np.int64)
        key = rng.integers(0, kinds, n).astype(np.int32)
        np.testing.assert_array_equal(sorted_within(group, key), np.lexsort((key, group)))
    monkeypatch.undo()
    # Many groups of few members, keys of more than sixteen bits, and nothing at all are left to sorting by digits.
    many = np.arange(200_000)
    assert sorted_within(many, np.full(200_000, 40_000)) is None
    assert sorted_within(many, np.full(200_000, 70_000)) is None
    assert sorted_within(many[:0], many[:0]) is None
