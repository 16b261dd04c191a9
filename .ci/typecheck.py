"""Type-check the three rooms under the names that users import them by.

In the repository the rooms stand side by side; installed, two of them are inside the third. mypy
does not follow the import hook of an editable install, so it is shown a tree of links that has the
installed shape.

    python .ci/typecheck.py [tree]
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def room_folders(root: Path) -> dict[str, Path]:
    """Return the folder of each room, by the name that it is imported by.

    Parameters
    ----------
    root : pathlib.Path
        The repository.

    Returns
    -------
    dict of str to pathlib.Path
    """
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    mapping: dict[str, str] = settings["tool"]["setuptools"]["package-dir"]
    return {name: root / folder for name, folder in mapping.items()}


def link_rooms(root: Path, tree: Path) -> None:
    """Make or refresh the tree of links.

    Parameters
    ----------
    root : pathlib.Path
        The repository.
    tree : pathlib.Path
        Where the links go.
    """
    rooms = room_folders(root)
    wanted: dict[Path, Path] = {}
    for name, folder in rooms.items():
        inside = any(other != name and name.startswith(f"{other}.") for other in rooms)
        target = tree.joinpath(*name.split("."))
        if inside:
            wanted[target] = folder
        else:
            wanted |= {target / entry.name: entry for entry in folder.iterdir()}
    for path in tree.glob("*/*"):
        if path not in wanted or path.readlink() != wanted[path]:
            path.unlink()
    for path, source in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_symlink():
            path.symlink_to(source)


def typecheck(root: Path, tree: Path) -> tuple[int, str]:
    """Run mypy on all rooms.

    Parameters
    ----------
    root : pathlib.Path
        The repository; its ``pyproject.toml`` configures mypy.
    tree : pathlib.Path
        Where the links go.

    Returns
    -------
    status : int
        Exit status of mypy.
    report : str
        What mypy found, with the paths of the repository.
    """
    link_rooms(root, tree)
    command = [sys.executable, "-m", "mypy", "--no-error-summary"]
    command += ["--config-file", str(root / "pyproject.toml")]
    command += ["--cache-dir", str(tree.parent), "-p", "dendrify_gpu"]
    result = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    report = result.stdout + result.stderr
    for name, folder in sorted(room_folders(root).items(), key=lambda item: -len(item[0])):
        linked = re.escape(os.path.join(*name.split(".")) + os.sep)
        report = re.sub(rf"^{linked}", f"{folder.name}{os.sep}", report, flags=re.MULTILINE)
    return result.returncode, report


if __name__ == "__main__":
    default = ROOT / ".mypy_cache" / "rooms"
    status, report = typecheck(ROOT, Path(sys.argv[1]).resolve() if sys.argv[1:] else default)
    print(report.rstrip() or "mypy: no errors in dendrify_gpu, compartments and gpu")
    sys.exit(status)
