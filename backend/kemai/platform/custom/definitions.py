"""The administrator's definitions as every process keeps them, and the declarations they make (PLT-2).

Read when the epoch has moved, two statements for all kinds of record; in between nothing is asked (:mod:`kemai.base.epochs`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from kemai.base import epochs
from kemai.kit.words import T
from kemai.platform.custom.formula.parse import FormulaError
from kemai.platform.custom.kinds import KINDS
from kemai.platform.models import CustomField, Layout
from kemai.platform.objects.declare import Choice, Field, Moving, ObjectType
from kemai.platform.objects.types import BadValue

PREFIX = "custom."
EPOCH = "definitions"


@dataclass(slots=True)
class Definitions:
    """What was read at one epoch, and what was made of it. ``broken``: fields left out because their formula no longer holds.
    ``retired``: fields switched off, whose values stay and may be shown again."""

    epoch: int
    rows: dict[str, list[CustomField]] = field(default_factory=dict)
    layouts: dict[tuple[str, UUID | None], dict[str, Any]] = field(default_factory=dict)
    declarations: dict[str, ObjectType] = field(default_factory=dict)
    stored: dict[str, ObjectType] = field(default_factory=dict)
    broken: dict[tuple[str, str], FormulaError] = field(default_factory=dict)
    retired: list[CustomField] = field(default_factory=list)


_kept = Definitions(0)


def definitions() -> Definitions:
    """The definitions in force, at most two seconds old."""
    global _kept
    epoch = epochs.current(EPOCH)
    if epoch != _kept.epoch:
        found = Definitions(epoch)
        if epoch:
            for row in CustomField.objects.order_by("object", "position", "created_at", "key"):
                (found.rows.setdefault(row.object, []) if row.active else found.retired).append(row)
            found.layouts = {(row.object, row.role_id): row.content for row in Layout.objects.all()}
        _kept = found
    return _kept


def with_stored(found: Definitions, base: ObjectType) -> ObjectType:
    """``base`` with the fields that hold values: what formulas and roll-ups are made over."""
    known = found.stored.get(base.name)
    if known is None:
        rows = [row for row in found.rows.get(base.name, []) if not KINDS[row.type].computed]
        known = found.stored[base.name] = extended(base, [field_of(row) for row in rows], found.epoch)
    return known


def extended(declaration: ObjectType, fields: list[Field], epoch: int) -> ObjectType:
    """``declaration`` with further fields, those to be found by text among its search texts."""
    searched = tuple(f.name for f in fields if f.searchable)
    search = replace(declaration.search, texts=(*declaration.search.texts, *searched))
    return replace(declaration, fields=(*declaration.fields, *fields), search=search, epoch=epoch)


def field_of(row: CustomField) -> Field:
    """The declaration of a field that holds values."""
    kind, options = KINDS[row.type], row.options
    assert kind.type is not None
    found = Field(
        f"{PREFIX}{row.key}",
        kind.type,
        T(row.label_zh, row.label_en or row.label_zh),
        column=f"{PREFIX}{row.key}",
        extracted=kind.type.extract(row.key),
        sortable=kind.sortable,
        importable=kind.type.importable,
        target=options.get("target") or kind.target,
        dictionary=options.get("dictionary") or "",
        choices=choices_of(options),
        max_length=options.get("max_length"),
        minimum=_bound(options.get("min"), 1 if row.type == "rating" else None),
        maximum=_bound(options.get("max"), 5 if row.type == "rating" else None),
        places=options.get("decimals") if "decimals" in kind.options else None,
        currency_code=options.get("currency") or "",
        unique=row.unique,
        key=row.unique,
        searchable=row.searchable,
        **_demanded(row),
        **_common(row),
    )
    return replace(found, default=_default(found, kind.moving, options.get("default")))


def _demanded(row: CustomField) -> dict[str, Any]:
    """Whether a value is asked for, and where: what a form does not show is not asked for."""
    show, where = row.options.get("show_when"), row.options.get("require_when")
    if row.required:
        return {"required": not show, "require_when": show}
    return {"require_when": {"and": [show, where]} if show and where and show != where else where}


def computed_field(row: CustomField, *, type: Any, sql: str, inputs: tuple[tuple[str, str], ...], **more: Any) -> Field:
    """The declaration of a formula or a roll-up."""
    return Field(
        f"{PREFIX}{row.key}",
        type,
        T(row.label_zh, row.label_en or row.label_zh),
        sql=sql,
        inputs=inputs,
        read_only=True,
        importable=False,
        sortable=True,
        mask="null",
        places=row.options.get("decimals"),
        **_common(row),
        **more,
    )


def _common(row: CustomField) -> dict[str, Any]:
    options = row.options
    return {
        "section": row.section,
        "quick": row.quick,
        "inline": row.inline_edit,
        "help": T(row.help_zh, row.help_en or row.help_zh) if row.help_zh else None,
        "aliases": (row.key,),
        "custom": True,
        "indexed": row.index_state == "ready",
        "show_when": options.get("show_when"),
        "data_class": options.get("data_class") or KINDS[row.type].data_class,
    }


def choices_of(options: dict[str, Any]) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            c["value"], T(c["label_zh"], c.get("label_en") or c["label_zh"]), c.get("color") or "default", c["active"]
        )
        for c in options.get("choices") or ()
    )


def _bound(raw: Any, otherwise: int | None) -> Decimal | int | None:
    if raw is None:
        return otherwise
    value = Decimal(str(raw))
    return int(value) if value == value.to_integral_value() else value


def _default(found: Field, moving: str, raw: Any) -> Any:
    if raw is None:
        return None
    if moving and raw == moving:
        return Moving(moving)
    try:
        return found.type.parse(found, raw)
    except BadValue:  # a choice switched off since, a bound moved
        return None
