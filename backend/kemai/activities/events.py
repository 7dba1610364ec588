"""What happens in the activity domain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kemai.base.events import Event


@dataclass(frozen=True, slots=True)
class TaskAssigned(Event):
    kind: ClassVar[str] = "activities.task_assigned"
    assignee_id: str
    title: str


@dataclass(frozen=True, slots=True)
class TaskDone(Event):
    kind: ClassVar[str] = "activities.task_done"
    title: str
