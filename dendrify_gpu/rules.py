"""The arguments of `Network.connect` that say who connects to whom."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import psutil

from .connectivity import (
    Connectivity,
    all_to_all,
    fixed_in_degree,
    given_pairs,
    one_to_one,
    random_pairs,
)
from .errors import IndexRangeError, NetworkError, NetworkTooLargeError
from .selection import Selection

__all__ = ["ConnectionRule"]

#: Bytes of one synapse while a table is made: its target and its place in the rule's own order.
_BYTES = 8


class ConnectionRule:
    """One rule, with its arguments checked against the groups that it connects.

    Parameters
    ----------
    name : str
        Name of the projection; it begins the message of an error.
    pre, post : Selection
        What is connected, both contiguous.
    autapses : bool
        Whether a neuron may connect to itself.
    probability, in_degree, one_to_one, all_to_all, i, j
        See `Network.connect`.

    Raises
    ------
    NetworkError
        If there is more than one rule, or its arguments make no sense.
    """

    def __init__(
        self,
        name: str,
        pre: Selection,
        post: Selection,
        autapses: bool,
        *,
        probability: float | None,
        in_degree: int | None,
        one_to_one: bool,
        all_to_all: bool,
        i: Any,
        j: Any,
    ) -> None:
        self._name = name
        self._n_source = len(pre)
        self._n_target = len(post)
        self._pre = pre.label
        self._post = post.label
        same = pre.group is post.group and not autapses
        #: Source s and target s + own are the same neuron, which must not connect to itself.
        self._own = pre.first - post.first if same else None
        given = {
            "probability": probability is not None,
            "in_degree": in_degree is not None,
            "one_to_one": bool(one_to_one),
            "all_to_all": bool(all_to_all),
            "i and j": i is not None or j is not None,
        }
        chosen = [rule for rule, is_given in given.items() if is_given]
        if len(chosen) > 1:
            raise NetworkError(
                f"{name}: {' and '.join(chosen)} were given; a projection has one connection rule. "
                "Call connect once for each."
            )
        self._rule = chosen[0] if chosen else "all_to_all"
        self._probability = self._check_probability(probability)
        self._in_degree = self._check_in_degree(in_degree)
        if self._rule == "one_to_one" and self._n_source != self._n_target:
            raise NetworkError(
                f"{name}: one_to_one needs equal sizes, but {self._pre} has {self._n_source} "
                f"members and {self._post} has {self._n_target}."
            )
        self._pairs = self._check_pairs(i, j) if self._rule == "i and j" else None

    @property
    def text(self) -> str:
        """The rule in words."""
        texts = {
            "probability": f"probability={self._probability:g}",
            "in_degree": f"in_degree={self._in_degree}",
            "one_to_one": "one to one",
            "all_to_all": "all to all",
            "i and j": "given pairs",
        }
        return texts[self._rule]

    def draw(self, random: np.random.Generator) -> Connectivity:
        """Return the pairs.

        Raises
        ------
        NetworkTooLargeError
            If their table does not fit in memory.
        """
        n_source, n_target, own = self._n_source, self._n_target, self._own
        self._check_memory()
        if self._rule == "probability":
            return random_pairs(random, n_source, n_target, self._probability, own)
        if self._rule == "in_degree":
            return fixed_in_degree(random, n_source, n_target, self._in_degree, own)
        if self._rule == "one_to_one":
            return one_to_one(n_source, own)
        if self._pairs is not None:
            return given_pairs(*self._pairs, n_source, n_target)
        return all_to_all(n_source, n_target, own)

    def _check_probability(self, probability: Any) -> float:
        if probability is None:
            return 1.0
        number = float(probability)
        if not 0.0 <= number <= 1.0:
            raise NetworkError(f"{self._name}: probability={probability!r} is not between 0 and 1.")
        return number

    def _check_in_degree(self, in_degree: Any) -> int:
        if in_degree is None:
            return 0
        try:
            number = operator.index(in_degree)
        except TypeError:
            raise NetworkError(
                f"{self._name}: in_degree={in_degree!r} is not a whole number."
            ) from None
        if number < 0:
            raise NetworkError(f"{self._name}: in_degree={number} is negative; give 0 or more.")
        has_self = self._own is not None and -self._n_source < self._own < self._n_target
        available = self._n_source - has_self
        if number > available:
            without = " without the neuron itself (autapses=False)" if has_self else ""
            raise NetworkError(
                f"{self._name}: in_degree={number} is more than the {available} sources that "
                f"{self._pre} has{without}. A neuron takes each source at most once: reduce "
                "in_degree."
            )
        return number

    def _check_pairs(self, i: Any, j: Any) -> tuple[np.ndarray, np.ndarray]:
        if i is None or j is None:
            missing = "i" if i is None else "j"
            raise NetworkError(f"{self._name}: {missing} is missing; give both i and j.")
        source = self._check_indices(i, "i", self._n_source, self._pre)
        target = self._check_indices(j, "j", self._n_target, self._post)
        if len(source) != len(target):
            raise NetworkError(
                f"{self._name}: i has {len(source)} entries and j has {len(target)}; every synapse "
                "needs one of each."
            )
        if self._own is not None and np.any(target == source + self._own):
            k = int(np.argmax(target == source + self._own))
            raise NetworkError(
                f"{self._name}: the pair i={source[k]}, j={target[k]} connects a neuron to itself, "
                "which autapses=False forbids."
            )
        return source, target

    def _check_indices(self, values: Any, role: str, size: int, group: str) -> np.ndarray:
        index = np.atleast_1d(np.asarray(values))
        if index.ndim != 1 or (index.size and not np.issubdtype(index.dtype, np.integer)):
            raise NetworkError(f"{self._name}: {role} must be a list or array of whole numbers.")
        outside = index[(index < 0) | (index >= size)]
        if len(outside):
            raise IndexRangeError(
                f"{self._name}: {role} has the index {outside[0]}, but {group} has {size} members, "
                f"0 to {size - 1}."
            )
        return index.astype(np.int64)

    def _check_memory(self) -> None:
        expected = {
            "probability": self._n_source * self._n_target * self._probability,
            "in_degree": float(self._n_target * self._in_degree),
            "all_to_all": float(self._n_source * self._n_target) if self._own is not None else 0.0,
        }.get(self._rule, 0.0)
        if self._rule == "probability" and self._probability == 1.0 and self._own is None:
            return  # needs no table
        need = expected * _BYTES
        free = psutil.virtual_memory().available
        if need > free:
            raise NetworkTooLargeError(
                f"{self._name}: about {expected:.3g} synapses from {self._pre} to {self._post} "
                f"need {need / 1e9:.3g} GB while they are made, and the machine has "
                f"{free / 1e9:.3g} GB free. Use fewer neurons or synapses."
            )
