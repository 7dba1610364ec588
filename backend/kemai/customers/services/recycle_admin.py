"""The administrator's side of recycling: the rules as one document, what a run would take, runs and decisions on those that stopped."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from kemai.accounts.access import Actor
from kemai.accounts.models import User
from kemai.accounts.sessions import actor_of
from kemai.base import epochs
from kemai.base.audit import act, record
from kemai.base.beats import clock_trouble
from kemai.base.jobs import JobRun, job_kind, start_job
from kemai.base.models import Job, Operation
from kemai.customers import errors
from kemai.customers.models import Pool, RecycleRule, RecycleRun
from kemai.customers.pooled import PooledKind, kind_of, pooled_kinds
from kemai.customers.rules.recycling import SHARE
from kemai.customers.services.recycle_rules import RECYCLER, forget_rules, refresh_all
from kemai.customers.services.recycle_run import MANAGE, approve_run, count_due, run_recycling
from kemai.kit.clock import now
from kemai.kit.errors import FieldError, Invalid, KemaiError, NotFound, VersionStale
from kemai.kit.ids import new_id, parse_id
from kemai.kit.words import T, language
from kemai.platform.objects.filters import compile_filter
from kemai.platform.workdays import company_today

MAX_RULES = 50
RECYCLE = T("执行公海回收", "Recycle to the pools")
REQUIRED = T("请填写此项。", "This is required.")
BETWEEN = T("取值应在 {low} 到 {high} 之间。", "The value must lie between {low} and {high}.")


def read_rules(actor: Actor, kind: PooledKind) -> dict[str, Any]:
    """All rules over a kind of record in order, and what they may be made of."""
    actor.require(MANAGE)
    pools = dict(Pool.objects.filter(deleted_at__isnull=True).values_list("id", "name"))
    return {
        "object": kind.object,
        "version": epochs.current("recycle_rules"),
        "items": [
            _rule_json(rule, pools)
            for rule in RecycleRule.objects.filter(object=kind.object).order_by("position", "id")
        ],
        "reasons": [{"code": f.code, "label": f.label.to()} for f in kind.reasons.values()],
        "spares": [{"code": f.code, "label": f.label.to()} for f in kind.spares.values()],
        "kinds": [{"object": one.object, "label": one.declaration.label.to()} for one in pooled_kinds()],
    }


def _rule_json(rule: RecycleRule, pools: dict[UUID, str]) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": rule.name,
        "active": rule.active,
        "reason": rule.reason,
        "days": rule.days,
        "working_days": rule.working_days,
        "condition": rule.condition,
        "pool": {"id": rule.pool_id, "label": pools.get(rule.pool_id, "")} if rule.pool_id else None,
        "warn_days": rule.warn_days,
        "spared_by": rule.spared_by,
    }


def write_rules(actor: Actor, kind: PooledKind, items: list[dict[str, Any]], *, version: int | None = None) -> Job:
    """Put the rules over a kind back whole; the list's order is theirs. Answers with the job that counts every record's day anew."""
    actor.require(MANAGE)
    if len(items) > MAX_RULES:
        raise Invalid.one("items", "too_many", T("最多 {n} 条规则。", "At most {n} rules."), n=MAX_RULES)
    with act(actor, "recycle-rules", object="recycle-rules"):
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE customers_recyclerule IN SHARE ROW EXCLUSIVE MODE")
        epochs.forget()
        if version is not None and version != epochs.current("recycle_rules"):
            raise VersionStale
        wanted = _checked(kind, items)
        RecycleRule.objects.filter(object=kind.object).exclude(pk__in=[rule.pk for rule in wanted]).delete()
        known = set(RecycleRule.objects.values_list("pk", flat=True))
        for rule in wanted:
            rule.save(force_insert=rule.pk not in known, force_update=rule.pk in known)
        job = start_job(
            actor.id,
            "customers.recycle_refresh",
            label=T("按新规则计算回收日期", "Count recycling days anew"),
            params={"object": kind.object},
        )
    forget_rules()
    return job


def _checked(kind: PooledKind, items: list[dict[str, Any]]) -> list[RecycleRule]:
    wrong: list[FieldError] = []
    own = set(RecycleRule.objects.filter(object=kind.object).values_list("pk", flat=True))
    rules = [_check(kind, n, item, own, wrong) for n, item in enumerate(items)]
    if wrong:
        raise Invalid(wrong)
    return rules


def _check(kind: PooledKind, n: int, item: dict[str, Any], own: set[UUID], wrong: list[FieldError]) -> RecycleRule:
    def refuse(name: str, code: str, words: T, **params: Any) -> None:
        wrong.append(FieldError(f"items.{n}.{name}", code, words, tuple(params.items())))

    name, key = str(item.get("name") or "").strip(), parse_id(item.get("id"))
    if not name or len(name) > 60:
        refuse("name", "required", T("请填写规则名称（60 字以内）。", "Name the rule, in up to 60 characters."))
    if item.get("reason") not in kind.reasons:
        refuse("reason", "unknown_choice", T("请选择回收原因。", "Choose the reason."))
    for field_name, low in (("days", 1), ("warn_days", 0)):
        value = item.get(field_name)
        high = 730 if field_name == "days" else 60
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            refuse(field_name, "out_of_bounds", BETWEEN, low=low, high=high)
    pool = parse_id(item["pool"]) if item.get("pool") else None
    if item.get("pool") and not (pool and Pool.objects.filter(pk=pool, deleted_at__isnull=True).exists()):
        refuse("pool", "not_visible", T("没有这个公海。", "There is no such pool."))
    spared = [code for code in item.get("spared_by") or [] if code in kind.spares]
    condition = item.get("condition") or None
    try:
        compile_filter(RECYCLER, kind.declaration, condition)
    except KemaiError as error:
        refuse(
            "condition", "malformed", T("条件不正确：{why}", "The condition does not hold: {why}"), why=error.detail()
        )
    if _mentions_me(condition):
        refuse(
            "condition",
            "no_me",
            T("规则对所有人相同，条件里不能用“我”。", 'Rules are the same for all: "me" cannot stand in one.'),
        )
    return RecycleRule(
        pk=key if key in own else new_id(),
        object=kind.object,
        name=name,
        position=n,
        active=item.get("active") is not False,
        reason=str(item.get("reason")),
        days=item.get("days") or 0,
        working_days=bool(item.get("working_days")),
        condition=condition,
        pool_id=pool,
        warn_days=item.get("warn_days") or 0,
        spared_by=spared,
    )


def _mentions_me(node: Any) -> bool:
    """Whether a condition asks for "me" or for what one follows or keeps lists of: a rule is nobody's."""
    if isinstance(node, dict):
        if node.get("value") == "me" or node.get("field") == "following" or "in_segment" in node:
            return True
        return any(_mentions_me(value) for value in node.values())
    return isinstance(node, list) and any(value == "me" or _mentions_me(value) for value in node)


