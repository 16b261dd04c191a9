"""The text of all ready models: compilers have nothing to say about it, and it says where it comes from."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

import dendrify_gpu as dg
from dendrify_gpu.gpu.backends.base import header_folder
from dendrify_gpu.gpu.backends.cxx import COMPILER_FLAGS
from dendrify_gpu.models import MODELS

COMPILERS = [name for name in ("g++", "clang++") if shutil.which(name)]


@cache
def network(precision: str = "float64") -> dg.Network:
    """All ready models in one network; each has its own step function."""
    net = dg.Network(precision=precision, backend="cpu")
    for name, entry in MODELS.items():
        cells = net.population(entry(), 32, method=entry.method, name=name)
        net.record(cells[:3], sorted(cells.variables)[:2])
    return net


@pytest.mark.parametrize("precision", [32, 64])
@pytest.mark.parametrize("compiler", COMPILERS)
def test_compilers_have_nothing_to_say(compiler: str, precision: int, tmp_path: Path) -> None:
    # Warnings that need optimisation, such as that of what is never set, come with the lowest level too. Those of
    # clang need none, and nothing has to be linked.
    flags = ["-O1" if flag == "-O3" else flag for flag in COMPILER_FLAGS if flag != "-shared"]
    flags += ["-S"] if compiler == "g++" else ["-fsyntax-only"]
    command = [compiler, *flags, "-Werror", f"-DPRECISION={precision}", f"-I{header_folder()}"]
    text = network(f"float{precision}").code("cpu")
    assert {"-Wall", "-Wextra"} <= set(command)
    groups = re.findall(r"#if IN_PART\(([1-9]\d*)\)", text)
    assert len(groups) == len(MODELS) > 2
    given = [f"-DGROUP_{group}={int(group) % 3}" for group in groups]
    for options in ([], *([f"-DPART={part}", *given] for part in range(3))):
        result = subprocess.run(
            [*command, *options, "-x", "c++", "-", "-o", str(tmp_path / "text")],
            input=text,
            text=True,
            capture_output=True,
            check=False,
        )
        assert result.returncode == 0, result.stderr
        assert result.stderr == ""


def test_each_update_has_its_equation_above_it() -> None:
    lines = [line.strip() for line in network().code("cpu").splitlines()]
    updates = 0
    for above, line in pairwise(lines):
        found = re.match(r"const lane _next_(\w+) = ", line)
        if found:
            updates += 1
            assert above.startswith(f"// {found[1]} = "), line
    equations = [line for line in lines if re.match(r"//     d\w+/dt = ", line)]
    # The methods of all ready models update each variable once.
    assert updates == len(equations) > 50


def test_each_number_of_the_host_says_what_it_is() -> None:
    for function in network().code("cpu").split("// Model ")[1:]:
        used = {int(number) for number in re.findall(r"\bc\[(\d+)\]\)", function)}
        said = re.findall(r"^//     c\[(\d+)\] = .+$", function, re.MULTILINE)
        assert used == {int(number) for number in said}
        assert len(said) == len(used) > 0
