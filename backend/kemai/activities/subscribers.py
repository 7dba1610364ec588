"""What the activity domain does after others' events, and its own."""

from __future__ import annotations

from uuid import UUID

from kemai.activities.events import TaskAssigned
from kemai.base.events import Delivered, subscribe
from kemai.customers.events import CustomerAssigned
from kemai.kit.words import T
from kemai.platform.notify import declare_kind, notify

declare_kind("task_assigned", T("分配给我的任务", "Tasks given to me"))
declare_kind("task_reminder", T("任务提醒", "Reminders of tasks"))
declare_kind("customer_assigned", T("分配给我的客户", "Customers assigned to me"))
declare_kind("contact_birthday", T("联系人生日", "Birthdays of contacts"))
declare_kind("contact_anniversary", T("联系人纪念日", "Anniversaries of contacts"))


@subscribe(TaskAssigned)
def tell_assignee(event: Delivered) -> None:
    """A task given by somebody else rings the bell."""
    notify(
        UUID(event.payload["assignee_id"]),
        kind="task_assigned",
        title=T("新任务：{title}", "New task: {title}"),
        title_params={"title": event.payload["title"]},
        path=f"/tasks/{event.record_id}",
        object="tasks",
        record_id=event.record_id,
    )


@subscribe(CustomerAssigned)
def tell_new_owner(event: Delivered) -> None:
    """A customer given by a manager rings the bell of the new owner."""
    if event.payload["to_user_id"] == str(event.actor_id):
        return
    notify(
        UUID(event.payload["to_user_id"]),
        kind="customer_assigned",
        title=T("分配给您一位客户：{name}", "A customer was assigned to you: {name}"),
        title_params={"name": event.payload["name"]},
        text=event.payload["reason"],
        path=f"/customers/{event.record_id}",
        object="customers",
        record_id=event.record_id,
    )
