r"""The cable equation of a passive tree, as a circuit.

Every segment is a node with a leak and a capacitance; where sections meet there is a node without
either. With the conductance matrix :math:`G` (leaks on the diagonal, plus the Laplacian of the
axial conductances) and the diagonal matrix of capacitances :math:`C`, a current :math:`I` of the
angular frequency :math:`\omega` gives :math:`V = (G + i\omega C)^{-1} I`, and the slowest time
constant is the largest eigenvalue of :math:`G^{-1}C` (Rall 1959; Koch 1999, Biophysics of
Computation).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import MorphologyError
from ..model_view import ModelView
from ..naming import suffixed
from .segments import Segments

__all__ = ["Cable", "cable_of_couplings", "cable_of_model", "cable_of_segments"]

Floats = NDArray[np.float64]

#: Up to how many nodes eigenvalues are found with a full matrix.
_DENSE = 150


@dataclass(frozen=True, eq=False)
class Cable:
    """A passive circuit, in SI units.

    Attributes
    ----------
    leak, capacitance : ndarray, shape (n,)
        Leak conductance and capacitance of each node.
    first, second : ndarray of int, shape (m,)
        The nodes that each axial conductance joins.
    axial : ndarray, shape (m,)
        Axial conductances.
    """

    leak: Floats
    capacitance: Floats
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    axial: Floats

    @property
    def n(self) -> int:
        """Number of nodes."""
        return len(self.leak)

    def admittance(self, frequency: float = 0.0) -> Any:
        """Return the matrix that turns voltages into currents (siemens), at a frequency in hertz."""
        import scipy.sparse as sparse  # late, because few scripts need it

        rows = np.concatenate([self.first, self.second, self.first, self.second])
        columns = np.concatenate([self.first, self.second, self.second, self.first])
        values = np.concatenate([self.axial, self.axial, -self.axial, -self.axial])
        diagonal = self.leak + (2j * np.pi * frequency * self.capacitance if frequency else 0.0)
        shape = (self.n, self.n)
        laplacian = sparse.coo_matrix((values, (rows, columns)), shape=shape)
        return (laplacian + sparse.diags(diagonal)).tocsc()

    def voltages(self, current: Floats, frequency: float = 0.0) -> NDArray[Any]:
        """Return the deviation of every node from rest (volt) for a current into each (ampere)."""
        from scipy.sparse.linalg import splu

        matrix = self.admittance(frequency)
        return np.asarray(splu(matrix).solve(np.asarray(current, dtype=matrix.dtype)))

    def impedance(self, weights: Floats, frequency: float = 0.0) -> complex:
        """Return the mean deviation over some nodes for a unit current spread over them (ohm).

        Parameters
        ----------
        weights : ndarray, shape (n,)
            How the current is spread and how the mean is taken; their sum is 1.
        frequency : float, default 0
            Frequency (hertz).
        """
        return complex(weights @ self.voltages(weights, frequency))

    def time_constants(self, count: int = 1) -> Floats:
        """Return the slowest time constants, the slowest first (second).

        With a uniform membrane the first is the membrane's own and the others are those with which
        differences between parts of the tree even out (Rall 1969, *Biophys J* 9:1483-1508).

        Parameters
        ----------
        count : int, default 1
            How many; fewer are returned where fewer nodes have a capacitance.

        Returns
        -------
        ndarray, shape (count,)
        """
        from scipy.sparse.linalg import LinearOperator, eigsh, splu

        solve = splu(self.admittance()).solve
        root = np.sqrt(self.capacitance)
        count = min(count, int((root > 0).sum()))
        if self.n <= _DENSE:
            matrix = root[:, None] * solve(np.diag(root))
            return np.asarray(np.linalg.eigvalsh((matrix + matrix.T) / 2)[::-1][:count])
        operator = LinearOperator(
            (self.n, self.n), matvec=lambda x: root * solve(root * np.ravel(x)), dtype=float
        )
        # A fixed start: the result must not depend on a random one, not even in the last bit. An
        # uneven one: with a uniform membrane the even one has nothing of the other eigenvectors.
        start = root * np.linspace(1.0, 2.0, self.n)
        values = eigsh(operator, k=count, which="LA", v0=start, return_eigenvectors=False)
        return np.asarray(np.sort(values)[::-1])

    def time_constant(self) -> float:
        """Return the slowest time constant (second)."""
        return float(self.time_constants()[0])

    def longest_euler_step(self) -> float:
        r"""Return the time step below which the explicit Euler method is stable (second).

        It is twice the fastest time constant, :math:`2/\lambda_\mathrm{max}(C^{-1}G)`, for a circuit whose
        nodes all have a capacitance.
        """
        root = 1 / np.sqrt(self.capacitance)
        matrix = root[:, None] * self.admittance().toarray() * root
        return float(2 / np.linalg.eigvalsh(matrix)[-1])


def cable_of_segments(
    segments: Segments, leak: Floats, capacitance: Floats, resistivity: float
) -> Cable:
    """Return the circuit of a shape; its first nodes are the segments.

    Parameters
    ----------
    segments : Segments
        The shape.
    leak, capacitance : ndarray, shape (n,)
        Of each segment.
    resistivity : float
        Axial resistivity (ohm*metre).

    Returns
    -------
    Cable
    """
    first: list[int] = []
    second: list[int] = []
    resistance: list[float] = []
    nodes = segments.n
    for i, children in enumerate(segments.children):
        if not children:
            continue
        joint, far = i, float(segments.far[i])
        if len(children) > 1 and far > 0:
            joint, nodes = nodes, nodes + 1
            first.append(i)
            second.append(joint)
            resistance.append(far)
            far = 0.0
        for child in children:
            first.append(joint)
            second.append(child)
            resistance.append(far + float(segments.near[child]))
    joints = np.zeros(nodes - segments.n)
    return Cable(
        np.concatenate([leak, joints]),
        np.concatenate([capacitance, joints]),
        np.array(first, dtype=np.int64),
        np.array(second, dtype=np.int64),
        1 / (resistivity * np.array(resistance)) if resistance else np.zeros(0),
    )


def cable_of_couplings(
    names: Sequence[str],
    leak: Mapping[str, float],
    capacitance: Mapping[str, float],
    couplings: Sequence[tuple[str, str, float]],
) -> Cable:
    """Return the circuit of compartments: one node for each.

    Parameters
    ----------
    names : sequence of str
        The compartments, in the order of the nodes.
    leak, capacitance : mapping
        Of each compartment (siemens, farad).
    couplings : sequence of (str, str, float)
        Pairs with their conductance (siemens).
    """
    number = {name: i for i, name in enumerate(names)}
    return Cable(
        np.array([leak[name] for name in names]),
        np.array([capacitance[name] for name in names]),
        np.array([number[a] for a, _, _ in couplings], dtype=np.int64),
        np.array([number[b] for _, b, _ in couplings], dtype=np.int64),
        np.array([g for _, _, g in couplings]),
    )


def cable_of_model(model: ModelView) -> Cable:
    """Return the passive circuit of a neuron: its leaks, capacitances and couplings as they are now.

    Channels, receptors and dendritic spikes are not part of it.

    Parameters
    ----------
    model : NeuronModel or PointNeuronModel
        The neuron; the nodes are its compartments, in the order of ``compartment_names``.

    Returns
    -------
    Cable

    Raises
    ------
    MorphologyError
        If a coupling was given different conductances in its two directions.

    Examples
    --------
    >>> from brian2.units import mV, nS, pF
    >>> from dendrify_gpu.compartments import Dendrite, NeuronModel, Soma
    >>> soma = Soma('soma', cm_abs=200*pF, gl_abs=10*nS)
    >>> dend = Dendrite('dend', cm_abs=50*pF, gl_abs=10*nS)
    >>> cable = cable_of_model(NeuronModel([(soma, dend, 10*nS)], v_rest=-65*mV))
    >>> resistance = cable.voltages([1, 0])[0]  # of the soma (ohm)
    >>> print(f'{1e9 / resistance:.4f} nS: 10 of its own, and 5 through the coupling')
    15.0000 nS: 10 of its own, and 5 through the coupling
    """
    values = model.parameters
    couplings = []
    for a, b, _ in model.couplings:
        there, back = f"g_{b}_{a}", f"g_{a}_{b}"
        g, other = float(values[there]), float(values[back])
        if g != other:
            raise MorphologyError(
                f"{model!r}: {there} = {values[there]} and {back} = {values[back]} differ, so that it is no "
                "passive circuit. Give both the same value."
            )
        couplings.append((a, b, g))
    names = model.compartment_names
    return cable_of_couplings(
        names,
        {name: float(values[suffixed("gL", name)]) for name in names},
        {name: float(values[suffixed("C", name)]) for name in names},
        couplings,
    )
