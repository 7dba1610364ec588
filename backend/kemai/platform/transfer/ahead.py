"""Reading ahead: while the database writes one batch, the next is read and what its records will be found by is worked out.

Both take about as long, and the second needs no database; one after the other they would halve an import's speed.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from kemai.kit.spreadsheet.model import Cell
from kemai.kit.text.search import pinyin_sort_key
from kemai.platform.objects import types
from kemai.platform.objects.searching import indexed_texts
from kemai.platform.transfer.lines import Line, line_key, read_plain
from kemai.platform.transfer.plan import Plan

Rows = list[tuple[int, list[Cell]]]


def read_ahead(plan: Plan, batches: Iterator[Rows]) -> Iterator[Rows]:
    """``batches``, each begun to be read when the one before is handed over. What goes wrong in reading comes up at its batch."""

    def following() -> Rows | None:
        rows = next(batches, None)
        if rows is not None:
            _work_out(plan, rows)
        return rows

    with ThreadPoolExecutor(1, thread_name_prefix="read-ahead") as reader:
        coming = reader.submit(copy_context().run, following)
        while (rows := coming.result()) is not None:
            coming = reader.submit(copy_context().run, following)
            yield rows


def _work_out(plan: Plan, rows: Rows) -> None:
    """Fill the memories of the functions that writing will ask: purely, from the cells alone. A miss there costs time, nothing else."""
    declaration = plan.declaration
    search, title = declaration.search, declaration.title
    read = {m.field.name: m for m in plan.columns if m.written and m.field.name in (*search.texts, title)}
    for number, cells in rows:
        line = Line(number, cells)
        values: dict[str, str] = {}
        for name, mapped in read.items():
            read_plain(plan, line, mapped)
            try:
                values[name] = str(mapped.field.type.parse(mapped.field, line.values.get(name)) or "")
            except types.BadValue:
                continue
        indexed_texts(tuple([values[n] for n in search.texts if values.get(n)]), person=search.person)
        if declaration.by_name[title].sort:
            pinyin_sort_key(values.get(title, ""), person=search.person)
        line_key(plan, cells)
