"""The rules of scoring and assignment as an administrator keeps them: read and replaced as one document (SAL-1)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson

from kemai.accounts.access import Actor
from kemai.accounts.models import Team, User
from kemai.base.audit import act
from kemai.base.jobs import start_job
from kemai.customers.models import Pool
from kemai.kit.errors import FieldError, Invalid, Malformed
from kemai.kit.ids import parse_id
from kemai.kit.words import T
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.filters import compile_filter
from kemai.sales.models import LeadRule
from kemai.sales.services.scoring import SCORING

MANAGE = "sales.leadrules.manage"
MAX_RULES = 50
TARGETS: dict[str, Any] = {"user": User, "team": Team, "pool": Pool}


def read_rules(actor: Actor) -> dict[str, Any]:
    """Both lists in order, targets with their names."""
    actor.require(MANAGE)
    rows = list(LeadRule.objects.order_by("position", "id"))
    names: dict[UUID, str] = {}
    for kind, model in TARGETS.items():
        wanted = [r.target_id for r in rows if r.target_kind == kind]
        names |= dict(model.objects.filter(pk__in=wanted).values_list("id", "name"))
    shared = ("id", "name", "active", "condition")
    return {
        "scoring": [{**{n: getattr(r, n) for n in shared}, "points": r.points} for r in rows if r.kind == "score"],
        "assignment": [
            {
                **{n: getattr(r, n) for n in shared},
                "target_kind": r.target_kind,
                "target": {"id": r.target_id, "label": names.get(r.target_id) if r.target_id else None},
            }
            for r in rows
            if r.kind == "assign"
        ],
    }


def set_rules(actor: Actor, *, scoring: list[dict[str, Any]], assignment: list[dict[str, Any]]) -> dict[str, Any]:
    """Replace the rules; open leads are scored anew by a job. :class:`Invalid` names the wrong line."""
    actor.require(MANAGE)
    wrong: list[FieldError] = []
    wanted = [_parse("score", n, raw, wrong) for n, raw in enumerate(scoring)]
    wanted += [_parse("assign", n, raw, wrong) for n, raw in enumerate(assignment)]
    if len(scoring) > MAX_RULES or len(assignment) > MAX_RULES:
        wrong.append(FieldError("rules", "too_many", T("最多 50 条。", "At most 50 rules.")))
    if wrong:
        raise Invalid(wrong)
    with act(actor, "rules", object="leads"):
        kept = {r.id: r for r in LeadRule.objects.select_for_update()}
        seen = set()
        for key, values in wanted:
            if key in kept and kept[key].kind == values["kind"]:
                seen.add(key)
                LeadRule.objects.filter(pk=key).update(**values)
            else:
                LeadRule.objects.create(**values)
        LeadRule.objects.filter(pk__in=[k for k in kept if k not in seen]).delete()
        start_job(actor.id, "leads.rescore", label=T("重新计算线索评分", "Score leads anew"), params={})
    return read_rules(actor)


def _parse(kind: str, n: int, raw: dict[str, Any], wrong: list[FieldError]) -> tuple[UUID | None, dict[str, Any]]:
    place = f"{'scoring' if kind == 'score' else 'assignment'}.{n}"
    name = raw.get("name")
    if not isinstance(name, str) or not name.strip() or len(name) > 60 or "\x00" in name:
        wrong.append(
            FieldError(f"{place}.name", "required", T("请写 1 到 60 个字的名称。", "A name of 1 to 60 characters."))
        )
        name = ""
    condition = raw.get("condition") or None
    if condition is not None:
        try:
            compile_filter(SCORING, get_object("leads"), condition)
            too_long = len(orjson.dumps(condition)) > 20_000
        except Malformed as error:
            wrong.append(FieldError(f"{place}.condition", "malformed", T("{why}", "{why}"), (("why", error.detail()),)))
        else:
            if too_long:
                wrong.append(
                    FieldError(f"{place}.condition", "too_long", T("条件太长。", "The condition is too long."))
                )
    values: dict[str, Any] = {
        "kind": kind,
        "position": n,
        "name": name.strip(),
        "active": raw.get("active") is not False,
        "condition": condition,
    }
    if kind == "score":
        points = raw.get("points")
        if isinstance(points, bool) or not isinstance(points, int) or not -100 <= points <= 100 or points == 0:
            wrong.append(
                FieldError(
                    f"{place}.points",
                    "out_of_bounds",
                    T("分值应在 -100 到 100 之间，不为 0。", "Between -100 and 100, not 0."),
                )
            )
            points = 0
        values["points"] = points
    else:
        values |= _target(place, raw, wrong)
    return parse_id(str(raw.get("id") or "")), values


def _target(place: str, raw: dict[str, Any], wrong: list[FieldError]) -> dict[str, Any]:
    kind, target = raw.get("target_kind"), raw.get("target")
    key = parse_id(str(target.get("id") if isinstance(target, dict) else target))
    model = TARGETS.get(kind) if isinstance(kind, str) else None
    if model is None or key is None or not model.objects.filter(pk=key, deleted_at__isnull=True).exists():
        wrong.append(FieldError(f"{place}.target", "required", T("请选择分配给谁。", "Choose who gets it.")))
    return {"target_kind": kind if isinstance(kind, str) else "", "target_id": key}
