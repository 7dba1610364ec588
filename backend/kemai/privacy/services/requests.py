"""The register of what persons ask about their data, with its days (P-4, P-5): entered by one, an erasure approved by another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from kemai.accounts.access import Actor, SystemActor
from kemai.accounts.people import holders_of
from kemai.base.audit import act
from kemai.base.jobs import start_job
from kemai.base.parameters import Parameter, declare
from kemai.customers.models import Customer
from kemai.kit.clock import now
from kemai.kit.words import T
from kemai.platform.notify import declare_kind, notify
from kemai.platform.objects.declare import Draft, ObjectType, get_object
from kemai.platform.objects.write import keep_away, lock_row, update_rows
from kemai.platform.workdays import company_today
from kemai.privacy import errors
from kemai.privacy.models import Erased, SubjectRequest
from kemai.privacy.services.person import find_person, open_deals

GROUP = T("个人信息", "Personal data")
COPY, CORRECTION, ERASURE = "copy", "correction", "erasure"
REMINDERS = SystemActor("privacy")
DUE = declare_kind(
    "privacy_due", T("个人信息请求到期", "Requests about personal data due"), right="privacy.request.view"
)
ASKED = declare_kind("privacy_asked", T("待批准的删除请求", "Erasures to approve"), right="privacy.request.approve")
DUE_DAYS = declare(
    Parameter(
        "privacy.due_days",
        "int",
        15,
        T("个人信息请求应在几天内答复", "Days to answer a person's request"),
        GROUP,
        minimum=1,
        maximum=90,
    )
)
REMIND_DAYS = declare(
    Parameter(
        "privacy.remind_days",
        "int",
        3,
        T("到期前几天提醒", "Days before that to remind"),
        GROUP,
        minimum=0,
        maximum=30,
    )
)


@keep_away
def refuse_erased(declaration: ObjectType, ids: list[UUID]) -> None:
    """A record whose person was erased stays where it is."""
    if Erased.objects.filter(object=declaration.name, record_id__in=ids).exists():
        raise errors.AlreadyErased


def prepare_requests(actor: Actor, drafts: list[Draft]) -> None:
    """The day it is due; the person it is about: a contact, a lead, or a customer who is a person, and not erased already."""
    companies = set(
        Customer.objects.filter(pk__in=[d.get("subject_id") for d in drafts], kind="company").values_list(
            "id", flat=True
        )
    )
    gone = set(
        Erased.objects.filter(record_id__in=[d.get("subject_id") for d in drafts]).values_list("record_id", flat=True)
    )
    for draft in drafts:
        if draft.old is not None and draft.old["status"] != "open":
            draft.wrong("asked", "closed", errors.RequestClosed.text)
        if draft.changed("received_on") or draft.get("due_on") is None:
            received = draft.get("received_on")
            received = received if isinstance(received, date) else company_today()
            draft.values["due_on"] = received + timedelta(days=DUE_DAYS.value())
        if draft.old is None and draft.get("subject_id") in companies:
            draft.wrong(
                "subject",
                "not_a_person",
                T(
                    "公司不是个人：请选择联系人、线索或个人客户。",
                    "A company is no person: choose a contact, a lead or a personal customer.",
                ),
            )
        if draft.old is None and draft.get("subject_id") in gone:
            draft.wrong("subject", "erased", errors.AlreadyErased.text)


def after_requests(actor: Actor, drafts: list[Draft]) -> None:
    """Those who may approve an erasure hear of it."""
    for draft in drafts:
        if draft.old is None and draft.get("kind") == ERASURE:
            for user_id in holders_of("privacy.request.approve"):
                if user_id != actor.id:
                    _tell(
                        user_id,
                        ASKED,
                        T("有一项删除个人信息的请求等您批准", "An erasure waits for your approval"),
                        draft.id,
                    )


def _tell(user_id: UUID, kind: str, title: T, key: UUID, **params: Any) -> None:
    path = f"/subject-requests/{key}"
    notify(user_id, kind=kind, title=title, title_params=params, path=path, object="subject-requests", record_id=key)


def make_copy(actor: Actor, request_id: UUID) -> None:
    """Have the person's copy made; a job writes it."""
    with act(actor, "copy", object="subject-requests", record_id=request_id):
        row = _lock(actor, request_id, COPY)
        _start(actor, row, "privacy.copy", T("生成个人信息副本", "Make a person's copy"))


