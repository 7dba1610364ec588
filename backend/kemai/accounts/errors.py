"""Refusals of sign-in and administration."""

from __future__ import annotations

from kemai.kit.errors import Conflict, Forbidden, Gone, KemaiError, NotFound, RateLimited
from kemai.kit.words import T


class WrongPassword(KemaiError):
    status, code = 401, "wrong_password"
    text = T("用户名或密码不正确。", "The user name or the password is not right.")


class NoParkedJob(Conflict):
    code = "no_parked_job"
    text = T(
        "没有可以处理的失败任务，可能已被处理。", "There is no such job any more; somebody may have dealt with it."
    )


class WrongCode(KemaiError):
    status, code = 401, "wrong_code"
    text = T(
        "验证码不正确或已经用过，请等下一个验证码再试。",
        "The code is not right, or was used before; wait for the next one.",
    )


class PasskeyRefused(KemaiError):
    status, code = 401, "passkey_refused"
    text = T(
        "这个通行密钥不能使用：可能已被移除，或属于别的账号。请换一种方式登录。",
        "This passkey does not work: it may have been removed, or belong to another account. Sign in another way.",
    )


class FactorOver(KemaiError):
    """There is no sign-in that waits for a code: it took too long, or was finished elsewhere."""

    status, code = 401, "factor_over"
    text = T("等待验证码的时间过长，请重新输入密码。", "That took too long; enter your password again.")


class FactorNeeded(Forbidden):
    code = "factor_needed"
    text = T(
        "公司要求两步验证，请先在“个人设置”里设置好。",
        "Your company asks for a second factor; set it up under your account first.",
    )


class LinkOver(Gone):
    code = "password_link_over"
    text = T(
        "链接已失效：只能用一次，24 小时内有效。请向管理员再要一个。",
        "This link is over: it works once, within 24 hours. Ask your administrator for another.",
    )


class OfferOver(Conflict):
    code = "factor_offer_over"
    text = T("等待的时间过长，请重新开始。", "That took too long; begin anew.")


class SignInLocked(RateLimited):
    code = "sign_in_locked"
    text = T(
        "尝试次数过多，请 {seconds} 秒后再试，或请管理员解锁。",
        "Too many tries; wait {seconds} seconds or ask your administrator to unlock.",
    )


class SetupClosed(Gone):
    code = "setup_closed"
    text = T("系统已完成初始化。", "The system has been set up already.")


class LastAdministrator(Conflict):
    code = "last_administrator"
    text = T("不能停用或降级最后一位管理员。", "The last administrator cannot be disabled or demoted.")


class OwnRoles(Forbidden):
    code = "own_roles"
    text = T(
        "不能修改自己的角色或权限，请其他管理员操作。",
        "Nobody changes his own roles or rights; ask another administrator.",
    )


class DutiesExclude(Conflict):
    code = "duties_exclude"
    text = T(
        "系统管理员、安全管理员、审计管理员三个角色互斥，一个人只能有其中一个。",
        "The roles of system, security and audit administrator exclude one another: a person has one at most.",
    )


class DutyVacant(Conflict):
    code = "duty_vacant"
    text = T("三员分立时，{duty}至少要有一位在用人员。", "While duties are separate, somebody active must be {duty}.")


class DutiesJoined(Conflict):
    code = "duties_joined"
    text = T("三员分立没有开启。", "Duties are not separate.")


class SecondPersonNeeded(Conflict):
    code = "second_person_needed"
    text = T(
        "关闭三员分立需要两个人：请另一位承担不同职责的管理员在 24 小时内确认。",
        "Joining the duties again takes two: an administrator of another duty must confirm within 24 hours.",
    )


class OthersDuty(Forbidden):
    code = "others_duty"
    text = T(
        "三员分立时，这项设置属于{duty}。",
        "While duties are separate, this setting is for {duty}.",
    )


class MoreThanOwn(Forbidden):
    code = "more_than_own"
    text = T("不能授予超出自己范围的权限：{permission}。", "You cannot grant more than you hold: {permission}.")


class NobodyOfThatName(NotFound):
    code = "no_such_user"
    text = T("没有登录名为“{username}”的在用人员。", 'There is no active person with the user name "{username}".')


class LooksOnly(Forbidden):
    """Somebody looks at the system as another person: nothing is changed, taken out or read that is private."""

    code = "view_as_read_only"
    text = T(
        "您正以{name}的视角查看：只能看，不能修改、导出或查看其私人内容。",
        "You are looking as {name}: nothing can be changed, exported or read that is private.",
    )


class MayMore(Forbidden):
    code = "view_as_beyond"
    text = T(
        "不能以此人的视角查看：其权限超出了您自己的权限。",
        "You cannot look as this person, who may see more than you.",
    )
