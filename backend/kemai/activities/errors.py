"""Refusals of the activity domain."""

from __future__ import annotations

from kemai.kit.errors import Conflict
from kemai.kit.words import T


class AlreadyDone(Conflict):
    code = "activities.already_done"
    text = T("任务已经完成。", "The task is done already.")


class NotDone(Conflict):
    code = "activities.not_done"
    text = T("任务还没有完成。", "The task is not done yet.")
