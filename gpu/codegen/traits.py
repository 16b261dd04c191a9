"""What of a model decides how its step function is written, found once and read by every section."""

from __future__ import annotations

from dataclasses import dataclass

from ..program import Program

__all__ = ["FLAGS_PER_WORD", "Traits", "find_traits"]

#: Flags of a neuron that fit in one word: 30, so that single precision's 32-bit words hold them.
FLAGS_PER_WORD = 30


@dataclass(frozen=True)
class Traits:
    """A program, what surrounds it, and what follows from both.

    Attributes
    ----------
    program : Program
        The model.
    name : str
        Name of the step function.
    ports : tuple of tuple of str
        For each port of synaptic input the states that it is added to.
    recorded : tuple of tuple of str
        For each monitor the names of its variables.
    differential : frozenset of str
        States that the update changes.
    slow : frozenset of str
        States that only spikes and custom events change.
    masks : tuple of str
        Variables that say which neurons have spiked, and for which each custom event has happened.
    happens : bool
        Whether there are spikes or custom events.
    keeps_condition : bool
        Whether refractoriness is a condition, whose value neurons carry from step to step.
    late_refractoriness : bool
        Whether only neurons above threshold need to know if they are refractory.
    """

    program: Program
    name: str
    ports: tuple[tuple[str, ...], ...]
    recorded: tuple[tuple[str, ...], ...]
    differential: frozenset[str]
    slow: frozenset[str]
    masks: tuple[str, ...]
    happens: bool
    keeps_condition: bool
    late_refractoriness: bool

    @property
    def n_words(self) -> int:
        """Words per neuron that hold what happened in the last step."""
        return -(-(len(self.masks) + self.keeps_condition) // FLAGS_PER_WORD)

    def is_masked(self, name: str) -> bool:
        """Return whether a state stands still while its neuron is refractory."""
        return self.program.refractory is not None and name in self.program.clamped


def find_traits(
    program: Program,
    name: str,
    ports: tuple[tuple[str, ...], ...],
    recorded: tuple[tuple[str, ...], ...],
) -> Traits:
    """Return what decides how a program's step function is written.

    Parameters
    ----------
    program : Program
    name : str
    ports, recorded : tuple of tuple of str
        As in `Traits`.

    Returns
    -------
    Traits
    """
    differential = frozenset(statement.target for statement in program.update)
    reached = {target for port in ports for target in port}
    kept = program.refractory is not None and program.refractory.kind == "condition"
    return Traits(
        program=program,
        name=name,
        ports=ports,
        recorded=recorded,
        differential=differential,
        slow=frozenset(program.state_names) - differential - reached,
        masks=("_spiked", *(f"_happened_{event.name}" for event in program.events)),
        happens=program.threshold is not None or bool(program.events),
        keeps_condition=kept,
        late_refractoriness=(
            program.refractory is not None
            and not kept
            and not program.clamped & differential
            and not program.uses("not_refractory")
        ),
    )
