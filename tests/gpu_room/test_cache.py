"""The disk cache under bad luck: killed processes, damaged files, several processes at a time."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from models import lif

from dendrify_gpu.gpu import CpuBackend, build_program, cache_directory, clear_cache
from dendrify_gpu.gpu.cache import cached_bytes, cached_file
from dendrify_gpu.gpu.codegen.step_function import StepFunction, build_step_function


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("DENDRIFY_GPU_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def functions() -> list[StepFunction]:
    return [build_step_function(build_program(lif(), 1e-4), "step_lif", (("g",),))]


SLOW = """
import sys, time
from dendrify_gpu.gpu.cache import cached_file

def make(path):
    path.write_bytes(b'half of it')
    print('half', flush=True)
    time.sleep(60)

cached_file(['text'], '.so', make)
"""


def test_a_process_that_is_killed_while_it_compiles_leaves_nothing_behind(own_cache: Path) -> None:
    command = [sys.executable, "-c", SLOW]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "half\n"
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert [path.name[:4] for path in own_cache.iterdir()] == ["tmp_"]
    path, made = cached_file(["text"], ".so", lambda path: path.write_bytes(b"all of it"))
    assert made
    assert cached_bytes(path) == b"all of it"
    assert list(own_cache.iterdir()) == [path]


def test_what_a_living_process_writes_is_left_alone(own_cache: Path) -> None:
    command = [sys.executable, "-c", SLOW]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "half\n"
        cached_file(["another"], ".so", lambda path: path.write_bytes(b"all of it"))
        clear_cache()
        left = [path.name for path in own_cache.iterdir()]
        child.kill()
        child.wait()
    assert len(left) == 1
    assert left[0].startswith(f"tmp_{child.pid}_")


def test_old_files_of_other_machines_are_removed(own_cache: Path) -> None:
    own_cache.mkdir()
    for name, age in (("tmp_1_elsewhere_a.so", 3 * 24 * 3600), ("tmp_2_elsewhere_b.so", 60)):
        (own_cache / name).write_bytes(b"half of it")
        then = time.time() - age
        os.utime(own_cache / name, (then, then))
    clear_cache()
    assert [path.name for path in own_cache.iterdir()] == ["tmp_2_elsewhere_b.so"]


def test_random_names_with_underscores_are_understood(own_cache: Path) -> None:
    """As the system's makers of temporary names give them."""
    own_cache.mkdir()
    gone, alive = 2**22 - 3, os.getpid()
    for process in (gone, alive):
        (own_cache / f"tmp_{process}_{socket.gethostname()}_a_b_1.so").write_bytes(b"half of it")
    clear_cache()
    assert [path.name.split("_")[1] for path in own_cache.iterdir()] == [str(alive)]


@pytest.mark.parametrize("damage", ["cut", "changed", "empty"])
def test_a_damaged_file_is_made_anew(damage: str) -> None:
    CpuBackend(threads=1).build(functions(), 64)
    (path,) = cache_directory().glob("kernel_*.so")
    data = path.read_bytes()
    spoiled = {
        "cut": data[: len(data) // 2],
        "changed": data[:5000] + bytes([data[5000] ^ 1]) + data[5001:],
        "empty": b"",
    }
    # A new file under the old name: the old one is mapped into this process.
    path.unlink()
    path.write_bytes(spoiled[damage])
    assert not CpuBackend(threads=1).build(functions(), 64).from_cache
    assert path.read_bytes() == data
    assert CpuBackend(threads=1).build(functions(), 64).from_cache


def test_processes_that_compile_the_same_at_a_time_do_not_disturb_each_other(
    own_cache: Path,
) -> None:
    script = (
        "from dendrify_gpu.gpu.cache import cached_bytes, cached_file\n"
        "import time\n"
        "def make(path):\n"
        "    with path.open('wb') as file:\n"
        "        for _ in range(20):\n"
        "            file.write(b'x' * 1000)\n"
        "            file.flush()\n"
        "            time.sleep(0.01)\n"
        "path, made = cached_file(['text'], '.so', make)\n"
        "assert cached_bytes(path) == b'x' * 20000\n"
    )
    children = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(3)]
    assert [child.wait() for child in children] == [0, 0, 0]
    assert len(list(own_cache.iterdir())) == 1
