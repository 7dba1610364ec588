"""Refusals of integrations."""

from __future__ import annotations

from kemai.kit.errors import Conflict, Forbidden
from kemai.kit.words import T

#: Why an address is not called, by the code of :class:`kemai.integrations.rules.addresses.BadAddress`.
ADDRESS_WORDS = {
    "malformed": T("网址格式不正确。", "This is no address."),
    "scheme": T("网址应以 https:// 或 http:// 开头。", "An address starts with https:// or http://."),
    "userinfo": T("网址中不能带用户名或密码。", "An address carries no user name or password."),
    "port": T("不允许外呼此端口。", "This port may not be called."),
    "inside": T(
        "该地址属于内网，不允许外呼；确需调用时请在参数中列出主机。",
        "This address belongs to the inside and is not called; list the host in the parameters if it should be.",
    ),
    "unresolved": T("找不到这个主机名。", "No such host was found."),
}


class NotOwner(Forbidden):
    """An endpoint speaks with its owner's rights: nobody else says where to."""

    code = "not_owner"
    text = T(
        "此 Webhook 以其负责人的权限发送，只有负责人能修改；可先接管。",
        "This webhook speaks with its owner's rights and is changed by him only; take it over first.",
    )


class NothingToReplay(Conflict):
    code = "nothing_to_replay"
    text = T("没有可以重发的投递。", "There is nothing to send again.")
