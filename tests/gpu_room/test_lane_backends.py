"""One arithmetic: vectors of every width, single threads and every optimisation give the same bits."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from lane_harness import INTEGER, REAL, apply, compiled, functions
from test_lane_math import EVERYTHING, INF, NAN

from dendrify_gpu.gpu.backends.base import header_folder
from dendrify_gpu.gpu.backends.nvcc import NVCC_FLAGS

INDEX = "as_unsigned(as_integer(x) & isplat(0x7fffffff))"
DRAWS = tuple(f"random_{kind}({INDEX}, 9u, 1u, 5u, 2u)" for kind in ("uniform", "normal"))
BASIC = (
    *("x + y", "x - y", "x * y", "x / y", "lane_fma(x, y, x)", "lane_fma(x, x, y)"),
    *("select(less(x, y), x, y)", "select(mask_not(less_equal(x, y)), x, y)"),
    *("select(greater(x, y) | equal(x, y), x, y)", "select(greater_equal(x, y), x, y)"),
    *("select(not_equal(x, y) & less(x, splat(0)), x, y)", "to_real(as_integer(x) >> 7)"),
    *("as_real(iselect(has_bit(as_integer(x), 3), as_integer(y), mask_bit(less(x, y), 5)))",),
    "select(iequal(as_integer(x) & isplat(3), isplat(1)), x, y)",
    "to_real(steps_left(x) & isplat(0x7fffffff))",
)
ALL = (*EVERYTHING, *BASIC, *DRAWS)
VARIANTS = {
    "16 bytes": {"options": ("-DVECTOR_BYTES=16",)},
    "32 bytes": {"options": ("-DVECTOR_BYTES=32",)},
    "64 bytes": {"options": ("-DVECTOR_BYTES=64",)},
    "little optimised": {"options": ("-O1",)},
    "CUDA": {"target": "cuda"},
    "CUDA little optimised": {"target": "cuda", "options": ("-O1",)},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lane")


@cache
def arguments(precision: int) -> tuple[np.ndarray, np.ndarray]:
    """Every kind of number: all bit patterns, subnormal and infinite ones and NaN among them."""
    rng = np.random.default_rng(9)
    count = 50_000
    bounds = np.iinfo(INTEGER[precision])
    wild = rng.integers(bounds.min, bounds.max, (2, count), INTEGER[precision], endpoint=True)
    real = REAL[precision]
    usual = rng.uniform([[-30], [-3]], [[30], [3]], (2, count)).astype(real)
    special = np.array([[0, -0.0, 1, INF, -INF, NAN], [-0.0, 0, INF, 1, NAN, INF]], dtype=real)
    x, y = np.concatenate([wild.view(real), usual, special], axis=1)
    return np.ascontiguousarray(x), np.ascontiguousarray(y)


@pytest.mark.parametrize("precision", [32, 64])
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("expression", ALL)
def test_same_bits(expression: str, variant: str, precision: int, folder: Path) -> None:
    x, y = arguments(precision)
    reference = apply(expression, x, y, precision=precision, folder=folder, among=ALL)
    how = VARIANTS[variant]
    result = apply(expression, x, y, precision=precision, folder=folder, among=ALL, **how)
    same = result.view(INTEGER[precision]) == reference.view(INTEGER[precision])
    # The bits of a NaN are the processor's; nothing reads them.
    assert np.all(same | (np.isnan(result) & np.isnan(reference)))
    assert not np.all(np.isnan(reference))


def processor_has(*flags: str) -> bool:
    try:
        words = set(Path("/proc/cpuinfo").read_text().split())
    except OSError:
        return False
    return platform.machine() == "x86_64" and words.issuperset(flags)


@pytest.mark.skipif(not processor_has("fma", "avx2"), reason="needs a processor with AVX2")
@pytest.mark.parametrize("precision", [32, 64])
def test_functions_are_vector_code(precision: int, folder: Path) -> None:
    """No call, and no arithmetic on one number of a vector."""
    # Clang says that the linker's options are of no use here.
    options = ("-S", "-Wno-unused-command-line-argument")
    path = compiled(functions(EVERYTHING + DRAWS), precision, folder, options=options, suffix=".s")
    instructions = re.findall(r"^\t([a-z][a-z0-9]*)\b(.*)$", path.read_text(), re.MULTILINE)
    names = {name for name, _ in instructions}
    letter = "s" if precision == 32 else "d"
    assert not names & {"call", "callq"}
    scalar = re.compile(r"v?(add|sub|mul|div|sqrt|fn?m(add|sub)\d+|max|min)s[sd]")
    assert not {name for name in names if scalar.fullmatch(name)}
    fused = [rest for name, rest in instructions if re.match(rf"vfn?madd\d+p{letter}$", name)]
    assert len(fused) > 100
    assert not [rest for rest in fused if "%xmm" in rest]


@pytest.mark.skipif(shutil.which("nvcc") is None, reason="nvcc is not installed")
@pytest.mark.parametrize("precision", [32, 64])
@pytest.mark.parametrize("architecture", ["sm_75", "sm_80", "sm_90"])
def test_every_function_compiles_for_a_device(
    architecture: str, precision: int, tmp_path: Path
) -> None:
    """Without warnings, without contraction and without the stack."""
    headers = "".join(f'#include "{name}.h"\n' for name in ("lane_cuda", "lane_math", "philox"))
    body = "".join(f"    out[{number}] = {text};\n" for number, text in enumerate(ALL))
    source = tmp_path / "all.cu"
    source.write_text(
        f'{headers}extern "C" __global__ void all(const real *in, real *out)\n{{\n'
        f"    const lane x = load(in), y = load(in + 1);\n{body}"
        "    out[0] += geometric_gap(1, 2, 3, 4, 5, in[2]);\n}\n"
    )
    command = ["nvcc", *NVCC_FLAGS, f"-arch={architecture}", f"-DPRECISION={precision}"]
    command += ["-Werror", "all-warnings", "-Xptxas", "-v", f"-I{header_folder()}"]
    command += [str(source), "-o", str(tmp_path / "all.cubin")]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert "0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads" in result.stderr
