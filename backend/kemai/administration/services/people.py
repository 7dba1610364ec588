"""People: making accounts, disabling, passwords, the first administrator."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import connection

from kemai.accounts import tries
from kemai.accounts.access import Actor, SystemActor, load_actor
from kemai.accounts.errors import LinkOver, MoreThanOwn, NobodyOfThatName, OthersDuty, OwnRoles, SetupClosed
from kemai.accounts.models import ApiToken, Department, Role, User, UserRole
from kemai.accounts.passwords import Link, check_new_password, make_link, set_password, user_of_link
from kemai.accounts.rules.duties import SYSTEM
from kemai.accounts.rules.lockout import network_of
from kemai.accounts.sessions import create_token, end_sessions
from kemai.administration.services import separation
from kemai.administration.services.organisation import keep_an_administrator
from kemai.base import audit, rates
from kemai.base.audit import act
from kemai.kit.clock import now
from kemai.kit.errors import Invalid
from kemai.kit.text.search import index_record, pinyin_sort_key
from kemai.kit.words import T
from kemai.platform.objects.declare import Draft, get_object
from kemai.platform.objects.write import lock_row

INSTALLER = SystemActor("set-up")
COMMAND_LINE = SystemActor("command-line")
#: Nobody is signed in there: the link is the right to it.
BY_LINK = SystemActor("password-link")
_USERNAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._@-]{1,59}$")


def prepare_users(actor: Actor, drafts: list[Draft]) -> None:
    """Names to sign in by; nobody is his own manager. A new account has no usable password until one is set."""
    for draft in drafts:
        username = str(draft.get("username") or "")
        if draft.changed("username") and username and not _USERNAME.match(username):
            draft.wrong(
                "username",
                "bad_username",
                T(
                    "登录名为 2 到 60 位字母、数字、点、横线。",
                    "A user name has 2 to 60 letters, digits, dots or dashes.",
                ),
            )
        if draft.id == actor.id and draft.changed("department_id"):
            draft.wrong("department", "own_department", OwnRoles.text)  # his scope hangs on it
        if draft.values.get("manager_id") and draft.values["manager_id"] == draft.id:
            draft.wrong("manager", "self", T("上级不能是本人。", "Nobody is his own manager."))
        if draft.old is None:
            draft.values["is_active"] = True
            draft.values["password"] = make_password(None)
            draft.values["must_change_password"] = True


def after_users(actor: Actor, drafts: list[Draft]) -> None:
    """A person who moves to another department takes his records along (their department column is his)."""
    for draft in drafts:
        if draft.old is not None and draft.changed("department_id"):
            move_records(draft.id, draft.get("department_id"))


_moved_tables: list[tuple[str, str, str]] = []


def move_with_person(table: str, person_column: str, department_column: str) -> None:
    """Register a table whose department column follows the department of the person in ``person_column`` (extension point)."""
    _moved_tables.append((table, person_column, department_column))


def move_records(user_id: UUID, department_id: UUID | None) -> None:
    with connection.cursor() as cursor:
        for table, person, department in _moved_tables:
            cursor.execute(f"UPDATE {table} SET {department} = %s WHERE {person} = %s", [department_id, user_id])


def disable_user(actor: Actor, user_id: UUID) -> None:
    """Lock a person out at once; what he owns stays his until handed over."""
    if user_id == actor.id:
        raise OwnRoles
    declaration = get_object("users")
    with act(actor, "disable", object="users", record_id=user_id):
        lock_row(actor, declaration, user_id, declaration.perm("disable"))
        User.objects.filter(pk=user_id).update(is_active=False)
        keep_an_administrator()
        ApiToken.objects.filter(user_id=user_id, revoked_at__isnull=True).update(revoked_at=now())
        end_sessions(user_id)


def enable_user(actor: Actor, user_id: UUID) -> None:
    """Let a disabled person in again."""
    declaration = get_object("users")
    with act(actor, "enable", object="users", record_id=user_id):
        lock_row(actor, declaration, user_id, declaration.perm("disable"))
        User.objects.filter(pk=user_id).update(is_active=True)


def reset_password(actor: Actor, user_id: UUID, *, password: str) -> None:
    """Give a person a password to be changed at the next sign-in; his sessions end."""
    declaration = get_object("users")
    with act(actor, "reset-password", object="users", record_id=user_id):
        row = lock_row(actor, declaration, user_id, declaration.perm("edit"))
        refuse_stronger(actor, user_id)
        check_new_password(password, username=row["username"], name=row["name"], user_id=user_id)
        set_password(user_id, password, must_change=True)
        end_sessions(user_id)


def refuse_stronger(actor: Actor, user_id: UUID) -> None:
    """Nobody sets the password of somebody who may do more than he: it would be a way to that person's rights (S-5)."""
    target = load_actor(user_id)
    if target and (actor.duty or target.duty):
        if not separation.may_reset(actor, target):
            raise OthersDuty(duty=separation.NAMES[target.duty or SYSTEM])
        return
    for permission, reach in (target.reaches if target else {}).items():
        own = actor.reach(permission)
        if own is None or not (own.everything or (not reach.everything and reach.departments <= own.departments)):
            raise MoreThanOwn(permission=permission)


def unlock_user(actor: Actor, user_id: UUID) -> None:
    """Forget a person's wrong passwords."""
    declaration = get_object("users")
    with act(actor, "unlock", object="users", record_id=user_id):
        row = lock_row(actor, declaration, user_id, declaration.perm("edit"))
        tries.unlock(row["username"])


def prove_password(actor: Actor, password: str, *, field: str = "password") -> User:
    """Have a person show that it is he who sits there, before what outlasts his session; :class:`Invalid` when it is wrong."""
    rates.take(f"password:{actor.id}", limit=10, seconds=900)
    user = User.objects.get(pk=actor.id)
    if not check_password(password, user.password):
        raise Invalid.one(field, "wrong_password", T("密码不正确。", "The password is not right."))
    return user


