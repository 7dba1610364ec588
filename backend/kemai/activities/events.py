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
