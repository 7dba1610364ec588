"""Three administrators whose duties are separate (三员分立, ORG-9): switched on by one, off by two of different duties."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from kemai.accounts.access import Actor
from kemai.accounts.errors import DutiesJoined, DutyVacant, OthersDuty, SecondPersonNeeded
from kemai.accounts.models import DutySeparation, Role, User
from kemai.accounts.rules.duties import DUTIES, SECURITY, SYSTEM
from kemai.base.audit import act
from kemai.base.parameters import Parameter
from kemai.kit.clock import now
from kemai.kit.errors import Forbidden
from kemai.kit.words import T

VIEW = "administration.separation.view"
SWITCH_ON = "administration.role.edit"
#: How long the first of two waits for the second.
WAITS = timedelta(hours=24)
NAMES = {
    DUTIES[0]: T("系统管理员", "the system administrator"),
    DUTIES[1]: T("安全管理员", "the security administrator"),
    DUTIES[2]: T("审计管理员", "the audit administrator"),
}
DOES = {
    DUTIES[0]: T(
        "人员账号、部门、团队、字段、字典、邮件和一般参数。不能授权，看不到审计和业务数据。",
        "Accounts, departments, teams, fields, dictionaries, e-mail, general parameters. Gives no rights, reads no audit.",
    ),
    DUTIES[1]: T(
        "角色与授权、权限查询、接口令牌、重置两步验证、安全参数。不能建账号、改密码，看不到审计和业务数据。",
        "Roles and rights, tokens, second factors, security parameters. Makes no accounts, sets no passwords, reads no audit.",
    ),
    DUTIES[2]: T(
        "审计日志、导出日志、明文查看记录。什么都不能改，看不到业务数据的内容。",
        "The logs of what was done, exported and revealed. Changes nothing, and sees no contents of business records.",
    ),
}


def state(actor: Actor) -> dict[str, Any]:
    """How things stand."""
    actor.require(VIEW)
    row = _row()
    asked = row.off_asked_by if row.on and _is_asked(row) else None
    return {
        "on": row.on,
        "since": row.since if row.on else None,
        "duties": [
            {
                "code": code,
                "label": T(role.name, role.name_en or role.name).to() if role else "",
                "does": DOES[code].to(),
                "people": [{"id": key, "label": name} for key, name in _holders(code)],
            }
            for code in DUTIES
            for role in [Role.objects.filter(code=code).first()]
        ],
        "ready": all(_holders(code) for code in DUTIES),
        "mine": actor.duty,
        "off_asked": {"by": {"id": asked.id, "label": asked.name}, "at": row.off_asked_at} if asked else None,
        "mine_to_confirm": asked is not None and bool(actor.duty) and _may_confirm(actor, asked),
    }


def switch_on(actor: Actor) -> None:
    """Separate the duties. Each must have somebody; who switches keeps of his rights what his own duty leaves him."""
    actor.require(SWITCH_ON)
    with act(actor, "duties.separate"):
        require_all_duties()
        _write(on=True, since=now(), off_asked_by=None, off_asked_at=None)


def switch_off(actor: Actor) -> bool:
    """Ask for the duties to be joined, or confirm what another of the three asked for; whether they are joined now."""
    if not actor.duty:
        raise Forbidden
    with act(actor, "duties.join"):
        row = DutySeparation.objects.select_for_update().filter(pk=1, on=True).first()
        if row is None:
            raise DutiesJoined
        first = row.off_asked_by if _is_asked(row) else None
        if first is None:
            _write(off_asked_by=User.objects.get(pk=actor.id), off_asked_at=now())
            return False
        if not _may_confirm(actor, first):
            raise SecondPersonNeeded
        _write(on=False, since=None, off_asked_by=None, off_asked_at=None)
        return True


def withdraw(actor: Actor) -> None:
    """Any of the three lets the question fall."""
    if not actor.duty:
        raise Forbidden
    with act(actor, "duties.keep"):
        _write(off_asked_by=None, off_asked_at=None)


def require_all_duties() -> None:
    """:class:`DutyVacant` when one of the three has nobody active."""
    for code in DUTIES:
        if not _holders(code):
            raise DutyVacant(duty=NAMES[code])


def require_own_parameter(actor: Actor, parameter: Parameter) -> None:
    """While duties are separate the parameters of security are the security administrator's, all others the system administrator's."""
    owner = SECURITY if parameter.code.startswith("security.") else SYSTEM
    if actor.duty and actor.duty != owner:
        raise OthersDuty(duty=NAMES[owner])


def may_reset(actor: Actor, target: Actor) -> bool:
    """Whether passwords of this person may be reset while duties are separate: of nobody who has a duty himself."""
    return actor.duty == SYSTEM and not target.duty


def _may_confirm(actor: Actor, first: User) -> bool:
    return actor.id != first.id and not first.role_links.filter(duty=actor.duty).exists()


def _is_asked(row: DutySeparation) -> bool:
    """Whether somebody who still has a duty asked, not too long ago."""
    first = row.off_asked_by
    fresh = row.off_asked_at is not None and row.off_asked_at > now() - WAITS
    return first is not None and fresh and first.is_active and first.role_links.exclude(duty="").exists()


def _holders(code: str) -> list[tuple[Any, str]]:
    people = User.objects.filter(is_active=True, deleted_at__isnull=True, role_links__duty=code)
    return list(people.order_by("name_sort", "id").values_list("id", "name"))


def _row() -> DutySeparation:
    return DutySeparation.objects.select_related("off_asked_by").filter(pk=1).first() or DutySeparation()


def _write(**values: Any) -> None:
    DutySeparation.objects.update_or_create(pk=1, defaults=values)
