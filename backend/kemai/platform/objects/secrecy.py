"""Field secrecy: what one person gets of one field, decided here for lists, detail, search, export, history and writes alike (ORG-3)."""

from __future__ import annotations

import re

from kemai.accounts.access import Actor
from kemai.kit.errors import Malformed
from kemai.kit.words import T
from kemai.platform.objects.declare import Field, ObjectType, get_object

HIDDEN, MASKED, READ_ONLY, EDITABLE = "hidden", "masked", "read_only", "editable"

_MASKS = {
    "phone": "CASE WHEN {0} = '' THEN '' WHEN length({0}) > 7 THEN left({0}, 3) || '****' || right({0}, 4) ELSE '****' END",
    "email": "CASE WHEN {0} = '' THEN '' ELSE left({0}, 1) || '***@' || split_part({0}, '@', 2) END",
    "middle": "CASE WHEN {0} = '' THEN '' WHEN length({0}) > 4 THEN left({0}, 1) || '****' || right({0}, 1) ELSE '****' END",
    "all": "CASE WHEN {0} = '' THEN '' ELSE '****' END",
    "null": "NULL",
}


def access_of(actor: Actor, declaration: ObjectType, field: Field) -> str:
    """The field rule in force: one of :data:`kemai.accounts.access.FIELD_ACCESS`."""
    if actor.is_system:
        return EDITABLE
    if any(is_withheld(actor, declaration, *made_of) for made_of in field.inputs):
        return HIDDEN
    return actor.access_to(declaration.name, field.name) or EDITABLE


def is_withheld(actor: Actor, declaration: ObjectType, object_name: str, field_name: str) -> bool:
    """Whether ``actor`` may not read what a computed value is made of: then the value would tell it."""
    source = declaration if object_name == declaration.name else get_object(object_name)
    found = source.by_name.get(field_name)
    if source is not declaration and not actor.has(source.perm("view")):
        return True
    return found is None or access_of(actor, source, found) in (HIDDEN, MASKED)


def row_secret(actor: Actor, field: Field) -> str:
    """SQL over ``t`` telling that this row's value is withheld from ``actor``; empty when it never is."""
    if not field.secret_when or actor.is_system or (field.secret_unless and actor.has(field.secret_unless)):
        return ""
    return field.secret_when


def output(actor: Actor, declaration: ObjectType, field: Field) -> str | None:
    """The SQL of a field as ``actor`` may read it; None when hidden. Masking happens in the database: a clear value never leaves it."""
    access = access_of(actor, declaration, field)
    if access == HIDDEN:
        return None
    masked = _MASKS[field.masking].format(field.expression)
    if access == MASKED:
        return masked
    secret = row_secret(actor, field)
    return f"CASE WHEN {secret} THEN {masked} ELSE {field.expression} END" if secret else field.expression


def readable_fields(actor: Actor, declaration: ObjectType) -> list[Field]:
    """The fields ``actor`` may know of."""
    return [f for f in declaration.by_name.values() if access_of(actor, declaration, f) != HIDDEN]


class NotComparable(Malformed):
    """No such field, or one whose values the asker may not learn of: which of the two is not told."""

    text = T(
        "“{name}”不能用来筛选、排序、分组或统计：没有这个字段，或者您看不到它的内容。请从条件里去掉它。",
        "“{name}” cannot be filtered, sorted, grouped or measured by: there is no such field, or you may not see its values. "
        "Take it out of the conditions.",
    )

    def __init__(self, name: object) -> None:
        super().__init__(name=str(name)[:60])


def comparable_field(actor: Actor, declaration: ObjectType, name: object) -> Field:
    """A field ``actor`` may filter, sort, group or measure by; a hidden, masked or unknown one is refused alike (decisions.md 6)."""
    field = declaration.by_name.get(name) if isinstance(name, str) else None
    if field is None or not field.filterable or access_of(actor, declaration, field) in (HIDDEN, MASKED):
        raise NotComparable(name)
    return field


def on(alias: str, sql: str) -> str:
    """``sql`` over alias ``t`` put over another alias."""
    return re.sub(r"\bt\.", f"{alias}.", sql)
