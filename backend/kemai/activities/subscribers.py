"""What the activity domain does after others' events, and its own."""

from __future__ import annotations

from uuid import UUID

from kemai.accounts.models import User
from kemai.activities.events import ReportCommented, ReportSubmitted, TaskAssigned
from kemai.activities.selectors.reports import KIND_WORDS
from kemai.base.events import Delivered, subscribe
from kemai.customers.events import CustomerAssigned
from kemai.kit.words import T
from kemai.platform.notify import declare_kind, notify

declare_kind("task_assigned", T("分配给我的任务", "Tasks given to me"))
declare_kind("task_reminder", T("任务提醒", "Reminders of tasks"))
declare_kind("customer_assigned", T("分配给我的客户", "Customers assigned to me"))
declare_kind("promise_due", T("承诺到期", "Promises due"))
declare_kind("report_submitted", T("下属提交的报告", "Reports handed in to me"))
declare_kind("report_comment", T("对我报告的批阅", "Comments on my reports"))
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


@subscribe(ReportSubmitted)
def tell_superior(event: Delivered) -> None:
    """A sheet handed in rings the bell of whom its writer reports to."""
    owner = User.objects.filter(pk=event.payload["owner_id"]).values_list("name", "manager_id").first()
    if owner is None or owner[1] is None:
        return
    words, kind, day = KIND_WORDS[event.payload["report_kind"]], event.payload["report_kind"], event.payload["on"]
    notify(
        owner[1],
        kind="report_submitted",
        title=T(f"{{name}}提交了{words.zh}（{{day}}）", f"{{name}} handed in: {words.en} ({{day}})"),
        title_params={"name": owner[0], "day": day},
        path=f"/day-reports?kind={kind}&on={day}&team=1",
        object="reports",
        record_id=event.record_id,
    )


@subscribe(ReportCommented)
def tell_writer(event: Delivered) -> None:
    """A comment rings the bell of whoever wrote the report, unless it is his own."""
    if event.payload["owner_id"] == str(event.actor_id):
        return
    notify(
        UUID(event.payload["owner_id"]),
        kind="report_comment",
        title=T("您的报告有批阅", "Your report was commented on"),
        text=event.payload["text"],
        path=f"/reports/{event.record_id}",
        object="reports",
        record_id=event.record_id,
    )
