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


#: What was in the way of a letter, by the code of :class:`kemai.integrations.smtp.Trouble` or of the letter's own reason.
MAIL_WORDS = {
    "unresolved": T("找不到这个邮件服务器，请检查主机名。", "No such mail server was found; check the host."),
    "address_closed": T("该地址不允许连接。", "This address may not be connected to."),
    "refused": T(
        "连不上邮件服务器：端口不对，或被防火墙挡住。",
        "The mail server cannot be reached: another port, or a firewall in between.",
    ),
    "timeout": T(
        "邮件服务器没有及时应答；若端口是 465，加密方式应选 SSL/TLS。",
        "The mail server did not answer in time; on port 465 the encryption is TLS.",
    ),
    "broken_off": T("连接中途断开，稍后会再试。", "The connection broke off; it is tried again."),
    "not_smtp": T("对方不是邮件服务器，或加密方式选错了。", "This is no mail server, or the encryption is another."),
    "busy": T("邮件服务器现在不接待，稍后会再试。", "The mail server does not serve at present; it is tried again."),
    "certificate": T(
        "服务器的证书无效或与主机名不符，没有发送。",
        "The server's certificate is not valid for this host; nothing was sent.",
    ),
    "tls": T(
        "加密连接没有建立起来，请检查加密方式和端口。", "No encrypted connection came about; check encryption and port."
    ),
    "no_starttls": T(
        "服务器不支持 STARTTLS，没有发送；请改用 SSL/TLS。",
        "The server does not offer STARTTLS; nothing was sent. Try TLS.",
    ),
    "sign_in": T(
        "用户名或密码不对（有些邮箱要用“授权码”代替密码）。",
        "User name or password is wrong (some providers want an app password).",
    ),
    "no_sign_in": T("服务器不需要登录，请清空用户名。", "The server takes no sign-in; leave the user name empty."),
    "password_unreadable": T(
        "保存的密码已无法解密，请重新输入。", "The password kept cannot be read any more; give it again."
    ),
    "sender_refused": T("服务器不接受这个发件地址。", "The server does not take this sender."),
    "recipient_refused": T("收件地址被拒绝，不再重试。", "The recipient's address was refused; it is not tried again."),
    "content_refused": T("邮件被拒收，不再重试。", "The letter was refused; it is not tried again."),
    "later": T("服务器请稍后再试。", "The server asks to be tried again later."),
    "read": T("发送前已在页面上读过。", "Had been read in the page before."),
    "out_of_sight": T("收件人已无权查看这些记录。", "The reader may not see these records any more."),
    "no_address": T(
        "收件人没有确认过的邮箱，或已停收。", "The reader has no confirmed address, or has stopped letters."
    ),
    "gone": T("收件人已停用。", "The reader's account is disabled."),
    "internal": T("邮件无法生成，请联系管理员。", "The letter could not be written."),
}


class NoMailServer(Conflict):
    code = "no_mail_server"
    text = T("管理员还没有开通邮件发送。", "Your administrator has not set up e-mail yet.")


class LinkOver(Conflict):
    code = "mail_link_over"
    text = T(
        "这个确认链接已失效，请在个人页重新发送。",
        "This link is no longer valid; have another one sent from your page.",
    )


class NothingToSend(Conflict):
    code = "nothing_to_send"
    text = T("没有可以重发的邮件。", "There is no letter to send again.")
