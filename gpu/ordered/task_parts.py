"""What the texts of all kinds of tasks are put together from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from brian2.utils.stringtools import get_identifiers

from .block import Block
from .functions_text import local_functions
from .task import Function, Task

__all__ = [
    "By",
    "TaskText",
    "clock_lines",
    "drawing_lines",
    "element_loop",
    "function_text",
    "given_values",
    "indented",
    "scatters",
    "sizes",
    "time_of",
    "vector_loop",
    "without_unused",
]


#: Who carries out a task.
By = Literal["all", "worker", "thread"]


@dataclass(frozen=True)
class TaskText:
    """The function of a task.

    Attributes
    ----------
    text : str
        Definition of ``task_<number>(run, me)`` in its namespace.
    namespace : str
    by : {'all', 'worker', 'thread'}
        Who carries it out: all workers, each its share; the first one; or one thread of it, on the CPU the same.
    joins : str
        A statement that all carry out afterwards, and at which they meet; empty if there is none.
    functions : mapping of str to Function
        Functions that are not Brian2's own.
    also_writes : tuple of str
        Arrays that the text around the lines changes.
    spaces : tuple of int
        Slots of the lists of events that it reads or, for thresholds and generators, makes.
    sums : tuple of int
        Slots of arrays that it adds to.
    prepared : str
        Definition of ``prepare_<number>(run)``, which computes what depends on constants alone; empty without any.
    n_kept : int
        Number of values that it keeps.
    """

    text: str
    namespace: str
    by: By
    joins: str
    functions: dict[str, Function]
    also_writes: tuple[str, ...]
    spaces: tuple[int, ...]
    sums: tuple[int, ...]
    prepared: str
    n_kept: int

    @property
    def alone(self) -> bool:
        """Whether one worker carries it out."""
        return self.by != "all"


def function_text(
    number: int,
    task: Task,
    namespace: str,
    lines: Sequence[str],
    block: Block,
    by: By = "all",
    joins: str = "",
    before: Sequence[str] = (),
) -> TaskText:
    """Put the function of a task together.

    Parameters
    ----------
    number : int
        Its place in the step.
    task : Task
    namespace : {'many', 'one'}
    lines : sequence of str
        Of the function.
    block : Block
        What the lines were written with.
    by : {'all', 'worker', 'thread'}, optional
        Who carries it out.
    joins : str, optional
        What is done afterwards.
    before : sequence of str, optional
        Definitions before the function.
    """
    lines = without_unused(lines)
    unused = "" if any("me" in get_identifiers(line) for line in lines) else "    (void)me;\n"
    comment = "".join(f"// {line}\n" for line in task.comment.strip().splitlines())
    text = (
        "\n".join([*before, ""])
        + comment
        + f"TASK void task_{number}(Run *run, Worker *me)\n{{\n"
        + unused
        + "".join(f"    {line}\n" for line in local_functions(block.functions))
        + "".join(f"    {line}\n" if line else "\n" for line in lines)
        + "}\n"
    )
    return TaskText(
        text.lstrip("\n"),
        namespace,
        by,
        joins,
        dict(block.functions),
        tuple(block.extra),
        tuple(task.options[name] for name in ("space",) if name in task.options),
        tuple(item.slot for item in (task.options.get("target"),) if item is not None),
        _prepared_text(number, block),
        block.n_kept,
    )


def _prepared_text(number: int, block: Block) -> str:
    if not block.n_kept:
        return ""
    lines = without_unused(block.prepared_lines())
    body = "".join(f"    {line}\n" for line in lines)
    return f"SELDOM void prepare_{number}(Run *run)\n{{\n{body}}}\n"


_DECLARED = re.compile(r"\s*(?:const )?(?:[\w:]+ (?:\*const )?)?(\w+)(?: = .*)?;$")
_TYPES = re.compile(
    r"\s*(?:const )?(?:(?:wide::)?(?:lane|ilane|mask)|double|int64_t|bool|\w+ \*const) (?:\*const )?(\w+)(?: = |;)"
)


def without_unused(lines: Sequence[str]) -> list[str]:
    """Leave out values that nothing uses: Brian2 also takes out of loops what no line needs in the end."""
    kept = list(lines)
    while True:
        counts = Counter(word for line in kept for word in re.findall(r"[A-Za-z_]\w*", line))
        local = {match[1] for line in kept if (match := _TYPES.match(line))}
        set_only = Counter(
            match[1] for line in kept if (match := _DECLARED.match(line)) and match[1] in local
        )
        unused = {name for name in local if counts[name] == set_only[name]}
        if not unused:
            return kept
        kept = [
            line for line in kept if not ((match := _DECLARED.match(line)) and match[1] in unused)
        ]


def sizes(task: Task) -> list[str]:
    """Declare the number of elements."""
    return [f"const int64_t n = run->size[{task.n}];"]


def time_of(task: Task) -> str:
    """Return the text of the time of a task."""
    return f"*run->clock[{task.clock}].t"


def clock_lines(task: Task, block: Block, lines: Sequence[str]) -> list[str]:
    """Declare the step, and what draws random numbers, where they are used."""
    words = {word for line in lines for word in get_identifiers(line)}
    declared = []
    if "step" in words:
        declared.append(f"const int64_t step = *run->clock[{task.clock}].step;")
    return declared + (drawing_lines(task, block) if "draw_step" in words else [])


def drawing_lines(task: Task, block: Block) -> list[str]:
    """Declare what the draws of random numbers are counted by, where there are any."""
    if not block.draws:
        return []
    return [
        "const uint32_t draw_step = (uint32_t)run->drawn;",
        f"const uint32_t draw_stream = (uint32_t)run->size[{task.options['stream']}];",
    ]


def element_loop(name: str, n: str, body: Sequence[str], alone: bool = False) -> list[str]:
    """Write a loop over a worker's share of elements, in turns of its threads or vectors; one thread alone has all.

    Parameters
    ----------
    name : str
        Of the number of the element, or of the first one of a vector.
    n : str
        Text of the number of all.
    body : sequence of str
    alone : bool, optional
    """
    if alone:
        head = f"for (int64_t {name} = 0; {name} < end; {name} += PLACES_ALONE) {{"
        return [f"const int64_t end = {n};", head, *indented(body), "}"]
    return [
        f"const int64_t end = share_end(me, {n}, PLACES);",
        f"for (int64_t {name} = share_begin(me, {n}, PLACES) + OWN_PLACE; {name} < end; {name} += PLACES) {{",
        *indented(body),
        "}",
    ]


def vector_loop(body: Sequence[str], alone: bool = False) -> list[str]:
    """Write a loop over the vectors of a worker, or over all of them."""
    words = {word for line in body for word in get_identifiers(line)}
    head = []
    if "element" in words:
        head.append("const ilane element = numbers_from(first);")
    if "here" in words:
        head.append("const uint32_t here = places_below(first, end);")
    return element_loop("first", "n", [*head, *body], alone)


def indented(lines: Sequence[str]) -> list[str]:
    """Indent lines by a level."""
    return [f"    {line}" for line in lines]


def scatters(block: Block, task: Task) -> bool:
    """Return whether elements may write to the same place."""
    return any(task.symbols[name].index != "_idx" for name in block.writes)  # type: ignore[union-attr]


def given_values(shared: Sequence[str], body: Sequence[str]) -> list[tuple[str, str]]:
    """Return type and name of the shared values that the lines of events use."""
    words = {word for line in body for word in get_identifiers(line)}
    found = []
    for line in shared:
        head = line.split(" = ")[0].replace("const ", "").split()
        if len(head) == 2 and "*" not in line.split(" = ")[0] and head[1] in words:
            found.append((head[0], head[1]))
    return found
