"""Refusals of the customer domain."""

from __future__ import annotations

from kemai.kit.errors import Conflict
from kemai.kit.words import T


class AlreadyClaimed(Conflict):
    code = "customers.already_claimed"
    text = T("手慢了：该客户刚被他人领取。", "Too late: somebody else has just claimed this customer.")


class NotInPool(Conflict):
    code = "customers.not_in_pool"
    text = T("该客户不在公海中，不能领取。", "This customer is not in a pool and cannot be claimed.")


class AlreadyInPool(Conflict):
    code = "customers.already_in_pool"
    text = T("该客户已在公海中。", "This customer lies in a pool already.")


class PoolLimitReached(Conflict):
    code = "customers.pool_limit_reached"
    text = T(
        "您持有的客户已达上限 {limit} 个，请先退回部分客户或请主管调整上限。",
        "You hold the limit of {limit} customers; release some or ask your manager to raise it.",
    )


class DailyClaimsReached(Conflict):
    code = "customers.daily_claims_reached"
    text = T(
        "今日领取已达上限 {limit} 个，请明天再来或请主管分配。",
        "You have claimed today's limit of {limit}; come back tomorrow or ask your manager to assign.",
    )


class CoolingOff(Conflict):
    code = "customers.cooling_off"
    text = T(
        "您退回该客户未满 {limit} 天，暂不能再次领取。",
        "You released this customer less than {limit} days ago and cannot claim it again yet.",
    )


class NoPool(Conflict):
    code = "customers.no_pool"
    text = T(
        "还没有公海，请管理员先建立一个默认公海。", "There is no pool yet; ask the administrator to make a default one."
    )


class NobodyToAssign(Conflict):
    code = "customers.assignee_inactive"
    text = T("“{name}”已停用，不能分配客户。", '"{name}" is disabled and cannot be given customers.')
