"""The structures of network.h as numpy record types, member by member in the same order."""

from __future__ import annotations

import numpy as np

__all__ = [
    "BIN",
    "CONTROL",
    "EMITTER",
    "GENERATOR",
    "HALTED",
    "HALTED_FULL",
    "HALTED_NOT_FINITE",
    "HALTED_OVERFLOW",
    "MONITOR",
    "NETWORK",
    "NOT_FINITE_NONE",
    "POISSON",
    "POPULATION",
    "PORT",
    "PROJECTION",
    "SPIKE",
    "STAGE",
    "WINDOW",
]


def _record(pointers: str = "", longs: str = "", doubles: str = "", ints: str = "") -> np.dtype:
    members: list[tuple[str, type]] = [(name, np.uint64) for name in pointers.split()]
    members += [(name, np.int64) for name in longs.split()]
    members += [(name, np.float64) for name in doubles.split()]
    members += [(name, np.int32) for name in ints.split()]
    record = np.dtype(members)
    assert record.itemsize % 8 == 0
    return record


def _place(record: np.dtype, name: str) -> tuple[int, int]:
    assert record.fields is not None
    member, offset = record.fields[name][:2]
    return int(offset), member.itemsize


WINDOW = _record(ints="begin end source_begin source_end flush resumed")
SPIKE = _record(ints="source step")
MONITOR = _record("row column buffer", ints="lowest highest every n_rows n_variables first_sample")
POPULATION = _record(
    "state last_spike flags coefficient vary vary_offset vary_step input port pending bin stage monitor",
    ints="n stride model source n_port n_slot spike_width stream first_poisson reserved",
)
PORT = _record(longs="offset", ints="narrow staged")
BIN = _record("event count", ints="n_bin n_count")
STAGE = _record("input pending port turn held_until", longs="n_byte", ints="n_turn longest")
POISSON = _record(
    "next gap_scale",
    ints="n rate_step source stream restart emitter home sibling delay reserved",
)
GENERATOR = _record("step index", ints="n_spike source")
PROJECTION = _record(
    "row target weight delay",
    longs="common_weight",
    ints="common_delay kind population port n_source n_target first_source first_target",
)
EMITTER = _record(ints="source n first_projection last_projection recorded reserved")
CONTROL = _record(
    "not_finite spike_total",
    ints="spike_count spike_capacity kept_count kept_capacity keep_from halted windows_done blocks_done "
    "repeated unlisted",
)
NETWORK = _record(
    "population poisson generator projection emitter spike kept parts part control",
    doubles="dt",
    ints="n_population n_poisson n_generator n_emitter seed group row_part far",
)

#: Where ``Control.halted`` is in a record, and its size, in bytes.
HALTED = _place(CONTROL, "halted")

#: Values of ``Control.halted``.
HALTED_FULL, HALTED_NOT_FINITE, HALTED_OVERFLOW = 1, 2, 3

#: Value of ``Control.not_finite`` while everything is finite.
NOT_FINITE_NONE = np.uint64(2**64 - 1)
