"""Who may do what, worked out from the written policy (ORG-1, ORG-2, ORG-4, POOL-1) and from what the records were meant to be.

This is a second opinion: it shares no code with ``accounts/access.py`` nor with the table the ready roles are installed from.
"""

from __future__ import annotations

from tests.world import DEPARTMENTS, PEOPLE, Fact

#: What belongs to one opportunity: whoever may do something to it may do it to them.
PARTS = (
    "opportunity-lines",
    "opportunity-contacts",
    "opportunity-competitors",
    "opportunity-members",
    "opportunity-steps",
)
TRANSFERS = ("transfer-requests",)
#: What is sold with: everybody's of his department, as the role reaches.
WORKED = (
    "customers",
    "contacts",
    "customer-relations",
    "interactions",
    "tasks",
    "opportunities",
    "needs",
    "promises",
    "planned-contacts",
    "enrollments",
    "leads",
    "consents",
    *PARTS,
)
#: What people write up of their own days: for those they report to, not for everybody who works with their customers.
WRITTEN = ("reports",)
SALES = (*WORKED, *WRITTEN, *TRANSFERS)
LOOK_UP = (
    "departments",
    "users",
    "teams",
    "pools",
    "pipelines",
    "stages",
    "cadences",
    "greetings",
    "sequences",
    "sequence-steps",
    "products",
    "competitors",
    "web-forms",
    "exchange-rates",
)
#: What persons ask about their data: entered by one, approved by another.
REQUESTS = ("subject-requests",)
OBJECTS = (*SALES, *LOOK_UP, *REQUESTS, "roles")

_ALL_VERBS = ("view", "create", "edit", "delete", "share", "import", "export")

#: role → [(objects, verbs, scope)]; everybody with a ready role may look at the look-up objects.
POLICY: dict[str, list[tuple[tuple[str, ...], tuple[str, ...], str]]] = {
    "administrator": [
        (
            OBJECTS,
            (
                *_ALL_VERBS,
                "claim",
                "release",
                "assign",
                "reveal_pool",
                "disable",
                "comment",
                "convert",
                "decide",
                "copy",
                "approve",
            ),
            "all",
        )
    ],
    "sales_director": [
        (WORKED, _ALL_VERBS, "all"),
        (("customers",), ("claim", "release", "assign", "reveal_pool"), "all"),
        (("opportunities",), ("assign",), "all"),
        (("leads",), ("claim", "release", "assign", "convert", "reveal_pool"), "all"),
        (TRANSFERS, ("view", "decide"), "all"),
        (("products", "competitors"), ("create", "edit", "import", "export"), "all"),
        (WRITTEN, ("view", "create", "edit", "delete", "export", "comment"), "all"),
        (REQUESTS, ("view", "approve"), "all"),
    ],
    "sales_manager": [
        (WORKED, _ALL_VERBS, "below"),
        (("customers",), ("claim", "release", "assign", "reveal_pool"), "below"),
        (("opportunities",), ("assign",), "below"),
        (("leads",), ("claim", "release", "assign", "convert", "reveal_pool"), "below"),
        (TRANSFERS, ("view", "decide"), "below"),
        (WRITTEN, ("view", "create", "edit", "delete", "export", "comment"), "below"),
    ],
    "sales_rep": [
        (WORKED, _ALL_VERBS, "own"),
        (("customers",), ("claim", "release"), "own"),
        (("leads",), ("claim", "release", "convert"), "own"),
        (TRANSFERS, ("view",), "own"),
        (WRITTEN, ("view", "create", "edit", "delete", "export"), "own"),
    ],
    "inside_sales": [
        (WORKED, ("view", "create", "edit", "import", "export"), "below"),
        (("customers",), ("assign",), "below"),
        (("leads",), ("assign", "convert"), "below"),
        (WRITTEN, ("view", "create", "edit", "delete", "export"), "own"),
    ],
    "service_agent": [
        (("customers", "contacts", "customer-relations"), ("view",), "all"),
        (("interactions", "tasks"), ("view", "create", "edit"), "own"),
    ],
    "finance": [
        (WORKED, ("view", "export"), "all"),
        (("exchange-rates",), ("create", "edit", "delete", "import", "export"), "all"),
    ],
    "auditor": [],
    "watcher": [(SALES, ("view",), "south")],
    "": [],
}
READY = tuple(role for role in POLICY if role not in ("", "watcher"))

