"""Cards that are read in a way of their own: not simply the first records of one list (PLT-15)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from kemai.accounts.access import Actor, branches
from kemai.activities.selectors.reports import latest_morning, not_handed_in
from kemai.activities.selectors.worklist import whose_list, worklist
from kemai.analytics.home.asking import UNSAID, Counter, Rows
from kemai.analytics.home.counters import TEAM
from kemai.analytics.home.lists import TASKS, WON, in_month
from kemai.analytics.home.shapes import FIRST
from kemai.analytics.selectors.paths import leaf, list_path
from kemai.kit.words import EN, T
from kemai.platform.models import Notification
from kemai.platform.objects.board import kept_figures
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.groups import group_records
from kemai.platform.objects.read import list_page
from kemai.platform.objects.rows import fetch_rows
from kemai.platform.transfer.imports import list_imports
from kemai.sales.models import Stage
from kemai.sales.services.opportunities import board_columns


def read_worklist(actor: Actor) -> dict[str, Any]:
    return worklist(actor, whose_list(actor), limit=FIRST)


def read_tasks(actor: Actor) -> dict[str, Any]:
    query = TASKS.query(actor, fields=("title", "due_at", "related"), sort="due_at", limit=FIRST)
    items, following = list_page(actor, TASKS.declaration, query)
    return {"items": items, "more": following is not None}


def read_recent(actor: Actor) -> dict[str, Any]:
    """The records this person wrote to last, those he may still see."""
    rows = fetch_rows(
        "SELECT object, record_id FROM (SELECT DISTINCT ON (record_id) object, record_id, id FROM ("
        "SELECT object, record_id, id FROM base_auditevent WHERE actor_id = %(me)s AND record_id IS NOT NULL "
        "AND object IN ('customers', 'opportunities', 'leads') "
        "ORDER BY id DESC LIMIT 60) a ORDER BY record_id, id DESC) b ORDER BY id DESC LIMIT 8",
        actor.params,
    )
    found: dict[str, dict[str, Any]] = {}
    for name in ("customers", "opportunities", "leads"):
        found |= _still_seen(actor, name, [row[1] for row in rows if row[0] == name])
    return {"items": [found[row[1]] for row in rows if row[1] in found], "more": False}


def _still_seen(actor: Actor, name: str, keys: list[str]) -> dict[str, dict[str, Any]]:
    declaration = get_object(name)
    if not keys or not may_read(actor, name, declaration.title):
        return {}
    scope = branches(actor, declaration.perm("view"), declaration.ownership)
    rows = fetch_rows(
        f"SELECT t.id, t.{declaration.title} FROM {declaration.table} t WHERE t.id = ANY(%(keys)s::uuid[]) "
        f"AND t.deleted_at IS NULL AND {scope.sql}",
        {**scope.params, "keys": keys},
    )
    return {
        key: {
            "id": key,
            "object": name,
            "label": title,
            "path": f"/{name}/{key}",
            "sub": "",
            "note": declaration.label.to(),
        }
        for key, title in rows
    }


def may_read(actor: Actor, name: str, *fields: str) -> bool:
    return Rows(name).open_to(actor, fields=fields)


def read_messages(actor: Actor) -> dict[str, Any]:
    rows = Notification.objects.filter(user_id=actor.id, read_at__isnull=True).order_by("-id")[: FIRST + 1]
    items = [
        {
            "id": str(n.id),
            "object": n.object,
            "label": n.title_en if actor.locale == EN else n.title_zh,
            "path": n.path,
            "sub": n.text,
            "at": n.at,
        }
        for n in rows[:FIRST]
    ]
    return {"items": items, "more": len(rows) > FIRST}


def read_missing(actor: Actor) -> dict[str, Any]:
    people = not_handed_in(actor, "morning", latest_morning(actor))
    items = [
        {
            "id": p["id"],
            "object": "users",
            "label": p["label"],
            "path": f"/users/{p['id']}",
            "sub": p["department"] or "",
        }
        for p in people[:FIRST]
    ]
    return {"items": items, "more": len(people) > FIRST, "total": len(people)}


IMPORT_STATE = {
    "mapping": T("待对应列", "Columns to match"),
    "checking": T("检查中", "Being checked"),
    "checked": T("已检查，待导入", "Checked, to be imported"),
    "committing": T("导入中", "Under way"),
    "done": T("导入完成", "Done"),
    "failed": T("导入失败", "Failed"),
    "undone": T("已撤销", "Taken back"),
}
IMPORTED = T(
    "{state}：新增 {created}，更新 {updated}，失败 {failed}",
    "{state}: {created} new, {updated} changed, {failed} failed",
)


def read_imports(actor: Actor) -> dict[str, Any]:
    items = [
        {
            "id": str(run.id),
            "object": run.object,
            "label": run.file_name,
            "path": f"/{run.object}/import?run={run.id}",
            "sub": IMPORTED.to(
                state=IMPORT_STATE[run.state].to(), created=run.created, updated=run.updated, failed=run.failed
            )
            if run.state in ("done", "failed", "committing")
            else IMPORT_STATE[run.state].to(),
            "at": run.created_at,
        }
        for run in list_imports(actor, limit=FIRST)
    ]
    return {"items": items, "more": False}


def may_import(actor: Actor) -> bool:
    return any(actor.has(get_object(name).perm("import")) for name in ("customers", "leads"))


def read_funnel(actor: Actor) -> dict[str, Any]:
    """Open deals by stage of the first pipeline, and those of others in one line; from the kept figures of the board."""
    declaration = get_object("opportunities")
    assert declaration.board is not None
    kept = kept_figures(actor, declaration, declaration.board)
    stages = {str(c["key"]): c["label"] for c in board_columns(actor, None) if c["kind"] == "open"}
    bars = [_bar(label, [key], kept, leaf("stage", "eq", key)) for key, label in stages.items()]
    keys = Stage.objects.filter(kind="open", deleted_at__isnull=True).values_list("id", flat=True)
    others = [str(key) for key in keys if str(key) in kept and str(key) not in stages]
    if others:
        bars.append(_bar(T("其他流程", "Other pipelines").to(), others, kept, leaf("stage", "in", others)))
    return {"bars": bars}


def _bar(label: str, keys: list[str], kept: dict[str, tuple[int, str]], condition: dict[str, Any]) -> dict[str, Any]:
    figures = [kept.get(key, (0, "0.00")) for key in keys]
    return {
        "label": label,
        "count": sum(count for count, _ in figures),
        "amount": str(sum((Decimal(amount) for _, amount in figures), Decimal("0.00"))),
        "path": list_path("opportunities", condition, view="all"),
    }


def may_add_up(actor: Actor) -> bool:
    return actor.has(TEAM) and may_read(actor, "opportunities", "stage") and may_sum(actor)


def may_sum(actor: Actor) -> bool:
    return Counter("", UNSAID, rows=Rows("opportunities"), sum="amount").open_to(actor)


WON_THIS_MONTH = in_month("opportunities", "closed_at", WON)


def read_ranking(actor: Actor) -> dict[str, Any]:
    """Who won most this month, of those whose deals the reader may see."""
    rows = Rows("opportunities", filter=WON_THIS_MONTH)
    groups = group_records(
        actor,
        rows.declaration,
        query=rows.query(actor),
        group_by=["owner"],
        measures=[{"op": "sum", "field": "amount"}],
        order="-sum_amount",
        limit=FIRST,
    ).groups
    return {
        "bars": [
            {
                "label": group["label"]["owner"] or T("（无）", "(none)").to(),
                "count": group["count"],
                "amount": group["sum_amount"] or "0.00",
                "path": list_path(
                    "opportunities", {"and": [*WON_THIS_MONTH(actor)["and"], group["filter"]]}, view="all"
                ),
            }
            for group in groups
        ]
    }
