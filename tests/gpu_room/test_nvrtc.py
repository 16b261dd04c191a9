"""The compiler library NVRTC in place of nvcc: it needs no device."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess

import pytest
from models import active, lif

from dendrify_gpu.gpu import ToolchainError, build_program
from dendrify_gpu.gpu.backends import cuda, nvrtc
from dendrify_gpu.gpu.backends.nvcc import compile_cubin, find_nvcc
from dendrify_gpu.gpu.backends.nvrtc import compile_cubin_with_nvrtc, find_nvrtc
from dendrify_gpu.gpu.cache import cached_bytes
from dendrify_gpu.gpu.codegen.step_function import StepFunction, build_step_function
from dendrify_gpu.gpu.codegen.translation_unit import translation_unit


def text() -> str:
    return translation_unit(functions(), "cuda")


def functions() -> list[StepFunction]:
    return [
        build_step_function(build_program(active(), 1e-4), "step_active", (("s",),), (("V",),)),
        build_step_function(build_program(lif(), 1e-4), "step_lif", (("g",),)),
    ]


def is_missing() -> bool:
    try:
        find_nvrtc()
    except ToolchainError:
        return True
    return False


def nvrtc_version() -> str:
    return nvrtc._library(find_nvrtc()).version.removeprefix("NVRTC ")


def nvcc_version() -> str:
    said = subprocess.run([find_nvcc(), "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"release (\d+\.\d+)", said.stdout)
    assert found is not None
    return found.group(1)


needs_nvrtc = pytest.mark.skipif(is_missing(), reason="NVRTC is not installed")


@needs_nvrtc
@pytest.mark.parametrize("precision", [32, 64])
def test_the_text_compiles_to_a_binary_with_both_kernels(precision: int) -> None:
    path, _ = compile_cubin_with_nvrtc(text(), precision, "sm_80")
    binary = cached_bytes(path)
    assert binary[:4] == b"\x7fELF"
    assert b".text.advance_window\0" in binary
    assert b".text.deliver_window\0" in binary
    assert compile_cubin_with_nvrtc(text(), precision, "sm_80") == (path, False)


def machine_code(binary: bytes) -> dict[str, bytes]:
    """Return the sections of an ELF file that hold instructions."""
    (table,) = struct.unpack_from("<Q", binary, 40)
    count, names_number = struct.unpack_from("<HH", binary, 60)
    heads = [struct.unpack_from("<IIQQQQ", binary, table + 64 * k) for k in range(count)]
    names = binary[heads[names_number][4] :][: heads[names_number][5]]
    sections = {
        names[name : names.index(b"\0", name)].decode(): binary[begin : begin + size]
        for name, _, _, _, begin, size in heads
    }
    return {name: code for name, code in sections.items() if name.startswith(".text.")}


@needs_nvrtc
@pytest.mark.skipif(shutil.which("nvcc") is None, reason="nvcc is not installed")
@pytest.mark.parametrize("precision", [32, 64])
def test_the_machine_code_is_that_of_nvcc(precision: int) -> None:
    """Only compilers of one version agree in every byte; the flags that decide about bits do so in any."""
    found = []
    for compiler in (compile_cubin_with_nvrtc, compile_cubin):
        path, _ = compiler(text(), precision, "sm_80")
        found.append(machine_code(cached_bytes(path)))
    assert found[0].keys() == found[1].keys() == {".text.advance_window", ".text.deliver_window"}
    if nvrtc_version() == nvcc_version():
        assert found[0] == found[1]


@needs_nvrtc
def test_a_refused_text_shows_what_the_compiler_said() -> None:
    function = functions()[1]
    broken = StepFunction(
        function.name,
        function.source.replace("lane_fma", "no_such_function"),
        function.coefficients,
        function.ports,
        (),
        1,
    )
    with pytest.raises(
        ToolchainError, match=r"NVRTC refused the generated text:[\s\S]*no_such_function"
    ):
        compile_cubin_with_nvrtc(translation_unit([broken], "cuda"), 32, "sm_80")


def test_a_missing_library_is_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NVRTC", "/no/such/library.so")
    with pytest.raises(ToolchainError, match=r"NVRTC was not found\. Install it"):
        find_nvrtc()


def test_nvrtc_stands_in_where_nvcc_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> str:
        raise ToolchainError("nvcc was not found.")

    monkeypatch.setattr(cuda, "find_nvcc", lambda: "nvcc")
    assert cuda._installed_compiler() == "nvcc"
    monkeypatch.setattr(cuda, "find_nvcc", missing)
    monkeypatch.setattr(cuda, "find_nvrtc", lambda: "libnvrtc.so")
    assert cuda._installed_compiler() == "nvrtc"
    monkeypatch.setattr(cuda, "find_nvrtc", missing)
    with pytest.raises(ToolchainError, match="nvcc was not found"):
        cuda._installed_compiler()
