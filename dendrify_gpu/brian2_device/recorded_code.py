"""Code objects that are not executed by Brian2 but kept as statements, to become tasks of the core."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from brian2 import prefs
from brian2.codegen.generators.base import CodeGenerator
from brian2.codegen.statements import Statement
from brian2.core.base import weakproxy_with_fallback
from brian2.core.names import Nameable, find_name

from .aliases import with_one_name_each
from .exponentials import INVERSE_EXPREL, inverse_exprel_function, with_plain_exponentials
from .refractoriness import CHOICE, choice_function, specialised

__all__ = ["RUN_TEMPLATES", "RecordedCode", "record_code"]

#: Templates of the code objects that are carried out in every time step.
RUN_TEMPLATES = frozenset(
    """
    ratemonitor reset spatialstateupdate spikegenerator spikemonitor statemonitor stateupdate
    summed_variable synapses synapses_push_spikes threshold
    """.split()
)


class _StatementGenerator(CodeGenerator):
    """Stops before the last stage of Brian2's code generation: its result are the statements themselves."""

    class_name = "dendrify_gpu"

    def translate_statement_sequence(
        self,
        scalar_statements: dict[Any, list[Statement]],
        vector_statements: dict[Any, list[Statement]],
    ) -> tuple[dict[Any, list[Statement]], dict[Any, list[Statement]], dict[str, Any]]:
        """Return the statements."""
        return scalar_statements, vector_statements, {}


@contextmanager
def _constants_in_double() -> Iterator[None]:
    """Keep Brian2 from rounding constants: in ``sin(2*pi*f*t)`` an error of 2*pi grows with the time."""
    kept = prefs["core.default_float_dtype"]
    prefs["core.default_float_dtype"] = np.float64
    try:
        yield
    finally:
        prefs["core.default_float_dtype"] = kept


class RecordedCode(Nameable):
    """What one code object does, as statements.

    Attributes
    ----------
    owner : Group
    template_name : str
    abstract_code : dict
        Code blocks by name, as Brian2 made them.
    variables : dict
        What the names mean.
    variable_indices : dict
        What the entries of arrays belong to.
    template_kwds : dict
        Further information for the template.
    shared, each : dict of list of Statement
        By block: what is computed once, and for each element.
    conditions : dict of str to str
        Variables that only change where another one is true.
    """

    def __init__(
        self,
        owner: Any,
        name: str,
        template_name: str,
        abstract_code: Mapping[Any, str],
        variables: dict[str, Any],
        variable_indices: dict[str, str],
        template_kwds: Mapping[str, Any] | None,
        generator: CodeGenerator,
        compiler_kwds: Mapping[str, Any] | None,
        alone: Callable[[], Any],
    ) -> None:
        Nameable.__init__(self, name=find_name(name))
        self.owner = weakproxy_with_fallback(owner)
        self.template_name = template_name
        self.abstract_code = dict(abstract_code)
        self.variables = variables
        self.variable_indices = variable_indices
        self.template_kwds = dict(template_kwds or {})
        self.compiler_kwds = dict(compiler_kwds or {})
        self._alone = alone
        self.conditions = generator.get_conditional_write_vars()
        code = self.abstract_code
        if template_name == "synapses":
            code = {
                block: with_one_name_each(text, variables, variable_indices)
                for block, text in code.items()
            }
        if template_name == "stateupdate":
            code = {block: with_plain_exponentials(text) for block, text in code.items()}
            inverse = inverse_exprel_function()
            generator.variables = {**generator.variables, INVERSE_EXPREL: inverse}
        if template_name == "stateupdate" and "not_refractory" in variables:
            code = {block: specialised(text, self.conditions) for block, text in code.items()}
            generator.variables = {**generator.variables, CHOICE: choice_function()}
        with _constants_in_double():
            self.shared, self.each, _ = generator.translate(code, dtype=np.float64)

    def before_run(self) -> None:
        """Prepare the queue of a pathway, as Brian2's own template does."""
        if self.template_name == "synapses_push_spikes":
            self.owner.initialise_queue()

    def after_run(self) -> None:
        """Leave no spike behind for the next run, as Brian2's own template does."""
        if self.template_name == "threshold":
            self.template_kwds["eventspace_variable"].get_value()[-1] = 0

    def __call__(self, **kwds: Any) -> Any:
        """Carry the code out once, outside of a run, as Brian2's numpy code."""
        return self._alone()(**kwds)


def record_code(
    owner: Any,
    name: str,
    abstract_code: Mapping[Any, str],
    variables: dict[str, Any],
    template_name: str,
    variable_indices: dict[str, str],
    template: Any,
    codeobj_class: type,
    *,
    template_kwds: Mapping[str, Any] | None = None,
    override_conditional_write: Any = None,
    compiler_kwds: Mapping[str, Any] | None = None,
    alone: Callable[[], Any],
) -> RecordedCode:
    """Return the statements of a code object.

    Parameters are those of `brian2.devices.Device.code_object`; `template` is Brian2's own, for what it says of its
    variables, and `alone` makes a code object of Brian2's that can be called on its own.
    """
    generator = _StatementGenerator(
        variables=variables,
        variable_indices=variable_indices,
        owner=owner,
        iterate_all=template.iterate_all,
        codeobj_class=codeobj_class,
        override_conditional_write=override_conditional_write,
        allows_scalar_write=template.allows_scalar_write,
        name=name,
        template_name=template_name,
    )
    return RecordedCode(
        owner,
        name,
        template_name,
        abstract_code,
        variables,
        variable_indices,
        template_kwds,
        generator,
        compiler_kwds,
        alone,
    )
