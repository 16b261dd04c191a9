"""Adding populations, sources and synapses to a network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from brian2 import ms

from .cell_model import make_cell
from .errors import NetworkError, UnknownVariableError
from .gpu import nearest_names
from .objects import NetworkObjects, checked_size
from .population import Population
from .projection import Projection, target_dimensions
from .quantities import shown
from .randomness import Purpose, generator
from .rules import ConnectionRule
from .selection import Selection, SpikingObject
from .sources import PoissonGroup, SpikeGenerator

__all__ = ["NetworkBuilder"]


class NetworkBuilder(NetworkObjects):
    """The commands that add what spikes and what connects; part of `Network`."""

    def population(
        self,
        cell: Any,
        size: int,
        *,
        threshold: str | None = None,
        reset: str | None = None,
        refractory: Any = False,
        second_reset: str | None = None,
        spike_width: Any = None,
        method: str = "euler",
        namespace: Mapping[str, Any] | None = None,
        events: Mapping[str, str] | None = None,
        event_actions: Mapping[str, str] | None = None,
        initial: Mapping[str, Any] | None = None,
        name: str | None = None,
    ) -> Population:
        """Add neurons of one model.

        Parameters
        ----------
        cell : NeuronModel, PointNeuronModel, Equations or str
            The neuron, or its equations in Brian2's language.
        size : int
            Number of neurons.
        threshold : str, optional
            Condition for a spike. Here and in the next four, what is left out is as the model's
            `set_spiking` says. Without a threshold the neurons never spike.
        reset : str, optional
            Statements that a spike carries out.
        refractory : Quantity, str or False, optional
            Time for which a neuron cannot spike again, or the condition while which it cannot.
        second_reset : str, optional
            Statements carried out `spike_width` after a spike.
        spike_width : Quantity, optional
            Delay of the second reset.
        method : str, optional
            Integration method. Default ``'euler'``. ``'implicit'`` and ``'crank_nicolson'`` stay stable
            where compartments are coupled more tightly than the time step allows the others;
            `dendrify_gpu.gpu.integration_methods()` lists all, and `dendrify_gpu.gpu.integrators` says which
            to choose.
        namespace : mapping, optional
            Values of names that the equations use and do not define.
        events, event_actions : mapping of str to str, optional
            Conditions of custom events, and the statements that they carry out.
        initial : mapping, optional
            Values that variables start with, as for assignment. Others start at rest, where a
            NeuronModel says what that is, and at 0 otherwise.
        name : str, optional
            Name, unique in the network.

        Returns
        -------
        Population

        Raises
        ------
        CompartmentError
            If a name in the equations or statements of a NeuronModel has no value: it says how to set it.
        ModelError
            If the model cannot be understood.
        NetworkError
            If the size or the name cannot be used, or an initial value is wrong.
        """
        name = self._names.proposed(name, "population")
        n = checked_size(size, name, "neuron")
        cell = make_cell(
            cell,
            name,
            self._dt,
            namespace,
            events,
            event_actions,
            initial,
            method=method,
            threshold=threshold,
            reset=reset,
            refractory=refractory,
            second_reset=second_reset,
            spike_width=spike_width,
        )
        number = len(self._populations)
        added = Population(self, cell.model, n, number, cell.receptors, cell.initial)
        self._populations.append(added)
        self._register(name)
        return added

    def poisson(self, size: int, rate: Any, *, name: str | None = None) -> PoissonGroup:
        """Add independent Poisson sources.

        Parameters
        ----------
        size : int
            Number of sources.
        rate : Quantity
            Rate, one value or one for each source.
        name : str, optional
            Name, unique in the network.

        Returns
        -------
        PoissonGroup

        Raises
        ------
        NetworkError
            If the rate is negative or above one spike per step, or the size or name cannot be used.
        """
        name = self._names.proposed(name, "poisson")
        number = sum(isinstance(item, PoissonGroup) for item in self._sources)
        added = PoissonGroup(self, name, checked_size(size, name, "source"), number, rate)
        self._sources.append(added)
        self._register(name)
        return added

    def spike_generator(
        self, size: int, indices: Any, times: Any, *, name: str | None = None
    ) -> SpikeGenerator:
        """Add sources whose spikes are given.

        Parameters
        ----------
        size : int
            Number of sources.
        indices : array of int
            Source of each spike, in any order.
        times : Quantity
            Time of each spike, counted from the beginning of the first run.
        name : str, optional
            Name, unique in the network.

        Returns
        -------
        SpikeGenerator

        Raises
        ------
        NetworkError
            If a time is negative or has been simulated already, a source does not exist, or spikes
            twice in one step.
        """
        name = self._names.proposed(name, "generator")
        number = sum(isinstance(item, SpikeGenerator) for item in self._sources)
        n = checked_size(size, name, "source")
        added = SpikeGenerator(self, name, n, number, indices, times)
        past = added.steps < self.step
        if past.any():
            raise NetworkError(
                f"{name}: a spike at {shown(added.times[past][0])} comes too late, the network is "
                f"at {shown(self.t)} already."
            )
        self._sources.append(added)
        self._register(name)
        return added

    def connect(
        self,
        pre: SpikingObject | Selection,
        post: Population | Selection,
        targets: str | Iterable[str],
        *,
        probability: float | None = None,
        in_degree: int | None = None,
        one_to_one: bool = False,
        all_to_all: bool = False,
        i: Any = None,
        j: Any = None,
        weight: Any = 1.0,
        delay: Any = 0 * ms,
        autapses: bool = True,
        name: str | None = None,
    ) -> Projection:
        """Add synapses. Without a rule every source connects to every target.

        Parameters
        ----------
        pre : Population, PoissonGroup, SpikeGenerator or contiguous Selection
            Sources of the spikes.
        post : Population or contiguous Selection
            Target neurons.
        targets : str or iterable of str
            Receptors such as ``'AMPA_input_dend'`` or variables of the target neuron; each event
            adds the weight to all of them.
        probability : float, optional
            Each pair connects with this probability.
        in_degree : int, optional
            Each target neuron gets this many different sources.
        one_to_one : bool, optional
            Source k connects to target k.
        all_to_all : bool, optional
            Every source connects to every target.
        i, j : array of int, optional
            Source and target of each synapse, counted within `pre` and `post`.
        weight : number, Quantity, array or Distribution, optional
            What each event adds, in the unit of the targets. Default 1.
        delay : Quantity or Distribution, optional
            Time from the spike to its arrival, rounded to time steps as Brian2 rounds:
            ``int(delay/dt + 0.5)``. Default 0.
        autapses : bool, optional
            Whether a neuron may connect to itself. Default True.
        name : str, optional
            Name, unique in the network.

        Returns
        -------
        Projection

        Raises
        ------
        NetworkError
            If there is more than one rule, or an argument of it, the weight, the delay or a target
            makes no sense.
        NetworkTooLargeError
            If the synapses do not fit in memory.
        """
        name = self._names.proposed(name, "projection")
        sources = self._own(pre, f"{name}: pre")
        neurons = self._own(post, f"{name}: post")
        self._check_spikes(sources, name)
        for role, chosen in (("pre", sources), ("post", neurons)):
            if not chosen.contiguous:
                raise NetworkError(
                    f"{name}: {role} is {chosen.label}; synapses need members that follow each "
                    "other, such as pyr[100:200]. For others give pairs with i and j."
                )
        population = neurons.group
        if not isinstance(population, Population):
            raise NetworkError(
                f"{name}: {population.name} consists of sources; they take no input."
            )
        variables = self._targets(population, targets, name)
        dimensions = target_dimensions(
            name, population.name, {key: population.dimensions(key) for key in variables}
        )
        rule = ConnectionRule(
            name,
            sources,
            neurons,
            autapses,
            probability=probability,
            in_degree=in_degree,
            one_to_one=one_to_one,
            all_to_all=all_to_all,
            i=i,
            j=j,
        )
        number = len(self._projections)
        pairs = rule.draw(generator(self._seed, Purpose.CONNECTIVITY, number))
        added = Projection(
            name,
            number,
            sources,
            neurons,
            variables,
            rule.text,
            pairs,
            dimensions,
            self._dt,
            self._seed,
            self._changed,
        )
        added._set_weight(weight)
        added._set_delay(delay)
        population._add_written(variables)
        self._projections.append(added)
        self._register(name)
        return added

    def _targets(
        self, population: Population, targets: str | Iterable[str], name: str
    ) -> tuple[str, ...]:
        """Return the variables that events add to."""
        wanted = (targets,) if isinstance(targets, str) else tuple(targets)
        variables: list[str] = []
        for target in wanted:
            if target in population.receptors:
                variables += population.receptors[target]
            elif target in population.variables:
                variables.append(target)
            else:
                raise UnknownVariableError(
                    f"{name}: {population.name} has no receptor or variable {target!r}. "
                    + nearest_names(target, [*population.receptors, *population.variables])
                )
        if not variables:
            raise NetworkError(f"{name}: no target was named.")
        for variable in variables:
            if variables.count(variable) > 1:
                raise NetworkError(f"{name}: the target {variable!r} is named twice.")
            for step in self._current_steps:
                if step.population is population and step.parameter == variable:
                    raise NetworkError(
                        f"{name}: synapses cannot add to {variable!r}, which a current step drives "
                        f"({step.label})."
                    )
        return tuple(variables)
