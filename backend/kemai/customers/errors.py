"""Refusals of the customer domain."""

from __future__ import annotations

from kemai.kit.errors import Conflict, RateLimited
from kemai.kit.words import T


class AlreadyClaimed(Conflict):
    code = "customers.already_claimed"
    text = T("手慢了：该客户刚被他人领取。", "Too late: somebody else has just claimed this customer.")


class AlreadyYours(Conflict):
    code = "customers.already_yours"
    text = T("该客户已在您名下。", "You own this customer already.")


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


class SamePool(Conflict):
    code = "customers.same_pool"
    text = T("该客户已在此公海中。", "This customer lies in that pool already.")


class PoolViewsReached(RateLimited):
    code = "customers.pool_views_reached"
    text = T(
        "今天可查看的公海客户已用完（每天 {limit} 个）。已看过的仍可打开；领取后不受限制。",
        "Today's {limit} customers of the pool are used up. Those seen today stay open; claimed ones are not limited.",
    )


class NotProtectable(Conflict):
    code = "customers.not_protectable"
    text = T("公海中的客户无需保护，领取后再设置。", "A customer in a pool needs no protection; claim it first.")


class NotProtected(Conflict):
    code = "customers.not_protected"
    text = T("该客户没有被保护。", "This customer is not protected.")


class RunDecided(Conflict):
    code = "customers.run_decided"
    text = T("这次回收已经处理过了。", "This run has been decided on already.")


class RunGoingOn(Conflict):
    code = "customers.run_going_on"
    text = T("另一次回收正在进行，请稍候。", "Another run is going on; please wait.")


class NobodyToGive(Conflict):
    code = "customers.nobody_to_give"
    text = T(
        "此公海没有可以接收客户的成员（须在职、有领取权限、未达保有上限）。",
        "This pool has no member who could take customers (active, allowed to claim, below his limit).",
    )
