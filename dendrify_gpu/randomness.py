"""Random numbers for building a network: one Philox generator for each purpose of each object.

A draw depends on the seed of the network, on what it is for and on the number of the object among
its like. It does not depend on the backend, on the number of threads or on what else the network
contains.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

__all__ = ["Purpose", "generator"]


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
