"""Neurons in files."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from .errors import CompartmentError
from .model_description import ModelDescription
from .model_view import ModelView
from .saving import from_json, read_file, to_json

__all__ = ["SavedModel"]


class SavedModel(ModelView):
    """The part of `NeuronModel` and `PointNeuronModel` that writes and reads files."""

    _is_point = False

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Return a model of its own; the description is immutable and can be shared."""
        return self._made_of(self._description)

    def __reduce__(self) -> tuple[Any, ...]:
        """Let it travel to another process, as the text of its file."""
        return _from_text, (type(self), to_json(self._description))

    @classmethod
    def _made_of(cls, description: ModelDescription) -> Self:
        model = cls.__new__(cls)
        ModelView.__init__(model, description)
        return model

    def save(self, path: str | Path) -> None:
        """Write the neuron to a readable file (JSON).

        Parameters
        ----------
        path : str or Path
            The file; an existing one is replaced.

        Raises
        ------
        CompartmentError
            If a parameter is something that cannot be written, such as a `TimedArray`.

        Examples
        --------
        >>> import tempfile
        >>> from pathlib import Path
        >>> from brian2.units import nS, pF, mV
        >>> from dendrify_gpu.compartments import NeuronModel, Soma
        >>> model = NeuronModel(Soma('soma', cm_abs=200*pF, gl_abs=10*nS, v_rest=-60*mV))
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     model.save(Path(folder) / 'cell.json')
        ...     again = NeuronModel.load(Path(folder) / 'cell.json')
        >>> again.equations == model.equations
        True
        """
        Path(path).write_text(to_json(self._description), encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a neuron from a file that `save` wrote.

        Parameters
        ----------
        path : str or Path
            The file.

        Returns
        -------
        NeuronModel or PointNeuronModel
            The class on which it was called.

        Raises
        ------
        CompartmentError
            If the file cannot be read, is no such file, or holds the other class.
        """
        owner = f"the model file {str(path)!r}"
        description = from_json(read_file(path), owner)
        if description.is_point is not cls._is_point:
            other = "PointNeuronModel" if description.is_point else "NeuronModel"
            raise CompartmentError(f"{owner} holds a {other}. Use {other}.load(...).")
        return cls._made_of(description)


def _from_text(kind: type[SavedModel], text: str) -> SavedModel:
    return kind._made_of(from_json(text, "a copied model"))
