"""Holding what seldom changes: dendritic spikes cost arithmetic while they last, not in every step.

A *slow* expression is made of parameters, of states that only events and resets write, and of comparisons of such
states with the clock, such as ``t_in_timesteps <= spiketime + duration``. It changes when an event writes one of
its states, or when a comparison with the clock turns over. The generated text keeps its value in a variable, and
computes it again after events and in those steps in which a comparison may turn over for some neuron of a vector.

`hold` finds the largest slow parts of an update and splits it in two: statements that compute the held values,
and the update in terms of them. The values are the same, bit by bit, as if they were computed in each step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .nodes import (
    CLOCK,
    And,
    Coefficient,
    Compare,
    Draw,
    Literal,
    Local,
    MaskName,
    Node,
    Not,
    Or,
    PerNeuron,
    Subtract,
    children,
    parts,
    with_children,
)

__all__ = ["Held", "hold", "is_mask", "needed_by"]

# How a number changes: never, with events, steadily with the clock (up or down), or in any step.
_CONSTANT, _SLOW, _RISING, _FALLING, _FAST = range(5)


@dataclass(frozen=True)
class Held:
    """An update that is split into what is held and what is computed in every step.

    Attributes
    ----------
    slow_definitions : tuple of (str, Node)
        Intermediate results that only the held values need, in order.
    held : tuple of (str, Node)
        Names and values of what is held.
    turns : tuple of Node
        For each comparison with the clock the steps until its two sides meet; negative where they have met.
    definitions : tuple of (str, Node)
        Intermediate results of every step, in order.
    results : tuple of Node
        The results of the update in terms of held values.
    """

    slow_definitions: tuple[tuple[str, Node], ...]
    held: tuple[tuple[str, Node], ...]
    turns: tuple[Node, ...]
    definitions: tuple[tuple[str, Node], ...]
    results: tuple[Node, ...]


def is_mask(node: Node) -> bool:
    """Return whether a node is a condition rather than a number."""
    return isinstance(node, Compare | And | Or | Not | MaskName)


def hold(
    definitions: Sequence[tuple[str, Node]], results: Sequence[Node], slow_states: frozenset[str]
) -> Held:
    """Split an update into what is held and what is computed in every step.

    Parameters
    ----------
    definitions : sequence of (str, Node)
        Intermediate results, each used by later ones or by the results.
    results : sequence of Node
        The results.
    slow_states : frozenset of str
        States that change only where the caller knows of it.

    Returns
    -------
    Held
    """
    return _Splitter(definitions, slow_states).split(results)


def needed_by(root: Node, definitions: Mapping[str, Node]) -> set[str]:
    """Return the names of the definitions that a node uses, directly or through others."""
    needed: set[str] = set()
    waiting = parts(root)
    while waiting:
        node = waiting.pop()
        if isinstance(node, Local) and node.name in definitions and node.name not in needed:
            needed.add(node.name)
            waiting += parts(definitions[node.name])
    return needed


class _Splitter:
    def __init__(self, definitions: Sequence[tuple[str, Node]], slow_states: frozenset[str]):
        self._definitions = dict(definitions)
        self._slow_states = slow_states
        self._kinds: dict[Node, int] = {}
        self._held: dict[Node, str] = {}

    def split(self, results: Sequence[Node]) -> Held:
        rewritten = tuple(self._rewrite(node) for node in results)
        changing = {
            name: self._rewrite(node)
            for name, node in self._definitions.items()
            if self._kind(Local(name)) == _FAST
        }
        used = self._needed([*rewritten, *changing.values()])
        fast = [
            (name, changing.get(name, node))
            for name, node in self._definitions.items()
            if name in changing or name in used
        ]
        needed = self._needed(self._held)
        slow = [(name, node) for name, node in self._definitions.items() if name in needed]
        turns = dict.fromkeys(
            self._turn(part)
            for root in [*self._held, *(node for _, node in slow)]
            for part in parts(root)
            if isinstance(part, Compare) and self._side_with_clock(part) is not None
        )
        held = tuple((name, node) for node, name in self._held.items())
        return Held(tuple(slow), held, tuple(turns), tuple(fast), rewritten)

    def _needed(self, roots: Iterable[Node]) -> set[str]:
        return {name for root in roots for name in needed_by(root, self._definitions)}

    def _kind(self, node: Node) -> int:
        if node not in self._kinds:
            self._kinds[node] = self._new_kind(node)
        return self._kinds[node]

    def _new_kind(self, node: Node) -> int:
        if isinstance(node, Literal | Coefficient | PerNeuron):
            return _CONSTANT
        if isinstance(node, MaskName | Draw):
            return _FAST
        if isinstance(node, Local):
            if node.name in self._definitions:
                return self._kind(self._definitions[node.name])
            if node.name == CLOCK:
                return _RISING
            return _SLOW if node.name in self._slow_states else _FAST
        kinds = [self._kind(child) for child in children(node)]
        if isinstance(node, Compare) and self._side_with_clock(node) is not None:
            return _SLOW
        if isinstance(node, Subtract) and max(kinds) in (_RISING, _FALLING):
            left, right = kinds
            if right in (_CONSTANT, _SLOW):
                return left
            if left in (_CONSTANT, _SLOW):
                return _FALLING if right == _RISING else _RISING
        most = max(kinds)
        return most if most in (_CONSTANT, _SLOW) else _FAST

    def _side_with_clock(self, node: Compare) -> int | None:
        """Return how the side that has the clock changes, where the other side is slow or constant."""
        left, right = self._kind(node.left), self._kind(node.right)
        if left in (_RISING, _FALLING) and right in (_CONSTANT, _SLOW):
            return left
        if right in (_RISING, _FALLING) and left in (_CONSTANT, _SLOW):
            return right
        return None

    def _turn(self, node: Compare) -> Node:
        """Return how many steps are left until the two sides meet: the clock rises by one in each."""
        left = self._kind(node.left)
        left_above = left == _FALLING or (
            left in (_CONSTANT, _SLOW) and self._kind(node.right) == _RISING
        )
        upper, lower = (node.left, node.right) if left_above else (node.right, node.left)
        return Subtract(upper, lower)

    def _rewrite(self, node: Node) -> Node:
        """Replace the largest slow parts by held values; a bare state stays as it is."""
        kind = self._kind(node)
        if isinstance(node, Local):
            if kind == _SLOW and node.name in self._definitions:
                return self._hold(self._definitions[node.name])
            return node
        if kind == _SLOW:
            return self._hold(node)
        return with_children(node, self._rewrite)

    def _hold(self, node: Node) -> Node:
        name = self._held.setdefault(node, f"_held_{len(self._held)}")
        return MaskName(name[1:]) if is_mask(node) else Local(name)
