"""Control over exports (ORG-8, P-3): a purpose, an approval above a number of rows, and a log of files and downloads.

A large export is a job that waits: an approver, never the requester himself, lets it run or refuses it with a reason; nobody deciding in
time ends it. It then runs with the rights the requester has at that moment.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet

from kemai.accounts.access import Actor, load_actor
from kemai.accounts.models import User
from kemai.accounts.people import people_holding
from kemai.base import audit
from kemai.base.jobs import close_job, queue_job
from kemai.base.models import Job, StoredFile
from kemai.base.parameters import Parameter, declare
from kemai.kit.clock import now
from kemai.kit.errors import Conflict, Forbidden, Gone, Invalid, NotFound
from kemai.kit.words import T
from kemai.platform.models import Export
from kemai.platform.notify import notify
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.logs import log_page
from kemai.platform.objects.types import MISSING

APPROVE, AUDIT = "platform.export.approve", "platform.export.audit"
DATA = T("数据", "Data")
PAGE = 30
APPROVE_ABOVE = declare(
    Parameter(
        "export.approve_above",
        "int",
        1000,
        T("导出超过多少行需要审批", "Exports above so many rows need an approval"),
        DATA,
        T("0 表示不需要审批。", "0: never."),
        minimum=0,
        maximum=10_000_000,
    )
)
APPROVAL_DAYS = declare(
    Parameter(
        "export.approval_days",
        "int",
        3,
        T("导出申请几天内有效", "A request to export stands for (days)"),
        DATA,
        minimum=1,
        maximum=30,
    )
)
KEEP_DAYS = declare(
    Parameter(
        "export.keep_days",
        "int",
        1,
        T("导出文件保留天数", "Exported files are kept for (days)"),
        DATA,
        minimum=1,
        maximum=30,
    )
)
PURPOSE_REQUIRED = declare(
    Parameter(
        "export.purpose_required",
        "bool",
        False,
        T("导出必须填写用途", "Exports must name their purpose"),
        DATA,
    )
)
ASKED = T("{name}申请导出{label} {rows} 行，等待您批准", "{name} asks to export {rows} rows: {label}")
APPROVED = T("您的导出申请已批准：{label}", "Your export was approved: {label}")
REFUSED = T("您的导出申请被拒绝：{label}", "Your export was refused: {label}")


class AlreadyDecided(Conflict):
    code = "export.already_decided"
    text = T("该申请已处理、已撤回或已过期。", "This request was decided, withdrawn or has expired already.")


class OwnRequest(Forbidden):
    code = "export.own_request"
    text = T("不能审批自己的导出申请。", "Nobody decides on his own request.")


class NoApprover(Conflict):
    code = "export.no_approver"
    text = T(
        "超过 {limit} 行的导出需要审批，但目前没有可以审批的人；请联系管理员，或缩小范围。",
        "More than {limit} rows need an approval and there is nobody to give it; ask your administrator or narrow the list.",
    )


class NotApproved(Conflict):
    code = "export.not_approved"
    text = T("导出尚未获得批准。", "The export has not been approved.")


class RequestRefused(Forbidden):
    code = "export.refused"
    text = T("导出申请被{name}拒绝：{reason}", "The export was refused by {name}: {reason}")


class RequestExpired(Gone):
    code = "export.expired"
    text = T(
        "导出申请无人处理，已过期；如仍需要请重新申请。", "Nobody decided in time; ask again if you still need it."
    )


def limit() -> int:
    """Rows above which an approval is needed; 0: never."""
    return int(APPROVE_ABOVE.value())


def check_purpose(purpose: str) -> str:
    """The purpose, trimmed; :class:`Invalid` when it is missing and must be there."""
    purpose = purpose.strip()[:200]
    if not purpose and PURPOSE_REQUIRED.value():
        raise Invalid.one("purpose", "required", MISSING)
    return purpose


def ask(actor: Actor, export: Export, job: Job, *, rows: int, label: T) -> None:
    """Have an export wait for an approval, and tell those who can give it. Inside the requester's transaction."""
    able = _approvers(actor)
    if not able:
        raise NoApprover(limit=limit())
    until = now() + timedelta(days=APPROVAL_DAYS.value())
    export.state, export.rows_expected, export.until = "waiting", rows, until
    export.save(update_fields=["state", "rows_expected", "until"])
    job.result = {"approval": "waiting", "until": until.isoformat(), "rows": rows, "export": str(export.id)}
    job.total = rows
    job.save(update_fields=["result", "total"])
    audit.record(
        actor,
        "export.request",
        object=export.object,
        reason=export.purpose,
        data={"export": str(export.id), "rows": rows},
    )
    for user_id in able:
        notify(
            user_id,
            kind="export_request",
            title=ASKED,
            title_params={"name": actor.name, "label": label.to(), "rows": rows},
            text=export.purpose,
            path="/exports?which=waiting",
        )


