"""The one predicate: who may see, and do, what.

A grant is (role, permission, scope). :func:`branches` turns a person's grants on one permission into SQL conditions over the facts of a
record's :class:`Ownership` line. Lists take the branches as a UNION, each fed by its own index; single keys, re-checks, search, counts,
exports and labels of references take the same branches joined by OR (decisions.md 1). So list and detail cannot disagree.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef

from kemai.accounts.models import Department, DutySeparation, FieldRule, Passkey, RoleGrant, TeamMember, Totp, User
from kemai.accounts.rules.duties import DUTIES, leave_to
from kemai.kit.errors import Forbidden, NotFound
from kemai.kit.words import ZH, T

SCOPES = ("own", "department", "department_below", "departments", "all")
FIELD_ACCESS = ("hidden", "masked", "read_only", "editable")

#: A list goes through up to so many departments one by one, each with its own index range; beyond, in the list's own order.
MAX_KEYED_DEPARTMENTS = 40


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a permission goes for one person: everything, or own records plus those of some departments."""

    everything: bool = False
    departments: frozenset[UUID] = frozenset()

    def join(self, other: Reach) -> Reach:
        return Reach(self.everything or other.everything, self.departments | other.departments)


@dataclass(frozen=True, slots=True)
class Viewing:
    """Somebody looking at the system as another person: who, until when, why."""

    id: UUID
    name: str
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class TokenLimits:
    """What a token may do of what its person may: reading only, and only some kinds of record (by permission prefix; none: all)."""

    read_only: bool = False
    kinds: frozenset[str] = frozenset()

    def leave(self, reaches: dict[str, Reach]) -> dict[str, Reach]:
        """The rights that remain; never one more."""
        return {
            code: reach
            for code, reach in reaches.items()
            if (not self.kinds or code.rpartition(".")[0] in self.kinds) and (not self.read_only or is_viewing(code))
        }


@dataclass(frozen=True)
class Actor:
    """Whoever acts, with his rights resolved. Built by :func:`load_actor`; kept at most a second (decisions.md 2)."""

    id: UUID
    name: str
    username: str
    department_id: UUID | None
    principals: tuple[UUID, ...]
    """Himself, his departments up to the top, his teams: what shares and pools are granted to."""
    reaches: dict[str, Reach]
    field_access: dict[tuple[str, str], str]
    locale: str = ZH
    time_zone: str = "Asia/Shanghai"
    is_system: bool = False
    via_token: bool = False
    roles: tuple[tuple[str, str, str], ...] = ()
    """(code, Chinese name, English name)"""
    role_ids: tuple[UUID, ...] = ()
    """His roles by name: the order in which their layouts count."""
    duty: str = ""
    """Which of the three administrators he is, while their duties are separate (ORG-9)."""
    must_change_password: bool = False
    password_at: datetime | None = None
    has_factor: bool = False
    """Whether signing in takes him more than a password."""
    token: TokenLimits | None = None
    """What the token he came with leaves of his rights; None for a person at a screen, or a token without limits."""
    viewer: Viewing | None = None
    """Who really sits there, when somebody looks at the system as this person: then nothing may be changed (PLT-16)."""
    extra: dict[str, Any] = field(default_factory=dict)

    def has(self, permission: str) -> bool:
        """Whether the permission is held at any scope."""
        return self.is_system or permission in self.reaches

    def require(self, permission: str) -> None:
        if not self.has(permission):
            raise Forbidden

    def reach(self, permission: str) -> Reach | None:
        return Reach(everything=True) if self.is_system else self.reaches.get(permission)

    def access_to(self, object_name: str, field_name: str) -> str | None:
        """The field rule in force for this person, None where no role says anything."""
        return self.field_access.get((object_name, field_name))

    @cached_property
    def field_signature(self) -> tuple[tuple[tuple[str, str], str], ...]:
        return tuple(sorted(self.field_access.items()))

    @cached_property
    def signature(self) -> bytes:
        """Everything compiled SQL depends on of a person, as one short word: made once, compared on every request."""
        reaches = [(k, r.everything, sorted(map(str, r.departments))) for k, r in sorted(self.reaches.items())]
        known = (self.id, reaches, self.principals, self.field_signature, self.locale, self.is_system)
        return hashlib.blake2b(repr(known).encode(), digest_size=16).digest()

    @cached_property
    def params(self) -> dict[str, Any]:
        """Values the predicate's SQL binds."""
        return {"me": self.id, "principals": list(self.principals)}


class SystemActor(Actor):
    """A job acting for the product itself, declared by name; there is no ``actor=None``."""

    def __init__(self, name: str) -> None:
        super().__init__(
            id=UUID(int=0),
            name=name,
            username=f"system:{name}",
            department_id=None,
            principals=(),
            reaches={},
            field_access={},
            is_system=True,
        )


