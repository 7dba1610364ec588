"""Reading ahead: while the database writes one batch, the next is read from its cells and what its records will be found by is worked out.

Both take about as long, and the second needs no database; one after the other they would halve an import's speed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from kemai.kit.text.search import index_record, pinyin_sort_key
from kemai.platform.doubles.compare import WAYS
from kemai.platform.doubles.rules import rules_of
from kemai.platform.objects import types
from kemai.platform.transfer.lines import Line, Rows, read_lines
from kemai.platform.transfer.plan import Plan


def read_ahead(plan: Plan, batches: Iterator[Rows]) -> Iterator[list[Line]]:
    """``batches`` as lines, each begun to be read when the one before is handed over. What goes wrong in reading comes up at its batch."""
    ways = _ways(plan)

    def following() -> list[Line] | None:
        rows = next(batches, None)
        if rows is None:
            return None
        lines = read_lines(plan, rows)
        _work_out(plan, ways, lines)
        return lines

    with ThreadPoolExecutor(1, thread_name_prefix="read-ahead") as reader:
        coming = reader.submit(copy_context().run, following)
        while (lines := coming.result()) is not None:
            coming = reader.submit(copy_context().run, following)
            yield lines


def _ways(plan: Plan) -> dict[str, list[Callable[[str], object]]]:
    """Field → what writing will ask of its text: the terms it is found by, its place in the order, the keys under which doubles meet.

    Each remembers what it was asked. A miss in that memory costs time, nothing else."""
    declaration = plan.declaration
    person = declaration.search.person
    ways: dict[str, list[Callable[[str], object]]] = {
        name: [lambda text: index_record([text], person=person)] for name in declaration.search.texts
    }
    if declaration.by_name[declaration.title].sort:
        ways.setdefault(declaration.title, []).append(lambda text: pinyin_sort_key(text, person=person))
    for part in (part for rule in rules_of(declaration).keyed for part in rule.parts):
        ways.setdefault(part.field, []).append(WAYS[part.how].keys)
    return ways


def _work_out(plan: Plan, ways: dict[str, list[Callable[[str], object]]], lines: list[Line]) -> None:
    """Fill the memories: purely, from what was read."""
    read = [m.field for m in plan.columns if m.written and m.field.name in ways and not m.field.target]
    for line in lines:
        for f in read:
            try:
                text = f.type.parse(f, line.values.get(f.name))
            except types.BadValue:
                continue
            if isinstance(text, str):
                for way in ways[f.name]:
                    way(text)
