"""Refusals of the customer domain."""

from __future__ import annotations

from kemai.kit.errors import Conflict, RateLimited
from kemai.kit.words import T


class AlreadyClaimed(Conflict):
    code = "customers.already_claimed"
    text = T("手慢了：该{what}刚被他人领取。", "Too late: somebody else has just claimed this {what}.")


class AlreadyYours(Conflict):
    code = "customers.already_yours"
    text = T("该{what}已在您名下。", "You own this {what} already.")


class NotInPool(Conflict):
    code = "customers.not_in_pool"
    text = T("该{what}不在公海中，不能领取。", "This {what} is not in a pool and cannot be claimed.")


class AlreadyInPool(Conflict):
    code = "customers.already_in_pool"
    text = T("该{what}已在公海中。", "This {what} lies in a pool already.")


class PoolLimitReached(Conflict):
    code = "customers.pool_limit_reached"
    text = T(
        "您持有的{what}已达上限 {limit} 个，请先退回一部分或请主管调整上限。",
        "You hold as many as one may ({what}, {limit}); release some or ask your manager to raise the limit.",
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
        "您退回该{what}未满 {limit} 天，暂不能再次领取。",
        "You released this {what} less than {limit} days ago and cannot claim it again yet.",
    )


class NoPool(Conflict):
    code = "customers.no_pool"
    text = T(
        "还没有公海，请管理员先建立一个默认公海。", "There is no pool yet; ask the administrator to make a default one."
    )


class NobodyToAssign(Conflict):
    code = "customers.assignee_inactive"
    text = T("“{name}”已停用，不能分配{what}。", '"{name}" is disabled and cannot be given a {what}.')


class SamePool(Conflict):
    code = "customers.same_pool"
    text = T("该{what}已在此公海中。", "This {what} lies in that pool already.")


class PoolViewsReached(RateLimited):
    code = "customers.pool_views_reached"
    text = T(
        "今天可查看的公海客户和线索已用完（每天 {limit} 个）。已看过的仍可打开；领取后不受限制。",
        "Today's {limit} records of the pools are used up. Those seen today stay open; claimed ones are not limited.",
    )


class NotProtectable(Conflict):
    code = "customers.not_protectable"
    text = T("公海中的{what}无需保护，领取后再设置。", "A {what} in a pool needs no protection; claim it first.")


class NotProtected(Conflict):
    code = "customers.not_protected"
    text = T("该{what}没有被保护。", "This {what} is not protected.")


class RunDecided(Conflict):
    code = "customers.run_decided"
    text = T("这次回收已经处理过了。", "This run has been decided on already.")


class RunGoingOn(Conflict):
    code = "customers.run_going_on"
    text = T("另一次回收正在进行，请稍候。", "Another run is going on; please wait.")


class NobodyToGive(Conflict):
    code = "customers.nobody_to_give"
    text = T(
        "此公海没有可以接收的成员（须在职、有领取权限、未达保有上限）。",
        "This pool has no member who could take any (active, allowed to claim, below his limit).",
    )
