"""Defining fields in the browser: made, changed, put in order, taken away and brought back (PLT-2). Each change is audited.

No table changes and no record is rewritten: a definition only says how a key of the ``custom`` column is read and written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.db import connection

from kemai.accounts.access import Actor
from kemai.base import epochs
from kemai.base.audit import act
from kemai.base.currencies import BASE_CURRENCY
from kemai.base.parameters import Parameter, declare
from kemai.kit.clock import now
from kemai.kit.errors import Conflict, FieldError, Invalid, NotFound, VersionStale
from kemai.kit.text.normalise import clean_text
from kemai.kit.words import T
from kemai.platform.custom.indexes import index_unique
from kemai.platform.custom.kinds import KINDS, WIDENS, Kind
from kemai.platform.custom.options import check_options
from kemai.platform.custom.reindex import start_reindex
from kemai.platform.custom.trial import preview
from kemai.platform.custom.versions import at_version
from kemai.platform.models import CustomField, Layout
from kemai.platform.objects.declare import ObjectType, declared_object, declared_objects
from kemai.platform.objects.demands import names_in

MANAGE = "platform.field.manage"
KEY = re.compile(r"[a-z][a-z0-9_]{0,40}")
MAX_FIELDS = declare(
    Parameter(
        "fields.per_object",
        "int",
        200,
        T("每种记录最多自定义字段数", "Custom fields a kind of record may have"),
        T("数据", "Data"),
        minimum=1,
        maximum=500,
    )
)
FLAGS = ("required", "unique", "searchable", "quick", "inline_edit")
WORDS = (("label_zh", 60), ("label_en", 60), ("help_zh", 300), ("help_en", 300))
SETTINGS = (
    *("choices", "dictionary", "target", "decimals", "min", "max", "max_length", "currency"),
    *("formula", "rollup", "default", "show_when", "require_when", "data_class"),
)
#: The settings that say what a value stands for.
MEANING = ("target", "dictionary", "currency")
KNOWN = {"key", "type", "section", *(name for name, _ in WORDS), *FLAGS, *SETTINGS}


class FieldUsed(Conflict):
    """Others are made of the field, or ask for it."""

    code = "in_use"
    text = T("该字段仍被使用：{what}。请先修改它们。", "The field is still used by {what}; change those first.")

    def __init__(self, errors: list[FieldError]) -> None:
        self.errors = errors
        super().__init__(what="、".join(e.field for e in errors))


def object_for_fields(name: str) -> ObjectType:
    """The declaration as code states it; :class:`NotFound` for a kind that takes no fields of one's own."""
    return declared_object(name)


def field_row(object_name: str, key: str, *, lock: bool = False) -> CustomField:
    rows = CustomField.objects.select_for_update() if lock else CustomField.objects
    row = rows.filter(object=object_name, key=key).first()
    if row is None:
        raise NotFound
    return row


def create_field(actor: Actor, object_name: str, values: dict[str, Any]) -> CustomField:
    """Add a field; :class:`Invalid` names everything that is wrong with its definition."""
    actor.require(MANAGE)
    declaration = object_for_fields(object_name)
    with act(actor, "field.create", object=object_name, data={"field": values.get("key") or values.get("label_zh")}):
        _one_at_a_time(object_name)
        rows = list(CustomField.objects.filter(object=object_name))
        limit = MAX_FIELDS.value()
        if sum(r.active for r in rows) >= limit:
            raise Invalid.one(
                "key", "too_many", T("最多 {limit} 个自定义字段。", "At most {limit} custom fields."), limit=limit
            )
        row = CustomField(object=object_name, key=_new_key(rows, values.get("key")))
        row.position = (max((r.position for r in rows), default=-1)) + 1
        _fill(actor, declaration, row, {k: v for k, v in values.items() if k != "key"})
        row.save(force_insert=True)
        index_unique(actor, row)
        _show(row)
    epochs.forget()
    return row


def _show(row: CustomField) -> None:
    """Where all have a layout, a new field stands in it at once, at the end of its section."""
    layout = Layout.objects.select_for_update().filter(object=row.object, role_id__isnull=True).first()
    sections = (layout.content.get("sections") if layout else None) or []
    if layout is None or not sections:
        return
    place = next((s for s in sections if s["key"] == row.section), sections[0])
    place["fields"].append(f"custom.{row.key}")
    layout.version, layout.updated_at = layout.version + 1, now()
    layout.save(force_update=True)


