"""How large the demonstration is, and where its files go."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brian2.units import ms

from .ca1_network import IN_DEGREE

__all__ = ["Settings", "parse_arguments"]


@dataclass(frozen=True)
class Settings:
    """Sizes of one demonstration.

    Attributes
    ----------
    output : pathlib.Path
        Folder for figures and recordings; made where it does not exist.
    cells : int
        Neurons of the network.
    duration : Quantity
        Biological time of the network.
    validated_cells : int
        Neurons of the part that Brian2 repeats.
    """

    output: Path
    cells: int
    duration: Any
    validated_cells: int


def parse_arguments(arguments: Sequence[str] | None = None) -> Settings:
    """Read the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        Words after the program's name. Default: those of this process.

    Returns
    -------
    Settings

    Raises
    ------
    SystemExit
        If an argument is unknown or makes no sense; what is wrong is printed.

    Examples
    --------
    >>> parse_arguments(['--quick']).cells
    400
    """
    parser = argparse.ArgumentParser(
        prog="python -m dendrify_gpu.demo",
        description="Ten thousand CA1 cells in a network, beside Brian2.",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("demo_output"),
        help="folder for figures and recordings (default: %(default)s)",
    )
    parser.add_argument(
        "--cells", type=_cells, help="neurons of the network (default: 10000, or 400 with --quick)"
    )
    parser.add_argument(
        "--quick", action="store_true", help="a small network, 100 ms in place of 500 ms"
    )
    given = parser.parse_args(arguments)
    cells = given.cells or (400 if given.quick else 10_000)
    return Settings(
        output=given.output,
        cells=cells,
        duration=(100 if given.quick else 500) * ms,
        validated_cells=min(cells, 40 if given.quick else 100),
    )


def _cells(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
    if number <= IN_DEGREE:
        raise argparse.ArgumentTypeError(
            f"{number} cells are too few: each gets input from {IN_DEGREE} others"
        )
    return number
