"""Compiles the generated text to a CUDA binary with the library NVRTC, where nvcc is not installed. Needs no device."""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from ..cache import cached_file
from ..errors import ToolchainError
from .base import header_folder, header_text

__all__ = ["NVRTC_FLAGS", "compile_cubin_with_nvrtc", "find_nvrtc"]

#: What nvcc is told, in NVRTC's words: contraction stays off, division and square root are precise and subnormal
#: numbers kept.
NVRTC_FLAGS = (
    "--std=c++17",
    "--fmad=false",
    "--ftz=false",
    "--prec-div=true",
    "--prec-sqrt=true",
)

#: Names under which the library may be found, the newest first.
_NAMES = ("libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so")

#: The header that NVRTC lacks, and the file that stands in for it.
_STDINT = ("stdint.h", "nvrtc_stdint.h")


def find_nvrtc() -> str:
    """Return the NVRTC library: named in the environment variable ``NVRTC``, of a toolkit, or of a Python package.

    Returns
    -------
    str
        Path, or a name that the system's loader knows.

    Raises
    ------
    ToolchainError
        If there is none.
    """
    for candidate in _candidates():
        try:
            ctypes.CDLL(candidate)
        except OSError:
            continue
        return candidate
    raise ToolchainError(
        "The CUDA compiler library NVRTC was not found. Install it ('pip install nvidia-cuda-nvrtc', or 'conda "
        "install cuda-nvrtc') or name it in the environment variable NVRTC."
    )


def _candidates() -> Iterator[str]:
    named = os.environ.get("NVRTC")
    if named:
        yield named
        return
    for root in (os.environ.get("CUDA_PATH"), os.environ.get("CUDA_HOME"), "/usr/local/cuda"):
        if root:
            yield from (str(Path(root) / "lib64" / name) for name in _NAMES)
    # The packages of NVIDIA put it into site-packages/nvidia/<package>/lib.
    for folder in sys.path:
        for name in _NAMES:
            yield from (str(path) for path in sorted(Path(folder, "nvidia").glob(f"*/lib/{name}")))
    yield from _NAMES


class _Library:
    """The functions of NVRTC that are used."""

    def __init__(self, path: str) -> None:
        # It opens this companion by name; outside the loader's folders that only works if it is loaded already.
        for companion in sorted(Path(path).parent.glob("libnvrtc-builtins.so*")):
            ctypes.CDLL(str(companion))
        self._library = ctypes.CDLL(path)
        self._library.nvrtcGetErrorString.restype = ctypes.c_char_p
        major, minor = ctypes.c_int(), ctypes.c_int()
        self._call("nvrtcVersion", ctypes.byref(major), ctypes.byref(minor))
        self.version = f"NVRTC {major.value}.{minor.value}"

    def compile(self, text: str, headers: dict[str, str], options: Sequence[str]) -> bytes:
        """Return the binary that a text is compiled to."""
        program = ctypes.c_void_p()
        names = _strings(list(headers))
        contents = _strings(list(headers.values()))
        self._call(
            "nvrtcCreateProgram",
            ctypes.byref(program),
            text.encode(),
            b"network.cu",
            len(headers),
            contents,
            names,
        )
        try:
            status = self._library.nvrtcCompileProgram(program, len(options), _strings(options))
            if status != 0:
                log = self._text("nvrtcGetProgramLog", program).rstrip(b"\0").decode()
                raise ToolchainError(f"NVRTC refused the generated text:\n{log[:4000]}")
            return self._text("nvrtcGetCUBIN", program)
        finally:
            self._call("nvrtcDestroyProgram", ctypes.byref(program))

    def _text(self, function: str, program: ctypes.c_void_p) -> bytes:
        size = ctypes.c_size_t()
        self._call(f"{function}Size", program, ctypes.byref(size))
        content = ctypes.create_string_buffer(size.value)
        self._call(function, program, content)
        return content.raw

    def _call(self, function: str, *arguments: object) -> None:
        status = getattr(self._library, function)(*arguments)
        if status != 0:
            reason = self._library.nvrtcGetErrorString(status).decode()
            raise ToolchainError(f"NVRTC's {function} failed: {reason}.")


def _strings(texts: Sequence[str]) -> ctypes.Array[ctypes.c_char_p]:
    return (ctypes.c_char_p * len(texts))(*(text.encode() for text in texts))


@cache
def _headers() -> dict[str, str]:
    """Return all headers by the names under which texts and headers include them."""
    folder = header_folder()
    headers = {}
    for path in sorted(folder.rglob("*.h")):
        names = {path.name, path.relative_to(folder).as_posix()}
        names |= {f"../{path.name}"} if path.parent == folder else set()
        headers.update(dict.fromkeys(names, path.read_text()))
    headers[_STDINT[0]] = headers[_STDINT[1]]
    return headers


@cache
def _library(path: str) -> _Library:
    return _Library(path)


def compile_cubin_with_nvrtc(
    text: str, precision: int, architecture: str, options: Sequence[str] = ()
) -> tuple[Path, bool]:
    """Compile a text that uses the headers for one architecture, or find it in the cache.

    Parameters
    ----------
    text : str
    precision : {32, 64}
        Bits of the floating-point numbers.
    architecture : str
        Such as ``'sm_90'``.
    options : sequence of str, optional
        Further definitions, such as ``'-DNAME=1'``.

    Returns
    -------
    path : pathlib.Path
        The binary, a file of the cache.
    made : bool
        False if it was in the cache.

    Raises
    ------
    ToolchainError
        If the library is missing or refuses the text.
    """
    library = _library(find_nvrtc())
    flags = [*NVRTC_FLAGS, f"--gpu-architecture={architecture}", f"-DPRECISION={precision}"]
    flags += options
    headers = _headers()

    def make(path: Path) -> None:
        path.write_bytes(library.compile(text, headers, flags))

    parts = [text, header_text(), " ".join(flags), library.version]
    return cached_file(parts, ".cubin", make)
