"""Every connection rule: exact properties, and statistics within five sigma."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from dendrify_gpu import connectivity
from dendrify_gpu.connectivity import (
    Connectivity,
    all_to_all,
    fixed_in_degree,
    given_pairs,
    one_to_one,
    random_pairs,
)
from dendrify_gpu.randomness import Purpose, generator


def random(seed: int = 1) -> np.random.Generator:
    return generator(seed, Purpose.CONNECTIVITY, 0)


def assert_sound(pairs: Connectivity) -> None:
    """Check the table: targets ascend within each source, none is out of range or repeated."""
    table = pairs.explicit()
    assert table.row is not None and table.target is not None
    assert table.row.dtype == np.int64 and table.target.dtype == np.int32
    assert table.row[0] == 0 and table.row[-1] == len(table.target) == pairs.n_synapse
    assert np.all(np.diff(table.row) >= 0) and len(table.row) == pairs.n_source + 1
    key = table.sources().astype(np.int64) * pairs.n_target + table.target
    assert np.all(np.diff(key) > 0)
    assert table.target.min(initial=0) >= 0
    assert table.target.max(initial=0) < pairs.n_target


@pytest.mark.parametrize("probability", [0.003, 0.1, 0.5, 0.97])
def test_random_pairs_have_binomial_degrees(probability: float) -> None:
    n_source, n_target = 700, 900
    pairs = random_pairs(random(), n_source, n_target, probability)
    assert_sound(pairs)
    for degree, n in (
        (np.bincount(pairs.sources(), minlength=n_source), n_target),
        (np.bincount(pairs.targets(), minlength=n_target), n_source),
    ):
        sigma = np.sqrt(n * probability * (1 - probability))
        assert abs(degree.mean() - n * probability) < 5 * sigma / np.sqrt(len(degree))
        # The variance of a sample variance of a binomial is close to that of a normal distribution.
        assert abs(degree.var() / sigma**2 - 1) < 5 * np.sqrt(2 / len(degree)) + 5 / len(degree)


def test_random_pairs_treat_all_pairs_alike() -> None:
    hits = np.zeros((6, 5))
    draws = 4000
    for seed in range(draws):
        pairs = random_pairs(random(seed), 6, 5, 0.3)
        hits[pairs.sources(), pairs.targets()] += 1
    sigma = np.sqrt(draws * 0.3 * 0.7)
    assert np.all(np.abs(hits - draws * 0.3) < 5 * sigma)


def test_random_pairs_at_the_ends_of_the_range() -> None:
    assert random_pairs(random(), 20, 30, 0.0).n_synapse == 0
    assert random_pairs(random(), 20, 30, 1.0).kind == "all_to_all"
    assert random_pairs(random(), 20, 30, 1e-300).n_synapse == 0
    assert random_pairs(random(), 20, 20, 1.0, own=0).n_synapse == 380


def test_random_pairs_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connectivity, "_CHUNK", 50)
    pairs = random_pairs(random(), 400, 300, 0.05, own=-7)
    assert_sound(pairs)
    assert not np.any(pairs.targets() == pairs.sources() - 7)
    n_pair = 400 * 300 - 300
    sigma = np.sqrt(n_pair * 0.05 * 0.95)
    assert abs(pairs.n_synapse - n_pair * 0.05) < 5 * sigma
    late = pairs.sources() >= 200
    assert abs(late.sum() - n_pair * 0.025) < 5 * sigma


def test_random_pairs_of_a_huge_and_sparse_projection() -> None:
    # 10^12 pairs: their numbers do not fit in 32 bits, and most gaps are huge.
    pairs = random_pairs(random(), 10**6, 10**6, 1e-8)
    assert_sound(pairs)
    assert abs(pairs.n_synapse - 1e4) < 5 * 100


@pytest.mark.parametrize(
    ("n_source", "in_degree"), [(1, 1), (40, 0), (40, 1), (40, 13), (40, 20), (40, 39), (40, 40)]
)
def test_in_degree_is_exact(n_source: int, in_degree: int) -> None:
    pairs = fixed_in_degree(random(), n_source, 300, in_degree)
    assert_sound(pairs)
    assert np.all(np.bincount(pairs.targets(), minlength=300) == in_degree)


@pytest.mark.parametrize("in_degree", [5, 60, 99])
def test_sources_of_a_fixed_in_degree_are_used_alike(in_degree: int) -> None:
    pairs = fixed_in_degree(random(), 100, 5000, in_degree)
    degree = np.bincount(pairs.sources(), minlength=100)
    p = in_degree / 100
    assert np.all(np.abs(degree - 5000 * p) < 5 * np.sqrt(5000 * p * (1 - p)))


@pytest.mark.parametrize(("n", "k"), [(5, 2), (6, 3), (5, 4)])
def test_every_subset_of_sources_is_equally_likely(n: int, k: int) -> None:
    rows = 30_000
    pairs = fixed_in_degree(random(), n, rows, k)
    member = np.zeros((rows, n), dtype=np.int64)
    member[pairs.targets(), pairs.sources()] = 1
    code = member @ (2 ** np.arange(n))
    subsets = [sum(2**i for i in chosen) for chosen in combinations(range(n), k)]
    counts = np.array([(code == subset).sum() for subset in subsets])
    assert counts.sum() == rows
    p = 1 / len(subsets)
    assert np.all(np.abs(counts - rows * p) < 5 * np.sqrt(rows * p * (1 - p)))


@pytest.mark.parametrize("own", [0, 3, -35, -39, 60])
def test_in_degree_without_autapses(own: int) -> None:
    pairs = fixed_in_degree(random(), 40, 80, 30, own=own)
    assert_sound(pairs)
    assert np.all(np.bincount(pairs.targets(), minlength=80) == 30)
    assert not np.any(pairs.targets() == pairs.sources() + own)
    # All sources but one are possible for such a target.
    assert fixed_in_degree(random(), 40, 40, 39, own=0).n_synapse == 40 * 39


def test_in_degree_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connectivity, "_CHUNK", 100)
    pairs = fixed_in_degree(random(), 1000, 333, 12, own=0)
    assert_sound(pairs)
    assert np.all(np.bincount(pairs.targets()) == 12)


def test_one_to_one_and_all_to_all_need_no_table() -> None:
    for pairs in (
        one_to_one(5),
        all_to_all(3, 4),
        all_to_all(3, 4, own=4),
        all_to_all(3, 4, own=-3),
    ):
        assert pairs.target is None
        assert_sound(pairs)
    assert all_to_all(3, 4).n_synapse == 12
    assert one_to_one(4).sources().tolist() == one_to_one(4).targets().tolist() == [0, 1, 2, 3]
    assert one_to_one(4, own=0).n_synapse == 0
    assert one_to_one(4, own=2).n_synapse == 4


@pytest.mark.parametrize("own", [0, 2, -2, 3])
def test_all_to_all_without_autapses(own: int) -> None:
    pairs = all_to_all(3, 4, own=own)
    assert_sound(pairs)
    expected = [(s, t) for s in range(3) for t in range(4) if t != s + own]
    assert list(zip(pairs.sources().tolist(), pairs.targets().tolist(), strict=True)) == expected


def test_given_pairs_keep_their_order_in_place() -> None:
    i, j = np.array([2, 0, 2, 1, 0]), np.array([1, 3, 0, 2, 3])
    pairs = given_pairs(i, j, 3, 4)
    assert pairs.place is not None
    assert np.array_equal(pairs.sources()[pairs.place], i)
    assert np.array_equal(pairs.targets()[pairs.place], j)
    assert np.all(np.diff(pairs.sources()) >= 0)
    assert given_pairs(np.array([0, 1]), np.array([1, 0]), 2, 2).place is None


@pytest.mark.parametrize(
    "rule",
    [
        lambda r: random_pairs(r, 200, 300, 0.1),
        lambda r: fixed_in_degree(r, 200, 300, 17),
        lambda r: fixed_in_degree(r, 200, 300, 180, own=0),
    ],
)
def test_the_seed_decides(rule: object) -> None:
    first, again, other = (rule(random(seed)) for seed in (4, 4, 5))  # type: ignore[operator]
    assert np.array_equal(first.target, again.target) and np.array_equal(first.row, again.row)
    assert not np.array_equal(first.target, other.target)
