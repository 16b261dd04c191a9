"""Distributions of weights, delays and values, and the generators that they draw from."""

from __future__ import annotations

import numpy as np
import pytest
from brian2 import ms, mV, second
from brian2.units.fundamentalunits import DIMENSIONLESS
from scipy.special import erfc
from scipy.stats import kstest

import dendrify_gpu as dg
from dendrify_gpu.distributions import Distribution
from dendrify_gpu.randomness import Purpose, generator, standard_normal

N = 40_000


def test_uniform_has_its_moments_and_bounds() -> None:
    values = dg.uniform(1 * ms, 3 * ms).draw(np.random.default_rng(1), N, second.dim, "delay")
    assert values.min() >= 1e-3 and values.max() <= 3e-3
    sigma = 2e-3 / np.sqrt(12)
    assert abs(values.mean() - 2e-3) < 5 * sigma / np.sqrt(N)
    assert abs(values.std() / sigma - 1) < 0.02


def test_normal_has_its_moments() -> None:
    values = dg.normal(2.0, 0.5).draw(np.random.default_rng(1), N, DIMENSIONLESS, "weight")
    assert abs(values.mean() - 2) < 5 * 0.5 / np.sqrt(N)
    assert abs(values.std() / 0.5 - 1) < 5 / np.sqrt(2 * N)


def test_a_cut_normal_stays_inside_and_has_the_mean_of_a_cut_normal() -> None:
    random = np.random.default_rng(1)
    values = dg.normal(0 * ms, 1 * ms, low=0 * ms).draw(random, N, second.dim, "delay")
    assert values.min() >= 0
    # The half-normal distribution: mean sqrt(2/pi), variance 1 - 2/pi.
    expected, sigma = np.sqrt(2 / np.pi) * 1e-3, np.sqrt(1 - 2 / np.pi) * 1e-3
    assert abs(values.mean() - expected) < 5 * sigma / np.sqrt(N)


def test_a_normal_without_width_is_its_mean() -> None:
    values = dg.normal(2.0, 0.0, low=1, high=2).draw(
        np.random.default_rng(1), 3, DIMENSIONLESS, "w"
    )
    assert values.tolist() == [2.0, 2.0, 2.0]


@pytest.mark.parametrize(
    ("distribution", "message"),
    [
        (
            dg.uniform(3 * ms, 1 * ms),
            r"delay: in uniform\(3\. ms, 1\. ms\) low is above high; exchange them\.",
        ),
        (
            dg.uniform(1 * mV, 2 * mV),
            r"delay: low of uniform.* needs in s and was given 1\. \* mvolt",
        ),
        (dg.uniform([1, 2] * ms, 3 * ms), r"give one value\."),
        (dg.normal(1 * ms, -1 * ms), "has a negative standard deviation"),
        (dg.normal(1 * ms, 1 * ms, low=2 * ms, high=1 * ms), "low is above high"),
        (
            dg.normal(1 * ms, 0.1 * ms, low=2 * ms),
            r"less than 0\.1% of normal\(1\. ms, 100\. us, low=2\. ms\) lies between its bounds",
        ),
        (dg.normal(1 * ms, 0 * ms, low=2 * ms), "lies between its bounds"),
    ],
)
def test_a_distribution_that_makes_no_sense(distribution: Distribution, message: str) -> None:
    with pytest.raises(dg.NetworkError, match=message):
        distribution.draw(np.random.default_rng(1), 3, second.dim, "delay")


def test_generators_differ_by_seed_purpose_number_and_draw() -> None:
    settings = [
        (seed, purpose, number, draw)
        for seed in (0, 1)
        for purpose in Purpose
        for number in (0, 1)
        for draw in (0, 1)
    ]
    numbers = {generator(*setting).integers(2**63) for setting in settings}
    assert len(numbers) == len(settings)
    assert generator(1, Purpose.DELAY, 2).random() == generator(1, Purpose.DELAY, 2).random()


def test_a_generator_does_not_run_into_the_next_draw() -> None:
    first = generator(1, Purpose.VALUES, 0, 0).integers(2**63, size=100_000)
    second_ = generator(1, Purpose.VALUES, 0, 1).integers(2**63, size=100_000)
    assert len(np.intersect1d(first, second_)) == 0


def test_the_tail_of_normal_numbers_is_normal() -> None:
    """Beyond the part that numpy draws, too."""
    values = standard_normal(generator(7, Purpose.VALUES, 0), 4_000_000)
    tail = np.sort(np.abs(values[np.abs(values) > 3.6541528853610088]))
    mass = erfc(3.6541528853610088 / np.sqrt(2))
    assert abs(len(tail) - mass * len(values)) < 5 * np.sqrt(mass * len(values))
    remaining = erfc(tail / np.sqrt(2)) / mass
    assert kstest(remaining, "uniform").pvalue > 1e-3
    assert 0.4 < np.mean(values[np.abs(values) > 3.66] > 0) < 0.6
