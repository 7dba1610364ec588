"""The public page of a web form: plain HTML from the server, no script, no cookie, nothing from elsewhere (MKT-5).

Strict content policy like everywhere; only the origins a form names may show it in a frame.
"""

from __future__ import annotations

from html import escape
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, QueryDict

from kemai.base.audit import request_info
from kemai.kit.errors import Malformed, MethodNotAllowed, NotFound, RateLimited, TooLarge
from kemai.kit.words import EN, LANGUAGES, T, language
from kemai.platform.objects.declare import Field
from kemai.sales.models import WebForm
from kemai.sales.rules.forms import HONEYPOT
from kemai.sales.services import web_forms
from kemai.sales.services.web_forms import UTM, Outcome, localised

MAX_BYTES = 64 * 1024
SEND = T("提交", "Send")
THANKS = T("已收到，我们会尽快与您联系。", "Thank you. We will be in touch soon.")
GONE = T("这个表单不存在或已经停用。", "This form does not exist or is switched off.")
BUSY = T("提交过于频繁，请稍后再试。", "Too many submissions; please try again later.")
TOO_MUCH = T("内容太长，请缩短后再提交。", "This is too long; please shorten it.")
CHOOSE = T("请选择", "Please choose")
HIDDEN = T("请不要填写此栏", "Leave this empty")
AGREE = T("我同意", "I agree")
LEAD = T("请填写以下内容。", "Please fill in the following.")

CSS = """
:root { color-scheme: light dark; --ink: #1f2329; --soft: #646a73; --line: #d0d3d9; --page: #f5f6f7; --card: #fff; --go: #1456f0; --bad: #c9302c; }
@media (prefers-color-scheme: dark) { :root {
  --ink: #ebebeb;
  --soft: #a6a6a6; --line: #4a4a4a; --page: #141414;
  --card: #1f1f1f; --go: #6c97ff; --bad: #ff7875; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.6 system-ui, "PingFang SC", "Microsoft YaHei", sans-serif; }
main { max-width: 560px; margin: 32px auto; padding: 28px 24px; background: var(--card); border-radius: 12px; }
.framed main { margin: 0 auto; border-radius: 0; max-width: none; }
h1 { margin: 0 0 8px; font-size: 22px; line-height: 1.35; }
p { margin: 0 0 16px; color: var(--soft); white-space: pre-line; overflow-wrap: anywhere; }
label, .label { display: block; margin: 16px 0 4px; font-weight: 500; }
.must::after { content: " *"; color: var(--bad); }
input, textarea, select {
  width: 100%;
  min-height: 44px;
  padding: 8px 12px;
  font: inherit;
  color: inherit;
  background: transparent;
  border: 1px solid var(--line);
  border-radius: 8px;
}
select option { color: #1f2329; }
textarea { min-height: 112px; resize: vertical; }
input:focus-visible, textarea:focus-visible, select:focus-visible, button:focus-visible { outline: 2px solid var(--go); outline-offset: 1px; }
[aria-invalid=true] { border-color: var(--bad); }
.bad { margin: 4px 0 0; color: var(--bad); font-size: 14px; }
.consent { display: flex; gap: 10px; align-items: flex-start; margin: 20px 0 0; font-weight: 400; }
.consent input { width: 20px; min-height: 20px; height: 20px; margin-top: 3px; flex: none; }
.consent span { white-space: pre-line; font-size: 14px; color: var(--soft); }
button {
  width: 100%;
  min-height: 48px;
  margin-top: 24px;
  border: 0;
  border-radius: 8px;
  background: var(--go);
  color: #fff;
  font: inherit;
  font-weight: 600;
  cursor: pointer;
}
@media (prefers-color-scheme: dark) { button { color: #10131a; } }
.trap { position: absolute; left: -9999px; width: 1px; height: 1px; overflow: hidden; }
@media (max-width: 600px) { main { margin: 0; min-height: 100vh; border-radius: 0; padding: 20px 16px; } }
"""


def style_sheet(request: HttpRequest) -> HttpResponse:
    """The page's style; the policy lets none stand in the page itself."""
    return HttpResponse(CSS, content_type="text/css; charset=utf-8", headers={"Cache-Control": "public, max-age=3600"})


def form_page(request: HttpRequest, slug: str) -> HttpResponse:
    """GET the form, POST what was filled in."""
    if request.GET.get("lang") in LANGUAGES:
        language.set(str(request.GET["lang"]))
    try:
        form = web_forms.public_form(slug)
    except NotFound:
        return _page(None, f"<h1>{escape(GONE.to())}</h1>", 404)
    try:
        if request.method == "POST":
            return _post(request, form)
        if request.method in ("GET", "HEAD"):
            given = {name: request.GET.get(name, "")[:500] for name in (*UTM, "landing", *_names(form))}
            given["landing"] = given["landing"] or _referrer(request)
            return _page(form, _form(form, given, Outcome(False)))
    except RateLimited as error:
        return _page(form, _message(form, BUSY.to()), 429, error.headers())
    except TooLarge:
        return _page(form, _message(form, TOO_MUCH.to()), 413)
    raise MethodNotAllowed("GET", "HEAD", "POST")


