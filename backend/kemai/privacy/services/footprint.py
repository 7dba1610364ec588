"""Where a person has left something: his records, what points to them, and the texts of every table (P-4, P-5).

Read off the models and the database's own catalogue, so that a new table or field is covered by being there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, models

from kemai.base.models import AuditChange, AuditErasure, AuditEvent, AuditFence, AuditSeal
from kemai.base.privacy import derived_columns, personal_columns
from kemai.platform.objects.declare import ObjectType, all_objects
from kemai.privacy.services.person import BEARERS, Person

#: The audit has its own way of forgetting (:mod:`kemai.base.erasures`).
AUDIT = (AuditEvent, AuditChange, AuditSeal, AuditFence, AuditErasure)
#: What was written down of talks with somebody at a company is the company's, too, and goes only where that is asked.
CONTENT = ("interactions", "needs")


@dataclass(frozen=True, slots=True)
class Trace:
    """Rows of one table that are about the person: ``model``, how many, and the condition over alias ``t`` that finds them."""

    model: type[models.Model]
    declaration: ObjectType | None
    condition: str
    own: bool = False
    """The rows are he himself."""

    @property
    def table(self) -> str:
        return self.model._meta.db_table


def declared() -> dict[type[models.Model], ObjectType]:
    return {o.model: o for o in all_objects()}


def traces(person: Person, *, content: bool) -> list[Trace]:
    """His own records, and rows of every table with personal columns that point to one of them by any column that holds keys.

    Not those of other persons and companies; nor, without ``content``, what was written of talks with him where it is about a company.
    ``%(own)s`` in the conditions stands for his keys.
    """
    known = declared()
    found = []
    for model in apps.get_models():
        declaration = known.get(model)
        name = declaration.name if declaration else ""
        if name in person.records:
            found.append(Trace(model, declaration, "t.id = ANY(%(own)s)", own=True))
        if model in AUDIT or name in BEARERS or not personal_columns(model):
            continue
        left_out = "contact_id" if name in CONTENT and not content else ""
        condition = " OR ".join(f"t.{c} = ANY(%(own)s)" for c in key_columns(model) if c != left_out)
        if condition:
            found.append(Trace(model, declaration, f"({condition})"))
    return found


@cache
def key_columns(model: type[models.Model]) -> list[str]:
    """Columns that hold keys of records, the row's own left out."""
    return [
        str(f.column)
        for f in model._meta.concrete_fields
        if not f.primary_key and (isinstance(f, models.UUIDField) or _refers_by_uuid(f))
    ]


def _refers_by_uuid(field: models.Field[Any, Any]) -> bool:
    return isinstance(field, models.ForeignKey) and isinstance(field.target_field, models.UUIDField)


@dataclass(frozen=True, slots=True)
class Texts:
    """The columns of a table that can hold words, and how: column → ``text``, ``json``, ``list`` or ``bytes``; ``limits``: the most
    characters of a column; ``keys``: columns that hold keys; ``model`` where there is one."""

    table: str
    kinds: dict[str, str]
    limits: dict[str, int]
    keys: tuple[str, ...]
    model: type[models.Model] | None


_COLUMNS = """
SELECT c.relname, a.attname, y.typname, CASE WHEN y.typname = 'varchar' AND a.atttypmod > 4 THEN a.atttypmod - 4 END
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped JOIN pg_type y ON y.oid = a.atttypid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
AND y.typname IN ('text', 'varchar', 'jsonb', '_text', '_varchar', 'bytea', 'uuid') ORDER BY 1, a.attnum
"""
_KINDS = {"text": "text", "varchar": "text", "jsonb": "json", "_text": "list", "_varchar": "list", "bytea": "bytes"}


def all_texts() -> Iterator[Texts]:
    """Every table with words, the audit and the schema's own left out; columns worked out of others too: they follow."""
    by_table = {m._meta.db_table: m for m in apps.get_models()}
    aside = {m._meta.db_table for m in AUDIT} | {"django_migrations"}
    found: dict[str, Texts] = {}
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS)
        for table, column, kind, limit in cursor.fetchall():
            model = by_table.get(table)
            one = found.setdefault(table, Texts(table, {}, {}, (), model))
            if kind == "uuid":
                found[table] = Texts(table, one.kinds, one.limits, (*one.keys, column), model)
            elif model is None or column not in derived_columns(model):
                one.kinds[column] = _KINDS[kind]
                if limit:
                    one.limits[column] = limit
    yield from (one for one in found.values() if one.kinds and one.table not in aside)


def count(trace: Trace, own: list[UUID]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {trace.table} t WHERE {trace.condition}", {"own": own})
        return int(cursor.fetchone()[0])