def _approvers(requester: Actor) -> list[UUID]:
    """People who may approve this person's exports."""
    holders = people_holding(APPROVE).exclude(pk=requester.id).values_list("pk", flat=True)[:50]
    return [
        key for key in holders if (one := load_actor(key)) and may_decide(one, requester.id, requester.department_id)
    ]


def may_decide(actor: Actor, requester_id: UUID, department_id: UUID | None) -> bool:
    """Whether ``actor`` may decide on requests of this person; never on his own."""
    reach = actor.reach(APPROVE)
    if reach is None or actor.id == requester_id:
        return False
    return reach.everything or department_id in reach.departments


def require_approved(export: Export) -> None:
    """:class:`NotApproved` for a job that was somehow run before its approval."""
    if export.state not in ("approved", "done"):
        raise NotApproved


def decide(actor: Actor, export_id: UUID, *, approve: bool, reason: str) -> dict[str, Any]:
    """Let a waiting export run, or refuse it with a reason; once, whoever was first."""
    found = Export.objects.filter(pk=export_id).first()
    if found is None or not (found.actor_id == actor.id or _reaches(actor, APPROVE, found.actor_id)):
        raise NotFound
    refuse_own(actor, found)
    reason = reason.strip()[:500]
    if not approve and not reason:
        raise Invalid.one("reason", "required", MISSING)
    action = "export.approve" if approve else "export.refuse"
    with audit.act(actor, action, object=found.object, reason=reason, data={"export": str(export_id)}):
        row = Export.objects.select_for_update().get(pk=export_id)
        assert row.job_id is not None
        waiting = Job.objects.select_for_update().filter(pk=row.job_id, state="waiting").exists()
        if row.state != "waiting" or not waiting or row.until is None or row.until < now():
            raise AlreadyDecided
        row.state = "approved" if approve else "refused"
        row.decided_by, row.decided_at, row.decision = actor.id, now(), reason
        row.save(update_fields=["state", "decided_by", "decided_at", "decision"])
        if approve:
            Job.objects.filter(pk=row.job_id).update(result={"approval": "approved", "export": str(row.id)})
            queue_job(row.job_id, "export")
        else:
            close_job(row.job_id, RequestRefused(name=actor.name, reason=reason))
        label = get_object(row.object).plural.to()
        title = APPROVED if approve else REFUSED
        notify(
            row.actor_id,
            kind="export_decided",
            title=title,
            title_params={"label": label},
            text=reason,
            path="/exports",
        )
    return exports_json(actor, [row])[0]


def refuse_own(actor: Actor, export: Export) -> None:
    """Four eyes: :class:`OwnRequest` when the requester decides himself (C-6)."""
    if export.actor_id == actor.id:
        raise OwnRequest


def _reaches(actor: Actor, permission: str, user_id: UUID) -> bool:
    reach = actor.reach(permission)
    if reach is None:
        return False
    return reach.everything or User.objects.filter(pk=user_id, department_id__in=reach.departments).exists()


def expire() -> int:
    """End requests nobody decided on in time; returns how many."""
    ended = 0
    for key in list(Export.objects.filter(state="waiting", until__lt=now()).values_list("pk", flat=True)[:500]):
        with transaction.atomic():
            row = Export.objects.select_for_update().get(pk=key)
            if row.state == "waiting" and row.job_id:
                row.state = "expired"
                row.save(update_fields=["state"])
                close_job(row.job_id, RequestExpired())
                ended += 1
    return ended


# ---------------------------------------------------------------- files and downloads


def note_download(actor: Actor, file: StoredFile) -> None:
    """Count a download of an exported file, and put it into the audit."""
    row = Export.objects.filter(file_id=file.id).first()
    if row is None:
        return
    Export.objects.filter(pk=row.pk).update(downloads=F("downloads") + 1, downloaded_at=now())
    audit.record(actor, "export.download", object=row.object, data={"export": str(row.id), "file": file.name})