#: What system actors are called where people read of them.
SYSTEM_NAMES = {
    "sign-in": T("登录", "Sign-in"),
    "set-up": T("系统初始化", "Set-up"),
    "password-link": T("密码链接", "Password link"),
    "reminders": T("任务提醒", "Reminders"),
    "care": T("客户关怀", "Care"),
    "sequences": T("序列跟进", "Sequences"),
    "recycling": T("公海回收", "Recycling"),
    "distribution": T("自动分配", "Distribution"),
    "lead rules": T("线索规则", "Lead rules"),
    "lead scoring": T("线索评分", "Lead scoring"),
    "web form": T("网页表单", "Web form"),
    "webhooks": T("Webhook 发送", "Sender of webhooks"),
    "privacy": T("个人信息保护", "Privacy"),
    "alarms": T("安全告警", "Security alarms"),
    "segments": T("名单统计", "Counting of segments"),
    "quality": T("资料质量", "Data quality"),
    "field rules": T("字段规则", "Field rules"),
    "command-line": T("命令行", "Command line"),
    "command line": T("命令行", "Command line"),
}


def doer_label(actor_id: Any, name: str) -> str:
    """Who did something, as the log has it, in the reader's words: a person's name, or what part of the product it was."""
    known = SYSTEM_NAMES.get(name) if actor_id is None or str(actor_id) == str(UUID(int=0)) else None
    return known.to() if known else name


@dataclass(frozen=True, slots=True)
class Ownership:
    """A declaration's ownership line: the columns (of alias ``t``) the predicate reads.

    ``owners`` and ``departments``: any of them matching opens the record. ``shares``: pairs (object, key column) whose record shares
    count here too, so that a shared customer brings its contacts. ``pool``: a pool column, open for viewing to its pool's members,
    with the SQL that lists pools by ``%(principals)s``. ``public``: anybody signed in may view (departments, colleagues).
    """

    owners: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    shares: tuple[tuple[str, str], ...] = ()
    pool: str | None = None
    pools_of: str = ""
    entering: str = ""
    """SQL that lists the pools ``%(principals)s`` may put new records into."""
    public: bool = False


@dataclass(frozen=True, slots=True)
class Branch:
    """One alternative way to a record. ``kind``: ``owner``, ``department``, ``share`` or ``pool``; ``column``: the fact it reads;
    ``keys``: SQL listing the keys where there may be several; ``shared``: the kind of record whose shares are meant."""

    kind: str
    sql: str
    column: str
    keys: str = ""
    shared: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """Compiled conditions: ``everything``, or a tuple of alternative SQL conditions (empty: nothing at all)."""

    everything: bool
    conditions: tuple[str, ...]
    params: dict[str, Any]
    keyed: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Condition → (column, SQL listing its keys), where there may be several (departments, shares, pools): a list goes through the
    keys one by one, each with its own index range, lest the planner take the whole table in the sort's order instead, and planned
    once for all of them."""
    shared: frozenset[str] = frozenset()
    """Conditions by shares: what one person was shown, few records of their own."""
    known: frozenset[str] = frozenset()
    """Of those in ``keyed`` the ones whose keys the planner is told (departments), and so can weigh."""

    @property
    def sql(self) -> str:
        """The alternatives as one condition, for single keys, re-checks and counts."""
        if self.everything:
            return "TRUE"
        return "(" + " OR ".join(self.conditions) + ")" if self.conditions else "FALSE"


def is_viewing(permission: str) -> bool:
    """Whether the permission only shows: then shares for reading and pools count too."""
    return permission.endswith((".view", ".export"))


def branches(actor: Actor, permission: str, line: Ownership, alias: str = "t") -> Scope:
    """Compile ``permission`` over ``line`` for ``actor``. Parameter names depend on the shape only, so SQL can be cached."""
    reach = actor.reach(permission)
    if reach is None:
        return Scope(False, (), {})
    if reach.everything or (line.public and is_viewing(permission)):
        return Scope(True, (), {})
    found, params = _alternatives(actor, permission, line, alias)
    keyed = {b.sql: (b.column, b.keys) for b in found if b.keys}
    shared = frozenset(b.sql for b in found if b.kind == "share")
    known = frozenset(b.sql for b in found if b.kind == "department")
    return Scope(False, tuple(b.sql for b in found), params, keyed, shared, known)


def _alternatives(actor: Actor, permission: str, line: Ownership, alias: str) -> tuple[list[Branch], dict[str, Any]]:
    """The ways to a record for somebody whose reach is not everything: what lists, single keys and explanations are all made of."""
    reach, viewing = actor.reach(permission) or Reach(), is_viewing(permission)
    params = dict(actor.params)
    prefix = permission.replace(".", "_").replace("-", "_")  # two permissions may meet in one statement
    found = [Branch("owner", f"{alias}.{column} = %(me)s", column) for column in line.owners]
    departments = sorted(reach.departments)
    if departments and line.departments:
        params[prefix] = departments
        keys = f"SELECT unnest(%({prefix})s::uuid[])" if len(departments) <= MAX_KEYED_DEPARTMENTS else ""
        found += [
            Branch("department", f"{alias}.{column} = ANY(%({prefix})s)", column, keys) for column in line.departments
        ]
    write = "" if viewing else " AND s.can_write"
    for shared, key in line.shares:
        sql = (
            f"SELECT s.record_id FROM accounts_recordshare s WHERE s.object = '{shared}' "
            f"AND s.grantee_id = ANY(%(principals)s){write} AND (s.expires_at IS NULL OR s.expires_at > now())"
        )
        found.append(Branch("share", f"{alias}.{key} = ANY(ARRAY({sql}))", key, sql, shared))
    into = line.entering if permission.endswith((".create", ".import")) else ""
    if line.pool and (viewing or into):
        sql = line.pools_of if viewing else into
        found.append(Branch("pool", f"{alias}.{line.pool} = ANY(ARRAY({sql}))", line.pool, sql))
    return found, params


def is_own(actor: Actor, line: Ownership, row: dict[str, Any]) -> bool:
    """The owners' branch of :func:`branches`, read from a new row at hand: whatever a person may do at all he may do to his own."""
    return any(row.get(column) == actor.id for column in line.owners)


