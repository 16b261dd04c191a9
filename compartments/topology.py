"""Whether compartments and couplings form one tree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .errors import MorphologyError

__all__ = ["check_tree"]


def check_tree(names: Sequence[str], pairs: Iterable[tuple[str, str]]) -> None:
    """Check that undirected pairs connect all names without a loop.

    Parameters
    ----------
    names : sequence of str
        The compartments.
    pairs : iterable of tuple of str
        The couplings, each pair once.

    Raises
    ------
    MorphologyError
        If there is a loop, or a part that is not connected.

    Examples
    --------
    >>> check_tree(['soma', 'a', 'b'], [('soma', 'a'), ('a', 'b')])
    >>> try:
    ...     check_tree(['soma', 'a'], [])
    ... except MorphologyError as error:
    ...     print(error)  # doctest: +NORMALIZE_WHITESPACE
    The compartments form 2 separate parts: (soma), (a). Couple them, or make one NeuronModel of
    each part.
    """
    neighbours: dict[str, list[str]] = {name: [] for name in names}
    for first, second in pairs:
        path = _path(neighbours, first, second)
        if path is not None:
            loop = " - ".join([*path, first])
            raise MorphologyError(
                f"The compartments form a loop: {loop}. "
                f"Remove one of its couplings, for example ({first!r}, {second!r})."
            )
        neighbours[first].append(second)
        neighbours[second].append(first)
    parts: list[list[str]] = []
    for name in names:
        if not any(name in part for part in parts):
            parts.append([other for other in names if _path(neighbours, name, other) is not None])
    if len(parts) > 1:
        listing = ", ".join(f"({', '.join(part)})" for part in parts)
        raise MorphologyError(
            f"The compartments form {len(parts)} separate parts: {listing}. "
            "Couple them, or make one NeuronModel of each part."
        )


def _path(neighbours: dict[str, list[str]], start: str, goal: str) -> list[str] | None:
    """Return the names on the way from start to goal, both included; None if there is no way."""
    open_paths = [[start]]
    seen = {start}
    while open_paths:
        path = open_paths.pop()
        if path[-1] == goal:
            return path
        for name in neighbours[path[-1]]:
            if name not in seen:
                seen.add(name)
                open_paths.append([*path, name])
    return None
