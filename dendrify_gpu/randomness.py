"""Random numbers for building a network: one Philox generator for each purpose of each object.

A draw depends on the seed of the network, on what it is for and on the number of the object among
its like. It does not depend on the backend, on the number of threads or on what else the network
contains.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from .gpu import log

__all__ = ["Purpose", "generator", "standard_normal"]

#: Where the tail of numpy's method for normal numbers begins (Doornik 2005, 256 strips).
_TAIL = 3.6541528853610088


class Purpose(IntEnum):
    """What random numbers are drawn for."""

    CONNECTIVITY = 1
    WEIGHT = 2
    DELAY = 3
    VALUES = 4


def generator(seed: int, purpose: Purpose, number: int, draw: int = 0) -> np.random.Generator:
    """Return the generator for one draw of one object.

    Parameters
    ----------
    seed : int
        Seed of the network.
    purpose : Purpose
        What is drawn.
    number : int
        Number of the object among those that draw for this purpose.
    draw : int, optional
        How many times this object has drawn before. Default 0.

    Returns
    -------
    numpy.random.Generator

    Examples
    --------
    >>> a = generator(1, Purpose.WEIGHT, 0).random()
    >>> b = generator(1, Purpose.WEIGHT, 0).random()
    >>> c = generator(1, Purpose.WEIGHT, 1).random()
    >>> bool(a == b), bool(a == c)
    (True, False)
    """
    # The upper words of the counter tell purposes and draws apart: the lower ones count numbers.
    key = np.array([seed, number], dtype=np.uint64)
    counter = np.array([0, 0, draw, purpose], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(counter=counter, key=key))


def standard_normal(random: np.random.Generator, n: int) -> np.ndarray:
    """Return normal numbers of mean 0 and standard deviation 1, the same on every machine.

    numpy draws the tail, one number in 4,000, with the logarithm of the C library, whose last digit differs between
    systems. It is drawn anew here, by Marsaglia's method (1964, Technometrics 6:101-102).

    Parameters
    ----------
    random : numpy.random.Generator
    n : int
        How many.

    Returns
    -------
    ndarray, shape (n,)

    Examples
    --------
    >>> numbers = standard_normal(generator(1, Purpose.WEIGHT, 0), 10**5)
    >>> bool(abs(numbers.std() - 1) < 0.01)
    True
    """
    values = random.standard_normal(n)
    waiting = np.flatnonzero(np.abs(values) > _TAIL)
    while len(waiting):
        uniform = 1.0 - random.random((2, len(waiting)))
        beyond = -log(uniform[0]) / _TAIL
        accepted = -2.0 * log(uniform[1]) > beyond * beyond
        chosen = waiting[accepted]
        values[chosen] = np.copysign(_TAIL + beyond[accepted], values[chosen])
        waiting = waiting[~accepted]
    return values
