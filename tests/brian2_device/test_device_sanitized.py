"""Networks of the device run clean under AddressSanitizer, UndefinedBehaviorSanitizer and ThreadSanitizer."""

from __future__ import annotations

from pathlib import Path

import pytest
from sanitizing import check_clean, sanitize

SCRIPT = """
import brian2, brian2_networks, dendrify_gpu
for name, precision in {runs}:
    module = brian2_networks.load(name)
    arguments = dict(module.TEST)
    duration = min(20, arguments.pop("duration"))
    brian2.set_device("dendrify_gpu", threads={threads}, precision=precision)
    brian2.seed(1)
    module.build(**arguments).run(duration * brian2.ms)
    assert "{threads} threads" in brian2.get_device().last_report[0]
print("clean")
"""


NETWORKS = Path(__file__).parent / "networks"


@pytest.mark.skipif(not sanitize.is_usable("memory"), reason="g++ has no sanitizers here")
def test_networks_run_clean(tmp_path: Path) -> None:
    runs = (("stdp", "float64"), ("subgroups", "float64"), ("noise", "float32"))
    assert len(check_clean(SCRIPT.format(runs=runs, threads=2), tmp_path, NETWORKS)) == 3


@pytest.mark.skipif(
    not sanitize.is_usable("threads"), reason="g++ has no sanitizer for threads here"
)
def test_threads_do_not_get_in_each_others_way(tmp_path: Path) -> None:
    names = ("pathways", "synapses_onto_synapses", "multisynaptic", "gap_junctions")
    runs = tuple((name, "float64") for name in names)
    script = SCRIPT.format(runs=runs, threads=3)
    assert len(check_clean(script, tmp_path, NETWORKS, "threads")) == len(names)
