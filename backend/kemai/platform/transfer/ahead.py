"""Reading ahead: while the database writes one batch, the next is read and what its records will be found by is worked out.

Both take about as long, and the second needs no database; one after the other they would halve an import's speed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from kemai.kit.spreadsheet.model import Cell
from kemai.kit.text.search import index_record, pinyin_sort_key
from kemai.platform.doubles.compare import WAYS
from kemai.platform.doubles.rules import rules_of
from kemai.platform.objects import types
from kemai.platform.transfer.lines import Line, line_key, read_plain
from kemai.platform.transfer.plan import Plan

Rows = list[tuple[int, list[Cell]]]


def read_ahead(plan: Plan, batches: Iterator[Rows]) -> Iterator[Rows]:
    """``batches``, each begun to be read when the one before is handed over. What goes wrong in reading comes up at its batch."""
    ways = _ways(plan)

    def following() -> Rows | None:
        rows = next(batches, None)
        if rows is not None:
            _work_out(plan, ways, rows)
        return rows

    with ThreadPoolExecutor(1, thread_name_prefix="read-ahead") as reader:
        coming = reader.submit(copy_context().run, following)
        while (rows := coming.result()) is not None:
            coming = reader.submit(copy_context().run, following)
            yield rows


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


def _work_out(plan: Plan, ways: dict[str, list[Callable[[str], object]]], rows: Rows) -> None:
    """Fill the memories: purely, from the cells alone."""
    read = [m for m in plan.columns if m.written and m.field.name in ways and not m.field.target]
    for number, cells in rows:
        line = Line(number, cells)
        for mapped in read:
            read_plain(plan, line, mapped)
            try:
                text = mapped.field.type.parse(mapped.field, line.values.get(mapped.field.name))
            except types.BadValue:
                continue
            if isinstance(text, str):
                for way in ways[mapped.field.name]:
                    way(text)
        line_key(plan, cells)