def change_password(actor: Actor, *, current: str, new: str, session_id: UUID | None) -> None:
    """Change one's own password; all other sessions end."""
    user = prove_password(actor, current, field="current")
    check_new_password(new, username=user.username, name=user.name, user_id=actor.id)
    with act(actor, "password", object="users", record_id=actor.id):
        set_password(actor.id, new)
        end_sessions(actor.id, but=session_id)


def make_password_link(actor: Actor, user_id: UUID) -> dict[str, Any]:
    """A link by which a person chooses his password himself, to be handed to him: an invitation, or instead of a forgotten one."""
    declaration = get_object("users")
    with act(actor, "password-link", object="users", record_id=user_id):
        lock_row(actor, declaration, user_id, declaration.perm("edit"))
        refuse_stronger(actor, user_id)
        user = User.objects.get(pk=user_id)
        if not user.is_active:
            raise LinkOver
        link = make_link(user)
    return _as_url(link)


def _as_url(link: Link) -> dict[str, Any]:
    # Behind the #: a browser sends it to no server, so that it is in no log.
    return {"url": f"{settings.PUBLIC_URL}/set-password#{link.token}", "until": link.until}


def choose_password(token: str, password: str, *, address: str) -> None:
    """A person chooses his password by a link; the link and all his sessions end. He signs in afterwards as ever."""
    rates.take(f"password-link:{network_of(address)}", limit=30, seconds=900)
    user = user_of_link(token)
    check_new_password(password, username=user.username, name=user.name, user_id=user.id)
    with act(BY_LINK, "password.chosen", object="users", record_id=user.id):
        User.objects.select_for_update().get(pk=user.id)
        user_of_link(token)  # of two who use it at once, one does
        set_password(user.id, password)
        end_sessions(user.id)


def new_user(
    doer: Actor,
    *,
    username: str,
    name: str,
    password: str | None,
    department: Department | None = None,
    roles: list[Role] | None = None,
    hashed: str | None = None,
    **facts: Any,
) -> User:
    """Make an account directly (set-up, demo, command line), with search columns and roles."""
    terms, text = index_record([name, username, facts.get("job_title", "")], person=True)
    with act(doer, "create", object="users"):
        user = User.objects.create(
            username=username,
            name=name,
            name_sort=pinyin_sort_key(name, person=True),
            password=hashed or make_password(password),
            department=department,
            search_terms=terms,
            search_text=text,
            created_by=doer.id,
            updated_by=doer.id,
            **facts,
        )
        UserRole.objects.bulk_create(UserRole(user=user, role=role) for role in roles or [])
    return user


def setup_open() -> bool:
    """Whether nobody exists yet, so that the first-administrator page may be used."""
    return not User.objects.exists()


def set_up(*, company: str, username: str, name: str, password: str) -> User:
    """The first administrator and the company; works once (S-14)."""
    if not company.strip() or not name.strip():
        raise Invalid.one(
            "company" if not company.strip() else "name", "required", T("请填写此项。", "This is required.")
        )
    if not _USERNAME.match(username):
        raise Invalid.one(
            "username",
            "bad_username",
            T("登录名为 2 到 60 位字母、数字、点、横线。", "A user name has 2 to 60 letters, digits, dots or dashes."),
        )
    check_new_password(password, username=username, name=name)
    with act(INSTALLER, "set-up", object="users"):
        with connection.cursor() as cursor:  # two browsers at once: one wins
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('kemai.set_up'))")
        if not setup_open():
            raise SetupClosed
        top = Department.objects.filter(parent__isnull=True, deleted_at__isnull=True).first()
        if top is None:
            top = Department.objects.create(
                name=company.strip()[:100], name_sort=pinyin_sort_key(company), kind="company"
            )
        else:
            Department.objects.filter(pk=top.pk).update(name=company.strip()[:100], name_sort=pinyin_sort_key(company))
        return new_user(
            INSTALLER,
            username=username,
            name=name.strip()[:60],
            password=password,
            department=top,
            roles=[Role.objects.get(code="administrator")],
        )


def create_admin(*, username: str, password: str, name: str = "") -> dict[str, str]:
    """An administrator from the command line; :class:`Invalid` when the name is taken."""
    if User.objects.filter(username__iexact=username).exists():
        raise Invalid.one("username", "duplicate", T("登录名已被使用。", "This user name is taken."))
    check_new_password(password, username=username, name=name)
    top = Department.objects.filter(parent__isnull=True, deleted_at__isnull=True).first()
    user = new_user(
        INSTALLER,
        username=username,
        name=name or username,
        password=password,
        department=top,
        roles=[Role.objects.get(code="administrator")],
    )
    return {"id": str(user.id), "username": user.username}


def create_link_for(*, username: str) -> dict[str, Any]:
    """A link to choose a password, from the command line: for the administrator who forgot his, and whom nobody else may help."""
    user = User.objects.filter(username__iexact=username, is_active=True, deleted_at__isnull=True).first()
    if user is None:
        raise NobodyOfThatName(username=username)
    audit.record(COMMAND_LINE, "password-link", object="users", record_id=user.id)
    return _as_url(make_link(user))


def create_token_for(*, username: str, name: str, days: int | None = 365) -> dict[str, str]:
    """An API token for a person, from the command line; shown once."""
    user = User.objects.filter(username__iexact=username, is_active=True, deleted_at__isnull=True).first()
    if user is None:
        raise NobodyOfThatName(username=username)
    return {"token": create_token(user=user, name=name, days=days), "username": user.username, "name": name}