def _post(request: HttpRequest, form: WebForm) -> HttpResponse:
    if request.content_type != "application/x-www-form-urlencoded":
        raise Malformed(what="content type")
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    if not length.isdecimal() or int(length) > MAX_BYTES or len(request.body) > MAX_BYTES:
        raise TooLarge(limit="64 kB")
    sent = QueryDict(request.body, encoding="utf-8")
    data = {name: str(sent.get(name, "")) for name in ("ticket", "consent", HONEYPOT, *UTM, "landing", *_names(form))}
    if any("\x00" in value for value in data.values()):
        raise Malformed(what="value")
    outcome = web_forms.submit_form(form, data, address=request_info.get().address)
    if outcome.done:
        return _page(form, _message(form, localised(form, "thanks") or THANKS.to()))
    return _page(form, _form(form, data, outcome), 422)


def _names(form: WebForm) -> list[str]:
    return [f["name"] for f in form.fields]


def _referrer(request: HttpRequest) -> str:
    """The page the visitor came from: site and path, without what stands behind the question mark."""
    try:
        parts = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}{parts.path}"[:500] if parts.scheme in ("http", "https") else ""


# ---------------------------------------------------------------- HTML


def _page(form: WebForm | None, body: str, status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
    lang = "en" if language.get() == EN else "zh-CN"
    title = escape(_title(form)) if form else escape(GONE.to())
    html = (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f'<title>{title}</title><link rel="stylesheet" href="/f/style.css"></head><body><main>{body}</main></body></html>'
    )
    origins = " ".join(form.origins) if form and form.origins else "'none'"
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        f"frame-ancestors {origins}"
    )
    more = {"Content-Security-Policy": policy, "Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
    return HttpResponse(
        html, status=status, content_type="text/html; charset=utf-8", headers={**more, **(headers or {})}
    )


def _title(form: WebForm) -> str:
    return localised(form, "title") or form.name


def _message(form: WebForm, words: str) -> str:
    return f'<h1>{escape(_title(form))}</h1><p role="status">{escape(words)}</p>'


def _form(form: WebForm, data: dict[str, str], outcome: Outcome) -> str:
    known = {f.name: f for f in web_forms.askable()}
    intro = localised(form, "intro") or LEAD.to()
    parts = [f"<h1>{escape(_title(form))}</h1><p>{escape(intro)}</p>"]
    if outcome.general:
        parts.append(f'<p class="bad" role="alert">{escape(outcome.general)}</p>')
    action = f"/f/{escape(form.slug)}?lang={language.get()}"
    parts.append(f'<form method="post" action="{action}" accept-charset="utf-8" novalidate>')
    for asked in form.fields:
        found = known.get(asked["name"])
        if found:
            parts.append(_input(found, asked, data.get(asked["name"], ""), outcome.errors.get(asked["name"], "")))
    parts.append(_consent(form, data, outcome.errors.get("consent", "")))
    parts.append(
        f'<div class="trap" aria-hidden="true"><label for="{HONEYPOT}">{escape(HIDDEN.to())}</label>'
        f'<input id="{HONEYPOT}" name="{HONEYPOT}" tabindex="-1" autocomplete="off"></div>'
    )
    for name, value in {
        **{n: data.get(n, "") for n in (*UTM, "landing")},
        "ticket": web_forms.new_ticket(form),
    }.items():
        parts.append(f'<input type="hidden" name="{name}" value="{escape(value)}">')
    parts.append(f'<button type="submit">{escape(SEND.to())}</button></form>')
    return "".join(parts)


_KINDS = {"phone": ("tel", "tel"), "email": ("email", "email"), "url": ("url", "url"), "date": ("date", "off")}
_COMPLETE = {"name": "organization", "person": "name", "title": "organization-title", "address": "street-address"}


def _input(found: Field, asked: dict[str, str], value: str, error: str) -> str:
    name, label = found.name, _label(found, asked)
    must = bool(asked.get("required"))
    more = f' aria-invalid="true" aria-describedby="e-{name}"' if error else ""
    more += " required" if must else ""
    kind, complete = _KINDS.get(found.type.name, ("text", _COMPLETE.get(name, "off")))
    if found.type.name == "long_text":
        control = f'<textarea id="{name}" name="{name}" maxlength="5000"{more}>{escape(value)}</textarea>'
    elif found.type.name == "choice":
        options = "".join(
            f'<option value="{escape(i.value)}"{" selected" if i.value == value else ""}>{escape(i.label.to())}</option>'
            for i in found.choice_items()
            if i.active
        )
        control = (
            f'<select id="{name}" name="{name}"{more}><option value="">{escape(CHOOSE.to())}</option>{options}</select>'
        )
    else:
        longest = found.max_length or 200
        control = (
            f'<input id="{name}" name="{name}" type="{kind}" maxlength="{longest}" autocomplete="{complete}" '
            f'value="{escape(value)}"{more}>'
        )
    told = f'<div class="bad" id="e-{name}" role="alert">{escape(error)}</div>' if error else ""
    return f'<label for="{name}"{" class=must" if must else ""}>{escape(label)}</label>{control}{told}'


def _label(found: Field, asked: dict[str, str]) -> str:
    zh, en = asked.get("label_zh", ""), asked.get("label_en", "")
    return ((en or zh) if language.get() == EN else (zh or en)) or found.label.to()


def _consent(form: WebForm, data: dict[str, str], error: str) -> str:
    words = localised(form, "consent")
    if not words:
        return ""
    checked = " checked" if data.get("consent") == "1" else ""
    told = f'<div class="bad" role="alert">{escape(error)}</div>' if error else ""
    return (
        f'<label class="consent"><input type="checkbox" name="consent" value="1" required{checked}>'
        f"<span>{escape(AGREE.to())}：{escape(words)}</span></label>{told}"
    )