#: What a caller is called in the tests → whose rights he has.
CALLERS: dict[str, str] = {**{name: name for name in PEOPLE}, "program": "rep"}


def scope_of(person: str, name: str, verb: str) -> str | None:
    """The scope at which ``person`` holds ``verb`` on ``name``; None when he does not."""
    role = PEOPLE[person][0]
    for objects, verbs, scope in POLICY[role]:
        if name in objects and verb in verbs:
            return scope
    if name in LOOK_UP and verb == "view" and role in READY:
        return "all"
    return None


def may(person: str, fact: Fact, verb: str) -> bool:
    """Whether ``person`` may do ``verb`` to the record, were it not deleted."""
    scope = scope_of(person, fact.object, verb)
    if scope is None:
        return False
    if scope == "all" or person in fact.owners or fact.departments & _reach(person, scope):
        return True
    looking = verb in ("view", "export")
    # Who got a record through a share does not pass it on.
    if verb not in ("share", "convert") and any(
        person in s.people and not s.expired and (looking or s.can_write) for s in fact.shares
    ):
        return True
    return looking and fact.pool is not None and person in fact.pool


def _reach(person: str, scope: str) -> set[str]:
    if scope == "own":
        return set()
    top = {"below": PEOPLE[person][1], "south": "south"}[scope]
    found = {top}
    for slug, (_, parent) in DEPARTMENTS.items():
        if parent in found:
            found.add(slug)
    return found


def sees(person: str, fact: Fact) -> bool:
    return not fact.deleted and may(person, fact, "view")


def list_status(person: str, name: str) -> int:
    return 403 if scope_of(person, name, "view") is None else 200


def detail_status(person: str, fact: Fact) -> int:
    return 200 if sees(person, fact) else 404


def change_status(person: str, fact: Fact, verb: str, done: int) -> int:
    """PATCH, DELETE and the verbs that ask for the same scope as their name."""
    if scope_of(person, fact.object, "view") is None:
        return 403
    if not sees(person, fact):
        return 404
    return done if may(person, fact, verb) else 403


def claim_status(person: str, fact: Fact) -> int:
    """POOL-2: whoever sees a pooled customer and may claim."""
    if scope_of(person, fact.object, "view") is None:
        return 403
    if not sees(person, fact):
        return 404
    if scope_of(person, fact.object, "claim") is None:
        return 403
    return 200 if fact.pool is not None and fact.released_by != person else 409  # who released it waits some days


def assign_status(person: str, fact: Fact) -> int:
    """A manager gives away what he sees in a pool, or what lies in his scope."""
    if scope_of(person, fact.object, "view") is None:
        return 403
    if not sees(person, fact):
        return 404
    if scope_of(person, fact.object, "assign") is None:
        return 403
    return 200 if fact.pool is not None or may(person, fact, "assign") else 403


def release_status(person: str, fact: Fact) -> int:
    status = change_status(person, fact, "release", 200)
    return 409 if status == 200 and fact.pool is not None else status


def convert_status(person: str, fact: Fact) -> int:
    """SAL-1: a lead is converted from its owner's hands, not from a pool."""
    status = change_status(person, fact, "convert", 200)
    return 409 if status == 200 and fact.pool is not None else status


def reveal_status(person: str, fact: Fact) -> int:
    """ORG-8: nothing is masked by rule in this world, so there is nothing to show; what a pool withholds stays withheld."""
    if not sees(person, fact):
        return 404
    return 403 if fact.pool is not None and not scope_of(person, fact.object, "reveal_pool") else 422


def history_status(person: str, fact: Fact) -> int:
    """Of a living record whoever sees it; of one in the bin whoever may bring it back."""
    if not fact.deleted:
        return detail_status(person, fact)
    return 200 if may(person, fact, "delete") else 404
