"""What the kernels of a network take and do, the roofline of the machine, and the fraction of it that a run reached."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from ..backends.base import Backend
from ..backends.cpu import CpuBackend
from ..backends.cuda import CudaBackend
from ..backends.nvcc import KernelResources, kernel_resources
from ..codegen.step_function import StepFunction
from ..codegen.translation_unit import translation_unit
from ..compile import generate
from ..engine.memory import population_bytes
from ..engine.plan import NetworkPlan, ProjectionPlan
from ..engine.ports import Port, all_ports, incoming
from ..engine.schedule import slot_count, window_length
from ..errors import ToolchainError
from .operations import Operations, step_operations
from .peaks import Peaks, cpu_peaks, cuda_peaks
from .traffic import bytes_per_step

__all__ = ["KernelReport", "ModelReport", "kernel_report"]


@dataclass(frozen=True)
class ModelReport:
    """One model of a network, per neuron.

    Attributes
    ----------
    name : str
        Name of the generated function.
    neurons : int
        Neurons of all populations of the model.
    states : int
    bytes_kept : float
        Bytes of memory: states, coefficients that differ between neurons, and input that waits.
    bytes_moved : float
        Bytes between memory and processor in a step.
    operations : Operations
        Arithmetic of a step without spikes and events.
    seldom : Operations
        Arithmetic that the CPU skips while neither an event nor the clock changes its result; a CUDA device does it in
        every step.
    bound : float or None
        Least nanoseconds that a step can take on the machine, on all its cores together; None where the machine is not
        known.
    """

    name: str
    neurons: int
    states: int
    bytes_kept: float
    bytes_moved: float
    operations: Operations
    seldom: Operations
    bound: float | None


@dataclass(frozen=True)
class KernelReport:
    """The kernels of a network.

    Attributes
    ----------
    machine : str
        Where they run, in words.
    precision : {32, 64}
    window : int
        Time steps of a window: how long states stay in registers.
    models : tuple of ModelReport
    kernels : tuple of KernelResources
        Registers, stack and spills of the kernels on a CUDA device; empty for the CPU.
    peaks : Peaks or None
        The roofline; None where there is no device to ask.
    bound : float or None
        Least nanoseconds for a neuron and step, the mean over all neurons.
    measured : float or None
        Nanoseconds for a neuron and step in the last run, with input, delivery and recording.
    missing : tuple of str
        What could not be found out, and why.
    """

    machine: str
    precision: int
    window: int
    models: tuple[ModelReport, ...]
    kernels: tuple[KernelResources, ...]
    peaks: Peaks | None
    bound: float | None
    measured: float | None
    missing: tuple[str, ...] = ()

    @property
    def fraction(self) -> float | None:
        """Bound over measured time: 1 would be perfect."""
        if self.bound is None or self.measured is None:
            return None
        return self.bound / self.measured

    def rows(self) -> list[tuple[str, ...]]:
        """Return the table of models as text, its head first."""
        head = ("model", "neurons", "states", "bytes", "bytes/step", "flops", "div, sqrt", "bound")
        return [
            head,
            *(
                (
                    model.name,
                    str(model.neurons),
                    str(model.states),
                    f"{model.bytes_kept:.0f}",
                    f"{model.bytes_moved:.1f}",
                    str(model.operations.flops)
                    + (f" + {model.seldom.flops}" if model.seldom.flops else ""),
                    str(model.operations.slow),
                    "unknown" if model.bound is None else f"{model.bound:.3g} ns",
                )
                for model in self.models
            ),
        ]

    def notes(self) -> list[str]:
        """Return the lines below the table."""
        lines = [
            f"{item.name}: {item.registers} registers, "
            + (f"{item.spilled_bytes} bytes spilled" if item.spilled_bytes else "no spills")
            + (f", {item.stack_bytes} bytes of local memory" if item.stack_bytes else "")
            for item in self.kernels
        ]
        if self.peaks is not None:
            lines.append(
                f"machine: {self.peaks.simple / 1e9:.3g} G multiply-adds/s, "
                f"{self.peaks.slow / 1e9:.3g} G divisions/s, {self.peaks.bandwidth / 1e9:.3g} GB/s, "
                f"{self.peaks.source}"
            )
        if self.bound is not None:
            text = f"no less than {self.bound:.3g} ns for a neuron and step"
            if self.fraction is not None:
                text += f"; the last run took {self.measured:.3g} ns, {self.fraction:.0%} of what is possible"
            lines.append(text)
        return [*lines, *self.missing]

    def __str__(self) -> str:
        rows = self.rows()
        widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
        table = [
            "  ".join(
                cell.ljust(width) if k == 0 else cell.rjust(width)
                for k, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            for row in rows
        ]
        return "\n".join([self._title(), *table, *self.notes()])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        def line(row: Sequence[str], tag: str) -> str:
            return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in row) + "</tr>"

        head, *rows = self.rows()
        body = "".join(line(row, "td") for row in rows)
        notes = "".join(f"<p>{html.escape(note)}</p>" for note in self.notes())
        return f"<p>{html.escape(self._title())}</p><table>{line(head, 'th')}{body}</table>{notes}"

    def _title(self) -> str:
        return f"{self.machine}, {self.precision}-bit numbers, windows of {self.window} steps"


def kernel_report(
    plan: NetworkPlan,
    backend: Backend | None,
    architecture: str = "sm_90",
    measured: float | None = None,
) -> KernelReport:
    """Report on the kernels of a network.

    Parameters
    ----------
    plan : NetworkPlan
    backend : Backend or None
        Where it runs; None for a CUDA device that is not there, about which the compiler alone can speak.
    architecture : str, optional
        Compiled for, where there is no device. Default ``'sm_90'``.
    measured : float, optional
        Nanoseconds for a neuron and step in the last run.

    Returns
    -------
    KernelReport
    """
    window = window_length(plan)
    into, ports = incoming(plan), all_ports(plan)
    models = generate(plan, ports)
    on_cpu = isinstance(backend, CpuBackend)
    facts = [
        _facts(plan, ports, into, models.functions[number], members, window, on_cpu)
        for number, members in _members(models.number).items()
    ]
    total = sum(kept * neurons for _, neurons, _, kept, *_ in facts)
    peaks, missing = None, []
    kernels: tuple[KernelResources, ...] = ()
    machine = f"CUDA device of architecture {architecture}"
    if isinstance(backend, CpuBackend):
        machine, peaks = backend.description, cpu_peaks(backend, plan.precision, round(total))
    else:
        if isinstance(backend, CudaBackend):
            machine, architecture = backend.description, backend.architecture
            peaks = cuda_peaks(backend, plan.precision)
            if peaks is None:
                missing.append(f"bounds are not known: nor are the units of {architecture}")
        else:
            missing.append("bounds are not known: there is no CUDA device")
        kernels, unknown = _resources(models.functions, plan.precision, architecture)
        missing += unknown
    reports = tuple(ModelReport(*fact, _bound(fact, peaks, on_cpu)) for fact in facts)
    bounds = [(item.bound, item.neurons) for item in reports if item.bound is not None]
    neurons = sum(count for _, count in bounds)
    mean = sum(bound * count for bound, count in bounds) / neurons if neurons else None
    return KernelReport(
        machine, plan.precision, window, reports, kernels, peaks, mean, measured, tuple(missing)
    )


_Facts = tuple[str, int, int, float, float, Operations, Operations]


def _members(number: Sequence[int]) -> dict[int, list[int]]:
    members: dict[int, list[int]] = {}
    for population, model in enumerate(number):
        members.setdefault(model, []).append(population)
    return members


def _facts(
    plan: NetworkPlan,
    ports: list[tuple[Port, ...]],
    into: list[list[ProjectionPlan]],
    function: StepFunction,
    members: list[int],
    window: int,
    on_cpu: bool,
) -> _Facts:
    real = plan.precision // 8
    kept = moved = 0.0
    neurons = 0
    for member in members:
        population = plan.populations[member]
        slots = slot_count(into[member], window)
        kept += sum(population_bytes(population, ports[member], slots, function, real))
        target = "cpu" if on_cpu else "cuda"
        moved += population.n * bytes_per_step(
            population, ports[member], function, real, window, target
        )
        neurons += population.n
    every, seldom = step_operations(function.source, plan.precision)
    states = len(plan.populations[members[0]].program.states)
    return function.name, neurons, states, kept / neurons, moved / neurons, every, seldom


def _bound(fact: _Facts, peaks: Peaks | None, on_cpu: bool) -> float | None:
    """Return the nanoseconds below which a step cannot come: units and memory work at the same time."""
    if peaks is None:
        return None
    *_, moved, every, seldom = fact
    work = every if on_cpu else every + seldom
    return 1e9 * max(work.simple / peaks.simple, work.slow / peaks.slow, moved / peaks.bandwidth)


def _resources(
    functions: Sequence[StepFunction], precision: Literal[32, 64], architecture: str
) -> tuple[tuple[KernelResources, ...], list[str]]:
    try:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "kernels.cubin"
            text = translation_unit(functions, "cuda")
            return tuple(kernel_resources(text, precision, architecture, path)), []
    except ToolchainError as error:
        return (), [f"registers and spills are not known: {error}"]
