"""A masked value in clear (查看明文, ORG-8): one record and one field at a time, with the right, a reason, a daily quota and an audit
entry that names record and field but not the value. Nothing here is ever stored or cached."""

from __future__ import annotations

from datetime import datetime, timedelta
from datetime import time as day_time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from kemai.accounts.access import Actor, can
from kemai.base import audit, rates
from kemai.base.parameters import Parameter, declare
from kemai.kit.clock import now
from kemai.kit.errors import Forbidden, Invalid, Malformed, NotFound, RateLimited
from kemai.kit.ids import parse_id
from kemai.kit.words import T
from kemai.platform.alarms import sound
from kemai.platform.objects.declare import Field, ObjectType, get_object
from kemai.platform.objects.read import day_params, list_options
from kemai.platform.objects.reveal_policy import SECURITY, VERB, refusal_of_reveal
from kemai.platform.objects.rows import fetch_rows
from kemai.platform.objects.secrecy import HIDDEN, MASKED, access_of, row_secret
from kemai.platform.objects.types import MISSING, CellContext

PER_DAY = declare(
    Parameter(
        "reveal.per_day",
        "int",
        50,
        T("每人每天查看明文次数", "Masked values shown per person and day"),
        SECURITY,
        minimum=0,
        maximum=1000,
    )
)
REASON_LENGTH = declare(
    Parameter(
        "reveal.reason_length",
        "int",
        4,
        T("查看明文的原因至少几个字", "Shortest reason for showing a masked value"),
        SECURITY,
        minimum=1,
        maximum=100,
    )
)
SECONDS = declare(
    Parameter(
        "reveal.seconds",
        "int",
        30,
        T("明文显示多少秒", "A value shown in clear stays for (seconds)"),
        SECURITY,
        minimum=5,
        maximum=300,
    )
)
ALARM_ABOVE = declare(
    Parameter(
        "reveal.alarm_per_hour",
        "int",
        60,
        T("一小时查看明文超过多少次发出告警", "Alarm above so many values shown in an hour"),
        SECURITY,
        T(
            "被拒绝的尝试也计算在内；告警发给可查看审计日志的人。0 表示不告警。",
            "Refused tries count, too; who may read the audit log is told. 0: never.",
        ),
        minimum=0,
        maximum=10_000,
    )
)
ALARM = T(
    "安全告警：{name}一小时内查看明文 {count} 次（含被拒）",
    "Security alarm: {name} asked for {count} masked values within an hour (refused ones included)",
)
NOT_MASKED = T("此字段对您没有脱敏。", "This field is not masked for you.")
REFUSED = "reveal.refused"
SHORT = T("请写明原因，至少 {length} 个字。", "Give the reason in at least {length} characters.")


class RevealRefused(Forbidden):
    code = "reveal_refused"
    text = T("{why}", "{why}")


class RevealQuota(RateLimited):
    code = "reveal_quota"
    text = T(
        "今天查看明文的次数已用完（每天 {limit} 次），明天再试或联系管理员。",
        "Today's {limit} values are used up; try again tomorrow or ask your administrator.",
    )


def reveal(actor: Actor, declaration: ObjectType, key: UUID, *, field_name: object, reason: object) -> dict[str, Any]:
    """The value of one masked field of one record. Each try that gets as far as the record is logged, refused ones too."""
    view = declaration.perm("view")
    if not actor.has(view) or not can(actor, view, declaration.ownership, table=declaration.table, key=key):
        raise NotFound
    found = _field(actor, declaration, field_name)
    try:
        left = _admit(actor, declaration, key, found, str(reason or "").strip())
    except (RevealRefused, RevealQuota) as error:
        data = {"field": found.name, "refused": error.code}
        audit.record(actor, REFUSED, object=declaration.name, record_id=key, data=data)
        _watch(actor)
        raise
    _watch(actor)
    return {
        "field": found.name,
        "value": _value(actor, declaration, key, found),
        "seconds": SECONDS.value(),
        "left": left,
    }


def _watch(actor: Actor) -> None:
    """Sound the alarm where this person asked more often within the last hour than is usual (P-2)."""
    limit = ALARM_ABOVE.value()
    if not limit:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM base_auditevent WHERE actor_id = %s AND action = ANY(%s) AND at > now() - interval '1 hour'",
            [actor.id, [VERB, REFUSED]],
        )
        count = cursor.fetchone()[0]
    if count > limit:
        sound(actor, "reveals", title=ALARM, path=f"/admin/reveals?actor={actor.id}", count=count)


def _field(actor: Actor, declaration: ObjectType, name: object) -> Field:
    found = declaration.by_name.get(name) if isinstance(name, str) else None
    if found is None or access_of(actor, declaration, found) == HIDDEN:
        raise Malformed(what=f"field {str(name)[:60]!r}")
    return found


def _admit(actor: Actor, declaration: ObjectType, key: UUID, found: Field, reason: str) -> int:
    """Check, count and log in one transaction; how many are left today."""
    ruled = access_of(actor, declaration, found) == MASKED
    # A rule that masks does not lift what the record itself withholds.
    withheld = _withheld(actor, declaration, key, found)
    if not ruled and not withheld:
        raise Invalid.one("field", "not_masked", NOT_MASKED)
    line, permission = declaration.ownership, declaration.perm(VERB)
    in_scope = actor.has(permission) and can(actor, permission, line, table=declaration.table, key=key)
    refusal = refusal_of_reveal(actor, declaration, in_scope=in_scope, withheld=withheld)
    if refusal:
        raise RevealRefused(why=refusal)
    if not reason:
        raise Invalid.one("reason", "required", MISSING)
    if len(reason) < REASON_LENGTH.value():
        raise Invalid.one("reason", "too_short", SHORT, length=REASON_LENGTH.value())
    with transaction.atomic():
        left = _count(actor)
        audit.record(
            actor, VERB, object=declaration.name, record_id=key, reason=reason[:500], data={"field": found.name}
        )
    return left


def _withheld(actor: Actor, declaration: ObjectType, key: UUID, found: Field) -> bool:
    secret = row_secret(actor, found)
    if not secret:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT 1 FROM {declaration.table} t WHERE t.id = %(key)s AND {secret}", {**actor.params, "key": key}
        )
        return cursor.fetchone() is not None


def _count(actor: Actor) -> int:
    """One use of today's quota, exact over all processes; a day is the person's own."""
    zone = ZoneInfo(actor.time_zone)
    today = now().astimezone(zone).date()
    limit = PER_DAY.value()
    try:
        used = rates.take(f"reveal:{actor.id}:{today}", limit=limit, seconds=2 * 86_400)
    except RateLimited as error:
        midnight = datetime.combine(today + timedelta(days=1), day_time.min, zone)
        raise RevealQuota(int((midnight - now()).total_seconds()), limit=limit) from error
    return int(limit - used)


def _value(actor: Actor, declaration: ObjectType, key: UUID, found: Field) -> str | None:
    """The value as it would be read on the screen."""
    rows = fetch_rows(
        f"SELECT {found.expression} FROM {declaration.table} t WHERE t.id = %(key)s AND t.deleted_at IS NULL",
        {**day_params(actor), "key": key},
    )
    if not rows:
        raise NotFound
    value = rows[0][0]
    if found.target:
        known = list_options(actor, get_object(found.target), ids=[k for k in [parse_id(value)] if k])
        return known[0]["label"] if known else None
    told = found.type.text(found, value, CellContext({}, actor.time_zone))
    return None if told in (None, "") else str(told)
