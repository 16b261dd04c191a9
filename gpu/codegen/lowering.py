"""From symbolic expressions to lane operations, with everything parameter-only moved to the host.

An expression is written as a polynomial in *atoms* (states, time, results of functions) whose coefficients
depend on parameters alone. The coefficients become host-computed numbers; the polynomial is evaluated with
fused multiply-adds, nested around the variable that the equation belongs to. For a compartment this yields
``V_next = fma(V, a + b*s + ..., c*V_neighbour + d*s + ... + e)``: one multiply-add for each current.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import sympy
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanFalse, BooleanTrue

from .arithmetic import Monomial, Polynomial, fused, product_of
from .calls import DISTRIBUTIONS, FUNCTIONS, MIRRORED, OPERATORS, PARAMETERS, draws_numbers
from .coefficients import CoefficientTable
from .nodes import (
    CLOCK,
    Add,
    And,
    Call,
    Coefficient,
    Compare,
    Divide,
    Draw,
    Literal,
    Local,
    MaskName,
    Node,
    Not,
    Or,
    PerNeuron,
    Select,
    Subtract,
    parts,
)

__all__ = ["Lowering"]


@dataclass
class Lowering:
    """Lowers the expressions of one straight-line section of a step function.

    Within a section no state changes, so equal intermediate results are computed once. They are
    collected in `definitions`, in the order in which they must be computed.

    Parameters
    ----------
    variables : frozenset of str
        Names whose values are lanes: states and locals. Every other name is a parameter.
    table : CoefficientTable
        Where parameter-only expressions go.
    draws : list of str
        Distributions of the random numbers drawn so far in this step function; extended in place.
    prefix : str
        Prefix of the names of intermediate results.
    slow : frozenset of str
        Variables that seldom change. Sums are ordered so that what depends on them alone comes first and can
        be held (see `holding`).
    """

    variables: frozenset[str]
    table: CoefficientTable
    draws: list[str]
    prefix: str = ""
    slow: frozenset[str] = frozenset()
    definitions: list[tuple[str, Node]] = field(default_factory=list)
    _known: dict[Node, Node] = field(default_factory=dict)
    _drawn: dict[sympy.Expr, Node] = field(default_factory=dict)
    _seldom_defined: set[str] = field(default_factory=set)

    def value(self, expression: sympy.Expr, around: str | None = None) -> Node:
        """Lower a number; the evaluation is nested around the variable `around`."""
        self._drawn.clear()
        return self._evaluate(self._polynomial(sympy.sympify(expression), around), around)

    def updated(self, expression: sympy.Expr, variable: str) -> Node:
        """Lower the next value of a variable as its old value plus an increment.

        ``x + x*(-dt/tau)`` and ``x*(1 - dt/tau)`` are the same number, but the factor of the second loses the last
        digits of ``dt/tau``: in single precision a hundredth of its accuracy.
        """
        self._drawn.clear()
        polynomial = self._polynomial(self._own_factor_less_one(expression, variable), variable)
        own = Local(variable)
        if (own,) not in polynomial:
            return self._evaluate(polynomial, variable)
        polynomial[(own,)] -= 1
        increment = {m: c for m, c in polynomial.items() if c != 0}
        if not increment:
            return own
        if all(own in monomial for monomial in increment):
            slope: Polynomial = {}
            for monomial, coefficient in increment.items():
                atoms = list(monomial)
                atoms.remove(own)
                slope[self._shared_product(tuple(atoms))] = coefficient
            return fused(own, self._nest(slope), own)
        return Add(own, self._evaluate(increment, variable))

    def _own_factor_less_one(self, expression: sympy.Expr, variable: str) -> sympy.Expr:
        """Write ``x*F``, where F changes with refractoriness, as ``x + x*(F - 1)``."""
        expression = sympy.sympify(expression)
        own = sympy.Symbol(variable, real=True)
        factors = []
        others = []
        for term in sympy.Add.make_args(expression):
            factor = sympy.Mul(*(part for part in sympy.Mul.make_args(term) if part != own))
            if own in sympy.Mul.make_args(term) and self._is_refractory_only(factor):
                factors.append(factor)
            else:
                others.append(term)
        if not factors:
            return expression
        return sympy.Add(own, own * (sympy.Add(*factors) - 1), *others)

    def define(self, name: str, expression: sympy.Expr) -> None:
        """Compute an expression under a given name, for use by later ones.

        What depends on parameters alone is computed on the host, and its name stands for a parameter.
        """
        if self._is_parameter_only(expression):
            self.table.derive(name, expression)
            return
        self.definitions.append((name, self.value(expression)))
        self.variables |= {name}

    def condition(self, expression: sympy.Basic) -> Node:
        """Lower a condition to a mask."""
        if isinstance(expression, BooleanTrue):
            return Compare("==", Literal(0), Literal(0))
        if isinstance(expression, BooleanFalse):
            return Compare("!=", Literal(0), Literal(0))
        if isinstance(expression, sympy.Symbol):
            return MaskName(str(expression))
        if isinstance(expression, sympy.Not):
            return Not(self.condition(expression.args[0]))
        if isinstance(expression, sympy.And | sympy.Or):
            kind = And if isinstance(expression, sympy.And) else Or
            first, *rest = sorted(expression.args, key=sympy.default_sort_key)
            result = self.condition(first)
            for part in rest:
                result = kind(result, self.condition(part))
            return result
        if isinstance(expression, Relational):
            return self._comparison(OPERATORS[type(expression)], *expression.args)
        raise TypeError(f"not a condition: {expression}")

    def _comparison(self, operator: str, left: sympy.Expr, right: sympy.Expr) -> Node:
        """Compare what changes with what does not, so that conditions on one thing share its value.

        ``k <= start + duration`` and ``k >= start + offset``, where ``k`` counts time steps, both become
        conditions on ``start - k``. For whole numbers that is exact; anything else stays on its side, so that
        rounding decides a tie as it does in Brian2.
        """
        sides = [self._polynomial(left, None), self._polynomial(right, None)]
        moving = [any(monomial for monomial in side) for side in sides]
        constant = [side.get((), sympy.Integer(0)) for side in sides]
        counts_steps = any((Local(CLOCK),) in side for side in sides)
        if counts_steps and all(moving) and any(value != 0 for value in constant):
            difference: Polynomial = {m: c for m, c in sides[0].items() if m}
            for monomial, coefficient in sides[1].items():
                if monomial:
                    difference[monomial] = difference.get(monomial, sympy.Integer(0)) - coefficient
            first, *others = sorted(difference, key=repr)
            sign = difference[first]
            if abs(sign) == 1 and [difference[other] for other in others] == [-sign]:
                changing = self._let("since", Subtract(product_of(first), product_of(others[0])))
                bound = self.table.node(sign * (constant[1] - constant[0]))
                return Compare(operator if sign == 1 else MIRRORED[operator], changing, bound)
        return Compare(operator, self._evaluate(sides[0], None), self._evaluate(sides[1], None))

    def _is_parameter_only(self, expression: sympy.Basic) -> bool:
        names = {str(symbol) for symbol in expression.free_symbols}
        if names & self.variables or "not_refractory" in names:
            return False
        return not draws_numbers(expression)

    def _is_refractory_only(self, expression: sympy.Basic) -> bool:
        """Return whether an expression changes with refractoriness alone."""
        names = {str(symbol) for symbol in expression.free_symbols}
        if "not_refractory" not in names or isinstance(expression, sympy.Symbol):
            return False
        return not names & self.variables and not draws_numbers(expression)

    def _by_refractoriness(self, expression: sympy.Expr) -> Node:
        """Select between an expression's two values, which the host computes.

        A flag thus costs no exponential in the step, only a selection.
        """
        values = []
        for value in (1, 0):
            known = {
                call: sympy.Integer(value)
                for call in expression.atoms(sympy.Function)
                if call.func.__name__ == "int_" and _names(call) == {"not_refractory"}
            }
            values.append(self.table.node(expression.xreplace(known)))
        if values[0] == values[1]:
            return values[0]
        return self._let("flagged", Select(MaskName("not_refractory"), values[0], values[1]))

    def _polynomial(self, expression: sympy.Expr, around: str | None) -> Polynomial:
        if self._is_parameter_only(expression):
            return {(): expression}
        if self._is_refractory_only(expression):
            return {(self._by_refractoriness(expression),): sympy.Integer(1)}
        if isinstance(expression, sympy.Symbol):
            return {(Local(str(expression)),): sympy.Integer(1)}
        if isinstance(expression, sympy.Add):
            result: Polynomial = {}
            for term in sorted(expression.args, key=sympy.default_sort_key):
                for monomial, coefficient in self._polynomial(term, around).items():
                    result[monomial] = result.get(monomial, sympy.Integer(0)) + coefficient
            return {monomial: c for monomial, c in result.items() if c != 0} or {
                (): sympy.Integer(0)
            }
        if isinstance(expression, sympy.Mul):
            return self._product(expression, around)
        if isinstance(expression, sympy.Pow):
            return self._power(expression.base, expression.exp, around)
        return {(self._function(expression),): sympy.Integer(1)}

    def _product(self, expression: sympy.Mul, around: str | None) -> Polynomial:
        given = sorted(expression.args, key=sympy.default_sort_key)
        flagged = [f for f in given if self._is_refractory_only(f) or self._is_parameter_only(f)]
        if any(self._is_refractory_only(factor) for factor in flagged):
            given = [sympy.Mul(*flagged), *(factor for factor in given if factor not in flagged)]
        factors = [self._polynomial(factor, around) for factor in given]
        sums = [factor for factor in factors if len(factor) > 1]
        # One sum is multiplied out, so that its terms join those of the other currents: the one
        # that holds the equation's own variable. Other sums stay whole, which also keeps the
        # accuracy of products such as (V - a)*(V - b).
        own = Local(around) if around is not None else None
        expanded = next((f for f in sums if any(own in monomial for monomial in f)), None)
        if expanded is None and sums:
            expanded = sums[0]
        result: Polynomial = {(): sympy.Integer(1)}
        for factor in factors:
            if len(factor) > 1 and factor is not expanded:
                factor = {(self._let("sum", self._evaluate(factor, None)),): sympy.Integer(1)}
            product: Polynomial = {}
            for left, left_coefficient in result.items():
                for right, right_coefficient in factor.items():
                    monomial = tuple(sorted(left + right, key=repr))
                    coefficient = left_coefficient * right_coefficient
                    product[monomial] = product.get(monomial, sympy.Integer(0)) + coefficient
            result = product
        return result

    def _power(self, base: sympy.Expr, exponent: sympy.Expr, around: str | None) -> Polynomial:
        one = sympy.Integer(1)
        if exponent.is_Integer and 0 < abs(int(exponent)) <= 16:
            count = abs(int(exponent))
            terms = self._polynomial(base, None)
            if exponent < 0:
                if len(terms) == 1:
                    (monomial, coefficient) = next(iter(terms.items()))
                    inverse = tuple(self._reciprocal(atom) for atom in monomial)
                    return {tuple(sorted(inverse * count, key=repr)): coefficient**-count}
                atom = self._reciprocal(self._evaluate(terms, None))
                return {(atom,) * count: one}
            if len(terms) == 1:
                (monomial, coefficient) = next(iter(terms.items()))
                return {tuple(sorted(monomial * count, key=repr)): coefficient**count}
            return {(self._let("sum", self._evaluate(terms, None)),) * count: one}
        lowered = self._evaluate(self._polynomial(base, None), None)
        if abs(exponent) == sympy.Rational(1, 2):
            root = self._let("root", Call("lane_sqrt", (lowered,)))
            return {(self._reciprocal(root) if exponent < 0 else root,): one}
        power = self._evaluate(self._polynomial(exponent, None), None)
        return {(self._let("power", Call("lane_pow", (lowered, power))),): one}

    def _reciprocal(self, node: Node) -> Node:
        return self._let("inverse", Divide(Literal(1), node))

    def _function(self, expression: sympy.Expr) -> Node:
        name = expression.func.__name__
        if name in DISTRIBUTIONS:
            # One draw for each call in each statement, however often the expression repeats it.
            if expression not in self._drawn:
                given = expression.args[: PARAMETERS.get(name, 0)]
                parameters = tuple(self._argument(part) for part in given)
                self.draws.append(DISTRIBUTIONS[name])
                draw = Draw(DISTRIBUTIONS[name], len(self.draws) - 1, parameters)
                self._drawn[expression] = self._let("random", draw)
            return self._drawn[expression]
        if name == "int_":
            argument = expression.args[0]
            if (
                argument.is_Boolean
                or isinstance(argument, Relational)
                or str(argument) == "not_refractory"
            ):
                return Select(self.condition(argument), Literal(1), Literal(0))
            return self._let("whole", Call("lane_int", (self._argument(argument),)))
        if name in ("Max", "Min"):
            function = "lane_max" if name == "Max" else "lane_min"
            first, *rest = sorted(expression.args, key=sympy.default_sort_key)
            result = self._argument(first)
            for part in rest:
                result = Call(function, (result, self._argument(part)))
            return self._let("bound", result)
        if name not in FUNCTIONS:
            raise TypeError(f"no lane function for {expression}")
        arguments = tuple(self._argument(argument) for argument in expression.args)
        return self._let(name.lower(), Call(FUNCTIONS[name], arguments))

    def _argument(self, expression: sympy.Expr) -> Node:
        return self._evaluate(self._polynomial(expression, None), None)

    def _evaluate(self, polynomial: Polynomial, around: str | None) -> Node:
        own = Local(around) if around is not None else None
        if own is not None and any(own in monomial for monomial in polynomial):
            slope: Polynomial = {}
            rest: Polynomial = {}
            for monomial, coefficient in polynomial.items():
                if own in monomial:
                    atoms = list(monomial)
                    atoms.remove(own)
                    slope[self._shared_product(tuple(atoms))] = coefficient
                else:
                    rest[self._shared_product(monomial)] = coefficient
            factor = self._nest(slope)
            return fused(own, factor, self._nest(rest) if rest else None)
        return self._nest(polynomial)

    def _shared_product(self, monomial: Monomial) -> Monomial:
        if len(monomial) < 2:
            return monomial
        return (self._let("product", product_of(monomial)),)

    def _nest(self, polynomial: Polynomial) -> Node:
        """Evaluate by Horner's rule around the atom that occurs in most terms."""
        counts = Counter(atom for monomial in polynomial for atom in set(monomial))
        frequent = [atom for atom, count in counts.items() if count > 1]
        if frequent and any(len(monomial) > 1 for monomial in polynomial):
            atom = max(frequent, key=lambda item: (counts[item], repr(item)))
            inner: Polynomial = {}
            outer: Polynomial = {}
            for monomial, coefficient in polynomial.items():
                if atom in monomial:
                    atoms = list(monomial)
                    atoms.remove(atom)
                    inner[tuple(atoms)] = coefficient
                else:
                    outer[monomial] = coefficient
            return fused(atom, self._nest(inner), self._nest(outer) if outer else None)
        result: Node | None = None
        constant = polynomial.get(())
        if constant is not None:
            result = self.table.node(constant)
        # What seldom changes comes first, to be held. Bare atoms come before products, which are fused onto
        # them, and what is subtracted comes last.
        rank = {sympy.Integer(1): 0, sympy.Integer(-1): 2}
        order = sorted(
            (m for m in polynomial if m),
            key=lambda m: (not self._seldom(m), rank.get(polynomial[m], 1), repr(m)),
        )
        for monomial in order:
            if polynomial[monomial] == -1 and result is not None:
                result = Subtract(result, product_of(monomial))
                continue
            coefficient = self.table.node(polynomial[monomial])
            result = fused(product_of(monomial), coefficient, result)
        assert result is not None
        return result

    def _seldom(self, monomial: Monomial) -> bool:
        """Return whether a product changes only with variables that seldom change, or with the clock."""
        names = {part.name for atom in monomial for part in parts(atom) if isinstance(part, Local)}
        return names <= self.slow | self._seldom_defined | {CLOCK}

    def _let(self, hint: str, node: Node) -> Node:
        if isinstance(node, Local | Literal | Coefficient | PerNeuron):
            return node
        if node not in self._known:
            name = f"{self.prefix}{hint}_{len(self.definitions)}"
            self.definitions.append((name, node))
            self._known[node] = Local(name)
            if self._seldom((node,)):
                self._seldom_defined.add(name)
        return self._known[node]


def _names(expression: sympy.Basic) -> set[str]:
    return {str(symbol) for symbol in expression.free_symbols}
