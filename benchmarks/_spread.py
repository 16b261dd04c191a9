"""How the benchmarks write several measurements of one thing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def spread(values: Sequence[float] | np.ndarray, digits: int = 2) -> str:
    """Return the median, with the smallest and the largest in brackets."""
    middle, least, most = (f"{f(values):.{digits}f}" for f in (np.median, np.min, np.max))
    return f"{middle} [{least}, {most}]"
