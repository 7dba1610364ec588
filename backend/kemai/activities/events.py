"""What happens in the activity domain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kemai.base.events import Event
from kemai.kit.words import T


@dataclass(frozen=True, slots=True)
class TaskAssigned(Event):
    kind: ClassVar[str] = "activities.task_assigned"
    label: ClassVar[T] = T("指派", "Assigned")
    about: ClassVar[str] = "tasks"
    assignee_id: str
    title: str


@dataclass(frozen=True, slots=True)
class TaskDone(Event):
    kind: ClassVar[str] = "activities.task_done"
    label: ClassVar[T] = T("完成", "Done")
    about: ClassVar[str] = "tasks"
    title: str


@dataclass(frozen=True, slots=True)
class ReportSubmitted(Event):
    kind: ClassVar[str] = "activities.report_submitted"
    label: ClassVar[T] = T("提交", "Handed in")
    about: ClassVar[str] = "reports"
    owner_id: str
    report_kind: str
    on: str


@dataclass(frozen=True, slots=True)
class ReportCommented(Event):
    kind: ClassVar[str] = "activities.report_commented"
    label: ClassVar[T] = T("批阅", "Commented")
    about: ClassVar[str] = "reports"
    public: ClassVar[bool] = False
    owner_id: str
    text: str
