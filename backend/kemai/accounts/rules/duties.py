"""Three administrators, none of whom can do the others' work (三员分立, ORG-9): which right is whose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

R = TypeVar("R")

SYSTEM, SECURITY, AUDIT = "system_administrator", "security_administrator", "audit_administrator"
#: Codes of the three ready roles. A person holds at most one of them, whether the mode is on or not.
DUTIES = (SYSTEM, SECURITY, AUDIT)

NOBODY: frozenset[str] = frozenset()
_SYSTEM, _SECURITY, _AUDIT = frozenset({SYSTEM}), frozenset({SECURITY}), frozenset({AUDIT})
#: Rights that administer, by code or by what they begin with, and to whom they are left while the mode is on.
OWNERS: dict[str, frozenset[str]] = {
    "administration.department": _SYSTEM,
    "administration.team": _SYSTEM,
    "administration.user": _SYSTEM,
    "administration.user.reset_factor": _SECURITY,  # not who resets passwords: neither alone takes over an account
    "administration.role": _SECURITY,
    "administration.parameter.edit": _SYSTEM | _SECURITY,
    "administration.dictionary.edit": _SYSTEM,
    "administration.parked_job.manage": _SYSTEM,
    "administration.safety.view": _SYSTEM,
    "administration.explain.view": _SECURITY,
    "administration.token.revoke": _SECURITY,
    "administration.separation.view": _SYSTEM | _SECURITY | _AUDIT,
    "administration.view_as.start": NOBODY,
    "administration.audit.view": _AUDIT,
    "platform.export.audit": _AUDIT,
    "platform.field.manage": _SYSTEM,
    "integrations.mail.edit": _SYSTEM,
    "privacy.inventory.view": _AUDIT,
}
#: What everybody may look up: who there is, and where.
SHARED = ("administration.department.view", "administration.team.view", "administration.user.view")
#: What sounds like administration and is business: whoever has the records decides.
BUSINESS = (
    "administration.exchange_rate",  # figures of the books: finance keeps them
    "platform.view.share",
    "platform.export.approve",
    "platform.operation.view",
    "platform.operation.undo",
    "platform.duplicates.manage",
    "privacy.exposed.view",  # it names whose data it was
    "integrations.webhook.edit",
)


def owners_of(permission: str) -> frozenset[str] | None:
    """Whose a right is while the mode is on: of these duties; None: a right of business, of people without a duty."""
    return OWNERS.get(permission, OWNERS.get(permission.rpartition(".")[0]))


def is_left_to(permission: str, duty: str) -> bool:
    """Whether somebody with this duty (empty: none) keeps a right he was granted."""
    if permission in SHARED:
        return True
    owners = owners_of(permission)
    return not duty if owners is None else duty in owners


def leave_to(reaches: Mapping[str, R], duty: str) -> dict[str, R]:
    """What remains of a person's rights. No grants whatever give him rights of two duties, or of one and of business."""
    return {code: reach for code, reach in reaches.items() if is_left_to(code, duty)}
