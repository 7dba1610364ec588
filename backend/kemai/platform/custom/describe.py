"""Definitions as the administration screens meet them (docs/architecture/interface.md)."""

from __future__ import annotations

from typing import Any

from kemai.accounts.access import Actor
from kemai.platform.custom.kinds import KINDS
from kemai.platform.custom.manage import MANAGE, MAX_FIELDS, known_kinds, object_for_fields
from kemai.platform.models import CustomField
from kemai.platform.objects.declare import declared_objects
from kemai.platform.objects.dictionaries import all_dictionaries


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
    return {
        "object": declaration.name,
        "label": declaration.label.to(),
        "limit": MAX_FIELDS.value(),
        "types": [{"type": k.name, "label": k.label.to(), "options": list(k.options)} for k in KINDS.values()],
        "sections": [{"key": key, "label": label.to()} for key, label in declaration.sections],
        "dictionaries": [{"code": d.code, "label": d.label.to()} for d in all_dictionaries()],
        "targets": [{"object": o.name, "label": o.label.to()} for o in declared_objects()],
        "items": [definition_json(row) for row in rows],
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


def definition_json(row: CustomField) -> dict[str, Any]:
    """One definition. Numbers among the settings come as they were given: bounds as decimal strings."""
    options = row.options
    plain = ("id", "object", "key", "type", "label_zh", "label_en", "help_zh", "help_en", "section", "position")
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
        "default": options.get("default"),
        "show_when": options.get("show_when"),
        "require_when": options.get("require_when"),
        "index": {"state": row.index_state, "job": row.index_job, "error": row.index_error},
    }
