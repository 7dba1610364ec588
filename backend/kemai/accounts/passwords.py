"""Setting a password: by the company's profile, with what must not come back kept as hashes; and the link by which one is chosen."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import CommonPasswordValidator

from kemai.accounts.errors import LinkOver
from kemai.accounts.models import FormerPassword, User
from kemai.accounts.rules.passwords import DEMANDS, Demands, decide_password
from kemai.accounts.tries import SECURITY
from kemai.base.parameters import Parameter, declare
from kemai.kit.clock import now
from kemai.kit.errors import Invalid
from kemai.kit.words import T

PROFILE = declare(
    Parameter(
        "security.password_profile",
        "choice",
        "modern",
        T("密码规则", "Password rules"),
        SECURITY,
        T(
            "等保：同时要求 90 天更换、不与最近 5 次相同、10 分钟无操作退出。",
            "Dengbao also asks for a change every 90 days, none of the last five, and signs out after 10 idle minutes.",
        ),
        choices=(
            ("modern", T("现代：至少 12 位，不强制更换", "Modern: 12 characters, no forced change")),
            ("dengbao", T("等保：至少 8 位，含三类字符", "Dengbao: 8 characters of three kinds")),
        ),
    )
)
RULES = {
    "modern": T(
        "至少 12 个字符，可以是一句话；不要用常见的密码或自己的名字。",
        "At least 12 characters, a sentence will do; not a common one, nor your own name.",
    ),
    "dengbao": T(
        "至少 8 个字符，大写字母、小写字母、数字、符号中至少三类；不要与最近 5 次相同。",
        "At least 8 characters with three of capitals, small letters, digits and symbols; none of your last five.",
    ),
}
FAULTS = {
    "too_few_classes": T(
        "请包含大写字母、小写字母、数字、符号中的至少三类。",
        "Use three of capitals, small letters, digits and symbols.",
    ),
    "too_simple": T("重复的字符太多，请换一个。", "Too few different characters; choose another."),
    "too_common": T("密码太常见，请换一个。", "This password is too common; choose another."),
    "like_name": T("密码与用户名或姓名太相似，请换一个。", "The password is too much like the name; choose another."),
    "used_before": T("最近用过这个密码，请换一个。", "You used this password lately; choose another."),
}
TOO_SHORT = T("密码至少 {length} 位。", "A password has at least {length} characters.")
LINK_LASTS = timedelta(hours=24)


def demands() -> Demands:
    """What the company asks of passwords now."""
    return DEMANDS[PROFILE.value()]


def rules_in_words() -> str:
    """The same for whoever chooses one."""
    return RULES[PROFILE.value()].to()


def check_new_password(password: str, *, username: str, name: str, user_id: UUID | None = None) -> None:
    """:class:`Invalid` when a password does not do by the company's profile, for this person."""
    wanted = demands()
    fault: str | None = decide_password(password, demands=wanted, names=(username, name), common=_common())
    if fault == "too_short":
        raise Invalid.one("password", fault, TOO_SHORT, length=wanted.length)
    if fault is None and user_id is not None and wanted.former and _was_used(user_id, password, wanted.former):
        fault = "used_before"
    if fault:
        raise Invalid.one("password", fault, FAULTS[fault])


def set_password(user_id: UUID, password: str, *, must_change: bool = False) -> None:
    """Make it the person's, and remember what it was for when none may come back. Called inside an act."""
    hashed = make_password(password)
    User.objects.filter(pk=user_id).update(password=hashed, password_at=now(), must_change_password=must_change)
    FormerPassword.objects.create(user_id=user_id, password=hashed, set_at=now())
    most = max(one.former for one in DEMANDS.values())
    kept = FormerPassword.objects.filter(user_id=user_id).order_by("-set_at", "-id").values_list("id", flat=True)
    FormerPassword.objects.filter(user_id=user_id).exclude(pk__in=list(kept[:most])).delete()


def _was_used(user_id: UUID, password: str, count: int) -> bool:
    former = FormerPassword.objects.filter(user_id=user_id).order_by("-set_at", "-id")[:count]
    hashes = {User.objects.values_list("password", flat=True).get(pk=user_id), *(row.password for row in former)}
    return any(check_password(password, hashed) for hashed in hashes)


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords)


# ---------------------------------------------------------------- links


@dataclass(frozen=True, slots=True)
class Link:
    """A word by which a person chooses a password, and until when."""

    token: str
    until: datetime


def make_link(user: User) -> Link:
    """A link for a person: good once and for a day. It is bound to the hash of the password he has, so that any change ends it, and it
    is stored nowhere."""
    until = now() + LINK_LASTS
    seconds = int(until.timestamp())
    return Link(f"{user.id.hex}.{seconds}.{_sign(user, seconds, settings.SECRET_KEY)}", until)


def user_of_link(token: str) -> User:
    """Whose link it is; :class:`LinkOver` when it is used, old, nobody's, or the person may not sign in."""
    key, _, rest = token.partition(".")
    seconds, _, signature = rest.partition(".")
    try:
        user = User.objects.filter(pk=UUID(hex=key), is_active=True, deleted_at__isnull=True).first()
        fresh = datetime.fromtimestamp(int(seconds), UTC) > now()
    except (ValueError, OverflowError, OSError):
        raise LinkOver from None
    if user is None or not fresh:
        raise LinkOver
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    if not any(hmac.compare_digest(_sign(user, int(seconds), key).encode(), signature.encode()) for key in keys):
        raise LinkOver
    return user


def _sign(user: User, seconds: int, key: str) -> str:
    text = f"kemai.password-link:{user.id}:{seconds}:{user.password}"
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()