def withdraw(actor: Actor, export_id: UUID) -> dict[str, Any]:
    """Take the file away before its time: one's own, or any by who keeps the log."""
    row = Export.objects.filter(_seen(actor), pk=export_id).first()
    if row is None:
        raise NotFound
    if row.actor_id != actor.id and not actor.has(AUDIT):
        raise Forbidden
    if row.file_id is None:
        raise NotFound
    with audit.act(actor, "export.withdraw", object=row.object, data={"export": str(export_id)}):
        StoredFile.objects.filter(pk=row.file_id).update(expires_at=now())
        row.kept_until = now()
        row.save(update_fields=["kept_until"])
    return exports_json(actor, [row])[0]


def _seen(actor: Actor) -> Q:
    """One's own, those one may decide on, and all for who keeps the log."""
    if actor.has(AUDIT):
        return Q()
    reach = actor.reach(APPROVE)
    if reach is None:
        return Q(actor_id=actor.id)
    if reach.everything:
        return Q()
    people = User.objects.filter(department_id__in=reach.departments).values("id")
    return Q(actor_id=actor.id) | Q(actor_id__in=people)


def list_exports(actor: Actor, which: str, *, cursor: str = "") -> dict[str, Any]:
    """One page of the log, newest first: ``mine``, ``waiting`` for one's decision, or ``all`` one may see."""
    rows = Export.objects.filter(_seen(actor))
    if which == "mine":
        rows = rows.filter(actor_id=actor.id)
    elif which == "waiting":
        rows = _waiting(actor)
    found, following = log_page(rows, cursor, PAGE)
    return {"items": exports_json(actor, found), "next_cursor": following}


def _waiting(actor: Actor) -> QuerySet[Export]:
    if not actor.has(APPROVE):
        return Export.objects.none()
    return Export.objects.filter(_seen(actor), state="waiting", until__gt=now()).exclude(actor_id=actor.id)


def count_waiting(actor: Actor) -> int:
    """How many exports wait for this person's decision: as many as the page shows him."""
    return _waiting(actor).count()


def exports_json(actor: Actor, rows: list[Export]) -> list[dict[str, Any]]:
    """Lines of the log. The file is its maker's alone; others learn that there is one."""
    people = {u for row in rows for u in (row.actor_id, row.decided_by) if u}
    users = {u.id: u for u in User.objects.filter(pk__in=people).only("id", "name", "department_id")}
    jobs = dict(Job.objects.filter(pk__in=[r.job_id for r in rows if r.job_id]).values_list("id", "state"))
    return [_line(actor, row, users, jobs) for row in rows]


def _line(actor: Actor, row: Export, users: dict[UUID, User], jobs: dict[UUID, str]) -> dict[str, Any]:
    owner, decider = users.get(row.actor_id), users.get(row.decided_by) if row.decided_by else None
    mine = row.actor_id == actor.id
    job = jobs.get(row.job_id, "") if row.job_id else ""
    alive = row.file_id is not None and row.kept_until is not None and row.kept_until > now()
    state = "withdrawn" if row.state == "waiting" and job == "cancelled" else row.state
    if row.state == "approved" and job in ("failed", "cancelled"):
        state = "failed"
    declaration = get_object(row.object)
    return {
        "id": row.id,
        "at": row.created_at,
        "actor": {"id": row.actor_id, "label": owner.name if owner else ""},
        "object": row.object,
        "object_label": declaration.plural.to(),
        "format": row.format,
        "purpose": row.purpose,
        "fields": [f.label.to() for n in row.query.get("fields", []) if (f := declaration.by_name.get(n))],
        "filtered": bool(row.query.get("filter") or row.query.get("q")),
        "state": state,
        "rows_expected": row.rows_expected,
        "rows": row.rows,
        "until": row.until if state == "waiting" else None,
        "decided_by": {"id": decider.id, "label": decider.name} if decider else None,
        "decided_at": row.decided_at,
        "decision": row.decision,
        "job": row.job_id if mine else None,
        "file": row.file_id if mine and alive else None,
        "kept_until": row.kept_until if alive else None,
        "downloads": row.downloads,
        "downloaded_at": row.downloaded_at,
        "can_decide": state == "waiting" and may_decide(actor, row.actor_id, owner.department_id if owner else None),
        "can_withdraw": alive and (mine or actor.has(AUDIT)),
    }
