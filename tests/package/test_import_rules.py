"""Who may import whom: the rooms, their public names, and no cycles inside a room."""

from __future__ import annotations

import ast
import graphlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOP = "dendrify_gpu"


@dataclass(frozen=True)
class Import:
    """One imported thing: a module, and the name taken from it (None for `import module`)."""

    module: str
    name: str | None
    line: int
    for_types_only: bool


@dataclass(frozen=True)
class Module:
    name: str
    room: str
    path: Path
    tree: ast.Module

    @property
    def package(self) -> str:
        """Return what a single dot means in this module."""
        is_package = self.path.name == "__init__.py"
        return self.name if is_package else self.name.rpartition(".")[0]

    def imports(self) -> Iterator[Import]:
        """Yield every import, also inside functions and `if TYPE_CHECKING`."""
        for_types = {
            id(node)
            for block in ast.walk(self.tree)
            if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
            for statement in block.body
            for node in ast.walk(statement)
        }
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield Import(alias.name, None, node.lineno, id(node) in for_types)
            elif isinstance(node, ast.ImportFrom):
                base = node.module or ""
                if node.level:
                    parts = self.package.split(".")
                    parts = parts[: len(parts) - node.level + 1]
                    base = ".".join([*parts, *filter(None, [node.module])])
                for alias in node.names:
                    yield Import(base, alias.name, node.lineno, id(node) in for_types)

    def uses_absolute_import_of_itself(self) -> Iterator[int]:
        for node in ast.walk(self.tree):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            if any(name.split(".")[0] == TOP for name in names):
                yield node.lineno


def room_folders(root: Path) -> dict[str, Path]:
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    mapping = settings["tool"]["setuptools"]["package-dir"]
    return {name: root / folder for name, folder in mapping.items()}


def read_modules(root: Path) -> dict[str, Module]:
    modules = {}
    for room, folder in room_folders(root).items():
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder).with_suffix("").parts
            name = ".".join([room, *(part for part in parts if part != "__init__")])
            tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
            modules[name] = Module(name, room, path, tree)
    return modules


def public_names(module: Module) -> set[str]:
    """Return `__all__`, which has to be written out for a reader and for this test."""
    for node in module.tree.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets
        ):
            return set(ast.literal_eval(node.value))
    return set()


def _inside(name: str, room: str) -> bool:
    return name == room or name.startswith(f"{room}.")


def _room_of(name: str, rooms: Mapping[str, object]) -> str | None:
    return max((room for room in rooms if _inside(name, room)), key=len, default=None)


def _offered(name: str, room: str, modules: Mapping[str, Module]) -> set[str]:
    """Return the public names of a room, or of a package in it that is one of them."""
    inner = name.removeprefix(f"{room}.")
    is_package = name in modules and modules[name].path.name == "__init__.py"
    if name == room or (is_package and inner in public_names(modules[room])):
        return public_names(modules[name])
    return set()


def room_violations(root: Path) -> list[str]:
    """Return one line for each import that crosses a room's wall where it must not."""
    modules = read_modules(root)
    rooms = room_folders(root)
    found = []
    for module in modules.values():
        where = module.path.relative_to(root)
        for line in module.uses_absolute_import_of_itself():
            found.append(f"{where}:{line}: write imports inside the package relative")
        for item in module.imports():
            target = item.module
            if item.name is not None and f"{target}.{item.name}" in modules:
                target = f"{target}.{item.name}"
            at = f"{where}:{item.line}"
            if target.split(".")[0] in {path.name for path in rooms.values()} - {TOP}:
                found.append(f"{at}: there is no installed module {target}")
            room = _room_of(target, rooms)
            if room is None or room == module.room:
                continue
            if module.room != TOP:
                found.append(f"{at}: {module.room} must not import {target}")
            elif item.name not in _offered(item.module, room, modules):
                name = f"{item.module}.{item.name}" if item.name else item.module
                found.append(f"{at}: {name} is not a public name of {room}")
    return found


def import_graph(modules: Mapping[str, Module], room: str) -> dict[str, set[str]]:
    """Return what each module of a room names in its imports; parent packages do not count.

    What is imported for annotations alone does not count either: it is not executed.
    """
    graph: dict[str, set[str]] = {}
    for module in modules.values():
        if module.room != room:
            continue
        edges = graph.setdefault(module.name, set())
        for item in module.imports():
            if item.for_types_only:
                continue
            submodule = f"{item.module}.{item.name}"
            target = submodule if submodule in modules else item.module
            if target in modules and modules[target].room == room:
                edges.add(target)
    return graph


