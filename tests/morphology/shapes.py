"""Trees for the tests, and their passive properties."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import brian2
import numpy as np
from brian2.units import cm, mV, ohm, uF, um, uS

PASSIVE: dict[str, Any] = {
    "cm": 1 * uF / cm**2,
    "gl": 50 * uS / cm**2,
    "r_axial": 150 * ohm * cm,
    "v_rest": -65 * mV,
}
CM, GL, RA = (float(PASSIVE[name]) for name in ("cm", "gl", "r_axial"))

#: A small pyramidal cell: soma of three points, apical trunk with an oblique and a tuft of two, basal, axon.
PYRAMIDAL = """# number type x y z radius parent
1 1 0 0 0 10 -1
2 1 0 10 0 10 1
3 1 0 -10 0 10 1
4 4 0 15 0 2 1
5 4 0 60 0 1.5 4
6 4 0 110 0 1.5 5
7 4 30 150 0 0.5 6
8 4 -30 150 0 0.5 6
9 4 40 70 0 0.5 5
10 3 10 -20 0 1 1
11 3 40 -60 0 1 10
12 2 0 -15 0 0.5 1
13 2 0 -60 0 0.5 12
"""


def swc(folder: Path, text: str = PYRAMIDAL) -> Path:
    path = folder / "cell.swc"
    path.write_text(text)
    return path


def ball_and_stick(length: float = 400.0, diameter: float = 2.0, n: int = 400) -> Any:
    tree = brian2.Soma(20 * um)
    tree.apic = brian2.Cylinder(diameter=diameter * um, length=length * um, n=n, type="apic")
    return tree


def random_tree(seed: int, sections: int = 40) -> Any:
    """Return a soma with random branches; apical ones go on from apical ones."""
    rng = np.random.default_rng(seed)
    root = brian2.Soma(float(rng.uniform(12, 25)) * um)
    apic = _branch(rng, "apic", 4.0)
    root.apic = apic
    grown = [("apic", apic, 0), ("dend", None, 0)]
    for k in range(sections):
        kind = "apic" if rng.random() < 0.7 else "dend"
        parents = [item for item in grown if item[0] == kind and item[1] is not None]
        branch = _branch(rng, kind, 2.5)
        if not parents or (kind == "dend" and rng.random() < 0.3):
            setattr(root, f"b{k}", branch)
            depth = 0
        else:
            _, parent, depth = parents[int(rng.integers(len(parents)))]
            setattr(parent, f"b{k}", branch)
        grown.append((kind, branch, depth + 1))
    return root


def _branch(rng: np.random.Generator, kind: str, widest: float) -> Any:
    n = int(rng.integers(2, 6))
    diameters = np.sort(rng.uniform(0.5, widest, n + 1))[::-1]
    lengths = rng.uniform(5, 40, n)
    return brian2.Section(diameter=diameters * um, length=lengths * um, n=n, type=kind)
