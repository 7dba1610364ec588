"""What the reader looks at: a period, a department and below, a person, a pipeline; as it stands in the address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from kemai.accounts.access import Actor, departments_below
from kemai.accounts.models import Department, User
from kemai.analytics.selectors.paths import leaf, list_path
from kemai.analytics.selectors.periods import Period, parse_period
from kemai.kit.clock import today
from kemai.kit.errors import Malformed
from kemai.kit.ids import parse_id
from kemai.platform.objects.declare import get_object
from kemai.sales.models import Pipeline, Stage
from kemai.sales.services.pipelines import own_pipelines

PERMISSION = "analytics.analysis.view"
#: Whose reach says how far the page goes.
KINDS = ("opportunities", "customers", "interactions", "leads")
MAX_PEOPLE = 500


@dataclass(frozen=True)
class Choice:
    """One reader's choice. Whoever sees only his own records looks at himself."""

    actor: Actor
    period: Period
    department: UUID | None = None
    person: UUID | None = None
    pipeline: UUID | None = None
    measure: str = ""
    by: str = ""
    step: str = ""

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.actor.time_zone)

    @cached_property
    def today(self) -> date:
        return today(self.zone)

    @cached_property
    def leaves(self) -> list[dict[str, Any]]:
        """Department and person as conditions that hold of every kind of record."""
        found = [leaf("department", "under", str(self.department))] if self.department else []
        return found + ([leaf("owner", "eq", str(self.person))] if self.person else [])

    def filter_text(self, *leaves: dict[str, Any]) -> str:
        """The condition without a period, as lists take it; empty where there is none."""
        found = [*leaves, *self.leaves]
        return orjson.dumps({"and": found}).decode() if found else ""

    def path(self, object_name: str, *leaves: dict[str, Any], at: str = "", period: Period | None = None) -> str:
        """The address of the list with the same condition, within a period of ``at`` (the chosen one)."""
        span = []
        if at:
            start, end = (period or self.period).instants(self.zone)
            span = [leaf(at, "gte", start.isoformat()), leaf(at, "lt", end.isoformat())]
        return list_path(object_name, {"and": [*leaves, *span, *self.leaves]}, view="all")


def make_choice(actor: Actor, asked: dict[str, str]) -> Choice:
    """Read the address; :class:`Forbidden` without the right, :class:`Malformed` for what names nothing."""
    actor.require(PERMISSION)
    person = _key(asked, "person", User)
    return Choice(
        actor,
        parse_period(asked.get("period", ""), today(ZoneInfo(actor.time_zone))),
        _key(asked, "department", Department),
        actor.id if sees_own_only(actor) else person,
        _key(asked, "pipeline", Pipeline) or own_pipelines([actor.department_id])[actor.department_id],
        asked.get("measure", ""),
        asked.get("by", ""),
        asked.get("step", ""),
    )


def _key(asked: dict[str, str], name: str, model: Any) -> UUID | None:
    if not asked.get(name):
        return None
    key = parse_id(asked[name])
    if key is None or not model.objects.filter(pk=key, deleted_at__isnull=True).exists():
        raise Malformed(what=name)
    return key


def sees_own_only(actor: Actor) -> bool:
    """Whether no kind of record reaches beyond the reader's own."""
    reaches = [reach for kind in KINDS if (reach := actor.reach(get_object(kind).perm("view")))]
    return not any(reach.everything or reach.departments for reach in reaches)


def choices_json(choice: Choice) -> dict[str, Any]:
    """What there is to choose from, and what is chosen."""
    own = sees_own_only(choice.actor)
    return {
        "first": choice.period.first.isoformat(),
        "after": choice.period.after.isoformat(),
        "today": choice.today.isoformat(),
        "own": own,
        "department": choice.department,
        "person": choice.person,
        "pipeline": choice.pipeline,
        "departments": [] if own else _departments(choice.actor),
        "people": [] if own else _people(choice),
        "pipelines": _pipelines(choice.actor),
    }


def _reached_departments(actor: Actor) -> set[UUID] | None:
    """Departments whose records the reader sees some kind of; None for all."""
    reaches = [reach for kind in KINDS if (reach := actor.reach(get_object(kind).perm("view")))]
    if any(reach.everything for reach in reaches):
        return None
    return {department for reach in reaches for department in reach.departments}


def _departments(actor: Actor) -> list[dict[str, Any]]:
    reached = _reached_departments(actor)
    rows = Department.objects.filter(deleted_at__isnull=True).order_by("position", "name_sort")
    return [
        {"id": key, "label": name} for key, name in rows.values_list("id", "name") if reached is None or key in reached
    ]


def _people(choice: Choice) -> list[dict[str, Any]]:
    reached = _reached_departments(choice.actor)
    rows = User.objects.filter(deleted_at__isnull=True, is_active=True)
    if reached is not None:
        rows = rows.filter(department_id__in=reached)
    if choice.department:
        tree = dict(Department.objects.filter(deleted_at__isnull=True).values_list("id", "parent_id"))
        rows = rows.filter(department_id__in=departments_below(choice.department, tree))
    found = rows.order_by("name_sort", "id").values_list("id", "name")[:MAX_PEOPLE]
    return [{"id": key, "label": name} for key, name in found]


def _pipelines(actor: Actor) -> list[dict[str, Any]]:
    rows = Pipeline.objects.filter(active=True, deleted_at__isnull=True).order_by("position", "name")
    return [{"id": row.id, "label": _named(actor, row)} for row in rows]


def stages_of(choice: Choice) -> list[dict[str, Any]]:
    """The stages a deal of the chosen pipeline can come to, in its order: open ones, then won ones."""
    if choice.pipeline is None:
        return []
    rows = Stage.objects.filter(pipeline_id=choice.pipeline, deleted_at__isnull=True).exclude(kind="lost")
    found = [
        {"id": str(row.id), "label": _named(choice.actor, row), "kind": row.kind, "position": row.position}
        for row in rows
    ]
    return sorted(found, key=lambda s: (s["kind"] == "won", s["position"], s["id"]))


def _named(actor: Actor, row: Pipeline | Stage) -> str:
    return (row.name_en or row.name) if actor.locale == "en" else row.name
