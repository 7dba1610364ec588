"""What every part of the analysis is: a table of figures, each with the address of the records it counts. The chart, the table beside it
and the file are three ways of showing the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kemai.kit.words import T

Value = int | float | str | None


@dataclass(frozen=True, slots=True)
class Column:
    """``kind``: ``integer``, ``money`` (two places, as text), ``percent`` (0.15 is 15 %), ``days``."""

    key: str
    label: str
    kind: str = "integer"


@dataclass(frozen=True, slots=True)
class Figure:
    """A value, and the list it counts where it is a count or a sum of records."""

    value: Value
    path: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {"value": self.value, "path": self.path}


@dataclass(slots=True)
class Row:
    """A line: what it is about, and its figures by column. ``more``: what a chart needs besides."""

    key: str
    label: str
    figures: dict[str, Figure]
    more: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        figures = {key: figure.to_json() for key, figure in self.figures.items()}
        return {"key": self.key, "label": self.label, "figures": figures, **self.more}


@dataclass(slots=True)
class Table:
    """``rows_are``: what the first column is called. ``withheld``: what the reader's rights or field rules keep from him, in words."""

    rows_are: T
    columns: list[Column]
    rows: list[Row]
    withheld: T | None = None
    more: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "rows_are": self.rows_are.to(),
            "columns": [{"key": c.key, "label": c.label, "kind": c.kind} for c in self.columns],
            "rows": [row.to_json() for row in self.rows],
            "withheld": self.withheld.to() if self.withheld else None,
            **self.more,
        }


WITHHELD = T("您的角色看不到这里要用的字段。", "Your role may not read a field this is made of.")


def withheld(rows_are: T) -> Table:
    """A part that is kept from the reader whole."""
    return Table(rows_are, [], [], WITHHELD)


def share(part: int, whole: int) -> float | None:
    """The part of the whole, to a tenth of a per mille; None of nothing."""
    return round(part / whole, 4) if whole else None
