"""What the platform does after its own events: the review queue follows the records; people are told (``telling``)."""

from __future__ import annotations

from kemai.base.events import Delivered, subscribe
from kemai.platform import telling
from kemai.platform.doubles import queue
from kemai.platform.events import RecordsChanged, RecordsCreated, RecordsMerged, RecordsParted, RecordsRestored

__all__ = ["look_for_doubles", "settle_merged", "settle_parted", "telling"]


@subscribe(RecordsCreated, RecordsChanged, RecordsRestored)
def look_for_doubles(event: Delivered) -> None:
    queue.follow_change(event)


@subscribe(RecordsMerged)
def settle_merged(event: Delivered) -> None:
    queue.settle(event)


@subscribe(RecordsParted)
def settle_parted(event: Delivered) -> None:
    queue.settle(event)
