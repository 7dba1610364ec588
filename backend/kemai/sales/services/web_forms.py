"""Web forms: what they ask for, and what happens to what is sent (SAL-1, MKT-5).

Nobody is signed in: a submission is believed only as far as it goes. It can make a lead and nothing else, reads nothing, and the
person who sends it learns nothing of what is there.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing

from kemai.accounts.access import Actor, SystemActor
from kemai.base import rates
from kemai.base.audit import act
from kemai.kit.clock import now
from kemai.kit.errors import FieldError, Invalid, NotFound, RateLimited
from kemai.kit.text.normalise import clean_text, phone_key
from kemai.kit.words import EN, T, language
from kemai.platform.objects import write
from kemai.platform.objects.declare import Draft, Field, get_object
from kemai.platform.objects.write import lock_row
from kemai.sales.models import FormSubmission, Lead, WebForm
from kemai.sales.rules.forms import HONEYPOT, RATE, Sent, decide_submission
from kemai.sales.rules.leads import OPEN
from kemai.sales.services.assignment import assign_arrival
from kemai.sales.services.lead_holding import default_pool
from kemai.sales.services.scoring import rescore

VISITOR = SystemActor("web form")
SALT = "kemai.webform"
#: What a form may ask for: fields of a lead people fill in about themselves.
ASKABLE = (
    "name",
    "person",
    "title",
    "phone",
    "email",
    "wechat",
    "website",
    "region",
    "address",
    "industry",
    "need",
    "budget",
    "wanted_on",
)
UTM = ("utm_source", "utm_medium", "utm_campaign")
DAY = 86_400


# ---------------------------------------------------------------- setting up


def prepare_forms(actor: Actor, drafts: list[Draft]) -> None:
    """A new form has an address nobody guesses and asks for the usual things."""
    for draft in drafts:
        if draft.old is None:
            draft.values["slug"] = secrets.token_urlsafe(12)
            draft.values["fields"] = [
                {"name": "name", "required": True, "label_zh": "公司名称", "label_en": "Company"},
                {"name": "person", "required": True, "label_zh": "您的姓名", "label_en": "Your name"},
                {"name": "phone", "required": True, "label_zh": "联系电话", "label_en": "Phone"},
                {"name": "need", "required": False, "label_zh": "您的需求", "label_en": "What do you need?"},
            ]
        if draft.get("owner_id") and draft.get("pool_id"):
            draft.wrong("pool", "either", T("负责人和公海只选一个。", "An owner or a pool, not both."))
        for origin in draft.values.get("origins") or []:
            if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?", origin):
                draft.wrong(
                    "origins",
                    "not_origin",
                    T("请写成 https://www.example.com。", "Write an origin such as https://www.example.com."),
                )


def read_design(actor: Actor, form_id: UUID) -> dict[str, Any]:
    """What a form asks for, and what it may ask for."""
    declaration = get_object("web-forms")
    actor.require(declaration.perm("view"))
    form = WebForm.objects.filter(pk=form_id, deleted_at__isnull=True).first()
    if form is None:
        raise NotFound
    return {
        "fields": form.fields,
        "known": [{"name": f.name, "label": f.label.to(), "type": f.type.name} for f in askable()],
        "path": f"/f/{form.slug}",
        "version": form.version,
    }


def askable() -> list[Field]:
    """Fields a form may ask for, the administrator's own among them where a form can show them."""
    declaration = get_object("leads")
    own = [f for f in declaration.custom_fields if f.type.name in ("text", "long_text", "number", "date", "choice")]
    return [declaration.by_name[n] for n in ASKABLE] + own


def set_design(actor: Actor, form_id: UUID, *, fields: list[dict[str, Any]], version: int | None) -> dict[str, Any]:
    """Replace what a form asks for; the company or name is always asked."""
    declaration = get_object("web-forms")
    known = {f.name for f in askable()}
    wanted: list[dict[str, Any]] = []
    wrong: list[FieldError] = []
    for n, raw in enumerate(fields):
        name = str(raw.get("name"))
        labels = [clean_text(str(raw.get(k) or "")) for k in ("label_zh", "label_en")]
        if name not in known or name in {w["name"] for w in wanted} or any(len(x) > 60 for x in labels):
            wrong.append(
                FieldError(f"fields.{n}", "unknown_field", T("没有这个字段，或重复。", "No such field, or twice."))
            )
            continue
        required = raw.get("required") is True or name == "name"
        wanted.append({"name": name, "required": required, "label_zh": labels[0], "label_en": labels[1]})
    if "name" not in {w["name"] for w in wanted}:
        wrong.append(
            FieldError("fields", "required", T("表单至少要问公司或姓名。", "A form asks at least for the name."))
        )
    if wrong:
        raise Invalid(wrong)
    with act(actor, "edit", object="web-forms", record_id=form_id):
        row = lock_row(actor, declaration, form_id, declaration.perm("edit"))
        if version is not None and row["version"] != version:
            raise write.VersionStale(read_design(actor, form_id))
        WebForm.objects.filter(pk=form_id).update(
            fields=wanted, version=row["version"] + 1, updated_at=now(), updated_by=actor.id
        )
    return read_design(actor, form_id)


# ---------------------------------------------------------------- the public side


def public_form(slug: str) -> WebForm:
    """The form at an address; :class:`NotFound` for one that is off, deleted or was never there, which is one answer."""
    form = WebForm.objects.filter(slug=slug, active=True, deleted_at__isnull=True).first()
    if form is None:
        raise NotFound
    return form


