r"""Implicit methods for compartments that are coupled more tightly than the time step allows.

Thin or short compartments exchange charge within microseconds. An explicit method must resolve that or explode;
an implicit one need not. The coupling is found in the equations themselves, so that any shape can be solved: a
single compartment, a tree, a graph with loops.

**What is solved together.** The variables in volts that have differential equations, in groups: two belong to one
group when the equation of one depends on the other, directly or through others. A compartment on its own is a
group of one. All other variables (gates, receptors, concentrations, adaptation) are advanced one by one.

**The voltages** :math:`V` of a group, with :math:`dV/dt = f(V)` and the matrix :math:`J = \partial f/\partial V` of
its symbolic derivatives, take the linearly implicit step of the theta method

.. math::

   (I - \theta\, \Delta t\, J)\, \Delta V = \Delta t\, f(V), \qquad V \leftarrow V + \Delta V,

with :math:`\theta = 1` for ``'implicit'`` (order 1, damps whatever is faster than the step) and
:math:`\theta = 1/2` for ``'crank_nicolson'`` (order 2, lets what is faster than the step ring). Where the currents
are linear in the voltages, as ohmic currents are, that is backward Euler and Crank-Nicolson exactly; where they are
not, it is one step of Newton's method (Hairer & Wanner, Solving Ordinary Differential Equations II, chapter IV.7).
The equations are solved by elimination from the branches to the root (see `elimination`). What depends on
parameters alone is eliminated by the host: a step of a passive tree has no division.

**The other variables** live half a step off the voltages, as in NEURON (Hines 1984, Int. J. Bio-Medical Computing
15, 69-76; Carnevale & Hines 2006, The NEURON Book, chapter 4): they are advanced first, with the old voltages, and
the voltages then see their new values. The step of a variable :math:`x` with :math:`dx/dt = f(x)` and
:math:`a = \partial f/\partial x` is

.. math::

   x \leftarrow x + \Delta t\, f(x)\, \frac{e^{a \Delta t} - 1}{a \Delta t}.

Where :math:`f` is linear in :math:`x`, as it is for gates and receptors, that is the exact solution for the time that
the voltages stand still (exponential Euler). Where it is not, it is the step of Hochbruck, Ostermann & Schweitzer
(2009), SIAM J. Numerical Analysis 47, 786-803; where :math:`a = 0`, it is Euler's. In ``'crank_nicolson'`` the voltages
see the time ``t`` of the middle of the step, and where one of the other variables depends on another, it sees the mean
of that one's old and new values; that makes the method one of order 2 as a whole (variables that depend on each other
in a circle excepted). The recorded value of such a variable belongs to half a time step before that of the voltages.

**Refractoriness.** A voltage that is marked ``(unless refractory)`` stands still while its neuron is refractory,
and its neighbours are solved against the value that it stands at.

**Noise.** ``xi`` must be additive: :math:`\sigma\,\xi` with :math:`\sigma` free of variables. In a voltage the
increment :math:`\sigma\,\Delta W` joins the right-hand side; in a variable that is linear in itself it has the
variance of the exact solution.

Examples
--------
Two compartments that exchange charge a hundred times faster than the time step:

>>> from brian2.units import ms, mV
>>> from dendrify_gpu.gpu import Model, build_program
>>> model = Model('''
... dV/dt = (EL - V)/tau + (W - V)/fast : volt
... dW/dt = (EL - W)/tau + (V - W)/fast : volt
... ''', {'EL': -70*mV, 'tau': 20*ms, 'fast': 1e-3*ms}, method='implicit')
>>> for statement in build_program(model, dt=1e-4).update[-2:]:
...     print(statement)
V = V + _change_V
W = W + _change_W
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

import sympy
from brian2.core.functions import exprel
from brian2.equations import Equations
from brian2.parsing.sympytools import str_to_sympy
from brian2.units import volt

from ..program import Assignment
from .differentiation import slope
from .elimination import Elimination, elimination_order

__all__ = ["crank_nicolson", "implicit"]

_DT = sympy.Symbol("dt", real=True, positive=True)  # as Brian2 writes it
_NORMAL = sympy.Function("randn")(sympy.Symbol("_placeholder_arg"))  # as Brian2 writes a draw


def implicit(equations: Equations, variables: dict[str, Any]) -> tuple[Assignment, ...]:
    """Update statements of the linearly implicit (backward) Euler method.

    Parameters
    ----------
    equations : brian2.Equations
        The equations of a model.
    variables : dict
        Brian2's variables for the names in them, and ``not_refractory`` where the model knows refractoriness.

    Returns
    -------
    tuple of Assignment

    Raises
    ------
    ValueError
        If no differential equation is that of a voltage, or noise is multiplied by a variable.
    """
    return _Stepper(equations, variables, sympy.Integer(1)).statements()


def crank_nicolson(equations: Equations, variables: dict[str, Any]) -> tuple[Assignment, ...]:
    """Update statements of the Crank-Nicolson method, linearly implicit and with staggered gates.

    Parameters
    ----------
    equations : brian2.Equations
        The equations of a model.
    variables : dict
        Brian2's variables for the names in them, and ``not_refractory`` where the model knows refractoriness.

    Returns
    -------
    tuple of Assignment

    Raises
    ------
    ValueError
        If no differential equation is that of a voltage, or noise is multiplied by a variable.
    """
    return _Stepper(equations, variables, sympy.Rational(1, 2)).statements()


class _Stepper:
    """Writes one step: for each voltage what it needs, from the branches to the root, then all voltages."""

    def __init__(
        self, equations: Equations, variables: dict[str, Any], theta: sympy.Rational
    ) -> None:
        self._theta = theta
        self._centred = theta != 1
        self._rates, self._noise = _right_hand_sides(equations, variables)
        self._voltages = [name for name in self._rates if equations[name].dim is volt.dim]
        if not self._voltages:
            raise ValueError(
                "it solves for membrane voltages, and none of the differential equations is in volts."
            )
        self._held = {
            name
            for name in self._rates
            if "not_refractory" in variables and "unless refractory" in equations[name].flags
        }
        self._uses = {
            name: _names(value) & self._rates.keys() for name, value in self._rates.items()
        }
        self._number = {name: number for number, name in enumerate(self._voltages)}
        others = [name for name in self._rates if name not in self._number]
        self._place = {
            name: place for place, name in enumerate(_dependence_order(others, self._uses))
        }
        readers = self._rates if self._centred else self._voltages
        self._read_again = {used for name in readers for used in self._uses[name] - {name}}
        self._done: set[str] = set()
        self._drawn: set[str] = set()
        self._differences: set[str] = set()
        self._written: list[Assignment] = []

    def statements(self) -> tuple[Assignment, ...]:
        """Write the whole step."""
        change = {
            voltage: value for group in self._groups() for voltage, value in self._solve(group)
        }
        self._advance(self._place)
        for name in self._voltages:
            self._define(name, _symbol(name) + change[name])
        return tuple(self._written)

    def _define(self, name: str, value: sympy.Expr) -> None:
        self._written.append(Assignment(name, value))

    # ----------------------------------------------------------------- voltages

    def _groups(self) -> Iterator[dict[str, list[str]]]:
        """Yield for each group of voltages the neighbours of each, in the order of the equations."""
        neighbours: dict[str, set[str]] = {name: set() for name in self._voltages}
        for name in self._voltages:
            for other in self._uses[name] & self._number.keys() - {name}:
                neighbours[name].add(other)
                neighbours[other].add(name)
        remaining = dict.fromkeys(self._voltages)
        while remaining:
            group: set[str] = set()
            waiting = [next(iter(remaining))]
            while waiting:
                name = waiting.pop()
                if name not in group:
                    group.add(name)
                    waiting += neighbours[name]
            members = sorted(group, key=self._number.__getitem__)
            for name in members:
                del remaining[name]
            yield {name: sorted(neighbours[name], key=self._number.__getitem__) for name in members}

    def _solve(self, group: Mapping[str, list[str]]) -> Iterator[tuple[str, sympy.Symbol]]:
        """Write the solution of one group; yield each voltage and its change."""
        order = elimination_order(group, frozenset(group) & self._held)
        rates = {name: self._rate_with_new_values(name) for name in order}
        entries: dict[tuple[str, str], sympy.Expr] = {}
        for name, rate in rates.items():
            for other in (name, *group[name]):
                coupling = self._theta * _DT * slope(rate, _symbol(other))
                if other == name:
                    entries[name, name] = 1 - coupling
                elif coupling != 0:
                    entries[name, other] = -coupling
        numbers = {name: self._number[name] for name in order}
        solver = Elimination(numbers, entries, self._define, self._unless_held)
        for name, rate in rates.items():
            self._advance(self._uses[name] & self._place.keys())
            differences = {
                _symbol(other): _symbol(name) + self._difference(other, name)
                for other in group[name]
                if (name, other) in entries
            }
            noise = self._increment(name, sympy.Integer(0))
            solver.eliminate(name, _DT * rate.xreplace(differences) + noise)
        for name in reversed(order):
            yield name, solver.substitute(name)

    def _rate_with_new_values(self, name: str) -> sympy.Expr:
        """Return the derivative of a voltage in terms of the new values of the other variables."""
        others = self._uses[name] & self._place.keys()
        rate = self._rates[name].xreplace({_symbol(used): _new(used) for used in others})
        if not self._centred:
            return rate
        times = [symbol for symbol in rate.free_symbols if symbol.name == "t"]
        return rate.xreplace({time: time + _DT / 2 for time in times})

    def _difference(self, name: str, other: str) -> sympy.Expr:
        """Return the difference of two voltages under a name of its own.

        Small numbers that are the difference of large ones are what currents between compartments are. As two terms
        of a sum they would lose to rounding what single precision needs.
        """
        first, second = sorted((self._number[name], self._number[other]))
        label = f"_difference_{first}_{second}"
        if label not in self._differences:
            self._differences.add(label)
            self._define(label, _symbol(self._voltages[first]) - _symbol(self._voltages[second]))
        return _symbol(label) if self._number[name] == first else -_symbol(label)

    # -------------------------------------------------------------- other variables

    def _advance(self, names: Iterable[str]) -> None:
        """Write the steps of variables that are not voltages, and of those that they need."""
        wanted: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in wanted | self._done:
                wanted.add(name)
                waiting += self._before(name)
        for name in sorted(wanted, key=self._place.__getitem__):
            self._write_step(name)
        self._done |= wanted

    def _before(self, name: str) -> list[str]:
        """Return the variables whose new values the step of another one needs."""
        if not self._centred:
            return []
        own = self._place[name]
        return [used for used in self._uses[name] if self._place.get(used, own) < own]

    def _write_step(self, name: str) -> None:
        variable = _symbol(name)
        means = {_symbol(used): (_symbol(used) + _new(used)) / 2 for used in self._before(name)}
        rate = self._rates[name].xreplace(means)
        growth = slope(rate, variable) * _DT
        step = _DT * rate * exprel(growth)
        linear = variable not in growth.free_symbols
        step += self._increment(name, growth if linear else sympy.Integer(0))
        if name not in self._read_again:
            self._define(name, variable + self._unless_held(name, step))
            return
        # The step has a name of its own: rounded to the size of the variable it would lose digits.
        self._define(f"_step_{name}", self._unless_held(name, step))
        self._define(f"_new_{name}", variable + _symbol(f"_step_{name}"))
        self._define(name, _new(name))

    # --------------------------------------------------------------------- both

    def _unless_held(self, name: str, change: sympy.Expr) -> sympy.Expr:
        if name not in self._held:
            return change
        return sympy.Function("int_")(_symbol("not_refractory")) * change

    def _increment(self, name: str, growth: sympy.Expr) -> sympy.Expr:
        """Return what noise adds in a step to a variable that grows by ``exp(growth)`` in it."""
        result = sympy.Integer(0)
        for source, strength in sorted(self._noise.get(name, {}).items()):
            varying = sorted(_names(strength) & self._rates.keys())
            if varying:
                raise ValueError(
                    f"the noise in the equation of {name!r} is multiplied by {varying[0]!r}; this "
                    "method takes additive noise only."
                )
            draw = f"_drawn_{source}"
            if source not in self._drawn:
                self._drawn.add(source)
                self._define(draw, _NORMAL)
            result += strength * sympy.sqrt(_DT * exprel(2 * growth)) * _symbol(draw)
        return result


def _symbol(name: str) -> sympy.Symbol:
    return sympy.Symbol(name, real=True)


def _new(name: str) -> sympy.Symbol:
    return sympy.Symbol(f"_new_{name}", real=True)


def _names(expression: sympy.Expr) -> set[str]:
    return {str(symbol) for symbol in expression.free_symbols}


def _dependence_order(names: Iterable[str], uses: Mapping[str, AbstractSet[str]]) -> list[str]:
    """Order variables so that each comes after those that it depends on, as far as there are no circles."""
    remaining = dict.fromkeys(names)
    waits_for = {name: uses[name] & remaining.keys() - {name} for name in remaining}
    users: dict[str, list[str]] = {name: [] for name in remaining}
    for name, missing in waits_for.items():
        for used in missing:
            users[used].append(name)
    missing_count = {name: len(missing) for name, missing in waits_for.items()}
    ready = [name for name in remaining if not missing_count[name]]
    order: list[str] = []
    while remaining:
        name = ready.pop() if ready else next(iter(remaining))
        del remaining[name]
        order.append(name)
        for user in users[name]:
            missing_count[user] -= 1
            if missing_count[user] == 0 and user in remaining:
                ready.append(user)
    return order


def _right_hand_sides(
    equations: Equations, variables: dict[str, Any]
) -> tuple[dict[str, sympy.Expr], dict[str, dict[str, sympy.Expr]]]:
    """Return the deterministic part of each derivative, and what each noise in it is multiplied by."""
    rates: dict[str, sympy.Expr] = {}
    noise: dict[str, dict[str, sympy.Expr]] = {}
    for name, expression in equations.get_substituted_expressions(variables):
        rate, parts = expression.split_stochastic()
        rates[name] = str_to_sympy(rate.code, variables)
        noise[name] = {
            source: str_to_sympy(part.code, variables) for source, part in (parts or {}).items()
        }
    return rates, noise
