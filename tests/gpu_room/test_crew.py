"""How many threads advance a network where the user leaves it open."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from standard_networks import outcome_hash, plan_of, stored_hashes

from dendrify_gpu.gpu import CpuBackend
from dendrify_gpu.gpu.backends import crew
from dendrify_gpu.gpu.backends.crew import Crew


def sizes(one: Crew, seconds_of: Callable[[int], float], batches: int) -> list[int]:
    """Run batches of 100 steps that take a time for a number of threads; return the numbers."""
    found = []
    for _ in range(batches):
        found.append(one.size)
        one.note(100, seconds_of(one.size))
    return found


def test_what_is_given_stays() -> None:
    assert set(sizes(Crew(7, fixed=True), lambda threads: float(threads), 300)) == {7}


def test_a_network_too_small_for_two_threads_keeps_one() -> None:
    found = sizes(Crew(16, fixed=False), lambda threads: 0.1 * threads, 1000)
    assert set(found) == {1, 2}
    assert found.count(2) < 25  # tries


def test_a_large_network_gets_all_threads_at_once() -> None:
    for most in (2, 6, 64):
        found = sizes(Crew(most, fixed=False), lambda threads: 1.0 / threads, 1000)
        assert found[:2] == [1, 2]
        assert found[8] == most
        assert found.count(most) > 950


def test_more_threads_than_pay_are_not_kept() -> None:
    found = sizes(Crew(16, fixed=False), lambda threads: 1.0 / min(threads, 4), 1000)
    assert found.count(4) > 950
    assert set(found) == {1, 2, 4, 8}


def test_the_number_follows_what_the_network_does() -> None:
    one = Crew(4, fixed=False)
    assert sizes(one, lambda threads: 0.1 * threads, 200)[-1] == 1
    assert sizes(one, lambda threads: 1.0 / threads, 200)[-1] == 4
    assert sizes(one, lambda threads: 0.1 * threads, 400)[-1] == 1


def test_short_batches_and_batches_without_steps_tell_nothing() -> None:
    one = Crew(4, fixed=False)
    assert set(sizes(one, lambda threads: 1e-3 / threads, 100)) == {1}
    one.note(0, 1.0)
    assert one.size == 1


def test_a_number_that_changes_during_a_run_changes_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "_LEAST_SECONDS", 0.0)
    monkeypatch.setattr(crew, "_FIRST_PATIENCE", 1)
    monkeypatch.setattr(crew, "_MOST_PATIENCE", 1)
    monkeypatch.setattr("dendrify_gpu.gpu.engine.pace._WANTED", 1e-5)
    used = []
    note = Crew.note

    def watch(one: Crew, steps: int, seconds: float) -> None:
        used.append(one.size)
        note(one, steps, seconds)

    monkeypatch.setattr(Crew, "note", watch)
    backend = CpuBackend()
    backend.threads = 3
    assert (
        outcome_hash(plan_of("dendrify", "float32"), backend)
        == stored_hashes()["dendrify"]["float32"]
    )
    assert len(set(used)) > 1


def test_the_description_says_whether_the_number_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda process: {0, 1, 2}, raising=False)
    assert CpuBackend().description.startswith("CPU, up to 3 threads, ")
    assert CpuBackend(3).description.startswith("CPU, 3 threads, ")
    monkeypatch.setattr("os.sched_getaffinity", lambda process: {0}, raising=False)
    assert CpuBackend().description.startswith("CPU, 1 thread, ")
