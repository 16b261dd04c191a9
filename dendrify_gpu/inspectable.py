"""What can be seen of a network without running it: its plan, its memory, its text, its kernels."""

from __future__ import annotations

import logging
from typing import Any, Literal

from .backend_choice import ChosenBackend, check_backend_arguments, choose_backend
from .code_text import CodeText
from .errors import NetworkError
from .experiment import NetworkExperiment
from .gpu import (
    TARGETS,
    Backend,
    CpuBackend,
    KernelReport,
    NetworkPlan,
    generated_source,
    kernel_report,
    memory_needed,
)
from .objects import PRECISIONS
from .planning import make_plan
from .recordings import SpikeRecording, TraceRecording

__all__ = ["InspectableNetwork"]

_LOGGER = logging.getLogger("dendrify_gpu")


class InspectableNetwork(NetworkExperiment):
    """A network that has a backend to run on."""

    def __init__(
        self,
        dt: Any,
        precision: str,
        seed: int,
        backend: str,
        threads: int | None,
        device: int | None,
    ) -> None:
        super().__init__(dt, precision, seed)
        check_backend_arguments(backend, threads, device)
        self._backend = backend
        self._threads = threads
        self._device = device
        self._chosen: ChosenBackend | None = None
        self._last_run: tuple[int, float] | None = None

    def describe(self) -> str:
        """Return the contents of the network as text: objects, synapses and memory.

        Returns
        -------
        str

        Examples
        --------
        >>> import dendrify_gpu as dg
        >>> from brian2.units import Hz
        >>> net = dg.Network()
        >>> _ = net.poisson(10, rate=5*Hz, name='inputs')
        >>> print(net.describe())
        <Network: 0 populations of 0 neurons, 10 sources, 0 projections, dt = 0.1 ms, t = 0 ms>
            <PoissonGroup 'inputs': 10 sources>
            about 0.2 MB: spikes 0.2
        """
        objects = (
            *self._populations,
            *self._sources,
            *self._projections,
            *self._current_steps,
            *self._recordings,
        )
        need = memory_needed(self.plan())
        parts = ", ".join(
            f"{what} {size / 1e6:.1f}" for what, size in need.items() if size >= 0.05e6
        )
        lines = [repr(self), *(f"    {item!r}" for item in objects)]
        return "\n".join([*lines, f"    about {sum(need.values()) / 1e6:.1f} MB: {parts}"])

    def code(self, backend: Literal["cpu", "cuda"] | None = None) -> CodeText:
        """Return the generated text that is compiled for this network.

        Parameters
        ----------
        backend : {'cpu', 'cuda'}, optional
            For which backend; the step functions are the same. Default: the one that `run` takes.

        Returns
        -------
        CodeText
            A string, coloured in a notebook; its method ``save`` writes it to a file.

        Raises
        ------
        NetworkError
            For an unknown backend.

        Examples
        --------
        >>> import dendrify_gpu as dg
        >>> net = dg.Network(backend='cpu')
        >>> decaying = net.population('dv/dt = -v/(10*ms) : 1', 3, name='decaying')
        >>> [line.strip() for line in net.code().splitlines() if '_next_v = ' in line]
        ['const lane _next_v = lane_fma(v, splat(c[0]), v);']
        """
        return CodeText(
            generated_source(self.plan(), backend or self._choose_backend().backend.name)
        )

    def kernel_report(self, backend: Literal["cpu", "cuda"] | None = None) -> KernelReport:
        """Report what the kernels of this network take and do, and how fast they can be.

        For every model: bytes of memory and bytes moved in a step, arithmetic operations of a step
        without spikes, counted in the generated text, and the least time that they take on this
        machine, the roofline (Williams, Waterman & Patterson 2009, Communications of the ACM
        52:65-76). The machine's limits are measured for a CPU, and computed from clocks and units
        for a CUDA device. For a CUDA device, also registers and spills. After a run, the fraction of
        the possible speed that it has reached; input spikes, delivery and recording are not in the
        bound.

        Parameters
        ----------
        backend : {'cpu', 'cuda'}, optional
            Default: the one that `run` takes. ``'cuda'`` without a device reports for compute capability 9.0
            what the compiler says.

        Returns
        -------
        KernelReport

        Raises
        ------
        NetworkError
            For an unknown backend, or a network without populations.

        Examples
        --------
        >>> import dendrify_gpu as dg
        >>> net = dg.Network(backend='cpu', threads=1)
        >>> decaying = net.population('dv/dt = -v/(10*ms) : 1', 1000, name='decaying')
        >>> report = net.kernel_report()
        >>> report.models[0].operations.fused
        1
        >>> report.bound > 0
        True
        """
        if backend not in (None, *TARGETS):
            raise NetworkError(
                f"kernel_report: backend={backend!r} is unknown; use one of: {', '.join(TARGETS)}."
            )
        if not self._populations:
            raise NetworkError("kernel_report: the network has no populations; add one first.")
        own = self._choose_backend().backend
        chosen: Backend | None = own
        if backend is not None and backend != own.name:
            chosen = CpuBackend(self._threads) if backend == "cpu" else None
        measured = None
        if chosen is not None and self._last_run is not None and not self._stale:
            steps, seconds = self._last_run
            neurons = sum(item.size for item in self._populations)
            measured = 1e9 * seconds / (steps * neurons)
        return kernel_report(self.plan(), chosen, measured=measured)

    def plan(self) -> NetworkPlan:
        """Return the network as the core runs it: plain data in SI units and time steps."""
        return make_plan(
            self._dt,
            PRECISIONS[self._precision],
            self._seed,
            self._populations,
            self._sources,
            self._projections,
            [item for item in self._recordings if isinstance(item, TraceRecording)],
            self._current_steps,
            self.step,
            [
                item.where.group.name
                for item in self._recordings
                if isinstance(item, SpikeRecording)
            ],
        )

    def __repr__(self) -> str:
        def counted(number: int, what: str) -> str:
            return f"{number} {what}" + ("" if number == 1 else "s")

        neurons = sum(item.size for item in self._populations)
        return (
            f"<Network: {counted(len(self._populations), 'population')} of "
            f"{counted(neurons, 'neuron')}, "
            f"{counted(sum(item.size for item in self._sources), 'source')}, "
            f"{counted(len(self._projections), 'projection')}, dt = {self._dt * 1e3:g} ms, "
            f"t = {self.step * self._dt * 1e3:g} ms>"
        )

    # ----------------------------------------------------------------- internals

    def _choose_backend(self) -> ChosenBackend:
        if self._chosen is None:
            self._chosen = choose_backend(self._backend, self._threads, self._device)
            _LOGGER.info("%s", self._chosen)
        return self._chosen