def can(actor: Actor, permission: str, line: Ownership, *, table: str, key: UUID, deleted: bool = False) -> bool:
    """Whether ``actor`` may do ``permission`` to one record: the same branches as the list, for one key."""
    scope = branches(actor, permission, line)
    state = "" if deleted else " AND t.deleted_at IS NULL"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT 1 FROM {table} t WHERE t.id = %(key)s{state} AND {scope.sql}", {**scope.params, "key": key}
        )
        return cursor.fetchone() is not None


def visible_among(
    actor: Actor, permission: str, line: Ownership, *, table: str, keys: list[UUID], hold: bool = False
) -> set[UUID]:
    """Which of ``keys`` ``actor`` may do ``permission`` to. ``hold``: nobody takes them away until this transaction ends."""
    scope = branches(actor, permission, line)
    lock = " ORDER BY t.id FOR KEY SHARE OF t" if hold else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.id FROM {table} t WHERE t.id = ANY(%(keys)s) AND t.deleted_at IS NULL AND {scope.sql}{lock}",
            {**scope.params, "keys": keys},
        )
        return {row[0] for row in cursor.fetchall()}


def seers(actors: list[Actor], permission: str, line: Ownership, *, table: str, key: UUID) -> set[UUID]:
    """Which of ``actors`` may do ``permission`` to one record. One statement, however many they are."""
    parts, params = [], {"key": key}
    for n, actor in enumerate(actors):
        scope = branches(actor, permission, line)
        condition = re.sub(r"%\((\w+)\)s", rf"%(\1__{n})s", scope.sql)
        parts.append(f"SELECT {n} FROM {table} t WHERE t.id = %(key)s AND t.deleted_at IS NULL AND {condition}")
        params.update({f"{name}__{n}": value for name, value in scope.params.items()})
    if not parts:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        return {actors[row[0]].id for row in cursor.fetchall()}


