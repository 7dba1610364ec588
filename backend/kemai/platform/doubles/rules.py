"""The rules in force: the declared ones as the administrator changed them, and those he added."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

from kemai.accounts.access import Actor
from kemai.base.audit import act
from kemai.base.jobs import start_job
from kemai.kit.clock import now
from kemai.kit.errors import Conflict, FieldError, Invalid, NotFound
from kemai.kit.ids import new_id
from kemai.kit.words import T
from kemai.platform.doubles.compare import WAYS
from kemai.platform.doubles.declare import ACTIONS, BLOCK, OFF, MatchPart, MatchRule
from kemai.platform.models import MatchRuleSetting
from kemai.platform.objects.declare import ObjectType, all_objects, get_object

MANAGE = "platform.duplicates.manage"
MAX_PARTS, MAX_OWN = 4, 20
LEAST = 60
"""Below this likeness a fuzzy rule would name strangers."""


class RuleFixed(Conflict):
    code = "rule_fixed"
    text = T(
        "该规则由系统保证，不能修改：完全相同的记录始终不能重复建立。",
        "This rule is kept by the system and cannot be changed: exact doubles are never created.",
    )


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a kind of record. ``keyed``: those whose keys are stored; ``columns``: field → column of everything they read."""

    every: tuple[MatchRule, ...]
    keyed: tuple[MatchRule, ...]
    columns: dict[str, str]

    @property
    def watched(self) -> set[str]:
        return set(self.columns.values())


_cache: tuple[float, dict[str, list[dict[str, Any]]]] = (0.0, {})


def forget_cache() -> None:
    """Read the table again at the next use."""
    global _cache
    _cache = (0.0, {})


def _settings(object_name: str) -> list[dict[str, Any]]:
    """Changed and added rules as stored; read at most once a second."""
    global _cache
    if time.monotonic() - _cache[0] > 1:
        found: dict[str, list[dict[str, Any]]] = {}
        for row in MatchRuleSetting.objects.order_by("created_at", "code").values():
            found.setdefault(row["object"], []).append(dict(row))
        _cache = (time.monotonic(), found)
    return _cache[1].get(object_name, [])


def rules_of(declaration: ObjectType) -> Rules:
    """The rules in force; empty where a kind of record declares nothing of doubles."""
    if declaration.doubles is None:
        return Rules((), (), {})
    stored = {row["code"]: row for row in _settings(declaration.name)}
    every = [
        _changed(rule, stored.pop(rule.code)) if rule.code in stored and not rule.fixed else rule
        for rule in declaration.doubles.rules
    ]
    every += [_added(row) for row in stored.values() if row["parts"]]
    every = [rule for rule in every if all(p.field in declaration.by_name for p in rule.parts)]
    keyed = tuple(rule for rule in every if rule.action != OFF and not rule.fixed)
    names = {n for rule in keyed for p in rule.parts for n in (p.field, p.also) if n}
    names |= {name for rule in keyed for name, _ in rule.only}
    return Rules(tuple(every), keyed, {name: declaration.by_name[name].stored for name in names})


def _changed(rule: MatchRule, row: dict[str, Any]) -> MatchRule:
    return replace(
        rule, action=row["action"], threshold=row["threshold"] or rule.threshold, everywhere=row["everywhere"]
    )


def _added(row: dict[str, Any]) -> MatchRule:
    parts = tuple(MatchPart(p["field"], p["how"]) for p in row["parts"])
    return MatchRule(
        row["code"],
        T(row["label"], row["label"]),
        parts,
        row["action"],
        score=row["score"],
        threshold=row["threshold"],
        everywhere=row["everywhere"],
    )


# ---------------------------------------------------------------- administration


def describe_rules(actor: Actor) -> list[dict[str, Any]]:
    """Every kind of record that has rules, with them and with what a rule may be made of."""
    actor.require(MANAGE)
    return [
        {
            "object": declaration.name,
            "label": declaration.label.to(),
            "rules": [_describe(declaration, rule) for rule in rules_of(declaration).every],
            "fields": [
                {"field": f.name, "label": f.label.to(), "ways": ways}
                for f in declaration.fields
                if (ways := _ways_for(declaration, f.name))
            ],
            "ways": [
                {"how": how, "label": way.label.to(), "fuzzy": way.compare is not None} for how, way in WAYS.items()
            ],
        }
        for declaration in all_objects()
        if declaration.doubles
    ]


def _ways_for(declaration: ObjectType, name: str) -> list[str]:
    f = declaration.by_name[name]
    if f.stored not in declaration.column_types:
        return []
    return [how for how, way in WAYS.items() if f.type.name in way.types]


def _describe(declaration: ObjectType, rule: MatchRule) -> dict[str, Any]:
    assert declaration.doubles is not None
    names = declaration.by_name
    return {
        "code": rule.code,
        "label": rule.label.to(),
        "parts": [
            {
                "field": p.field,
                "label": names[p.field].label.to(),
                "how": p.how,
                "how_label": WAYS[p.how].label.to(),
            }
            for p in rule.parts
        ],
        "action": rule.action,
        "threshold": rule.threshold if any(WAYS[p.how].compare for p in rule.parts) else None,
        "score": rule.score,
        "everywhere": rule.everywhere,
        "fixed": rule.fixed,
        "own": rule.code not in {r.code for r in declaration.doubles.rules},
    }


