"""What happens to records in general; domains add their own events for decisions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kemai.base.events import Event
from kemai.kit.words import T


@dataclass(frozen=True, slots=True)
class RecordsCreated(Event):
    """Records of one kind came into being (one event a batch)."""

    kind: ClassVar[str] = "platform.records_created"
    label: ClassVar[T] = T("新建", "Created")
    ids: list[str]


@dataclass(frozen=True, slots=True)
class RecordsChanged(Event):
    """Fields people edit were changed; ``fields`` names them."""

    kind: ClassVar[str] = "platform.records_changed"
    label: ClassVar[T] = T("修改", "Changed")
    ids: list[str]
    fields: list[str]


@dataclass(frozen=True, slots=True)
class RecordsDeleted(Event):
    """Records went to the recycle bin."""

    kind: ClassVar[str] = "platform.records_deleted"
    label: ClassVar[T] = T("删除", "Deleted")
    ids: list[str]


@dataclass(frozen=True, slots=True)
class RecordsRestored(Event):
    """Records came back from the recycle bin."""

    kind: ClassVar[str] = "platform.records_restored"
    label: ClassVar[T] = T("恢复", "Restored")
    ids: list[str]


@dataclass(frozen=True, slots=True)
class RecordsMerged(Event):
    """``loser_id`` became part of the record the event is about."""

    kind: ClassVar[str] = "platform.records_merged"
    label: ClassVar[T] = T("合并", "Merged")
    loser_id: str
    merge_id: str


@dataclass(frozen=True, slots=True)
class RecordsParted(Event):
    """A merge was taken back: ``loser_id`` is a record of its own again."""

    kind: ClassVar[str] = "platform.records_parted"
    label: ClassVar[T] = T("取消合并", "Merge taken back")
    loser_id: str
    merge_id: str


@dataclass(frozen=True, slots=True)
class PeopleMentioned(Event):
    """A text newly names people; ``people`` are their ids. Between us and them: no receiver outside is told."""

    kind: ClassVar[str] = "platform.people_mentioned"
    label: ClassVar[T] = T("提到", "Mentioned")
    public: ClassVar[bool] = False
    field: str
    people: list[str]


EVENT_TYPES = (RecordsCreated, RecordsChanged, RecordsDeleted, RecordsRestored, RecordsMerged, RecordsParted)
