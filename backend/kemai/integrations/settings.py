"""What the administrator may set about calls to the outside."""

from __future__ import annotations

import re

from kemai.base.parameters import Parameter, declare
from kemai.kit.words import T

GROUP = T("集成", "Integrations")

PORTS = declare(
    Parameter(
        "integrations.ports",
        "text",
        "80, 443",
        T("允许外呼的端口", "Ports that may be called"),
        GROUP,
        T("逗号分隔。", "Separated by commas."),
    )
)
ALLOWED_HOSTS = declare(
    Parameter(
        "integrations.allowed_hosts",
        "text",
        "",
        T("允许外呼的内网主机", "Hosts of the inside that may be called"),
        GROUP,
        T(
            "主机名或 主机名:端口，逗号分隔；未列出的内网地址一律拒绝。",
            "Host or host:port, separated by commas; other addresses of the inside are refused.",
        ),
    )
)
KEEP_DAYS = declare(
    Parameter(
        "integrations.webhook_days",
        "int",
        14,
        T("Webhook 和邮件的发送记录保留（天）", "Logs of webhooks and letters are kept (days)"),
        GROUP,
        T("接收方停机超过这个天数，其间的事件不再补发。", "What a receiver missed for longer is not sent any more."),
        minimum=2,
        maximum=90,
    )
)
ROTATION_HOURS = declare(
    Parameter(
        "integrations.webhook_rotation_hours",
        "int",
        24,
        T("更换密钥后旧密钥仍有效（小时）", "After a change of secret the old one still signs (hours)"),
        GROUP,
        minimum=0,
        maximum=168,
    )
)
MAIL_PORTS = declare(
    Parameter(
        "integrations.mail_ports",
        "text",
        "25, 465, 587, 2525",
        T("允许使用的邮件端口", "Ports of mail servers"),
        GROUP,
        T("逗号分隔。", "Separated by commas."),
    )
)
MAIL_CONTENT = declare(
    Parameter(
        "integrations.mail_content",
        "bool",
        True,
        T("邮件中写出消息内容", "Letters say what happened"),
        GROUP,
        T(
            "关闭后邮件只写消息种类和链接，不带客户名称等内容。",
            "Off: only the kind of message and a link, no names of customers.",
        ),
    )
)


def mail_ports() -> frozenset[int]:
    return frozenset(int(p) for p in re.split(r"[,，;；\s]+", MAIL_PORTS.value()) if p.isdecimal() and len(p) < 6)


def ports() -> frozenset[int]:
    return frozenset(int(p) for p in re.split(r"[,，;；\s]+", PORTS.value()) if p.isdecimal())


def allowed_hosts() -> frozenset[str]:
    return frozenset(h.lower().rstrip(".") for h in re.split(r"[,，;；\s]+", ALLOWED_HOSTS.value()) if h)