def change_field(
    actor: Actor, object_name: str, key: str, values: dict[str, Any], *, version: int, action: str = "field.edit"
) -> CustomField:
    """Change a definition from the version the writer read. The key stays; the type may only widen while values exist."""
    actor.require(MANAGE)
    declaration = object_for_fields(object_name)
    with act(actor, action, object=object_name, data={"field": key}):
        _one_at_a_time(object_name)
        row = field_row(object_name, key, lock=True)
        if row.version != version:
            raise VersionStale({"version": row.version})
        if values.get("key", key) != key:
            raise Invalid.one("key", "fixed", T("字段代码不能修改。", "The key of a field cannot change."))
        searched = row.active and row.searchable
        _fill(actor, declaration, row, {k: v for k, v in values.items() if k != "key"})
        _save(actor, row, searched)
    epochs.forget()
    return row


def preview_field(actor: Actor, object_name: str, values: dict[str, Any]) -> dict[str, Any]:
    """A formula or roll-up tried out, saved or not: its type and five values, or what is wrong and where. Writes nothing."""
    actor.require(MANAGE)
    object_for_fields(object_name)
    kind = KINDS.get(str(values.get("type")))
    if kind is None or not kind.computed:
        raise Invalid.one(
            "type", "unknown_choice", T("只有公式和汇总可以试算。", "Only formulas and roll-ups are tried out.")
        )
    key = str(values.get("key") or "")
    row = CustomField.objects.filter(object=object_name, key=key).first() if key else None
    row = row or CustomField(object=object_name, key=key if KEY.fullmatch(key) else "preview", options={})
    row.type = kind.name
    row.label_zh = str(values.get("label_zh") or row.label_zh or row.key)[:60]
    row.label_en = row.label_en or row.label_zh
    raw = values.get(kind.name)
    if not raw or not isinstance(raw, str if kind.name == "formula" else dict):
        raise Invalid.one(kind.name, "required", T("请填写{kind}。", "Give the {kind}."), kind=kind.label)
    return preview(actor, row, {kind.name: raw, "decimals": values.get("decimals")})


def set_active(actor: Actor, object_name: str, key: str, *, active: bool) -> CustomField:
    """Take a field away, values and all kept, or bring it back."""
    actor.require(MANAGE)
    declaration = object_for_fields(object_name)
    with act(actor, "field.activate" if active else "field.deactivate", object=object_name, data={"field": key}):
        _one_at_a_time(object_name)
        row = field_row(object_name, key, lock=True)
        if row.active != active:
            if active:
                _refuse_label(declaration, row)
            else:
                refuse_used(object_name, row)
            searched = row.active and row.searchable
            row.active = active
            _save(actor, row, searched)
    epochs.forget()
    return row


def revert_field(actor: Actor, object_name: str, key: str, version: int) -> CustomField:
    """The definition as it stood in an earlier version, as a new version. Whether it is active stays."""
    actor.require(MANAGE)
    row = field_row(object_name, key)
    former = at_version(row, version)
    values = {name: former[name] for name in ("type", "section", *(n for n, _ in WORDS), *FLAGS)}
    values.update({name: former["options"].get(name) for name in SETTINGS})
    return change_field(actor, object_name, key, values, version=row.version, action="field.revert")


def order_fields(actor: Actor, object_name: str, keys: list[str]) -> None:
    """Put the fields into this order; those not named come after, as they were."""
    actor.require(MANAGE)
    object_for_fields(object_name)
    with act(actor, "field.order", object=object_name):
        _one_at_a_time(object_name)
        rows = list(CustomField.objects.filter(object=object_name).order_by("position", "created_at"))
        place = {key: n for n, key in enumerate(keys)}
        if len(place) != len(keys) or set(place) - {r.key for r in rows}:
            raise Invalid.one("keys", "unknown_field", T("没有这个字段。", "There is no such field."))
        for n, row in enumerate(sorted(rows, key=lambda r: (place.get(r.key, len(rows)), r.position))):
            if row.position != n:
                CustomField.objects.filter(pk=row.pk).update(position=n)
    epochs.forget()


