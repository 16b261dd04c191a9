"""A population of neurons: its model, its values, and how they are set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
from brian2.equations import Equations
from brian2.units.fundamentalunits import Dimension, get_dimensions

from .distributions import Distribution
from .errors import NetworkError, UnknownVariableError
from .gpu import (
    Model,
    PopulationMemory,
    Program,
    build_program,
    host_values,
    nearest_names,
)
from .quantities import in_units, si_values
from .randomness import Purpose, generator
from .selection import Selection, SpikingObject

__all__ = ["Population"]


class _Owner(Protocol):
    """What a population needs to know about its network."""

    @property
    def seed(self) -> int: ...

    @property
    def dt_(self) -> float: ...


class Population(SpikingObject):
    """Neurons of one model; made by `Network.population`.

    Variables of the model are attributes: ``pyr.V_soma`` reads them as a quantity, one value per
    neuron, and ``pyr.V_soma = -70*mV`` sets them: one value, one for each neuron, or a
    distribution. A variable whose name is taken by an attribute of this class is reached with `get`
    and `set`.

    Attributes
    ----------
    name : str
        Name, unique in the network.
    size : int
        Number of neurons; also ``len(population)``.
    model : dendrify_gpu.gpu.Model
        The model, with the present values of its constants.
    variables : tuple of str
        States and parameters, in the order of the equations.
    constants : mapping of str to Quantity
        Shared constants that the equations use.
    receptors : mapping of str to tuple of str
        Receptors by name, each with the variables that a presynaptic spike adds to.

    Examples
    --------
    >>> import dendrify_gpu as dg
    >>> from brian2.units import ms, mV
    >>> net = dg.Network()
    >>> equations = '''dv/dt = (drive - v) / tau : volt
    ...                drive : volt'''
    >>> lif = net.population(equations, 3, namespace={'tau': 10*ms})
    >>> lif.drive = [0, 5, 20]*mV
    >>> lif.drive
    array([ 0.,  5., 20.]) * mvolt
    >>> lif[1:].v = 2*mV
    >>> lif.v
    array([0., 2., 2.]) * mvolt
    """

    def __init__(
        self,
        owner: _Owner,
        model: Model,
        size: int,
        number: int,
        receptors: Mapping[str, tuple[str, ...]],
        initial: Mapping[str, Any],
    ) -> None:
        # Every attribute is set with object.__setattr__'s rules, see __setattr__.
        super().__init__(model.name, size, number)
        self._owner = owner
        self._model = model
        self._program = build_program(model, owner.dt_)
        equations = (
            Equations(model.equations) if isinstance(model.equations, str) else model.equations
        )
        self._dimensions: dict[str, Dimension] = {name: equations[name].dim for name in equations}
        self._receptors = MappingProxyType(dict(receptors))
        self._memory: PopulationMemory | None = None
        self._values: dict[str, float | np.ndarray] = {}
        self._draws = 0
        for name, value in initial.items():
            self.set(name, value)

    # -------------------------------------------------------------- what it is

    @property
    def model(self) -> Model:
        """The model, with the present values of its constants."""
        return self._model

    @property
    def program(self) -> Program:
        """The model as the core runs it; a variable that synapses add to is a state."""
        return self._program

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the states and the parameters."""
        known = {*self._program.state_names, *self._program.parameter_names}
        return tuple(name for name in self._dimensions if name in known)

    @property
    def recordable(self) -> tuple[str, ...]:
        """Names of everything that can be recorded: variables and subexpressions."""
        return (*self.variables, *self._program.subexpressions)

    @property
    def constants(self) -> Mapping[str, Any]:
        """Shared constants that the equations use, as quantities."""
        return MappingProxyType(
            {
                name: in_units(value, get_dimensions(self._model.namespace[name]))
                for name, value in sorted(self._program.constants.items())
                if name in self._model.namespace
            }
        )

    @property
    def receptors(self) -> Mapping[str, tuple[str, ...]]:
        """Receptors by name, each with the variables that a presynaptic spike adds to."""
        return self._receptors

    def dimensions(self, name: str) -> Dimension:
        """Return the physical dimensions of a variable or a subexpression."""
        self._check_known(name, self.recordable)
        return self._dimensions[name]

    # ----------------------------------------------------------------- values

    def get(self, name: str, where: Selection | None = None) -> Any:
        """Return a variable.

        Parameters
        ----------
        name : str
            A state or a parameter. A parameter that a current step drives has the value that it
            takes outside the step.
        where : Selection, optional
            Some of the neurons. Default: all.

        Returns
        -------
        Quantity or ndarray, one value per neuron

        Raises
        ------
        UnknownVariableError
            If there is no such variable.
        """
        values = np.broadcast_to(self.si_value(name), (self.size,))
        chosen = values if where is None else values[where.indices]
        return in_units(chosen.copy(), self._dimensions[name])

    def set(self, name: str, value: Any, where: Selection | None = None) -> None:
        """Set a variable.

        Parameters
        ----------
        name : str
            A state or a parameter.
        value : Quantity, number, array or Distribution
            One value, one for each neuron, or a distribution from which each neuron draws its own.
            An array of CuPy, PyTorch or another library on a CUDA device has no unit: it is taken
            to be in SI units.
        where : Selection, optional
            Some of the neurons. Default: all.

        Raises
        ------
        UnknownVariableError
            If there is no such variable.
        NetworkError
            If the unit or the number of values is wrong, or a value is not finite.
        """
        self._check_known(name, self.variables)
        label = self.name if where is None else where.label
        n = self.size if where is None else len(where)
        new = self._given(name, value, n, f"{label}.{name}")
        if where is not None and len(where) < self.size:
            all_values = np.array(np.broadcast_to(self.si_value(name), (self.size,)))
            all_values[where.indices] = new
            new = all_values
        elif where is not None and np.ndim(new):
            ordered = np.empty(self.size)
            ordered[where.indices] = new
            new = ordered
        if self._memory is not None:
            self._memory.write(name, new)
        self._values[name] = new

    def device_array(self, name: str) -> Any:
        """Return a state where the simulation has it, without a copy and in SI units.

        CuPy, PyTorch, JAX and Numba read what is returned on a CUDA device (``cupy.asarray(...)``,
        ``torch.as_tensor(...)``). Look at it between runs only: a run changes it. After a change of
        populations, synapses or recordings, which the next run builds anew, ask again.

        Parameters
        ----------
        name : str
            A state: a variable that has a differential equation, or that a reset, an event or a
            synapse changes.

        Returns
        -------
        ndarray or DeviceView, shape (n,)
            On the CPU backend a read-only array, on CUDA an object with ``__cuda_array_interface__``
            and ``__dlpack__``; of the precision of the network.

        Raises
        ------
        UnknownVariableError
            If there is no such state.
        NetworkError
            If the network has not run since it was made or changed.

        Examples
        --------
        >>> import dendrify_gpu as dg
        >>> from brian2.units import ms, mV
        >>> net = dg.Network(backend='cpu', precision='float32')
        >>> decaying = net.population('dv/dt = -v/(10*ms) : volt', 3, initial={'v': 1*mV})
        >>> _ = net.run(10*ms)
        >>> decaying.device_array('v')
        array([0.00036603, 0.00036603, 0.00036603], dtype=float32)
        """
        self._check_known(name, self._program.state_names)
        if self._memory is None:
            raise NetworkError(
                f"{self.name}.{name} has no memory yet, or no longer: run the network first. "
                f"{self.name}.{name} itself can be read at any time."
            )
        return self._memory.view(name)

    def set_constant(self, name: str, value: Any) -> None:
        """Set a constant that all neurons share.

        Parameters
        ----------
        name : str
            One of `constants`.
        value : Quantity or number
            Its value, of the same unit.

        Raises
        ------
        UnknownVariableError
            If the equations use no such constant.
        NetworkError
            If the unit is wrong or the value is not one finite number.
        """
        known = self.constants
        if name not in known:
            hint = ""
            if name in self.variables:
                hint = f" It is a variable: set it with {self.name}.{name} = ..."
            raise UnknownVariableError(
                f"{self.name} has no constant {name!r}.{hint} {nearest_names(name, known)}"
            )
        number = si_values(value, get_dimensions(known[name]), f"{self.name}: constant {name!r}")
        if not isinstance(number, float):
            raise NetworkError(
                f"{self.name}: constant {name!r} is shared by all neurons; give one value. To let "
                "neurons differ, declare it as a parameter in the equations."
            )
        namespace = {**self._model.namespace, name: value}
        self._model = replace(self._model, namespace=namespace)
        self._program = replace(self._program, constants={**self._program.constants, name: number})
        if self._memory is not None:
            self._memory.set_constant(name, number)

    def si_value(self, name: str) -> float | np.ndarray:
        """Return a variable in SI units: one number, or one for each neuron where they differ."""
        self._check_known(name, self.variables)
        if self._memory is not None and name in self._program.state_names:
            return self._memory.read(name)
        return self._values.get(name, 0.0)

    def si_values(self) -> dict[str, float | np.ndarray]:
        """Return all variables in SI units, as `si_value` does."""
        return {name: self.si_value(name) for name in self.variables}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self.get(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            super().__setattr__(name, value)
        elif hasattr(type(self), name):
            raise NetworkError(
                f"{self.name}: {name!r} is an attribute of every population and cannot be set. For "
                f"a variable of that name use set({name!r}, ...)."
            )
        else:
            self.set(name, value)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.variables]

    def __repr__(self) -> str:
        plural = "" if self.size == 1 else "s"
        return f"<Population {self.name!r}: {self.size} neuron{plural}, {self._model.method}>"

    # ------------------------------------------------------- for the network

    def _add_written(self, names: tuple[str, ...]) -> bool:
        """Make states of the parameters that synapses add to; return whether something changed."""
        parameters = set(self._program.parameter_names)
        if not parameters & set(names):
            return False
        already = set(self._program.state_names)
        self._program = build_program(self._model, self._owner.dt_, already | set(names))
        return True

    def _attach(self, memory: PopulationMemory) -> None:
        self._memory = memory

    def _detach(self) -> None:
        """Take the values over from the backend."""
        if self._memory is not None:
            states = self._memory.program.state_names
            self._values |= {name: self._memory.read(name) for name in states}
            self._memory = None

    def _given(self, name: str, value: Any, n: int, what: str) -> float | np.ndarray:
        dimensions = self._dimensions[name]
        if isinstance(value, Distribution):
            random = generator(self._owner.seed, Purpose.VALUES, self.number, self._draws)
            self._draws += 1
            return value.draw(random, n, dimensions, what)
        on_device = host_values(value, what)
        given = value if on_device is None else in_units(on_device, dimensions)
        values = si_values(given, dimensions, what)
        if isinstance(values, np.ndarray) and values.shape != (n,):
            raise NetworkError(
                f"{what} was given values of the shape {values.shape}; give one value or one for "
                f"each of the {n} neurons."
            )
        return values

    def _check_known(self, name: str, known: tuple[str, ...]) -> None:
        if name in known:
            return
        if name in self._program.subexpressions:
            raise UnknownVariableError(
                f"{self.name}.{name} is a subexpression, {name} = "
                f"{self._program.subexpressions[name]}: it has no value of its own to read or set. "
                "It can be recorded."
            )
        if name in self.constants:
            raise UnknownVariableError(
                f"{self.name}.{name} is a constant that all neurons share: read "
                f"{self.name}.constants[{name!r}], set it with {self.name}.set_constant({name!r}, "
                "...)."
            )
        raise UnknownVariableError(
            f"{self.name} has no variable {name!r}. {nearest_names(name, known)}"
        )