def approve_erasure(actor: Actor, request_id: UUID, *, answer: str = "") -> None:
    """Let an erasure go ahead, as somebody else than who entered it. A job erases; nothing brings it back."""
    with act(actor, "approve", object="subject-requests", record_id=request_id, reason=answer):
        row = _lock(actor, request_id, ERASURE)
        if row["created_by"] == actor.id:
            raise errors.OwnErasure
        count = open_deals(find_person(row["subject_object"], row["subject_id"]))
        if count:
            raise errors.OpenDeals(count=count)
        _start(actor, row, "privacy.erase", T("删除个人信息", "Erase a person's data"), answer=answer)


def _start(actor: Actor, row: dict[str, Any], kind: str, label: T, answer: str = "") -> None:
    assert actor.id is not None
    job = start_job(actor.id, kind, label=label, params={"request": str(row["id"])})
    SubjectRequest.objects.filter(pk=row["id"]).update(job_id=job.id)
    settle(actor, row, "doing", answer)


def complete_request(actor: Actor, request_id: UUID, *, answer: str) -> None:
    """A correction was made: say what."""
    with act(actor, "complete", object="subject-requests", record_id=request_id, reason=answer):
        settle(actor, _lock(actor, request_id, CORRECTION), "done", answer)


def refuse_request(actor: Actor, request_id: UUID, *, answer: str) -> None:
    """Say no, and why: the person is told the reason (PIPL art. 50)."""
    with act(actor, "refuse", object="subject-requests", record_id=request_id, reason=answer):
        settle(actor, _lock(actor, request_id), "refused", answer)


def _lock(actor: Actor, request_id: UUID, kind: str = "") -> dict[str, Any]:
    declaration = get_object("subject-requests")
    row = lock_row(actor, declaration, request_id, declaration.perm("view"))
    if row["status"] != "open" or (kind and row["kind"] != kind):
        raise errors.RequestClosed
    return row


def settle(actor: Actor, row: dict[str, Any], status: str, answer: str) -> None:
    """The next state of a locked request, who decided and what he said."""
    changes = {"status": status, "answer": answer or row["answer"], "decided_by": actor.id, "decided_at": now()}
    update_rows(get_object("subject-requests"), actor.id, [Draft(row["id"], row, changes)])


@contextmanager
def settle_job(actor: Actor, request: SubjectRequest) -> Iterator[None]:
    """Around the work of a request: done when it ends; open again, to be tried once more, when it fails."""
    key = request.pk
    try:
        yield
    except BaseException:
        _set(actor, key, "open")
        raise
    _set(actor, key, "done")


def _set(actor: Actor, key: UUID, status: str) -> None:
    with act(actor, "settle", object="subject-requests", record_id=key):
        row = dict(SubjectRequest.objects.values().get(pk=key))
        update_rows(get_object("subject-requests"), actor.id, [Draft(key, row, {"status": status})])


def remind() -> int:
    """Tell who entered a request, and who may approve an erasure, once before it is due and once when it is late; how many requests."""
    soon = company_today() + timedelta(days=REMIND_DAYS.value())
    late = Q(due_on__lt=company_today()) & (Q(reminded_on__isnull=True) | Q(reminded_on__lte=F("due_on")))
    due = Q(due_on__lte=soon, reminded_on__isnull=True)
    rows = list(
        SubjectRequest.objects.filter(late | due, status="open", deleted_at__isnull=True).order_by("due_on")[:500]
    )
    for row in rows:
        people = {row.created_by, *(holders_of("privacy.request.approve") if row.kind == ERASURE else ())}
        title = (
            T("个人信息请求已超期，应于 {day} 前答复", "A person's request is late: due by {day}")
            if row.due_on < company_today()
            else T("个人信息请求应于 {day} 前答复", "A person's request is due by {day}")
        )
        for user_id in people - {None}:
            assert user_id is not None
            _tell(user_id, DUE, title, row.id, day=row.due_on.isoformat())
        SubjectRequest.objects.filter(pk=row.pk).update(reminded_on=company_today())
    return len(rows)
