"""The plan of an opportunity: a responsible person and a date for each stage of its pipeline (SAL-18)."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from kemai.accounts.access import Actor
from kemai.kit.ids import new_id
from kemai.platform.objects.declare import Draft
from kemai.platform.objects.store import insert_rows
from kemai.sales.models import Pipeline, Stage, Step


def plan_steps(actor: Actor, created: list[Draft]) -> None:
    """New opportunities of a planned pipeline get a step for each stage but the lost one, the owner responsible at first."""
    wanted = {d.values["pipeline_id"] for d in created}
    planned = set(Pipeline.objects.filter(pk__in=wanted, planned=True).values_list("id", flat=True))
    if not planned:
        return
    stages: dict[UUID, list[UUID]] = {}
    for key, pipeline in (
        Stage.objects.filter(pipeline_id__in=planned, deleted_at__isnull=True)
        .exclude(kind="lost")
        .order_by("position")
        .values_list("id", "pipeline_id")
    ):
        stages.setdefault(pipeline, []).append(key)
    place = ("customer_id", "owner_id", "department_id", "holder_id", "holder_department_id")
    insert_rows(
        Step,
        [
            {
                "id": new_id(),
                "opportunity_id": d.id,
                "stage_id": stage,
                "responsible_id": d.values["owner_id"],
                "created_by": actor.id,
                "updated_by": actor.id,
                **{c: d.values.get(c) for c in place},
            }
            for d in created
            for stage in stages.get(d.values["pipeline_id"], [])
        ],
    )


def mark_steps(opportunity_id: UUID, target: Stage) -> None:
    """Steps before the stage entered are done; it and those after it are not (a won one is done itself)."""
    done = "s.position < %(position)s OR (s.id = %(stage)s AND s.kind = 'won')"
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE sales_step p SET done_at = CASE WHEN {done} THEN COALESCE(p.done_at, now()) END FROM sales_stage s "
            "WHERE s.id = p.stage_id AND p.opportunity_id = %(key)s AND p.deleted_at IS NULL "
            f"AND (p.done_at IS NOT NULL) IS DISTINCT FROM ({done})",
            {"position": target.position, "stage": target.id, "key": opportunity_id},
        )
