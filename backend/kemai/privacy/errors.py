"""What the law's requests are refused for."""

from __future__ import annotations

from kemai.kit.errors import Conflict, Forbidden
from kemai.kit.words import T


class RequestClosed(Conflict):
    code = "privacy.request_closed"
    text = T("该请求已经处理。", "This request has been settled already.")


class OwnErasure(Forbidden):
    code = "privacy.own_request"
    text = T(
        "登记删除请求的人不能自己批准，请另一位有权限的同事处理。", "Who entered an erasure cannot approve it himself."
    )


class OpenDeals(Conflict):
    code = "privacy.open_deals"
    text = T(
        "还有 {count} 个进行中的商机：请先赢单、丢单或结束，再批准删除。",
        "There are {count} open opportunities: win or lose them first, then approve.",
    )


class AlreadyErased(Conflict):
    code = "privacy.erased"
    text = T("该记录的个人信息已应请求删除，不能恢复。", "The person of this record was erased; it cannot come back.")
