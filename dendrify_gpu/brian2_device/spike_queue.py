"""Spikes on their way through a pathway, between runs."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..gpu.ordered import PathwayTable, share_by_source

__all__ = ["PendingSpikes"]


class PendingSpikes:
    """The spikes that have not reached all their synapses yet.

    It takes the place of Brian2's queue and keeps spikes instead of synapses. What was under way when delays, the time
    step or the number of synapses changed keeps its time of arrival, and is kept synapse by synapse.

    Parameters
    ----------
    source_start, source_end : int
        Extent of the sources.
    """

    def __init__(self, source_start: int, source_end: int) -> None:
        self._start, self._end = source_start, source_end
        self._dt: float | None = None
        self._delays = np.zeros(0, dtype=np.int32)
        self._sources = np.zeros(0, dtype=np.int32)
        self._now = 0
        self._flight = (np.zeros(0, np.int64), np.zeros(0, np.int32))
        # Events synapse by synapse: step of arrival and synapse, in the order of arrival.
        self._early = (np.zeros(0, np.int64), np.zeros(0, np.int32))
        self._shared: tuple[Any, ...] | None = None

    @classmethod
    def from_events(
        cls, source_start: int, source_end: int, dt: float, ahead: np.ndarray, synapses: np.ndarray
    ) -> PendingSpikes:
        """Return spikes on their way that are known synapse by synapse.

        Parameters
        ----------
        source_start, source_end : int
        dt : float
        ahead : ndarray of int
            Steps until each event, 0 for the coming step.
        synapses : ndarray of int
        """
        pending = cls(source_start, source_end)
        pending._dt = dt
        order = np.argsort(ahead, kind="stable")
        pending._early = (
            np.asarray(ahead, np.int64)[order],
            np.asarray(synapses, np.int32)[order],
        )
        return pending

    def events_ahead(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the steps until each event, and its synapse, in the order of arrival."""
        self._keep_events()
        return self._early[0] - self._now, self._early[1]

    # ----------------------------------------------------------------- before a run

    def prepare(self, delays: np.ndarray, dt: float, synapse_sources: np.ndarray) -> None:
        """Take the delays of a run.

        Parameters
        ----------
        delays : ndarray
            In seconds: one for all synapses, or one for each.
        dt : float
        synapse_sources : ndarray of int
            Source of each synapse.
        """
        # Rounded as in Brian2's queue in C++.
        counted = np.atleast_1d(np.asarray(delays, dtype=np.float64)) / dt
        counted += 0.5
        steps = np.floor(counted, out=counted).astype(np.int32)
        sources = np.asarray(synapse_sources)
        changed = not (
            self._dt == dt
            and np.array_equal(steps, self._delays)
            and np.array_equal(sources, self._sources)
        )
        if not changed:
            return
        if self._dt is not None:
            self._keep_events()
            if self._dt != dt:
                ahead = (self._early[0] - self._now) * self._dt / dt
                arrival = self._now + np.round(ahead).astype(np.int64)
                order = np.argsort(arrival, kind="stable")
                self._early = (arrival[order], self._early[1][order])
        self._dt, self._delays, self._sources = dt, steps, sources.copy()
        self._shared = None

    def set_clock_step(self, step: int) -> None:
        """Count steps as the clock of the sources does: the next one is `step`."""
        shift = step - self._now
        self._flight = (self._flight[0] + shift, self._flight[1])
        self._early = (self._early[0] + shift, self._early[1])
        self._now = step

    def table(self, owner: np.ndarray | None, key: object, threads: int) -> PathwayTable:
        """Return what the core needs to go on.

        Parameters
        ----------
        owner : ndarray of int or None
            Thread of each synapse; None for the first.
        key : object
            Equal for equal owners, so that synapses are sorted only once.
        threads : int
        """
        n_source = self._end - self._start
        common = bool(np.all(self._delays == self._delays[:1]))
        if self._shared is None or self._shared[0] != (key, threads):
            rows = share_by_source(
                self._sources - self._start,
                n_source,
                None if common else self._delays,
                owner,
                threads,
            )
            self._shared = ((key, threads), rows)
        row, order, delay = self._shared[1]
        early_owner = (
            np.zeros(len(self._early[1]), np.int64) if owner is None else owner[self._early[1]]
        )
        by_thread = np.argsort(early_owner, kind="stable")
        counts = np.bincount(early_owner, minlength=threads)
        return PathwayTable(
            row=row,
            order=order,
            delay=delay,
            common_delay=int(self._delays[0]) if common and len(self._delays) else 0,
            first_source=self._start,
            n_source=n_source,
            early_row=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            early_step=np.ascontiguousarray(self._early[0][by_thread]),
            early_synapse=np.ascontiguousarray(self._early[1][by_thread]),
            in_flight=self._flight,
            now=self._now,
        )

    # ------------------------------------------------------------------ after a run

    def in_flight(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the steps in which spikes on their way were emitted, and their sources, from 0 on."""
        return self._flight

    def set_in_flight(self, steps: np.ndarray, sources: np.ndarray, now: int | None = None) -> None:
        """Take the spikes that are on their way after a run.

        Parameters
        ----------
        steps : ndarray of int64
        sources : ndarray of int32
        now : int, optional
            The next step. Default: as before.
        """
        self._flight = (np.asarray(steps, np.int64), np.asarray(sources, np.int32))
        if now is not None:
            self._now = now
            waiting = self._early[0] >= now
            self._early = (self._early[0][waiting], self._early[1][waiting])

    @property
    def has_early_events(self) -> bool:
        """Whether events are under way whose delays have changed since."""
        return len(self._early[0]) > 0

    def _keep_events(self) -> None:
        """Turn spikes on their way into events at single synapses."""
        steps, sources = self._flight
        arrivals, synapses = [self._early[0]], [self._early[1]]
        if len(steps):
            order = np.argsort(self._sources, kind="stable")
            ends = np.searchsorted(
                self._sources[order], np.arange(self._start, self._end + 1), side="left"
            )
            for step, source in zip(steps.tolist(), sources.tolist(), strict=True):
                reached = order[ends[source] : ends[source + 1]]
                delay = self._delays[reached] if len(self._delays) > 1 else self._delays[:1]
                arrival = np.broadcast_to(step + delay, reached.shape).astype(np.int64)
                waiting = arrival >= self._now
                arrivals.append(arrival[waiting])
                synapses.append(reached[waiting].astype(np.int32))
        arrival, synapse = np.concatenate(arrivals), np.concatenate(synapses)
        order = np.argsort(arrival, kind="stable")
        self._early = (arrival[order], synapse[order])
        self._flight = (np.zeros(0, np.int64), np.zeros(0, np.int32))

    # ------------------------------------------------------------------------ state

    def get_capsule(self) -> PendingSpikes:
        """Return what Brian2 (since 2.10) hands to its own compiled code; the core needs no more than the object."""
        return self

    def _full_state(self) -> tuple[Any, ...]:
        flight = (self._flight[0] - self._now, self._flight[1].copy())
        early = (self._early[0] - self._now, self._early[1].copy())
        return (self._dt, flight, early, self._delays, self._sources)

    def _restore_from_full_state(self, state: tuple[Any, ...] | None) -> None:
        self._shared = None
        if state is None:
            self._dt = None
            self._flight = (np.zeros(0, np.int64), np.zeros(0, np.int32))
            self._early = (np.zeros(0, np.int64), np.zeros(0, np.int32))
            return
        self._dt, flight, early, self._delays, self._sources = state
        self._flight = (flight[0] + self._now, flight[1].copy())
        self._early = (early[0] + self._now, early[1].copy())
