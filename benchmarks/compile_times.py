"""How long the ready models and the CA1 network take to compile: on the CPU, and to a CUDA binary where nvcc is there.

Each model alone, by both compilers, cold with an empty cache and then from the cache; for CUDA also the registers of
the kernel that advances neurons, and what it spills. The time is that of the compiler and of loading, without Python's
work on the equations.

Usage: python benchmarks/compile_times.py [--repeats R] [--precision float64 float32] [--architecture sm_90]
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from _spread import spread

import dendrify_gpu as dg
from dendrify_gpu.gpu import CpuBackend
from dendrify_gpu.gpu.backends.nvcc import compile_cubin, kernel_resources
from dendrify_gpu.gpu.codegen.step_function import StepFunction
from dendrify_gpu.gpu.codegen.translation_unit import translation_unit
from dendrify_gpu.gpu.compile import generate
from dendrify_gpu.gpu.engine.ports import all_ports
from dendrify_gpu.models import CA1_INPUT_RATES, CA1_SPIKING, MODELS, ca1_pyramidal


def ready(name: str, precision: str) -> dg.Network:
    """Return a network of one ready model."""
    entry = MODELS[name]
    net = dg.Network(dt=entry.dt, precision=precision, backend="cpu")
    net.population(entry(), 100, method=entry.method)
    return net


def ca1(precision: str) -> dg.Network:
    """Return the CA1 cell with its input."""
    net = dg.Network(precision=precision, backend="cpu")
    cells = net.population(ca1_pyramidal(), 100, name="ca1", **CA1_SPIKING)
    for name, rate in CA1_INPUT_RATES.items():
        receptors = [f"AMPA_{name}", f"NMDA_{name}"]
        net.connect(net.poisson(100, rate=rate), cells, receptors, one_to_one=True)
    return net


def functions_of(net: dg.Network) -> tuple[StepFunction, ...]:
    plan = net.plan()
    return generate(plan, all_ports(plan)).functions


def cold_and_cached(
    compile_it: Callable[[], object], repeats: int
) -> tuple[list[float], list[float]]:
    """Return the seconds of compilations with an empty cache, and of finding what they made."""
    cold, cached = [], []
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as folder:
            os.environ["DENDRIFY_GPU_CACHE"] = folder
            for times in (cold, cached):
                started = time.perf_counter()
                compile_it()
                times.append(time.perf_counter() - started)
    return cold, cached


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--precision", nargs="+", default=["float64", "float32"])
    parser.add_argument("--architecture", default="sm_90")
    options = parser.parse_args()
    has_nvcc = shutil.which("nvcc") is not None
    print(f"{os.cpu_count()} CPUs; seconds: median [least, most]")
    builders = {name: lambda p, n=name: ready(n, p) for name in sorted(MODELS)} | {
        "CA1 with input": ca1
    }
    for name, builder in builders.items():
        for precision in options.precision:
            bits = int(precision[-2:])
            functions = functions_of(builder(precision))
            cold, cached = cold_and_cached(
                lambda f=functions, b=bits: CpuBackend().build(f, b), options.repeats
            )
            line = f"{name}, {precision}: CPU {spread(cold)}, cached {max(cached) * 1e3:.0f} ms at most"
            if has_nvcc:
                text = translation_unit(functions, "cuda")
                cold, cached = cold_and_cached(
                    lambda t=text, b=bits: compile_cubin(t, b, options.architecture),
                    options.repeats,
                )
                with tempfile.TemporaryDirectory() as folder:
                    kernels = kernel_resources(
                        text, bits, options.architecture, Path(folder) / "kernels.cubin"
                    )
                advance = next(item for item in kernels if item.name == "advance_window")
                line += f"; CUDA {spread(cold)}, cached {max(cached) * 1e3:.0f} ms at most, "
                line += f"{advance.registers} registers, {advance.spilled_bytes} bytes spilled"
            print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
