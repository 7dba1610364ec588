"""Tasks: who does them, done and not done, repeating, reminding."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from kemai.accounts.access import Actor, SystemActor
from kemai.accounts.models import User
from kemai.activities import errors
from kemai.activities.events import TaskAssigned, TaskDone
from kemai.activities.models import Task
from kemai.activities.rules.tasks import next_due
from kemai.activities.services.sequences import step_done, step_reopened
from kemai.base.audit import act, emit
from kemai.kit.clock import now
from kemai.kit.ids import new_id
from kemai.kit.words import T
from kemai.platform.notify import notify
from kemai.platform.objects.declare import Draft, get_object
from kemai.platform.objects.undo import ChangedSince, offer_undo, undo_kind
from kemai.platform.objects.write import lock_row, update_rows

REMINDERS = SystemActor("reminders")


def prepare_tasks(actor: Actor, drafts: list[Draft]) -> None:
    """The assignee, himself by default, and his department; a sub-task is no ancestor of its parent."""
    for draft in drafts:
        if draft.old is None:
            draft.values["assignee_id"] = draft.values.get("assignee_id") or actor.id
        if draft.changed("due_at") or draft.changed("remind_at"):
            draft.values["reminded_at"] = None
        if draft.get("repeat") and not draft.get("due_at"):
            draft.wrong("due_at", "required", T("重复任务需要截止时间。", "A repeating task needs a due time."))
        parent = draft.values.get("parent_id")
        if parent and draft.changed("parent_id") and (parent == draft.id or _is_below(parent, draft.id)):
            draft.wrong("parent", "cycle", T("上级任务不能是自己或自己的子任务。", "A task is not its own parent."))
    people = {d.get("assignee_id") for d in drafts if d.changed("assignee_id")}
    known = {
        row[0]: row[1:]
        for row in User.objects.filter(pk__in=people).values_list("id", "department_id", "is_active", "name")
    }
    for draft in drafts:
        if draft.changed("assignee_id") and draft.get("assignee_id") in known:
            department, active, name = known[draft.get("assignee_id")]
            draft.values["department_id"] = department
            if not active:
                draft.wrong("assignee", "inactive", T("“{name}”已停用。", '"{name}" is disabled.'), name=name)


def _is_below(task_id: UUID, top: UUID) -> bool:
    seen: set[UUID] = set()
    current: UUID | None = task_id
    while current and current not in seen:
        if current == top:
            return True
        seen.add(current)
        current = Task.objects.filter(pk=current).values_list("parent_id", flat=True).first()
    return False


def after_tasks(actor: Actor, drafts: list[Draft]) -> None:
    """Tell somebody else that he has got something to do."""
    for draft in drafts:
        if draft.changed("assignee_id") and draft.get("assignee_id") != actor.id:
            emit(TaskAssigned("tasks", draft.id, str(draft.get("assignee_id")), str(draft.get("title"))))


def complete_task(actor: Actor, task_id: UUID) -> UUID:
    """Mark a task done; a repeating one makes its successor."""
    declaration = get_object("tasks")
    with act(actor, "complete", object="tasks", record_id=task_id):
        row = lock_row(actor, declaration, task_id, declaration.perm("edit"))
        if row["status"] == "done":
            raise errors.AlreadyDone
        successor = _repeat(actor, row) if row["repeat"] else None
        update_rows(declaration, actor.id, [Draft(task_id, row, {"status": "done", "progress": 100, "done_at": now()})])
        step_done(task_id)
        emit(TaskDone("tasks", task_id, row["title"]))
        payload = {
            "task": str(task_id),
            "version": row["version"] + 1,
            "progress": row["progress"],
            "successor": str(successor) if successor else None,
        }
        return offer_undo(actor, "tasks.done", payload, label=row["title"])


def _repeat(actor: Actor, row: dict[str, Any]) -> UUID:
    due = next_due(row["due_at"], str(row["repeat"]))
    remind = due - (row["due_at"] - row["remind_at"]) if row["remind_at"] else None
    keep = (
        "title",
        "name_sort",
        "description",
        "assignee_id",
        "department_id",
        "priority",
        "repeat",
        "parent_id",
        "related_object",
        "related_id",
    )
    search = ("search_terms", "search_text", "private_terms")
    task = Task(
        id=new_id(),
        due_at=due,
        remind_at=remind,
        created_by=row["created_by"],
        updated_by=actor.id,
        **{k: row[k] for k in (*keep, *search)},
    )
    task.save(force_insert=True)
    return task.id


def reopen_task(actor: Actor, task_id: UUID) -> None:
    """Take a done task up again."""
    declaration = get_object("tasks")
    with act(actor, "reopen", object="tasks", record_id=task_id):
        row = lock_row(actor, declaration, task_id, declaration.perm("edit"))
        if row["status"] == "open":
            raise errors.NotDone
        update_rows(declaration, actor.id, [Draft(task_id, row, {"status": "open", "done_at": None, "progress": 0})])
        step_reopened(task_id)


@undo_kind("tasks.done")
def undo_done(actor: Actor, payload: dict[str, Any]) -> None:
    """Open the task again and take its successor away, when neither was touched."""
    declaration = get_object("tasks")
    key = UUID(str(payload["task"]))
    row = lock_row(actor, declaration, key, declaration.perm("edit"))
    if row["version"] != payload["version"]:
        raise ChangedSince(label=row["title"])
    step_reopened(key, refuse=True)
    if payload["successor"]:
        Task.objects.filter(pk=payload["successor"], version=1).update(deleted_at=now(), deletion_id=new_id())
    update_rows(
        declaration, actor.id, [Draft(key, row, {"status": "open", "done_at": None, "progress": payload["progress"]})]
    )


def remind_due_tasks() -> int:
    """Notify assignees whose reminder has come; each once. Returns how many. Where none has come nothing is written."""
    if not _due_reminders().exists():
        return 0
    with act(REMINDERS, "remind", object="tasks"):
        due = list(_due_reminders().select_for_update(skip_locked=True).order_by("remind_at")[:500])
        for task in due:
            notify(
                task.assignee_id,
                kind="task_reminder",
                title=T("任务提醒：{title}", "Reminder: {title}"),
                title_params={"title": task.title},
                path=f"/tasks/{task.id}",
                object="tasks",
                record_id=task.id,
            )
        Task.objects.filter(pk__in=[t.id for t in due]).update(reminded_at=now())
    return len(due)


def _due_reminders() -> QuerySet[Task]:
    return Task.objects.filter(remind_at__lte=now(), reminded_at__isnull=True, status="open", deleted_at__isnull=True)
