"""``kemai verify``: what must hold of the data, asked of the data itself."""

from __future__ import annotations

from typing import Any

from django.db import connection

from kemai.activities.models.work import DAY_FIGURES
from kemai.base import files
from kemai.base.currencies import wrong_rates
from kemai.base.figures import wrong_sql
from kemai.base.models import StoredFile
from kemai.base.seals import Broken, check_seals
from kemai.customers.pooled import pooled_kinds
from kemai.customers.services.following import followers
from kemai.customers.services.recycle_rules import count_stale
from kemai.kit.regions import province_of
from kemai.platform.objects.declare import all_objects
from kemai.sales.models.deals import STAGE_FIGURES
from kemai.sales.services.reaching import LOST_FROM, REACHED

_REACHED = f"""
SELECT count(*) FROM sales_opportunity o WHERE (o.reached_id, o.lost_from_id) IS DISTINCT FROM ({REACHED}, {LOST_FROM})
"""
_DEALS = """
SELECT count(*) FROM customers_customer c LEFT JOIN (
    SELECT customer_id, count(*) AS n, COALESCE(sum(round(amount * rate, 2)), 0) AS s FROM sales_opportunity
    WHERE status = 'won' AND deleted_at IS NULL GROUP BY 1
) d ON d.customer_id = c.id
WHERE c.deleted_at IS NULL AND (c.deal_count <> COALESCE(d.n, 0) OR c.deal_amount <> COALESCE(d.s, 0))
"""
_STATUS = "SELECT count(*) FROM sales_opportunity o JOIN sales_stage s ON s.id = o.stage_id WHERE o.status <> s.kind"
_OWNERSHIP = """
SELECT count(*) FROM {table} c CROSS JOIN LATERAL (
    SELECT l.to_user_id, l.pool_id FROM customers_ownershipchange l WHERE l.record_id = c.id ORDER BY l.id DESC LIMIT 1) l
WHERE c.deleted_at IS NULL AND (l.to_user_id IS DISTINCT FROM c.owner_id OR (c.owner_id IS NULL AND l.pool_id IS DISTINCT FROM c.pool_id))
AND NOT EXISTS (SELECT 1 FROM platform_merge m WHERE m.survivor_id = c.id)
"""
_POOLED_DAYS = "SELECT count(*) FROM {table} WHERE pool_id IS NOT NULL AND recycle_on IS NOT NULL"
_TRIGGERS = """
SELECT count(*) FROM unnest(%s::text[]) AS t(name) WHERE NOT EXISTS (
    SELECT 1 FROM pg_trigger g WHERE g.tgrelid = t.name::regclass AND g.tgname LIKE '%%audit_update%%' AND g.tgenabled <> 'D')
"""


def run_checks() -> list[dict[str, Any]]:
    """Every invariant with whether it holds and, where not, how many break it and what to do."""
    checks = [
        _check(
            "board figures equal a recount",
            _count(wrong_sql(STAGE_FIGURES, "sales_opportunity")),
            "rebuild sales_stagefigure from sales_opportunity",
        ),
        _check(
            "follow-ups by the day equal a recount",
            _count(wrong_sql(DAY_FIGURES, "activities_interaction")),
            "rebuild activities_dayfigure from activities_interaction",
        ),
        _check(
            "every amount has the exchange rate that counts for it",
            wrong_rates(),
            "save one of the currency's rates anew: its amounts follow",
        ),
        _check("how far each deal came is what its log says", _count(_REACHED), "read it off sales_stagemove anew"),
        _check("each customer's province is that of its region", _wrong_provinces(), "read it off the region anew"),
        _check("dealings on customer files equal the won opportunities", _count(_DEALS), "count them again"),
        _check("an opportunity's status is its stage's kind", _count(_STATUS), "look at the stages' kinds"),
        _check(
            "every table of records writes its history",
            _count(_TRIGGERS, [sorted({o.table for o in all_objects()})]),
            "run kemai migrate",
        ),
        _check(
            "the ownership log ends where each customer and lead is",
            sum(_count(_OWNERSHIP.format(table=kind.table)) for kind in pooled_kinds()),
            "look at customers_ownershipchange",
        ),
        _check(
            "the days before recycling are what the rules give",
            sum(count_stale(kind) for kind in pooled_kinds()),
            "run the rules once: 系统管理 › 回收规则",
        ),
        _check(
            "what lies in a pool has no day to be recycled on",
            sum(_count(_POOLED_DAYS.format(table=kind.table)) for kind in pooled_kinds()),
            "set recycle_on to null there",
        ),
        _check("the audit is as it was sealed", len(broken := check_seals()), _where(broken)),
        _check("every stored file is there, whole", _broken_files(), "restore the files folder from a backup"),
    ]
    for model in followers():
        table = model._meta.db_table
        wrong = _count(
            f"SELECT count(*) FROM {table} f JOIN customers_customer c ON c.id = f.customer_id "
            "WHERE f.holder_id IS DISTINCT FROM c.owner_id OR f.holder_department_id IS DISTINCT FROM c.department_id"
        )
        checks.append(
            _check(f"{table} knows its customer's holder", wrong, "set the holder columns from the customers")
        )
    return checks


def _wrong_provinces() -> int:
    """Customers whose province is not what their region says; each spelling is read once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT region, province, count(*) FROM customers_customer GROUP BY region, province")
        return sum(n for region, province, n in cursor.fetchall() if province_of(region) != province)


def _where(broken: list[Broken]) -> str:
    first = broken[0] if broken else None
    return f"{first.table} {first.first_id} to {first.last_id}: {first.why}; see operations/audit.md" if first else ""


def _count(sql: str, params: list[Any] | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.fetchone()[0])


def _check(name: str, wrong: int, remedy: str) -> dict[str, Any]:
    return {"check": name, "ok": wrong == 0, "remedy": "" if wrong == 0 else f"{wrong} wrong: {remedy}"}


def _broken_files() -> int:
    broken = 0
    for row in StoredFile.objects.filter(state="ready").iterator():
        path = files.path_of(row)
        broken += not path.is_file() or path.stat().st_size != row.size
    return broken
