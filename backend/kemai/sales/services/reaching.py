"""How far opportunities came, read off the log of their moves and kept on them, so that a funnel is counted, and opened, by an index.

``reached`` is the furthest stage in the present order of the pipeline: of a won one its won stage, else an open one, since a win that
was taken up again is none. ``lost_from`` is where it stood before it was lost. Moves taken back count as never made (ANA-1).
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import connection

from kemai.accounts.access import Actor
from kemai.base import epochs
from kemai.base.audit import emit
from kemai.platform.objects.declare import Draft
from kemai.sales.events import StagesReordered
from kemai.sales.models import Opportunity, Stage

BATCH = 5_000

#: Over an opportunity ``o``.
REACHED = """COALESCE(
    (SELECT s.id FROM sales_stagemove m JOIN sales_stage s ON s.id = m.to_stage_id
     WHERE m.opportunity_id = o.id AND NOT m.void AND s.deleted_at IS NULL AND (s.kind = 'open' OR (s.kind = 'won' AND o.status = 'won'))
     ORDER BY s.kind = 'won' DESC, s.position DESC, s.id LIMIT 1),
    (SELECT s.id FROM sales_stage s WHERE s.pipeline_id = o.pipeline_id AND s.kind = 'open' AND s.deleted_at IS NULL
     ORDER BY s.position, s.id LIMIT 1))"""
LOST_FROM = """CASE WHEN o.status = 'lost' THEN
    (SELECT s.id FROM sales_stagemove m JOIN sales_stage s ON s.id = m.from_stage_id AND s.deleted_at IS NULL
     WHERE m.opportunity_id = o.id AND NOT m.void AND m.to_stage_id = o.stage_id ORDER BY m.id DESC LIMIT 1) END"""
_NOTE = f"""UPDATE sales_opportunity x SET reached_id = n.reached, lost_from_id = n.lost_from
FROM (SELECT o.id, {REACHED} AS reached, {LOST_FROM} AS lost_from FROM sales_opportunity o WHERE o.id = ANY(%s)) n
WHERE x.id = n.id AND (x.reached_id, x.lost_from_id) IS DISTINCT FROM (n.reached, n.lost_from)"""


def note_reached(keys: list[UUID]) -> None:
    """Read off the log anew how far these opportunities came. One statement; inside an act."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [keys])


def after_stages(actor: Actor, drafts: list[Draft]) -> None:
    """Another order of stages makes another of them the furthest; what is kept of stages in memory is read again."""
    epochs.forget()
    _tell(d.get("pipeline_id") for d in drafts if d.old is not None and d.changed("position"))


def stages_gone_or_back(actor: Actor, keys: list[UUID]) -> None:
    """A stage in the bin is nobody's furthest."""
    _tell(Stage.objects.filter(pk__in=keys).values_list("pipeline_id", flat=True))


def _tell(pipelines: Iterable[UUID]) -> None:
    for key in sorted(set(pipelines)):
        emit(StagesReordered("pipelines", key))


def recount_pipeline(key: UUID) -> None:
    """All opportunities of a pipeline whose stages changed, in batches; inside an act."""
    keys = list(Opportunity.objects.filter(pipeline_id=key).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        note_reached(keys[start : start + BATCH])