def new_ticket(form: WebForm) -> str:
    """What the page carries and the submission must bring back, once: signed, with the moment it was made."""
    made = {"f": str(form.id), "n": secrets.token_urlsafe(9), "t": now().timestamp()}
    return signing.dumps(made, salt=SALT)


@dataclass(slots=True)
class Outcome:
    """What became of a submission: whether to thank, else what to say beside which field."""

    done: bool
    errors: dict[str, str] = field(default_factory=dict)
    general: str = ""


AGAIN = T(
    "页面已过期或已提交过，请再确认一次后提交。",
    "The page has expired or was sent already; please check and send once more.",
)
CONSENT = T("请先勾选同意。", "Please tick the consent first.")


def submit_form(form: WebForm, data: dict[str, str], *, address: str) -> Outcome:
    """Take a submission: :class:`~kemai.kit.errors.RateLimited` beyond the limits, over all processes."""
    hashed = hmac.new(settings.SECRET_KEY.encode(), address.encode(), hashlib.sha256).hexdigest()
    rates.take(f"form:{hashed[:32]}", limit=RATE.value(), seconds=3600)
    age, fresh = _check_ticket(form, data.get("ticket", ""))
    payload = {f["name"]: clean_text(data.get(f["name"], ""))[:5000] for f in form.fields}
    verdict = decide_submission(
        Sent(trapped=bool(data.get(HONEYPOT)), age=age, fresh=fresh, texts=tuple(payload.values()))
    )
    if verdict == "again":
        return Outcome(False, general=AGAIN.to())
    consent = localised(form, "consent")
    if consent and data.get("consent") != "1" and verdict != "spam":
        return Outcome(False, {"consent": CONSENT.to()})
    origin = {k: clean_text(data.get(k, ""))[:100] for k in UTM} | {
        "landing": clean_text(data.get("landing", ""))[:500]
    }
    with act(VISITOR, "submit", object="web-forms", record_id=form.id):
        lead, outcome = None, "spam"
        if verdict == "lead":
            lead, outcome, errors = _take(form, payload, origin)
            if errors:
                return Outcome(False, errors)
        FormSubmission.objects.create(
            form=form,
            lead_id=lead,
            outcome=outcome,
            reason="" if verdict == "lead" else verdict,
            address_hash=hashed,
            consent=consent if data.get("consent") == "1" else "",
            payload=payload,
            origin=origin,
        )
        if lead:
            rescore([lead])
    if lead and outcome == "lead" and not form.owner_id and not form.pool_id:
        assign_arrival(lead)
    return Outcome(True)


def _check_ticket(form: WebForm, ticket: str) -> tuple[float, bool]:
    """(seconds since the page was made, whether the ticket is good and was not used). A copy of it is good for nothing."""
    try:
        made = signing.loads(ticket[:500], salt=SALT, max_age=timedelta(days=1))
    except signing.BadSignature:
        return 0.0, False
    if made.get("f") != str(form.id):
        return 0.0, False
    try:
        rates.take(f"form-ticket:{made['n']}", limit=1, seconds=DAY)
    except RateLimited:
        return 0.0, False
    return now().timestamp() - float(made["t"]), True


def _take(form: WebForm, payload: dict[str, str], origin: dict[str, str]) -> tuple[UUID | None, str, dict[str, str]]:
    """Make a lead of what was sent, or find the open one it repeats."""
    wrong = _missing(form, payload)
    if wrong:
        return None, "", wrong
    found = _repeated(payload)
    if found:
        return found, "repeat", {}
    values: dict[str, Any] = {k: v for k, v in {**payload, **origin}.items() if v}
    values |= {k: v for k, v in (("source", form.source), ("campaign", form.campaign)) if v}
    if form.owner_id:
        values["owner"] = str(form.owner_id)
    else:
        values["pool"] = str(form.pool_id or default_pool())
    try:
        return write.create_record(VISITOR, get_object("leads"), values), "lead", {}
    except Invalid as error:
        shown = {f["name"] for f in form.fields}
        told = {e.field: e.text() for e in error.errors if e.field in shown}
        if not told:
            raise
        return None, "", told


def _missing(form: WebForm, payload: dict[str, str]) -> dict[str, str]:
    words = T("请填写此项。", "This is required.").to()
    return {f["name"]: words for f in form.fields if f["required"] and not payload.get(f["name"])}


def _repeated(payload: dict[str, str]) -> UUID | None:
    """An open lead with the same telephone number or mail address: sent again, not anew."""
    rows = Lead.objects.filter(status__in=OPEN, deleted_at__isnull=True).order_by("-created_at")
    number, mail = phone_key(payload.get("phone", "")), payload.get("email", "").lower()
    found = None
    if number:
        found = rows.filter(phone=_as_stored(payload["phone"])).values_list("id", flat=True).first()
    if not found and mail:
        found = rows.filter(email__iexact=mail).values_list("id", flat=True).first()
    return found


def _as_stored(phone: str) -> str:
    """A telephone number as the field keeps it."""
    declared = get_object("leads").by_name["phone"]
    try:
        return str(declared.type.parse(declared, phone))
    except ValueError:
        return phone


def localised(form: WebForm, name: str) -> str:
    """A text of the form in the visitor's language, the other where it is not written."""
    zh, en = getattr(form, f"{name}_zh"), getattr(form, f"{name}_en")
    return (en or zh) if language.get() == EN else (zh or en)
