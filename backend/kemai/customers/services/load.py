"""Each person's load as the distribution board shows it (POOL-6): records held and claimed, and what higher domains know of him."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from kemai.customers.models import Pool
from kemai.customers.pooled import PooledKind
from kemai.customers.rules.distribution import compute_win_rate
from kemai.kit.clock import now

DAYS = 90


@dataclass(slots=True)
class Load:
    """One member of a pool. ``won``, ``lost``: of the last 90 days; ``areas``: what his memberships say he works."""

    id: UUID
    name: str
    department_id: UUID | None
    department: str
    held: int
    claimed_today: int
    last_at: datetime | None
    limit: int
    areas: list[tuple[list[str], list[str]]]
    figures: dict[str, int] = field(default_factory=dict)

    @property
    def room(self) -> int | None:
        return max(0, self.limit - self.held) if self.limit else None

    @property
    def win_rate(self) -> float:
        return compute_win_rate(self.figures.get("won", 0), self.figures.get("lost", 0))


Figures = Callable[[list[UUID], datetime], dict[UUID, dict[str, int]]]
_figures: list[Figures] = []


def load_figures(function: Figures) -> Figures:
    """Register what else is known of people's load (extension point): (people, since) → person → ``open``, ``won``, ``lost``."""
    _figures.append(function)
    return function


#: The active members of a pool who may claim: named themselves, through a department above them, or a team. Who assigns customers looks
#: after others' and gets none of himself, unless the pool names him.
_MEMBERS = """
WITH RECURSIVE m AS (SELECT member_kind, member_id, regions, industries FROM customers_poolmember WHERE pool_id = %(pool)s),
d AS (
    SELECT m.member_id AS root, m.member_id AS id, m.regions, m.industries FROM m WHERE m.member_kind = 'department'
    UNION ALL SELECT d.root, c.id, d.regions, d.industries FROM accounts_department c JOIN d ON c.parent_id = d.id WHERE c.deleted_at IS NULL),
p AS (
    SELECT m.member_id AS id, m.regions, m.industries, TRUE AS named FROM m WHERE m.member_kind = 'user'
    UNION ALL SELECT u.id, d.regions, d.industries, FALSE FROM accounts_user u JOIN d ON d.id = u.department_id
    UNION ALL SELECT t.user_id, m.regions, m.industries, TRUE FROM m JOIN accounts_team g ON g.id = m.member_id AND g.deleted_at IS NULL
        JOIN accounts_teammember t ON t.team_id = g.id WHERE m.member_kind = 'team')
SELECT u.id, u.name, u.department_id, COALESCE(w.name, ''),
    (SELECT count(*) FROM {table} t WHERE t.owner_id = u.id AND t.deleted_at IS NULL AND {held}),
    (SELECT count(*) FROM customers_ownershipchange o WHERE o.to_user_id = u.id AND o.kind = 'claim' AND o.at >= %(today)s
        AND o.object = %(object)s),
    (SELECT max(o.at) FROM customers_ownershipchange o WHERE o.to_user_id = u.id AND o.kind IN ('assign', 'distribute')
        AND o.object = %(object)s),
    json_agg(json_build_array(p.regions, p.industries))::text
FROM p JOIN accounts_user u ON u.id = p.id LEFT JOIN accounts_department w ON w.id = u.department_id
LEFT JOIN LATERAL (
    SELECT bool_or(g.permission = %(claim)s) AS claims, bool_or(g.permission = %(assign)s) AS assigns
    FROM accounts_userrole r JOIN accounts_role ro ON ro.id = r.role_id AND ro.deleted_at IS NULL
    JOIN accounts_rolegrant g ON g.role_id = r.role_id WHERE r.user_id = u.id) may ON TRUE
WHERE u.is_active AND u.deleted_at IS NULL AND may.claims
GROUP BY u.id, u.name, u.department_id, w.name, u.name_sort, may.assigns HAVING bool_or(p.named) OR NOT may.assigns
ORDER BY u.name_sort, u.id
"""


def loads_of(pool: Pool, kind: PooledKind, *, today_from: datetime) -> list[Load]:
    """The people a pool's records of a kind may be given to, with their load. Two statements and one for each figure registered."""
    with connection.cursor() as cursor:
        cursor.execute(
            _MEMBERS.format(table=kind.table, held=kind.held),
            {
                "pool": pool.pk,
                "today": today_from,
                "object": kind.object,
                "claim": kind.perm("claim"),
                "assign": kind.perm("assign"),
            },
        )
        rows = cursor.fetchall()
    limit = kind.hold_limit.value() if pool.hold_limit is None else pool.hold_limit
    names = ("id", "name", "department_id", "department", "held", "claimed_today", "last_at")
    found = [Load(**dict(zip(names, row[:7], strict=True)), limit=limit, areas=_areas(row[7])) for row in rows]
    since = now() - timedelta(days=DAYS)
    for function in _figures:
        figures = function([load.id for load in found], since)
        for load in found:
            load.figures |= figures.get(load.id, {})
    return found


def _areas(text: str) -> list[tuple[list[str], list[str]]]:
    parsed: list[Any] = json.loads(text)
    return [(regions, industries) for regions, industries in parsed if regions or industries]
