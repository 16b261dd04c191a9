"""The command line: the libraries of channels and models, saved models, and versions.

``python -m dendrify_gpu --help`` lists the commands.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from ._versions import show_versions
from .compartments import (
    CompartmentError,
    ModelView,
    NeuronModel,
    PointNeuronModel,
    UnknownNameError,
    channel_library,
)
from .gpu import nearest_names
from .models import MODELS

__all__ = ["main"]

#: Backends of matplotlib that write files and open no windows.
_WITHOUT_WINDOWS = {"agg", "cairo", "pdf", "pgf", "ps", "svg", "template"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Words of the command line after the program's name. Default: those of this process.

    Returns
    -------
    int
        Exit status: 0, or 1 if something was not found or could not be read or written; the reason
        is on standard error.

    Raises
    ------
    SystemExit
        With status 2 if the words make no command, and 0 after ``--help``.

    Examples
    --------
    >>> main(['channels', '--ion', 'k', '--paper', 'Mainen', '--name', 'Kv'])
    name       ion  °C        paper                       preparation
    Kv_mainen  k    23 -> 37  Mainen, Sejnowski 1996 ...
    0
    """
    given = _parser().parse_args(arguments)
    try:
        return int(given.run(given))
    except (CompartmentError, OSError) as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m dendrify_gpu",
        description="Look up channels and ready models, and what is installed. The demonstration is "
        "python -m dendrify_gpu.demo.",
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    channels = commands.add_parser("channels", help="list the published channels, or draw one")
    channels.add_argument("channel", nargs="?", metavar="NAME", help="print and draw this channel")
    channels.add_argument("--ion", help="only channels of this ion: na, k, ca, cation or leak")
    channels.add_argument("--name", help="only channels with this in their name")
    channels.add_argument("--paper", help="only channels with these words in their paper")
    _add_save(channels)
    channels.set_defaults(run=_channels, parser=channels)

    models = commands.add_parser("models", help="list the ready models")
    models.set_defaults(run=_models)

    show = commands.add_parser("show", help="print and draw a model")
    show.add_argument("model", metavar="MODEL", help="a ready model, or a file that save() wrote")
    _add_save(show)
    show.set_defaults(run=_show)

    versions = commands.add_parser("versions", help="print what results depend on")
    versions.set_defaults(run=_versions)
    return parser


def _add_save(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--save", type=Path, metavar="FILE", help="write the figure here and open no window"
    )


def _channels(given: argparse.Namespace) -> int:
    filters = {"ion": given.ion, "name": given.name, "paper": given.paper}
    if given.channel is None:
        if given.save is not None:
            given.parser.error("--save needs the NAME of a channel to draw")
        found = channel_library.find(**filters)
        print(found, file=sys.stdout if found else sys.stderr)
        return 0 if found else 1
    if any(value is not None for value in filters.values()):
        given.parser.error("give the NAME of a channel, or --ion, --name and --paper, not both")
    entries = {entry.name: entry for entry in channel_library.find()}
    if given.channel not in entries:
        raise UnknownNameError(
            f"channels: there is no channel {given.channel!r}. "
            f"{nearest_names(given.channel, entries)}"
        )
    entry = entries[given.channel]
    thing = entry()
    print(f"{entry.summary} Preparation: {entry.source.preparation}.\n\n{thing}")
    if entry.kind == "pool" or not thing.gates:
        if given.save is not None:
            raise CompartmentError(
                f"channels: {entry.name} has no gates to draw; leave out --save."
            )
        return 0
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.5), layout="constrained")
    thing.plot(axes=(left, right))
    return _finish(figure, given.save)


def _models(given: argparse.Namespace) -> int:
    width = max(map(len, MODELS))
    for entry in MODELS.values():
        print(f"{entry.name:<{width}}  {entry.compartments:>2}  {entry.summary}; {entry.paper}")
    return 0


def _show(given: argparse.Namespace) -> int:
    if given.model in MODELS:
        entry = MODELS[given.model]
        print(f"{entry}\n")
        model: ModelView = entry()
    elif Path(given.model).is_file():
        model = _load(Path(given.model))
    else:
        raise UnknownNameError(
            f"show: there is no model {given.model!r} and no file of that name. "
            f"{nearest_names(given.model, MODELS)}"
        )
    print(model)
    figure, ax = plt.subplots(figsize=(7, 6), layout="constrained")
    model.plot(ax)
    return _finish(figure, given.save)


def _load(path: Path) -> ModelView:
    """Read a model of either class."""
    try:
        return NeuronModel.load(path)
    except CompartmentError as reason:
        try:
            return PointNeuronModel.load(path)
        except CompartmentError:
            raise reason from None


def _versions(given: argparse.Namespace) -> int:
    show_versions()
    return 0


def _finish(figure: Figure, save: Path | None) -> int:
    """Write the figure, or show it."""
    try:
        if save is not None:
            return _write(figure, save)
        if plt.get_backend().lower() in _WITHOUT_WINDOWS:
            print("No window can be opened here. Use --save FILE.png.", file=sys.stderr)
            return 0
        plt.show()
        return 0
    finally:
        plt.close(figure)


def _write(figure: Figure, path: Path) -> int:
    kinds = figure.canvas.get_supported_filetypes()
    kind = path.suffix.removeprefix(".").lower()
    if kind not in kinds:
        raise CompartmentError(
            f"--save {path}: a figure cannot be written as {kind!r}. {nearest_names(kind, kinds)}"
        )
    figure.savefig(path, dpi=150)
    print(f"written: {path}")
    return 0
