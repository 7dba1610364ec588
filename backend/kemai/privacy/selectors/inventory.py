"""The list of what data is held (个人信息清单, P-6): every column of every table with its class and how long it is kept, read off the
models and the administrator's fields. Nothing is written down a second time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models

from kemai.accounts.access import Actor
from kemai.base import audit
from kemai.base.privacy import CLASS_WORDS, DataClass, classes_of, kept_for, protection_of
from kemai.kit.spreadsheet.writer import Column
from kemai.kit.words import T
from kemai.platform.objects.declare import Field, ObjectType, all_objects
from kemai.privacy.selectors.sheet import keep_sheet

VIEW = "privacy.inventory.view"
PROTECTION = {
    "sealed": T("加密保存", "Encrypted"),
    "hashed": T("只保存摘要", "Only a hash is kept"),
    "masked": T("按角色脱敏", "Masked by role"),
}
TITLE = T("个人信息清单", "Personal data")
HEADINGS = (
    T("数据表", "Table"),
    T("记录类型", "Kind of record"),
    T("字段", "Field"),
    T("数据库列", "Column"),
    T("类别", "Class"),
    T("保存期限", "Kept for"),
    T("保护", "Protection"),
    T("自定义字段", "Custom field"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One column. ``label`` is what people know it by, empty for the product's own; ``protection`` a key of :data:`PROTECTION`."""

    table: str
    kind: str
    label: str
    column: str
    data_class: DataClass
    kept: str
    protection: str = ""
    custom: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "table": self.table,
            "kind": self.kind,
            "label": self.label,
            "column": self.column,
            "class": self.data_class,
            "class_label": CLASS_WORDS[self.data_class].to(),
            "kept": self.kept,
            "protection": PROTECTION[self.protection].to() if self.protection else "",
            "custom": self.custom,
        }


def unmarked() -> list[str]:
    """``table.column`` of every column without a class, and every table that does not say how long it keeps its rows. Empty: complete."""
    found = []
    for model in apps.get_models():
        table = model._meta.db_table
        found += [f"{table}.{column}" for column, data_class in classes_of(model).items() if data_class is None]
        found += [] if kept_for(model) else [table]
    return found


def unprotected() -> list[str]:
    """Sensitive columns kept in clear. Empty: none."""
    return [
        f"{model._meta.db_table}.{column}"
        for model in apps.get_models()
        for column, data_class in classes_of(model).items()
        if data_class is DataClass.SENSITIVE and not protection_of(model, column)
    ]


def inventory() -> list[Line]:
    """Every column: those of kinds of record first, and of each what people know by name before the product's own."""
    declared: dict[type[models.Model], ObjectType] = {o.model: o for o in all_objects()}
    others = sorted((m for m in apps.get_models() if m not in declared), key=lambda m: m._meta.db_table)
    of_each = (_lines(model, declared.get(model)) for model in (*declared, *others))
    return [line for lines in of_each for line in sorted(lines, key=lambda line: not line.label)]


def _lines(model: type[models.Model], declaration: ObjectType | None) -> Iterator[Line]:
    table, said = model._meta.db_table, kept_for(model)
    kept = said.to() if said else ""
    kind = declaration.label.to() if declaration else ""
    known = declaration.by_column if declaration else {}
    for column, data_class in classes_of(model).items():
        field = known.get(column)
        yield Line(
            table,
            kind,
            field.label.to() if field else "",
            column,
            data_class or DataClass.INTERNAL,
            kept,
            protection_of(model, column) or _masked(field),
        )
    for field in declaration.custom_fields if declaration else ():
        data_class = declaration.data_class_of(field) if declaration else DataClass.INTERNAL
        yield Line(table, kind, field.label.to(), field.stored, data_class, kept, custom=True)


def _masked(field: Field | None) -> str:
    return "masked" if field and (field.sensitive or field.secret_when) else ""


def inventory_json(actor: Actor, *, everything: bool) -> dict[str, Any]:
    """The list, by default only what tells of people, with how many columns there are of each class."""
    actor.require(VIEW)
    lines = inventory()
    counts = {c: sum(line.data_class is c for line in lines) for c in DataClass}
    told = (DataClass.PERSONAL, DataClass.SENSITIVE)
    return {
        "classes": [{"class": c, "label": CLASS_WORDS[c].to(), "count": n} for c, n in counts.items()],
        "items": [line.to_json() for line in lines if everything or line.data_class in told],
    }


def inventory_file(actor: Actor) -> UUID:
    """The whole list as a spreadsheet; its file's key. It holds no data of anybody, so it is logged and not counted as an export."""
    actor.require(VIEW)
    file = keep_sheet(actor, TITLE, [Column(heading.to()) for heading in HEADINGS], _cells())
    audit.record(actor, "privacy.inventory", data={"file": str(file)})
    return file


def _cells() -> Iterator[list[str]]:
    for line in inventory():
        told = line.to_json()
        yes = T("是", "yes").to() if line.custom else ""
        yield [*(told[n] for n in ("table", "kind", "label", "column", "class_label", "kept", "protection")), yes]
