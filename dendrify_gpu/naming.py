"""Names of the objects of a network."""

from __future__ import annotations

from .errors import NetworkError

__all__ = ["Names"]


class Names:
    """Gives every object a name and keeps names unique.

    Examples
    --------
    >>> names = Names()
    >>> names.claim(None, 'poisson'), names.claim('drive', 'poisson'), names.claim(None, 'poisson')
    ('poisson_1', 'drive', 'poisson_2')
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def proposed(self, name: str | None, kind: str) -> str:
        """Return the given name, or a new one made from `kind`, if it can be used.

        Raises
        ------
        NetworkError
            If the name is taken, or is no identifier.
        """
        if name is None:
            number = 1
            while f"{kind}_{number}" in self._taken:
                number += 1
            return f"{kind}_{number}"
        if not isinstance(name, str) or not name.isidentifier():
            raise NetworkError(
                f"name={name!r}: use letters, digits and underscores, and begin with a letter."
            )
        if name in self._taken:
            raise NetworkError(
                f"The network has an object named {name!r} already; names are unique. Choose "
                "another."
            )
        return name

    def add(self, name: str) -> None:
        """Take a name, once its object exists."""
        self._taken.add(name)

    def claim(self, name: str | None, kind: str) -> str:
        """Return a name as `proposed` does, and take it."""
        chosen = self.proposed(name, kind)
        self.add(chosen)
        return chosen
