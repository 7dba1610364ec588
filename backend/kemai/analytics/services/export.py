"""A part of the analysis as a spreadsheet: the rows of the screen, counted, logged and marked like every export (P-3, ORG-8)."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from kemai.accounts.access import Actor
from kemai.accounts.models import Department, User
from kemai.analytics.selectors.choice import Choice, make_choice
from kemai.analytics.selectors.parts import PARTS, Part
from kemai.analytics.selectors.table import Column as Figures
from kemai.base.currencies import BASE_CURRENCY
from kemai.kit.errors import Forbidden
from kemai.kit.spreadsheet.writer import Column
from kemai.platform.objects.declare import get_object
from kemai.platform.transfer.export import export_figures

#: Kinds of a column as spreadsheets have them.
KINDS = {"days": "number", "any": "number"}


def may_export(actor: Actor) -> list[str]:
    """The parts this person may take out."""
    return [part.key for part in PARTS.values() if _allowed(actor, part)]


def _allowed(actor: Actor, part: Part) -> bool:
    """The right to export reaches as far as the right to see, for each kind counted: the file then says what the screen says."""
    perms = [get_object(kind).perm for kind in part.kinds]
    seen = [perm for perm in perms if actor.has(perm("view"))]
    return bool(seen) and all(actor.reach(perm("export")) == actor.reach(perm("view")) for perm in seen)


def export_part(actor: Actor, part: Part, asked: dict[str, str], *, purpose: str = "") -> UUID:
    """Make the file and return its key. :class:`Forbidden` where the right to export reaches less far than the figures."""
    choice = make_choice(actor, asked)
    if not _allowed(actor, part):
        raise Forbidden
    table = part.make(choice)

    rows = [[row.label, *(row.figures[c.key].value for c in table.columns)] for row in table.rows]
    with transaction.atomic():
        return export_figures(
            actor,
            get_object(part.kinds[0]),
            part.label,
            {"analysis": part.key, **{name: value for name, value in asked.items() if value}},
            columns=[Column(table.rows_are.to()), *map(_heading, table.columns)],
            rows=rows,
            about=_about(choice),
            purpose=purpose,
        )


def _heading(column: Figures) -> Column:
    """Amounts say in which currency they are."""
    label = f"{column.label} ({BASE_CURRENCY.value()})" if column.kind == "money" else column.label
    return Column(label, KINDS.get(column.kind, column.kind))


def _about(choice: Choice) -> str:
    """Period, department and person in words, for who finds the file later."""
    parts = [choice.period.text()]
    if choice.department:
        parts.append(Department.objects.get(pk=choice.department).name)
    if choice.person:
        parts.append(User.objects.get(pk=choice.person).name)
    return " · ".join(parts)
