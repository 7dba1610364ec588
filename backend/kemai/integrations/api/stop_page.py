"""The page behind "no more letters": looking at it changes nothing, one click does (RFC 8058 lets a mail program click)."""

from __future__ import annotations

from html import escape

from django.http import HttpRequest, HttpResponse

from kemai.base import rates
from kemai.base.audit import request_info
from kemai.integrations.services import mailboxes
from kemai.kit.errors import MethodNotAllowed, NotFound
from kemai.kit.words import T, language

ASK = T("不再用邮件接收客脉的消息？", "No more messages from Kemai by e-mail?")
MORE = T(
    "页面上的提醒不受影响；以后可以在个人页恢复。",
    "Messages in the page stay; you can have letters again from your page.",
)
YES = T("不再接收", "No more letters")
DONE = T("已停止发送邮件。", "No more letters will be sent.")
OVER = T("这个链接已失效。", "This link is no longer valid.")


def stop_page(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, POST does."""
    try:
        if request.method == "POST":
            rates.take(f"mail-stop:{request_info.get().address}", limit=60, seconds=60)
            mailboxes.stop_by_link(token)
            return _page(f"<h1>{escape(DONE.to())}</h1><p>{escape(MORE.to())}</p>")
        if request.method in ("GET", "HEAD"):
            mailboxes.mailbox_of_link(token)
            form = f'<form method="post"><button type="submit">{escape(YES.to())}</button></form>'
            return _page(f"<h1>{escape(ASK.to())}</h1><p>{escape(MORE.to())}</p>{form}")
    except NotFound:
        return _page(f"<h1>{escape(OVER.to())}</h1>", 404)
    raise MethodNotAllowed("GET", "HEAD", "POST")


def _page(body: str, status: int = 200) -> HttpResponse:
    lang = language.get()
    return HttpResponse(
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Kemai</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f'<link rel="stylesheet" href="/f/style.css"></head><body><main>{body}</main></body></html>',
        status=status,
        headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"},
    )
