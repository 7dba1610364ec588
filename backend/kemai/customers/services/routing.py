"""Into which pool something goes of itself: the first whose regions and industries it has, else the default one (POOL-1)."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from kemai.customers import errors

#: Over ``t`` with the columns ``region`` and ``industry``; null when nothing matches and there is no default pool. A pool that names
#: 浙江 takes 浙江杭州 as well: regions are compared from the left.
POOL_FOR = """COALESCE(
(SELECT p.id FROM customers_pool p WHERE p.deleted_at IS NULL AND (p.regions <> '{}' OR p.industries <> '{}')
 AND (p.regions = '{}' OR EXISTS (SELECT 1 FROM unnest(p.regions) r WHERE starts_with(t.region, r)))
 AND (p.industries = '{}' OR t.industry = ANY(p.industries)) ORDER BY p.position, p.name_sort, p.id LIMIT 1),
(SELECT p.id FROM customers_pool p WHERE p.deleted_at IS NULL AND p.is_default))"""


def pool_for(region: str, industry: str) -> UUID:
    """The pool for what lies in ``region`` and works in ``industry``; :class:`NoPool` when there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {POOL_FOR} FROM (SELECT %s::text AS region, %s::text AS industry) t", [region, industry]
        )
        found: UUID | None = cursor.fetchone()[0]
    if found is None:
        raise errors.NoPool
    return found
