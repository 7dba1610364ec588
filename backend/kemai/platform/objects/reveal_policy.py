"""Who may have a masked value shown: the one verdict behind the button and behind the door (ORG-8)."""

from __future__ import annotations

from kemai.accounts.access import Actor
from kemai.base.parameters import Parameter, declare
from kemai.kit.words import T
from kemai.platform.objects.declare import Field, ObjectType
from kemai.platform.objects.secrecy import MASKED, access_of

VERB = "reveal"
SECURITY = T("安全", "Security")
POOL = declare(
    Parameter(
        "reveal.pool",
        "bool",
        False,
        T("允许查看公海客户的明文", "Values withheld in a pool may be shown"),
        SECURITY,
        T(
            "关闭时，公海客户的联系方式只有领取后、或有“查看公海客户联系方式”权限的人才能看到。",
            "When off, contact details in a pool are seen only after claiming, or with the right to see them.",
        ),
    )
)

NO_RIGHT = T("您没有查看明文的权限。", "You may not have masked values shown.")
IN_POOL = T("公海客户的联系方式，领取后可见。", "Contact details in a pool are seen after claiming.")
BY_PROGRAM = T("明文只能由本人在页面上查看。", "Values in clear are shown to people in the page only.")


def masked_fields(actor: Actor, declaration: ObjectType) -> list[Field]:
    """Fields a rule masks for this person, on every record."""
    return [f for f in declaration.fields if access_of(actor, declaration, f) == MASKED]


def offer(actor: Actor, declaration: ObjectType, *, in_scope: bool, withheld: bool) -> bool | str:
    """Whether a masked value may be asked for: True, or the reason why not. The same verdict :func:`reveal` comes to."""
    refusal = refusal_of_reveal(actor, declaration, in_scope=in_scope, withheld=withheld)
    return True if refusal is None else refusal.to()


def refusal_of_reveal(actor: Actor, declaration: ObjectType, *, in_scope: bool, withheld: bool) -> T | None:
    """Why the value is not shown; ``in_scope``: the right reaches the record, ``withheld``: the record itself withholds the value."""
    if not actor.has(declaration.perm(VERB)):
        return NO_RIGHT
    if actor.via_token:
        return BY_PROGRAM
    if withheld:
        return None if POOL.value() else IN_POOL
    return None if in_scope else NO_RIGHT