def set_rule(actor: Actor, object_name: str, code: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    """Change a rule in force. Its keys are made anew by a job where that is needed."""
    actor.require(MANAGE)
    declaration = _declared(object_name)
    rule = next((r for r in rules_of(declaration).every if r.code == code), None)
    if rule is None:
        raise NotFound
    if rule.fixed:
        raise RuleFixed
    own = MatchRuleSetting.objects.filter(object=object_name, code=code).exclude(parts=[]).first()
    parts = values.get("parts") if own else None
    checked = _check(declaration, {**_describe(declaration, rule), **values}, parts)
    with act(actor, "match_rule", object="match-rules", data={"object": object_name, "code": code, **checked}):
        MatchRuleSetting.objects.update_or_create(
            object=object_name, code=code, defaults={**checked, "updated_at": now(), "updated_by": actor.id}
        )
        _rebuild(actor, declaration)
    forget_cache()
    return describe_rules(actor)


def add_rule(actor: Actor, object_name: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    """A rule of one's own over any comparable fields."""
    actor.require(MANAGE)
    declaration = _declared(object_name)
    if MatchRuleSetting.objects.filter(object=object_name).exclude(parts=[]).count() >= MAX_OWN:
        raise Invalid.one("parts", "too_many", T("最多 {n} 条自定规则。", "At most {n} rules of your own."), n=MAX_OWN)
    checked = _check(declaration, values, values.get("parts") or [])
    code = f"own_{new_id().hex[-10:]}"
    with act(actor, "match_rule", object="match-rules", data={"object": object_name, "code": code, **checked}):
        MatchRuleSetting.objects.create(object=object_name, code=code, updated_by=actor.id, **checked)
        _rebuild(actor, declaration)
    forget_cache()
    return describe_rules(actor)


def remove_rule(actor: Actor, object_name: str, code: str) -> list[dict[str, Any]]:
    """Take away one's own rule, or the changes to a ready one."""
    actor.require(MANAGE)
    declaration = _declared(object_name)
    with act(actor, "match_rule", object="match-rules", data={"object": object_name, "code": code, "removed": True}):
        gone, _ = MatchRuleSetting.objects.filter(object=object_name, code=code).delete()
        if not gone:
            raise NotFound
        _rebuild(actor, declaration)
    forget_cache()
    return describe_rules(actor)


def _declared(object_name: str) -> ObjectType:
    declaration = get_object(object_name)
    if declaration.doubles is None:
        raise NotFound
    return declaration


def _rebuild(actor: Actor, declaration: ObjectType) -> None:
    start_job(
        actor.id,
        "duplicates.find",
        label=T("查找重复记录", "Find duplicates"),
        params={"object": declaration.name, "keys": True},
    )


def _check(declaration: ObjectType, values: dict[str, Any], parts: list[dict[str, Any]] | None) -> dict[str, Any]:
    wrong: list[FieldError] = []
    action, threshold = values.get("action"), values.get("threshold") or 0
    if action not in ACTIONS:
        wrong.append(FieldError("action", "unknown_choice", T("请选择处理方式。", "Choose what happens.")))
    fuzzy = any(WAYS[p["how"]].compare for p in (parts or values.get("parts") or ()) if p.get("how") in WAYS)
    if fuzzy and not (isinstance(threshold, int) and LEAST <= threshold <= 100):
        wrong.append(
            FieldError(
                "threshold", "out_of_bounds", T("相似度应在 {a} 到 100 之间。", "Between {a} and 100."), (("a", LEAST),)
            )
        )
    if parts is not None:
        wrong += _check_parts(declaration, parts)
        if not str(values.get("label") or "").strip():
            wrong.append(FieldError("label", "required", T("请填写名称。", "Give it a name.")))
    if wrong:
        raise Invalid(wrong)
    checked = {"action": action, "threshold": threshold, "everywhere": bool(values.get("everywhere", True))}
    if action == BLOCK:
        checked["everywhere"] = True
    if parts is not None:
        checked |= {
            "label": str(values["label"]).strip()[:60],
            "score": 80,
            "parts": [{"field": p["field"], "how": p["how"]} for p in parts],
        }
    return checked


def _check_parts(declaration: ObjectType, parts: Any) -> list[FieldError]:
    if not isinstance(parts, list) or not 1 <= len(parts) <= MAX_PARTS:
        words = T("请选择 1 到 {n} 个字段。", "Choose one to {n} fields.")
        return [FieldError("parts", "required", words, (("n", MAX_PARTS),))]
    wrong = []
    for n, part in enumerate(parts):
        name, how = (part.get("field"), part.get("how")) if isinstance(part, dict) else (None, None)
        if name not in declaration.by_name or how not in _ways_for(declaration, str(name)):
            words = T("这个字段不能这样比较。", "This field is not compared that way.")
            wrong.append(FieldError(f"parts.{n}", "unknown_choice", words))
    if not wrong and all(p["how"] == "same" for p in parts):
        words = T("只有选项或日期不足以判断重复，请加上名称、电话等。", "Choices and dates alone do not tell a double.")
        wrong.append(FieldError("parts", "too_weak", words))
    return wrong


def rule_map(declaration: ObjectType) -> dict[str, MatchRule]:
    """The rules by code."""
    return {rule.code: rule for rule in rules_of(declaration).every}