def require_visible(actor: Actor, permission: str, line: Ownership, *, table: str, key: UUID) -> None:
    """:class:`NotFound` unless ``actor`` may do ``permission`` to the record: absent and not-yours are the same answer."""
    if not can(actor, permission, line, table=table, key=key):
        raise NotFound


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one record is open to a person, or is not (PLT-16). ``ways``: every branch with whether it leads to the record."""

    granted: bool
    everything: bool
    public: bool
    exists: bool
    deleted: bool
    ways: tuple[tuple[Branch, bool], ...]

    @property
    def verdict(self) -> bool:
        """The same as :func:`can`: it is put together from the very branches."""
        open_to = self.granted and (self.everything or self.public or any(met for _, met in self.ways))
        return self.exists and not self.deleted and open_to


def explain(actor: Actor, permission: str, line: Ownership, *, table: str, key: UUID) -> Explanation:
    """Each way of :func:`branches` tried on one record. One statement."""
    reach = actor.reach(permission)
    everything = reach is not None and reach.everything
    public = line.public and is_viewing(permission) and reach is not None
    ways, params = _alternatives(actor, permission, line, "t") if reach is not None else ([], {})
    tried = "".join(f", COALESCE({b.sql}, FALSE)" for b in ways)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.deleted_at IS NOT NULL{tried} FROM {table} t WHERE t.id = %(key)s", {**params, "key": key}
        )
        row = cursor.fetchone()
    met = row[1:] if row else [False] * len(ways)
    return Explanation(
        granted=reach is not None,
        everything=everything,
        public=public,
        exists=row is not None,
        deleted=bool(row and row[0]),
        ways=tuple(zip(ways, met, strict=True)),
    )


def holds_all_of(viewer: Actor, person: Actor) -> bool:
    """Whether ``viewer`` sees everything ``person`` could: each of his rights over all records, and no field more closely kept.

    Looking as somebody must never show more than one may see oneself (S-5).
    """
    if not all((reach := viewer.reach(code)) is not None and reach.everything for code in person.reaches):
        return False
    kept = {k: v for k, v in viewer.field_access.items() if v in ("hidden", "masked")}
    return all(
        FIELD_ACCESS.index(person.field_access.get(key, "editable")) <= FIELD_ACCESS.index(access)
        for key, access in kept.items()
    )


def load_actor(user_id: UUID, *, via_token: bool = False) -> Actor | None:
    """A person with rights resolved, or None when absent, disabled or deleted. Eight queries, cached by the caller."""
    factor, passkey = (model.objects.filter(user_id=OuterRef("pk")) for model in (Totp, Passkey))
    separate = DutySeparation.objects.filter(on=True)
    people = User.objects.annotate(has_factor=Exists(factor) | Exists(passkey), separate=Exists(separate))
    user = people.filter(pk=user_id, is_active=True, deleted_at__isnull=True).first()
    if user is None:
        return None
    tree = dict(Department.objects.filter(deleted_at__isnull=True).values_list("id", "parent_id"))
    teams = list(
        TeamMember.objects.filter(user_id=user.id, team__deleted_at__isnull=True).values_list("team_id", flat=True)
    )
    role_ids, roles = [], []
    for link in (
        user.role_links.select_related("role")
        .filter(role__deleted_at__isnull=True)
        .order_by("role__name_sort", "role_id")
    ):
        role_ids.append(link.role_id)
        roles.append((link.role.code, link.role.name, link.role.name_en or link.role.name))
    reaches: dict[str, Reach] = {}
    for grant in RoleGrant.objects.filter(role_id__in=role_ids):
        reach = _reach_of(grant.scope, grant.departments, user.department_id, tree)
        reaches[grant.permission] = reaches.get(grant.permission, Reach()).join(reach)
    duty = next((code for code, _, _ in roles if code in DUTIES), "") if user.separate else ""
    return Actor(
        id=user.id,
        name=user.name,
        username=user.username,
        department_id=user.department_id,
        principals=(user.id, *_up(user.department_id, tree), *teams),
        reaches=leave_to(reaches, duty) if user.separate else reaches,
        field_access=_field_access(role_ids),
        locale=user.locale,
        time_zone=user.time_zone,
        via_token=via_token,
        roles=tuple(roles),
        role_ids=tuple(role_ids),
        duty=duty,
        must_change_password=user.must_change_password,
        password_at=user.password_at,
        has_factor=user.has_factor,
        extra={"theme": user.theme, "job_title": user.job_title, "favourites": user.favourites},
    )


def _reach_of(scope: str, chosen: list[UUID], home: UUID | None, tree: Mapping[UUID, UUID | None]) -> Reach:
    if scope == "all":
        return Reach(everything=True)
    if scope == "department" and home:
        return Reach(departments=frozenset({home}))
    if scope == "department_below" and home:
        return Reach(departments=frozenset(departments_below(home, tree)))
    if scope == "departments":
        return Reach(departments=frozenset(d for c in chosen for d in departments_below(c, tree)))
    return Reach()


def departments_below(top: UUID, tree: Mapping[UUID, UUID | None]) -> set[UUID]:
    """``top`` and everything under it; ``tree`` maps a department to its parent."""
    children: dict[UUID | None, list[UUID]] = {}
    for child, parent in tree.items():
        children.setdefault(parent, []).append(child)
    found: set[UUID] = set()
    waiting = [top]
    while waiting:
        department = waiting.pop()
        if department not in found:
            found.add(department)
            waiting += children.get(department, [])
    return found


def _up(department: UUID | None, tree: Mapping[UUID, UUID | None]) -> list[UUID]:
    chain: list[UUID] = []
    while department is not None and department not in chain:
        chain.append(department)
        department = tree.get(department)
    return chain


def _field_access(role_ids: list[UUID]) -> dict[tuple[str, str], str]:
    """The most open rule among the person's roles. A role that says nothing of a field leaves it to the declaration, which counts as
    editable; so a restriction binds only when every role of the person carries it."""
    rules: dict[tuple[str, str], list[str]] = {}
    for rule in FieldRule.objects.filter(role_id__in=role_ids):
        rules.setdefault((rule.object, rule.field), []).append(rule.access)
    return {key: max(found, key=FIELD_ACCESS.index) for key, found in rules.items() if len(found) == len(role_ids)}