@job_kind("customers.recycle_refresh", T("重算回收日期", "Days of recycling"))
def run_refresh(run: JobRun) -> None:
    """Every record's day by the rules as they are now."""
    run.result(changed=refresh_all(kind_of(run.params["object"]), lambda n: run.step(succeeded=n)))


# ---------------------------------------------------------------- what a run would do


def preview(actor: Actor, kind: PooledKind) -> dict[str, Any]:
    """How many would go if it ran now, how many in the next days and by which rule. From the kept days: three indexed counts."""
    actor.require(MANAGE)
    today = company_today()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT recycle_on, recycle_rule_id, count(*) FROM {kind.table} WHERE recycle_on < %s "
            "AND owner_id IS NOT NULL AND deleted_at IS NULL GROUP BY 1, 2",
            [today + timedelta(days=30)],
        )
        rows = cursor.fetchall()
        cursor.execute(
            f"SELECT count(*) FILTER (WHERE protected_until >= %s), count(*) FROM {kind.table} t "
            f"WHERE owner_id IS NOT NULL AND deleted_at IS NULL AND {kind.held}",
            [today],
        )
        shielded, owned = cursor.fetchone()
    days: dict[str, int] = {}
    rules: dict[str, int] = {}
    for day, rule, count in rows:
        shown = max(day, today - timedelta(days=1)).isoformat()
        days[shown] = days.get(shown, 0) + count
        rules[str(rule)] = rules.get(str(rule), 0) + count
    trouble = clock_trouble()
    due = count_due(kind, today)
    return {
        "today": today,
        "now": due,
        "owned": owned,
        "protected": shielded,
        "allowed": max(owned * SHARE.value() // 100, 5),
        "percent": SHARE.value(),
        "clock": None if trouble is None else {"reason": trouble.reason, "seconds": round(trouble.seconds)},
        "days": [{"day": day, "count": count} for day, count in sorted(days.items())],
        "rules": rules,
        "counting": Job.objects.filter(kind="customers.recycle_refresh", state__in=("waiting", "running")).exists(),
    }


# ---------------------------------------------------------------- runs


def list_runs(actor: Actor) -> list[dict[str, Any]]:
    """The latest runs, newest first."""
    actor.require(MANAGE)
    rows = list(RecycleRun.objects.order_by("-started_at")[:30])
    people = {key for row in rows for key in (row.actor_id, row.decided_by) if key}
    names = dict(User.objects.filter(pk__in=people).values_list("id", "name"))
    known = dict(Operation.objects.filter(pk__in=[row.pk for row in rows]).values_list("id", "state"))
    return [
        {
            "id": row.id,
            "object": row.object,
            "label": kind_of(row.object).declaration.label.to(),
            "day": row.day,
            "kind": row.kind,
            "state": row.state,
            "stopped_by": row.stopped_by,
            "facts": row.facts,
            "due": row.due,
            "owned": row.owned,
            "recycled": row.recycled,
            "actor": names.get(row.actor_id) if row.actor_id else None,
            "decided_by": names.get(row.decided_by) if row.decided_by else None,
            "started_at": row.started_at,
            "finished_at": row.finished_at,
            "operation": row.id if known.get(row.id) in ("done", "partly") else None,
        }
        for row in rows
    ]


def start_run(actor: Actor, kind: PooledKind) -> Job:
    """Run the rules now, as a job one watches."""
    actor.require(MANAGE)
    return start_job(actor.id, "customers.recycle", label=RECYCLE, params={"object": kind.object})


def decide_run(actor: Actor, run_id: UUID, *, approve: bool) -> Job | None:
    """Approve just this stopped run, or dismiss it; once."""
    actor.require(MANAGE)
    with transaction.atomic():
        row = RecycleRun.objects.select_for_update().filter(pk=run_id).first()
        if row is None:
            raise NotFound
        if row.state != "stopped":
            raise errors.RunDecided
        row.state = "running" if approve else "dismissed"
        row.decided_by, row.decided_at = actor.id, now()
        if approve:
            row.started_at, row.finished_at = now(), None
        row.save()
        record(actor, "recycle.approve" if approve else "recycle.dismiss", object=row.object, data={"run": str(row.id)})
        if not approve:
            row.candidates.all().delete()
            return None
        return start_job(
            actor.id,
            "customers.recycle",
            label=RECYCLE,
            params={"run": str(row.id)},
            total=row.due,
        )


@job_kind("customers.recycle", T("公海回收", "Recycling"))
def run_job(run: JobRun) -> None:
    """A run somebody asked for or approved."""
    actor = actor_of(run.job.actor_id)
    language.set(actor.locale)
    actor.require(MANAGE)

    def step(count: int) -> None:
        run.step(succeeded=count)

    if run.params.get("run"):
        done = approve_run(actor, RecycleRun.objects.get(pk=run.params["run"]), step=step)
    else:
        done = run_recycling(kind_of(run.params["object"]), actor, step=step)
    run.result(run=str(done.id), state=done.state, recycled=done.recycled, due=done.due)
    operation = Operation.objects.filter(pk=done.pk).values("id", "until").first()
    if operation and operation["until"]:
        run.undoable(operation["id"], operation["until"])
