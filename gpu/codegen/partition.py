"""Models that do not fit in registers: the update as a chain of separate functions.

Up to a certain size (`LARGEST_WHOLE`) a step is one function that keeps every state in a register, which is the
fastest that there is: up to 8 compartments with the squid axon's channels, or 27 passive ones. A model of hundreds
of compartments has more states than a processor has registers, and compilers take time that grows faster than the
text. Its update is cut into parts of bounded size. Each part is a function of its own: it loads the states that it
needs, and what earlier parts computed, and stores what it changed, and what later parts need, in rows of scratch
memory. The operations are the same, one by one, and so is every bit of the result.

A state is written as soon as no later statement needs its old value. Cuts are made where the fewest results cross.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .nodes import Call, Draw, Local, Node, parts

__all__ = [
    "LARGEST_WHOLE",
    "LEAST",
    "MOST",
    "Part",
    "Partition",
    "Statement",
    "is_too_large",
    "partition",
    "weight",
]

#: Most numbers that an update may have to keep at once for it to be one function: states and intermediate results.
LARGEST_WHOLE = 56

#: Operations of a part: the least and the most.
LEAST, MOST = 250, 500

#: Operations of a call of the mathematics header, of a random number, and of bringing a statement's values in and out.
_CALL, _DRAW, _TRAFFIC = 10, 60, 5


@dataclass(frozen=True)
class Statement:
    """One statement of an update.

    Attributes
    ----------
    target : str
        A state, or the name of an intermediate result.
    value : Node
        What it is set to.
    """

    target: str
    value: Node


@dataclass(frozen=True)
class Part:
    """One part of an update.

    Attributes
    ----------
    statements : tuple of Statement
        In order. Those whose target is a state change it.
    states : tuple of str
        States that the part needs the old values of.
    loads, stores : tuple of (str, int)
        Intermediate results and their rows of scratch memory.
    """

    statements: tuple[Statement, ...]
    states: tuple[str, ...]
    loads: tuple[tuple[str, int], ...]
    stores: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Partition:
    """An update in parts.

    Attributes
    ----------
    parts : tuple of Part
        In the order in which they must be carried out.
    n_scratch : int
        Rows of scratch memory that they need.
    """

    parts: tuple[Part, ...]
    n_scratch: int


def is_too_large(
    definitions: Sequence[tuple[str, Node]],
    results: Sequence[tuple[str, Node]],
    states: Sequence[str],
) -> bool:
    """Return whether an update, given as for `partition`, is better cut into parts."""
    known = frozenset(states)
    statements = _sequence(definitions, results, known)
    reads = [_locals(statement.value) for statement in statements]
    return len(states) + max(_crossing(statements, reads, known)) > LARGEST_WHOLE


def weight(node: Node) -> int:
    """Return about how many operations a node takes."""
    cost = {Call: _CALL, Draw: _DRAW}
    return sum(cost.get(type(part), 1) for part in parts(node) if not isinstance(part, Local))


def partition(
    definitions: Sequence[tuple[str, Node]],
    results: Sequence[tuple[str, Node]],
    states: Sequence[str],
    masked: frozenset[str] = frozenset(),
    least: int | None = None,
    most: int | None = None,
) -> Partition:
    """Cut an update into parts.

    Parameters
    ----------
    definitions : sequence of (str, Node)
        Intermediate results, each used by later ones or by the results.
    results : sequence of (str, Node)
        States and their next values, in terms of old values and intermediate results.
    states : sequence of str
        All states.
    masked : frozenset of str, optional
        States that keep their old value in some neurons.
    least, most : int, optional
        Operations of a part. Default: `LEAST` and `MOST`.

    Returns
    -------
    Partition
    """
    known = frozenset(states)
    statements = _sequence(definitions, results, known)
    reads = [_locals(statement.value) for statement in statements]
    cuts = _cuts(
        statements,
        reads,
        known,
        LEAST if least is None else least,
        MOST if most is None else most,
    )
    part_of = [0] * len(statements)
    for number, (begin, end) in enumerate(cuts):
        part_of[begin:end] = [number] * (end - begin)
    made: dict[str, int] = {}
    last_use: dict[str, int] = {}
    for number, statement in enumerate(statements):
        for name in reads[number]:
            if name in made:
                last_use[name] = part_of[number]
        if statement.target not in known:
            made[statement.target] = part_of[number]
    crossing = {name for name, part in last_use.items() if part > made[name]}
    row, n_scratch = _rows(crossing, made, last_use, len(cuts))
    found = []
    for number, (begin, end) in enumerate(cuts):
        inside = statements[begin:end]
        used = {name for names in reads[begin:end] for name in names}
        used |= {statement.target for statement in inside} & masked
        own = [statement.target for statement in inside if statement.target in crossing]
        loaded = sorted(name for name in used & crossing if made[name] < number)
        found.append(
            Part(
                tuple(inside),
                tuple(name for name in states if name in used),
                tuple((name, row[name]) for name in loaded),
                tuple((name, row[name]) for name in own),
            )
        )
    return Partition(tuple(found), n_scratch)


def _locals(node: Node) -> frozenset[str]:
    return frozenset(part.name for part in parts(node) if isinstance(part, Local))


def _sequence(
    definitions: Sequence[tuple[str, Node]],
    results: Sequence[tuple[str, Node]],
    states: frozenset[str],
) -> list[Statement]:
    """Order statements so that each state is written as soon as its old value is not needed any more."""
    place = {name: number for number, (name, _) in enumerate(definitions)}
    reads = [_locals(node) for _, node in definitions]
    needed: set[str] = {name for _, node in results for name in _locals(node)}
    for number in reversed(range(len(definitions))):
        if definitions[number][0] in needed:
            needed |= reads[number]
    # When a result can be computed: after the last definition that it uses.
    ready: dict[int, list[int]] = {}
    computed = []
    for number, (_, node) in enumerate(results):
        when = max((place[name] for name in _locals(node) if name in place), default=-1)
        ready.setdefault(when, []).append(number)
        computed.append(when)
    # When a state may be written: after the last statement that reads it.
    last_read = dict.fromkeys(states, -1)
    for number, names in enumerate(reads):
        if definitions[number][0] in needed:
            for name in names & states:
                last_read[name] = number
    for number, (_, node) in enumerate(results):
        for name in _locals(node) & states:
            last_read[name] = max(last_read[name], computed[number])
    writable: dict[int, list[int]] = {}
    for number, (name, _) in enumerate(results):
        writable.setdefault(max(last_read[name], computed[number]), []).append(number)
    ordered: list[Statement] = []
    for when in range(-1, len(definitions)):
        if when >= 0 and definitions[when][0] in needed:
            ordered.append(Statement(*definitions[when]))
        ordered += [
            Statement(f"_next_{results[number][0]}", results[number][1])
            for number in ready.get(when, ())
        ]
        ordered += [
            Statement(results[number][0], Local(f"_next_{results[number][0]}"))
            for number in writable.get(when, ())
        ]
    return ordered


def _cuts(
    statements: Sequence[Statement],
    reads: Sequence[frozenset[str]],
    states: frozenset[str],
    least: int,
    most: int,
) -> list[tuple[int, int]]:
    """Return the begin and the end of each part."""
    crossing = _crossing(statements, reads, states)
    cuts = []
    begin = 0
    while begin < len(statements):
        size = 0
        best: int | None = None
        end = begin
        while end < len(statements):
            size += _TRAFFIC + weight(statements[end].value)
            end += 1
            if size >= least and (best is None or crossing[end] <= crossing[best]):
                best = end
            if size >= most:
                break
        else:
            best = len(statements)
        assert best is not None
        cuts.append((begin, best))
        begin = best
    return cuts


def _crossing(
    statements: Sequence[Statement], reads: Sequence[frozenset[str]], states: frozenset[str]
) -> list[int]:
    """Return for each place how many intermediate results a cut before it would separate."""
    changes = [0] * (len(statements) + 1)
    made: dict[str, int] = {}
    last_use: dict[str, int] = {}
    for number, statement in enumerate(statements):
        for name in reads[number]:
            if name in made:
                last_use[name] = number
        if statement.target not in states:
            made[statement.target] = number
    for name, used in last_use.items():
        changes[made[name] + 1] += 1
        changes[used + 1] -= 1
    counts = []
    total = 0
    for change in changes:
        total += change
        counts.append(total)
    return counts


def _rows(
    crossing: set[str], made: dict[str, int], last_use: dict[str, int], n_part: int
) -> tuple[dict[str, int], int]:
    """Give each crossing result a row; a row is free again in the part that reads it last."""
    row: dict[str, int] = {}
    free: list[int] = []
    n_row = 0
    begins: dict[int, list[str]] = {}
    ends: dict[int, list[str]] = {}
    for name in made:
        if name in crossing:
            begins.setdefault(made[name], []).append(name)
            ends.setdefault(last_use[name], []).append(name)
    for part in range(n_part):
        free += [row[name] for name in ends.get(part, ())]  # loads come before stores
        for name in begins.get(part, ()):
            if free:
                row[name] = free.pop()
            else:
                row[name] = n_row
                n_row += 1
    return row, n_row
