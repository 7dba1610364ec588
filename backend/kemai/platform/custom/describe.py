"""Definitions as the administration screens meet them (docs/architecture/interface.md)."""

from __future__ import annotations

from typing import Any

from kemai.accounts.access import Actor
from kemai.base.models import Job
from kemai.platform.custom.definitions import definitions
from kemai.platform.custom.formula.functions import CALLED
from kemai.platform.custom.indexes import LIMIT, count_indexes, may_index
from kemai.platform.custom.kinds import KINDS
from kemai.platform.custom.manage import MANAGE, MAX_FIELDS, known_kinds, object_for_fields
from kemai.platform.custom.rollups import links_to
from kemai.platform.models import CustomField
from kemai.platform.objects.declare import ObjectType, all_objects, declared_objects, get_object
from kemai.platform.objects.dictionaries import all_dictionaries, dictionary_items


def list_kinds(actor: Actor) -> list[dict[str, Any]]:
    """Every kind of record with how many fields were added."""
    actor.require(MANAGE)
    return [
        {"object": o.name, "label": o.label.to(), "custom": count - removed, "removed": removed}
        for o, count, removed in known_kinds()
    ]


def describe_fields(actor: Actor, object_name: str) -> dict[str, Any]:
    """Everything the page of one kind of record needs."""
    actor.require(MANAGE)
    declaration = object_for_fields(object_name)
    rows = list(CustomField.objects.filter(object=object_name))
    rows.sort(key=lambda r: (not r.active, r.position, r.created_at))
    jobs = {j.id: j for j in Job.objects.filter(pk__in=[r.search_job for r in rows if r.search_state != "none"])}
    return {
        "object": declaration.name,
        "label": declaration.label.to(),
        "limit": MAX_FIELDS.value(),
        "index_limit": LIMIT.value(),
        "indexes": count_indexes(object_name),
        "types": [
            {
                "type": k.name,
                "label": k.label.to(),
                "options": list(k.options),
                "default": k.takes_default,
                "moving": k.moving,
                "data_class": k.data_class,
            }
            for k in KINDS.values()
        ],
        "sections": [{"key": key, "label": label.to()} for key, label in declaration.sections],
        "dictionaries": [
            {"code": d.code, "label": d.label.to(), "choices": _choices(d.code)} for d in all_dictionaries()
        ],
        "functions": list(CALLED),
        "targets": [{"object": o.name, "label": o.label.to()} for o in declared_objects()],
        "related": _related(declaration),
        "items": [definition_json(row, jobs.get(row.search_job) if row.search_job else None) for row in rows],
        "declared": [
            {
                "name": f.name,
                "type": f.type.name,
                "label": f.label.to(),
                "section": f.section,
                "required": f.required,
                "computed": bool(f.sql),
            }
            for f in declaration.fields
        ],
    }


def _choices(code: str) -> list[dict[str, Any]]:
    """The entries of a dictionary, to try a field out with before it is kept."""
    return [
        {"value": i.value, "label": i.label.to(), "color": i.color, "active": i.active} for i in dictionary_items(code)
    ]


def _related(declaration: ObjectType) -> list[dict[str, Any]]:
    """What a roll-up can run over: the references of all kinds of record to this one."""
    return [
        {"object": o.name, "label": o.plural.to(), "field": f.name, "field_label": f.label.to()}
        for o in all_objects()
        for f in links_to(o, declaration.name)
    ]


def _result(row: CustomField) -> str | None:
    """The type a formula or roll-up comes out as; None for others and for what does not hold."""
    if not KINDS[row.type].computed or not row.active:
        return None
    made = get_object(row.object).by_name.get(f"custom.{row.key}")
    return made.type.name if made else None


def definition_json(row: CustomField, job: Job | None = None) -> dict[str, Any]:
    """One definition. Numbers among the settings come as they were given: bounds as decimal strings. ``job``: the one under way that
    brings what records are found by up to it."""
    options = row.options
    plain = ("id", "object", "key", "type", "label_zh", "label_en", "help_zh", "help_en", "section", "position")
    fault = definitions().broken.get((row.object, row.key))
    flags = ("required", "unique", "searchable", "quick", "inline_edit", "active", "version")
    return {
        **{name: getattr(row, name) for name in (*plain, *flags)},
        "name": f"custom.{row.key}",
        "custom": True,
        "choices": options.get("choices") or [],
        "dictionary": options.get("dictionary") or "",
        "target": options.get("target") or "",
        "decimals": options.get("decimals"),
        "min": options.get("min"),
        "max": options.get("max"),
        "max_length": options.get("max_length"),
        "currency": options.get("currency") or "",
        "formula": options.get("formula") or "",
        "rollup": options.get("rollup"),
        "result": _result(row),
        "fault": fault.message.to(**fault.params) if fault else "",
        "default": options.get("default"),
        "show_when": options.get("show_when"),
        "require_when": options.get("require_when"),
        "data_class": options.get("data_class") or KINDS[row.type].data_class,
        "index": {"state": row.index_state, "job": row.index_job, "error": row.index_error} if may_index(row) else None,
        "search": {"state": row.search_state, "done": job.done if job else 0, "total": job.total if job else 0},
    }
