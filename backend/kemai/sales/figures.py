"""What customers ask of sales: which customers an open opportunity keeps, and each person's load (POOL-3, POOL-6)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection

from kemai.customers.pooled import recycle_spare
from kemai.customers.services.load import load_figures
from kemai.kit.words import T

recycle_spare(
    "open_opportunity",
    T("有进行中的商机", "An open opportunity"),
    "EXISTS (SELECT 1 FROM sales_opportunity so WHERE so.customer_id = t.id AND so.status = 'open' AND so.deleted_at IS NULL)",
)


@load_figures
def opportunities_of(people: list[UUID], since: datetime) -> dict[UUID, dict[str, int]]:
    """Each person's open opportunities, and those won and lost since then."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.id, (SELECT count(*) FROM sales_opportunity o WHERE o.owner_id = p.id AND o.status = 'open' AND o.deleted_at IS NULL), "
            "count(o.id) FILTER (WHERE o.status = 'won'), count(o.id) FILTER (WHERE o.status = 'lost') FROM unnest(%s::uuid[]) p (id) "
            "LEFT JOIN sales_opportunity o ON o.owner_id = p.id AND o.status IN ('won', 'lost') AND o.closed_at >= %s "
            "AND o.deleted_at IS NULL GROUP BY p.id",
            [people, since],
        )
        return {key: {"open": opened, "won": won, "lost": lost} for key, opened, won, lost in cursor.fetchall()}