def _save(actor: Actor, row: CustomField, searched: bool) -> None:
    """Save a changed definition, and begin the work on the records that follows from it. ``searched``: whether they were found by it."""
    row.version += 1
    row.updated_at = now()
    row.save(force_update=True)
    index_unique(actor, row)
    if searched != (row.active and row.searchable):
        start_reindex(actor, row)


def _one_at_a_time(object_name: str) -> None:
    """Definitions of one kind of record are changed one after another: labels, keys and limits are judged over all of them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"definitions {object_name}"])


def _new_key(rows: list[CustomField], asked: Any) -> str:
    known = {r.key: r for r in rows}
    if asked in (None, ""):
        return next(k for n in range(1, 1000) if (k := f"f_{n}") not in known)
    if not isinstance(asked, str) or not KEY.fullmatch(asked):
        raise Invalid.one(
            "key",
            "bad_key",
            T(
                "代码以小写字母开头，只含小写字母、数字和下划线，最多 41 个字符。",
                "A key begins with a small letter and holds small letters, digits and underscores, at most 41.",
            ),
        )
    if asked in known:
        words = (
            T("代码“{key}”已被使用。", 'The key "{key}" is taken.')
            if known[asked].active
            else T(
                "代码“{key}”属于一个已停用的字段，可以恢复它。",
                'The key "{key}" belongs to a removed field; bring that back.',
            )
        )
        raise Invalid.one("key", "duplicate", words, key=asked)
    return asked


# ---------------------------------------------------------------- what a definition says


@dataclass(slots=True)
class Faults:
    """What is wrong with a definition."""

    errors: list[FieldError]

    def add(self, name: str, code: str, message: T, /, **params: Any) -> None:
        self.errors.append(FieldError(name, code, message, tuple(params.items())))


def _fill(actor: Actor, declaration: ObjectType, row: CustomField, values: dict[str, Any]) -> None:
    faults = Faults([])
    for name in values:
        if name not in KNOWN:
            faults.add(str(name)[:60], "unknown_field", T("没有这个设置。", "There is no such setting."))
    if "type" in values or not row.type:
        _set_type(row, values.get("type"), faults)
    if faults.errors:
        raise Invalid(faults.errors)
    kind = KINDS[row.type]
    for name, limit in WORDS:
        if name in values:
            setattr(row, name, _words(name, values[name], limit, faults))
    if not row.label_zh:
        faults.add("label_zh", "required", T("请填写名称。", "Give the field a name."))
    row.label_en = row.label_en or row.label_zh[:60]
    if not faults.errors:
        _refuse_label(declaration, row)
    if "section" in values:
        row.section = _section(declaration, values["section"], faults)
    _set_flags(row, kind, values, faults)
    _refuse_meaning(row, values, faults)
    options = {**row.options, **{k: values[k] for k in SETTINGS if k in values}}
    row.options = check_options(actor, declaration, row, kind, options, set(values), faults)
    if faults.errors:
        raise Invalid(faults.errors)


def _words(name: str, raw: Any, limit: int, faults: Faults) -> str:
    text = clean_text(raw) if isinstance(raw, str) else ""
    if raw is not None and not isinstance(raw, str):
        faults.add(name, "not_text", T("应为文本。", "A text is expected."))
    if len(text) > limit:
        faults.add(name, "too_long", T("最多 {limit} 个字。", "At most {limit} characters."), limit=limit)
    return text[:limit]


def _section(declaration: ObjectType, raw: Any, faults: Faults) -> str:
    if not isinstance(raw, str) or not KEY.fullmatch(raw):
        faults.add("section", "unknown_choice", T("没有这个分组。", "There is no such section."))
        return "basic"
    return raw


def _set_flags(row: CustomField, kind: Kind, values: dict[str, Any], faults: Faults) -> None:
    for name in FLAGS:
        if name not in values:
            continue
        if not isinstance(values[name], bool):
            faults.add(name, "not_bool", T("应为 是/否。", "Yes or no is expected."))
            continue
        fits = {
            "unique": kind.may_be_unique,
            "searchable": kind.searchable,
            "required": not kind.computed and kind.name != "bool",
        }
        if values[name] and not fits.get(name, True):
            faults.add(
                name,
                "not_for_type",
                T("“{kind}”类型的字段没有这个设置。", "A field of type {kind} does not have this setting."),
                kind=kind.label,
            )
            continue
        setattr(row, name, values[name])


def _set_type(row: CustomField, raw: Any, faults: Faults) -> None:
    kind = KINDS.get(raw) if isinstance(raw, str) else None
    if kind is None:
        faults.add("type", "unknown_choice", T("请选择字段类型。", "Choose a type."))
    elif row.type and row.type != kind.name and row.index_state not in ("none", "failed"):
        faults.add("type", "type_fixed", T("请先删除该字段的索引。", "Drop the field's index first."))
    elif row.type and row.type != kind.name and (row.type, kind.name) not in WIDENS and _has_values(row):
        faults.add(
            "type",
            "type_fixed",
            T(
                "已有记录填写了该字段，不能改成“{kind}”。请新建字段后再转移数据。",
                "Records hold values of this field, so it cannot become {kind}. Make a new field and move the data.",
            ),
            kind=kind.label,
        )
    else:
        if row.type and row.type != kind.name:
            row.unique = row.unique and kind.may_be_unique
            row.searchable = row.searchable and kind.searchable
            row.options = {}
        row.type = kind.name


def _refuse_meaning(row: CustomField, values: dict[str, Any], faults: Faults) -> None:
    """While there are values they go on meaning what they mean: records of that kind, choices of that list, amounts in that currency."""
    if row._state.adding:
        return
    usual = {"currency": BASE_CURRENCY.value()}
    turned = [
        name
        for name in MEANING
        if name in values and (values[name] or usual.get(name)) != (row.options.get(name) or usual.get(name))
    ]
    if turned and _has_values(row):
        for name in turned:
            faults.add(
                name,
                "meaning_fixed",
                T(
                    "已有记录填写了该字段，修改后原来的值会变成别的意思。请新建字段后再转移数据。",
                    "Records hold values of this field, which would come to mean something else. Make a new field and move the data.",
                ),
            )


def _has_values(row: CustomField) -> bool:
    if KINDS[row.type].computed:
        return False
    table = object_for_fields(row.object).table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {table} WHERE custom ? %s)", [row.key])
        return bool(cursor.fetchone()[0])


def _refuse_label(declaration: ObjectType, row: CustomField) -> None:
    """Two fields of one name could not be told apart, in lists and in the headings of a sheet."""
    for name in ("label_zh", "label_en"):
        label = getattr(row, name)
        declared = {f.label.zh if name == "label_zh" else f.label.en for f in declaration.by_name.values()}
        others = CustomField.objects.filter(object=row.object, active=True, **{name: label}).exclude(pk=row.pk)
        if label in declared or others.exists():
            raise Invalid.one(
                name, "duplicate", T("已有名为“{label}”的字段。", 'There is a field called "{label}".'), label=label
            )


# ---------------------------------------------------------------- who uses a field


def refuse_used(object_name: str, row: CustomField) -> None:
    """:class:`FieldUsed` while another field's formula, roll-up or condition names this one."""
    name = f"custom.{row.key}"
    errors = []
    for other in CustomField.objects.filter(active=True).exclude(pk=row.pk):
        if uses(other, object_name, name):
            where = T("字段“{label}”", 'field "{label}"')
            errors.append(
                FieldError(f"{other.object}.custom.{other.key}", "in_use", where, (("label", other.label_zh),))
            )
    if errors:
        raise FieldUsed(errors)


def uses(other: CustomField, object_name: str, name: str) -> bool:
    """Whether a definition names the field ``name`` of ``object_name``."""
    options = other.options
    rollup = options.get("rollup") or {}
    if rollup.get("object") == object_name:
        named = {rollup.get("field"), rollup.get("of"), rollup.get("by")} | names_in(rollup.get("filter"))
        if name in named:
            return True
    if other.object != object_name:
        return False
    named = names_in(options.get("show_when")) | names_in(options.get("require_when"))
    return name in named | set(options.get("inputs") or ())


def known_kinds() -> list[tuple[ObjectType, int, int]]:
    """Every kind of record with how many fields were added and how many of those taken away; those one works at most first: with panels, then with views."""
    counted: dict[str, list[bool]] = {}
    for name, active in CustomField.objects.values_list("object", "active"):
        counted.setdefault(name, []).append(active)
    kinds = sorted(declared_objects(), key=lambda o: (not o.panels, not o.views))
    return [(o, sum(counted.get(o.name, [])), counted.get(o.name, []).count(False)) for o in kinds]
