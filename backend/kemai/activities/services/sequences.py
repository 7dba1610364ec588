"""Sequences: entering, the next step's task at its time, steps done by the follow-up or the task, leaving (ACT-6).

A step is made when the one before it has ended and its days have passed; it is a task with the guidance. Doing it, as a follow-up
by one of its channels or by ticking the task off, ends it. Making steps twice makes nothing twice: one row a step and customer.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from kemai.accounts.access import Actor, SystemActor
from kemai.activities import errors
from kemai.activities.models import Enrollment, EnrollmentStep, Sequence, SequenceStep, Task
from kemai.activities.rules.cadence import day_after
from kemai.activities.services.owned import set_people
from kemai.base.audit import act
from kemai.kit.clock import now
from kemai.kit.ids import new_id
from kemai.kit.words import T
from kemai.platform.custom.computed import company_zone
from kemai.platform.objects.declare import Draft, get_object
from kemai.platform.objects.undo import ChangedSince, offer_undo, undo_kind
from kemai.platform.objects.write import bin_rows, create_record, insert_drafts, lock_row, prepare_new, update_rows
from kemai.platform.workdays import company_today, work_calendar

SEQUENCES = SystemActor("sequences")
LIVE = ("active", "paused")
DUE_AT, REMIND_AT = time(17, 30), time(9, 0)
BATCH = 200
TO_POOL = T("客户已退回公海", "The customer went back to the pool")


# ---------------------------------------------------------------- entering


def prepare_enrollments(actor: Actor, drafts: list[Draft]) -> None:
    """A customer enters an active sequence that has steps; which one, and who, stays as it is."""
    set_people(actor, drafts, "activities.enrollment.create")
    first = _first_steps({d.get("sequence_id") for d in drafts if d.old is None})
    for draft in drafts:
        if draft.old is not None:
            for column, name in (("sequence_id", "sequence"), ("customer_id", "customer")):
                if draft.changed(column):
                    draft.wrong(
                        name, "fixed", T("加入后不能更换，请停止后重新加入。", "Stop it and enter anew instead.")
                    )
            continue
        start = draft.values.get("started_on") or company_today()
        draft.values["started_on"] = start
        step = first.get(draft.get("sequence_id"))
        if draft.get("sequence_id") and step is None:
            draft.wrong("sequence", "no_steps", T("该序列未启用或没有步骤。", "The sequence is off or has no steps."))
        elif step is not None:
            draft.values["next_on"] = _due(start, step)


def _first_steps(sequences: set[UUID]) -> dict[UUID, SequenceStep]:
    rows = SequenceStep.objects.filter(
        sequence_id__in=sequences, sequence__active=True, sequence__deleted_at__isnull=True, deleted_at__isnull=True
    ).order_by("sequence_id", "position", "id")
    found: dict[UUID, SequenceStep] = {}
    for step in rows:
        found.setdefault(step.sequence_id, step)
    return found


def after_enrollments(actor: Actor, drafts: list[Draft]) -> None:
    """What is due at once is made at once."""
    fresh = [d.id for d in drafts if d.old is None and d.values["next_on"] <= company_today()]
    if fresh:
        _make_steps(list(Enrollment.objects.select_for_update().filter(pk__in=fresh).order_by("pk")))


def enrol_customer(actor: Actor, customer_id: UUID, *, sequence: UUID) -> UUID:
    """Put one customer into a sequence; :class:`AlreadyEnrolled` while he is in it."""
    with act(actor, "enrol", object="customers", record_id=customer_id):
        if Enrollment.objects.filter(
            customer_id=customer_id, sequence_id=sequence, status__in=LIVE, deleted_at__isnull=True
        ).exists():
            raise errors.AlreadyEnrolled
        key = create_record(actor, get_object("enrollments"), {"customer": str(customer_id), "sequence": str(sequence)})
        name = Sequence.objects.values_list("name", flat=True).get(pk=sequence)
        return offer_undo(actor, "activities.enrolled", {"enrollment": str(key)}, label=name)


@undo_kind("activities.enrolled")
def unenrol(actor: Actor, payload: dict[str, Any]) -> None:
    """Out again, with the tasks nobody has done yet; refused once a step was done."""
    declaration, key = get_object("enrollments"), UUID(str(payload["enrollment"]))
    row = lock_row(actor, declaration, key, declaration.perm("edit"))
    if row["status"] != "active" or EnrollmentStep.objects.filter(enrollment_id=key).exclude(state="open").exists():
        raise ChangedSince(label="")
    _bin_open_tasks(actor, key)
    bin_rows(actor, declaration, [key], new_id())


def enrol_on_won(*, customer_id: UUID, opportunity_id: UUID) -> int:
    """A deal was won: the customer enters every sequence that begins then, unless he is in it. Returns how many."""
    entered = 0
    with act(SEQUENCES, "enrol", object="customers", record_id=customer_id):
        wanted = Sequence.objects.filter(active=True, on_won=True, deleted_at__isnull=True).order_by("name_sort", "id")
        inside = set(
            Enrollment.objects.filter(customer_id=customer_id, status__in=LIVE, deleted_at__isnull=True).values_list(
                "sequence_id", flat=True
            )
        )
        declaration = get_object("enrollments")
        for sequence in wanted:
            if sequence.id in inside:
                continue
            payload = {"customer": str(customer_id), "sequence": str(sequence.id)}
            drafts = prepare_new(SEQUENCES, declaration, [payload])
            if drafts[0].errors or drafts[0].get("holder_id") is None:
                continue  # a sequence without steps; a customer meanwhile in the pool
            drafts[0].values["owner_id"] = drafts[0].values["holder_id"]
            drafts[0].values["department_id"] = drafts[0].values["holder_department_id"]
            drafts[0].values["opportunity_id"] = opportunity_id
            insert_drafts(SEQUENCES, declaration, drafts)
            entered += 1
    return entered


# ---------------------------------------------------------------- steps


def advance_sequences() -> int:
    """Make the steps that are due, in batches; safe to run at any time and side by side. Returns how many were made."""
    made = 0
    waiting = Enrollment.objects.filter(status="active", next_on__lte=company_today(), deleted_at__isnull=True)
    while waiting.exists():  # looked for every five minutes: nothing found, nothing written
        with act(SEQUENCES, "advance", object="enrollments"):
            due = list(waiting.select_for_update(skip_locked=True).order_by("next_on", "id")[:BATCH])
            made += _make_steps(due)
        if len(due) < BATCH:
            break
    return made


def _make_steps(enrollments: list[Enrollment]) -> int:
    """The next step of each, as a task of whoever holds the customer. Inside an act, the rows locked."""
    made = 0
    for enrollment in enrollments:
        if enrollment.holder_id is None:
            _end(enrollment, "stopped", TO_POOL.zh)
            continue
        step = _next_step(enrollment)
        if step is None:
            _end(enrollment, "done", "")
            continue
        due = max(enrollment.next_on or company_today(), company_today())
        task = _make_task(enrollment, step, due)
        EnrollmentStep.objects.create(
            enrollment=enrollment, step=step, position=step.position, due_on=due, task_id=task
        )
        _save(enrollment, next_on=None)
        made += 1
    return made


def _next_step(enrollment: Enrollment) -> SequenceStep | None:
    """The first step not begun yet, by position; one added behind the present one counts, one before it no more."""
    begun = EnrollmentStep.objects.filter(enrollment=enrollment)
    reached = begun.order_by("-position").values_list("position", flat=True).first()
    rows = SequenceStep.objects.filter(sequence_id=enrollment.sequence_id, deleted_at__isnull=True).exclude(
        pk__in=begun.values("step_id")
    )
    if reached is not None:
        rows = rows.filter(position__gte=reached)
    return rows.order_by("position", "id").first()


def _make_task(enrollment: Enrollment, step: SequenceStep, due: date) -> UUID:
    payload = {
        "title": step.title,
        "description": step.guidance,
        "assignee": str(enrollment.holder_id),
        "related": str(enrollment.customer_id),
        "due_at": _instant(due, DUE_AT).isoformat(),
        "remind_at": max(_instant(due, REMIND_AT), now()).isoformat(),
    }
    declaration = get_object("tasks")
    drafts = prepare_new(SEQUENCES, declaration, [payload])
    assert not drafts[0].errors, drafts[0].errors
    insert_drafts(SEQUENCES, declaration, drafts)
    return drafts[0].id


def _instant(day: date, at: time) -> datetime:
    return datetime.combine(day, at, ZoneInfo(company_zone()))


def _due(start: date, step: SequenceStep) -> date:
    return day_after(start, step.offset_days, working_days=step.working_days, calendar=work_calendar())


def step_done(task_id: UUID, *, interaction: UUID | None = None, state: str = "done") -> None:
    """The step behind a task ended: the next one is due its days later, or the sequence is through. Inside an act."""
    row = EnrollmentStep.objects.select_related("enrollment").filter(task_id=task_id, state="open").first()
    if row is None:
        return
    EnrollmentStep.objects.filter(pk=row.pk).update(state=state, ended_at=now(), interaction_id=interaction)
    enrollment = Enrollment.objects.select_for_update().get(pk=row.enrollment_id)
    if enrollment.status in LIVE:
        _go_on(enrollment)


def _go_on(enrollment: Enrollment) -> None:
    following = _next_step(enrollment)
    if following is None:
        _end(enrollment, "done", "")
    else:
        _save(enrollment, next_on=_due(company_today(), following))


def step_reopened(task_id: UUID, *, refuse: bool = False) -> None:
    """The task behind a step is open again. Once a later step has begun the sequence goes its way; ``refuse`` says so."""
    row = EnrollmentStep.objects.select_related("enrollment").filter(task_id=task_id).exclude(state="open").first()
    if row is None:
        return
    if EnrollmentStep.objects.filter(enrollment_id=row.enrollment_id, position__gt=row.position).exists():
        if refuse:
            raise ChangedSince(label=row.step.title)
        return
    EnrollmentStep.objects.filter(pk=row.pk).update(state="open", ended_at=None, interaction_id=None)
    if row.enrollment.status in (*LIVE, "done"):
        status = "active" if row.enrollment.status == "done" else row.enrollment.status
        _save(row.enrollment, status=status, next_on=None, ended_on=None)


def note_interactions(actor: Actor, rows: Iterable[tuple[UUID, UUID, str, str]]) -> None:
    """Follow-ups (id, customer, channel, outcome) end the open step they are the doing of, and the sequences an outcome ends."""
    rows = list(rows)
    waiting = EnrollmentStep.objects.filter(
        enrollment__customer_id__in={r[1] for r in rows},
        enrollment__status__in=LIVE,
        enrollment__deleted_at__isnull=True,
        state="open",
    ).select_related("enrollment__sequence", "step", "task")
    for open_step in waiting.order_by("due_on", "id"):
        mine = [r for r in rows if r[1] == open_step.enrollment.customer_id]
        done_by = next((r for r in mine if r[2] in open_step.step.channels or not open_step.step.channels), None)
        if done_by and open_step.task_id:
            _tick_off(actor, open_step.task_id)
            step_done(open_step.task_id, interaction=done_by[0])
    live = Enrollment.objects.filter(
        customer_id__in={r[1] for r in rows if r[3]}, status__in=LIVE, deleted_at__isnull=True
    ).select_related("sequence")
    for enrollment in live:
        ending = next(
            (r[3] for r in rows if r[1] == enrollment.customer_id and r[3] in enrollment.sequence.stop_outcomes), ""
        )
        if ending:
            label = get_object("interactions").by_name["outcome"].choice_map().get(ending)
            _leave(actor, enrollment, T(f"跟进结果：{label.zh if label else ending}", "").zh)


def _tick_off(actor: Actor, task_id: UUID) -> None:
    task = Task.objects.filter(pk=task_id, status="open").values().first()
    if task:
        update_rows(
            get_object("tasks"),
            actor.id,
            [Draft(task_id, dict(task), {"status": "done", "progress": 100, "done_at": now()})],
        )


# ---------------------------------------------------------------- leaving


def pause_enrollment(actor: Actor, enrollment_id: UUID) -> None:
    """No further tasks until it is resumed; the one that is open stays."""
    _change(actor, enrollment_id, "pause", ("active",), status="paused")


def resume_enrollment(actor: Actor, enrollment_id: UUID) -> None:
    """Go on; what became due meanwhile is due today."""
    with act(actor, "resume", object="enrollments", record_id=enrollment_id):
        _change(actor, enrollment_id, "resume", ("paused",), status="active")
        enrollment = Enrollment.objects.select_for_update().get(pk=enrollment_id)
        if enrollment.next_on and enrollment.next_on <= company_today():
            _make_steps([enrollment])


def stop_enrollment(actor: Actor, enrollment_id: UUID, *, reason: str) -> None:
    """Leave the sequence for good; the open task goes to the bin."""
    declaration = get_object("enrollments")
    with act(actor, "stop", object="enrollments", record_id=enrollment_id, reason=reason):
        row = lock_row(actor, declaration, enrollment_id, declaration.perm("edit"))
        if row["status"] not in LIVE:
            raise errors.Settled
        _leave(actor, Enrollment.objects.get(pk=enrollment_id), reason)


def skip_step(actor: Actor, enrollment_id: UUID) -> None:
    """Leave the present step out; where none is open, the next one."""
    declaration = get_object("enrollments")
    with act(actor, "skip", object="enrollments", record_id=enrollment_id):
        row = lock_row(actor, declaration, enrollment_id, declaration.perm("edit"))
        if row["status"] not in LIVE:
            raise errors.Settled
        enrollment = Enrollment.objects.get(pk=enrollment_id)
        present = EnrollmentStep.objects.filter(enrollment=enrollment, state="open").first()
        if present:
            _bin_open_tasks(actor, enrollment_id)
            EnrollmentStep.objects.filter(pk=present.pk).update(state="skipped", ended_at=now())
        else:
            step = _next_step(enrollment)
            if step:
                EnrollmentStep.objects.create(
                    enrollment=enrollment,
                    step=step,
                    position=step.position,
                    due_on=company_today(),
                    state="skipped",
                    ended_at=now(),
                )
        _go_on(enrollment)


def stop_on_lost(*, customer_id: UUID, opportunity_id: UUID) -> None:
    """An opportunity was lost: sequences begun for it, or for none, end where they say so."""
    with act(SEQUENCES, "stop", object="customers", record_id=customer_id):
        live = Enrollment.objects.select_for_update(of=("self",)).filter(
            customer_id=customer_id, status__in=LIVE, deleted_at__isnull=True, sequence__stop_on_lost=True
        )
        for enrollment in live:
            if enrollment.opportunity_id in (None, opportunity_id):
                _leave(SEQUENCES, enrollment, T("商机丢单", "Opportunity lost").zh)


def withdraw_on_reopened(*, customer_id: UUID, opportunity_id: UUID) -> None:
    """An opportunity is open again: sequences its win began leave as if they had never begun, or stop where a step was done."""
    with act(SEQUENCES, "stop", object="customers", record_id=customer_id):
        live = Enrollment.objects.select_for_update(of=("self",)).filter(
            opportunity_id=opportunity_id, status__in=LIVE, deleted_at__isnull=True
        )
        for enrollment in live:
            if EnrollmentStep.objects.filter(enrollment=enrollment).exclude(state="open").exists():
                _leave(SEQUENCES, enrollment, T("商机重新打开", "Opportunity reopened").zh)
            else:
                _bin_open_tasks(SEQUENCES, enrollment.id)
                bin_rows(SEQUENCES, get_object("enrollments"), [enrollment.id], new_id())


def _leave(actor: Actor, enrollment: Enrollment, reason: str) -> None:
    _bin_open_tasks(actor, enrollment.id)
    EnrollmentStep.objects.filter(enrollment=enrollment, state="open").update(state="skipped", ended_at=now())
    _end(enrollment, "stopped", reason)


def _bin_open_tasks(actor: Actor, enrollment_id: UUID) -> None:
    keys = EnrollmentStep.objects.filter(enrollment_id=enrollment_id, state="open", task__status="open")
    found = [k for k in keys.values_list("task_id", flat=True) if k]
    if found:
        bin_rows(actor, get_object("tasks"), found, new_id())


def _change(actor: Actor, enrollment_id: UUID, action: str, before: tuple[str, ...], **values: Any) -> None:
    declaration = get_object("enrollments")
    with act(actor, action, object="enrollments", record_id=enrollment_id):
        row = lock_row(actor, declaration, enrollment_id, declaration.perm("edit"))
        if row["status"] not in before:
            raise errors.Settled
        update_rows(declaration, actor.id, [Draft(enrollment_id, row, values)])


def _end(enrollment: Enrollment, status: str, reason: str) -> None:
    _save(enrollment, status=status, stop_reason=reason[:300], next_on=None, ended_on=company_today())


def _save(enrollment: Enrollment, **values: Any) -> None:
    Enrollment.objects.filter(pk=enrollment.pk).update(**values, version=enrollment.version + 1, updated_at=now())
    for name, value in {**values, "version": enrollment.version + 1}.items():
        setattr(enrollment, name, value)