def cycles(root: Path) -> list[str]:
    """Return one line for each room whose modules import each other in a circle."""
    modules = read_modules(root)
    found = []
    for room in room_folders(root):
        try:
            graphlib.TopologicalSorter(import_graph(modules, room)).prepare()
        except graphlib.CycleError as error:
            found.append(" -> ".join(reversed(error.args[1])))
    return found


def test_rooms_import_only_what_they_may() -> None:
    found = room_violations(ROOT)
    assert not found, "\n".join(found)


def test_no_module_imports_itself_in_a_circle() -> None:
    found = cycles(ROOT)
    assert not found, "\n".join(found)


def test_every_room_and_module_is_read() -> None:
    modules = read_modules(ROOT)
    assert {module.room for module in modules.values()} == set(room_folders(ROOT))
    graph = import_graph(modules, f"{TOP}.gpu")
    assert f"{TOP}.gpu.codegen.step_function" in graph[f"{TOP}.gpu.compile"]


@pytest.fixture
def small_house(tmp_path: Path) -> Path:
    """Lay out three rooms that keep the rules."""
    texts = {
        "gpu/__init__.py": "from . import tasks\nfrom .engine.run import run\n__all__ = ['run', 'tasks']\n",
        "gpu/engine/__init__.py": "",
        "gpu/tasks/__init__.py": "from .kinds import Task\n__all__ = ['Task']\n",
        "gpu/tasks/kinds.py": "class Task: ...\nclass Other: ...\n",
        "gpu/engine/run.py": "from ..errors import Bad\nfrom .. import errors\ndef run(): ...\n",
        "gpu/errors.py": "class Bad(Exception): ...\n",
        "compartments/__init__.py": "from . import channels\n__all__ = ['channels']\n",
        "compartments/channels.py": "import numpy as np\n",
        "dendrify_gpu/__init__.py": "from .compartments import channels\nfrom .gpu import run\n",
        "dendrify_gpu/network.py": "from .gpu import run\nfrom .gpu.tasks import Task\n",
    }
    for name, text in texts.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    return tmp_path


def test_a_house_that_keeps_the_rules_passes(small_house: Path) -> None:
    assert room_violations(small_house) == []
    assert cycles(small_house) == []


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("gpu/a.py", "from ..compartments import channels", "gpu must not import"),
        ("gpu/engine/a.py", "from ... import network", "gpu must not import"),
        ("gpu/engine/a.py", "from ...network import Network", "gpu must not import"),
        (
            "compartments/a.py",
            "def f():\n    from ..gpu import run",
            "compartments must not import",
        ),
        ("compartments/a.py", "from .. import gpu", "compartments must not import"),
        ("compartments/a.py", "import dendrify_gpu", "imports inside the package relative"),
        ("gpu/a.py", "from dendrify_gpu.gpu.errors import Bad", "the package relative"),
        ("gpu/a.py", "import compartments.channels", "no installed module compartments.channels"),
        ("gpu/a.py", "if TYPE_CHECKING:\n    from .. import network", "gpu must not import"),
        ("dendrify_gpu/a.py", "from gpu import run", "there is no installed module gpu"),
        ("dendrify_gpu/a.py", "from .gpu.errors import Bad", "errors.Bad is not a public name"),
        ("dendrify_gpu/a.py", "from .gpu import errors", "gpu.errors is not a public name"),
        ("dendrify_gpu/a.py", "from . import gpu", "dendrify_gpu.gpu is not a public name"),
    ],
)
def test_a_forbidden_import_is_found(small_house: Path, file: str, text: str, message: str) -> None:
    (small_house / file).write_text(text + "\n", encoding="utf-8")
    found = room_violations(small_house)
    assert any(line.startswith(f"{file}:") and message in line for line in found), found


@pytest.mark.parametrize(
    ("file", "text", "circle"),
    [
        ("gpu/errors.py", "from .engine import run", "gpu.engine.run"),
        ("gpu/errors.py", "from typing import Any\nfrom .engine.run import run", "gpu.engine.run"),
        ("compartments/channels.py", "from . import Soma", "compartments.channels"),
    ],
)
def test_a_circle_is_found(small_house: Path, file: str, text: str, circle: str) -> None:
    (small_house / file).write_text(text + "\n", encoding="utf-8")
    (found,) = cycles(small_house)
    assert f"{TOP}.{circle}" in found
    assert found.split(" -> ")[0] == found.split(" -> ")[-1]


def test_an_import_for_annotations_makes_no_circle(small_house: Path) -> None:
    text = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .engine.run import run\n"
    (small_house / "gpu/errors.py").write_text(text, encoding="utf-8")
    assert cycles(small_house) == []
    (small_house / "gpu/errors.py").write_text(text + "else:\n    from . import engine, run\n")
    assert len(cycles(small_house)) == 1
