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


class Settled(Conflict):
    code = "activities.settled"
    text = T("已经了结，不能再改状态。", "It is settled already.")


class NotYours(Conflict):
    code = "activities.not_yours"
    text = T(
        "这是别人的客户或线索，不在您今天的名单里。", "This is somebody else's customer or lead, not on your list."
    )


class AlreadyEnrolled(Conflict):
    code = "activities.already_enrolled"
    text = T("该客户已在这个序列中。", "The customer is in this sequence already.")


class AlreadySubmitted(Conflict):
    code = "activities.already_submitted"
    text = T("已经提交过了。", "It was handed in already.")


class NotSubmitted(Conflict):
    code = "activities.not_submitted"
    text = T("还没有提交。", "It was not handed in yet.")


class ReadAlready(Conflict):
    code = "activities.read_already"
    text = T("主管已经读过，不能撤回。", "It was read already and stays.")


class NotYourReport(Conflict):
    code = "activities.not_your_report"
    text = T("这是别人的报告。", "This is somebody else's report.")
