"""Who people are and what they may do: departments, users, roles, grants, field rules, teams, shares, sessions, tokens."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from kemai.accounts.rules.duties import DUTIES
from kemai.base.models import Record, audited, record_indexes
from kemai.base.privacy import UNTIL_EXPIRY, WITH_COMPANY, WITH_PERSON, WITH_RECORD, Holds, days
from kemai.kit.clock import now
from kemai.kit.ids import new_id

ANY_CHANGE = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete


def rights(on: pgtrigger.Operation | pgtrigger.Operations = ANY_CHANGE) -> list[pgtrigger.Trigger]:
    """Triggers of every table rights are computed from: any change moves the epoch, in the same transaction, whoever made it.

    Processes keep resolved rights until the epoch moves, so revocation bites at the next look (S-6).
    """
    return [
        pgtrigger.Trigger(
            name="rights_epoch",
            operation=on,
            when=pgtrigger.After,
            level=pgtrigger.Statement,
            func="UPDATE accounts_rightsepoch SET value = value + 1; RETURN NULL;",
        )
    ]


def duty_of_role() -> pgtrigger.Trigger:
    """Writes beside a held role which duty it is, so that the constraint on it binds whoever inserts (S-16)."""
    codes = ", ".join(f"'{code}'" for code in DUTIES)
    return pgtrigger.Trigger(
        name="duty_of_role",
        operation=pgtrigger.Insert | pgtrigger.Update,
        when=pgtrigger.Before,
        func=(
            f"SELECT CASE WHEN r.code IN ({codes}) THEN r.code ELSE '' END INTO NEW.duty "
            "FROM accounts_role r WHERE r.id = NEW.role_id; RETURN NEW;"
        ),
    )


class RightsEpoch(models.Model):
    """One row that counts changes of rights."""

    id = models.IntegerField(primary_key=True, default=1)
    value = models.BigIntegerField(default=1)
    holds = Holds(WITH_COMPANY)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="rights_epoch_single")]


class Department(Record):
    """A node of the organisation: company, subsidiary or department (ORG-1)."""

    name = models.CharField(max_length=100)
    name_sort = models.TextField(default="")
    kind = models.CharField(max_length=20, default="department")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    head = models.ForeignKey("User", null=True, on_delete=models.SET_NULL, related_name="+")
    position = models.IntegerField(default=0)
    holds = Holds(WITH_COMPANY, internal="name kind")

    class Meta(Record.Meta):
        triggers = audited() + rights()
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "name"],
                name="department_name_once",
                condition=models.Q(deleted_at__isnull=True),
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=~models.Q(parent=models.F("id")), name="department_not_own_parent"),
        ]
        indexes = record_indexes("dept", sorts=("updated_at", "name_sort", "position"))


class UserManager(BaseUserManager["User"]):
    pass


class User(Record, AbstractBaseUser):
    """A person who signs in. One home department, a manager, a job title (ORG-1)."""

    last_login = None  # sessions tell it better
    username = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    name_sort = models.TextField(default="")
    email = models.CharField(max_length=200, default="")
    phone = models.CharField(max_length=40, default="")
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="people")
    manager = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="reports")
    job_title = models.CharField(max_length=60, default="")
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    password_at = models.DateTimeField(default=now)
    locale = models.CharField(max_length=10, default="zh-CN")
    time_zone = models.CharField(max_length=40, default="Asia/Shanghai")
    theme = models.CharField(max_length=10, default="auto")
    favourites = ArrayField(models.CharField(max_length=60), default=list)  # keys of the menu, in their order
    holds = Holds(
        WITH_PERSON,
        internal="locale time_zone theme favourites",
        personal="username name email phone job_title",
        hashed="password",
    )

    USERNAME_FIELD = "username"
    objects: ClassVar[UserManager] = UserManager()

    class Meta(Record.Meta):
        triggers = audited("password", "password_at", "locale", "theme", "favourites") + rights()
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="user_username_once",
                condition=models.Q(deleted_at__isnull=True),
            )
        ]
        indexes = record_indexes("user", sorts=("updated_at", "name_sort"), branches=("department_id",))


class Role(Record):
    """A set of grants with a duty sheet (岗位职责). ``code`` is set for the roles Kemai ships."""

    code = models.CharField(max_length=40, default="")
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, default="")
    name_sort = models.TextField(default="")
    duties = models.TextField(default="")
    goals = models.TextField(default="")
    holds = Holds(WITH_COMPANY, internal="code name name_en duties goals")

    class Meta(Record.Meta):
        triggers = audited() + rights()
        constraints = [
            models.UniqueConstraint(
                fields=["name"], name="role_name_once", condition=models.Q(deleted_at__isnull=True)
            ),
            models.UniqueConstraint(fields=["code"], name="role_code_once", condition=~models.Q(code="")),
        ]
        indexes = record_indexes("role", sorts=("updated_at", "name_sort"))


class RoleGrant(models.Model):
    """(role, permission, scope): ORG-2. ``departments`` counts for the scope "chosen departments" only."""

    id = models.UUIDField(primary_key=True, default=new_id)
    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="grants")
    permission = models.CharField(max_length=100)
    scope = models.CharField(max_length=20)
    departments = ArrayField(models.UUIDField(), default=list)
    holds = Holds(WITH_COMPANY, internal="permission scope departments")

    class Meta:
        triggers = audited() + rights()
        constraints = [models.UniqueConstraint(fields=["role", "permission"], name="grant_once")]


class FieldRule(models.Model):
    """How a role meets one field: hidden, masked, read_only or editable (ORG-3)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="field_rules")
    object = models.CharField(max_length=60)
    field = models.CharField(max_length=60)
    access = models.CharField(max_length=10)
    holds = Holds(WITH_COMPANY, internal="object field access")

    class Meta:
        triggers = audited() + rights()
        constraints = [models.UniqueConstraint(fields=["role", "object", "field"], name="field_rule_once")]


class UserRole(models.Model):
    """That a person holds a role."""

    id = models.UUIDField(primary_key=True, default=new_id)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="role_links")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="user_links")
    duty = models.CharField(max_length=40, default="")
    """Which of the three administrators' roles this is, empty for all others; written by a trigger (ORG-9)."""
    holds = Holds(WITH_PERSON, internal="duty")

    class Meta:
        triggers = [*audited("duty"), *rights(), duty_of_role()]
        constraints = [
            models.UniqueConstraint(fields=["user", "role"], name="user_role_once"),
            models.UniqueConstraint(fields=["user"], name="user_duty_once", condition=~models.Q(duty="")),
        ]


class DutySeparation(models.Model):
    """Whether the three administrators' duties are separate (三员分立). One row; switched off by two persons (ORG-9)."""

    id = models.IntegerField(primary_key=True, default=1)
    on = models.BooleanField(default=False)
    since = models.DateTimeField(null=True)
    off_asked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    off_asked_at = models.DateTimeField(null=True)
    holds = Holds(WITH_COMPANY)

    class Meta:
        triggers = rights()
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="duty_separation_single")]


class Team(Record):
    """People who work records together across departments (ORG-4)."""

    name = models.CharField(max_length=60)
    name_sort = models.TextField(default="")
    description = models.TextField(default="")
    holds = Holds(WITH_COMPANY, internal="name description")

    class Meta(Record.Meta):
        triggers = audited() + rights()
        constraints = [
            models.UniqueConstraint(fields=["name"], name="team_name_once", condition=models.Q(deleted_at__isnull=True))
        ]
        indexes = record_indexes("team", sorts=("updated_at", "name_sort"))


class TeamMember(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="team_links")
    lead = models.BooleanField(default=False)
    holds = Holds(WITH_PERSON)

    class Meta:
        triggers = audited() + rights()
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="team_member_once")]


class RecordShare(models.Model):
    """One record opened to a user, department or team, to read or to write, until a moment (ORG-4)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    object = models.CharField(max_length=60)
    record_id = models.UUIDField()
    grantee_kind = models.CharField(max_length=12)
    grantee_id = models.UUIDField()
    can_write = models.BooleanField(default=False)
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)
    created_by = models.UUIDField(null=True)
    holds = Holds(WITH_RECORD, internal="object grantee_kind")

    class Meta:
        triggers = audited()
        constraints = [models.UniqueConstraint(fields=["object", "record_id", "grantee_id"], name="share_once")]
        indexes = [models.Index(fields=["grantee_id", "object"], name="share_grantee_ix")]


class Session(models.Model):
    """A signed-in browser. Only the hash of its token is stored."""

    token_hash = models.CharField(primary_key=True, max_length=64)
    id = models.UUIDField(default=new_id, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    created_at = models.DateTimeField(default=now)
    seen_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    address = models.TextField(default="")
    agent = models.TextField(default="")
    view_as = models.UUIDField(null=True)
    """As whom this session looks at the system, until ``view_as_until`` (PLT-16)."""
    view_as_until = models.DateTimeField(null=True)
    view_as_reason = models.TextField(default="")
    rights_mark = models.CharField(max_length=32, default="")
    """The rights its id was given under; empty: it stays as it is. With other rights it gets another id (S-7)."""
    former_hash = models.CharField(max_length=64, null=True, unique=True)
    """The id before, good for some seconds more, for what was on its way."""
    former_until = models.DateTimeField(null=True)
    awaits_factor = models.BooleanField(default=False)
    """The password was right, the second factor is still to come: nobody is signed in yet (ORG-7)."""
    holds = Holds(
        UNTIL_EXPIRY, personal="address agent view_as_reason", internal="rights_mark", hashed="token_hash former_hash"
    )

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="session_age_ix")]


class FormerPassword(models.Model):
    """A password a person had, as a hash, so that it does not come back too soon."""

    id = models.UUIDField(primary_key=True, default=new_id)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="former_passwords")
    password = models.CharField(max_length=128)
    set_at = models.DateTimeField(default=now)
    holds = Holds(WITH_PERSON, hashed="password")


class KnownDevice(models.Model):
    """A browser in which a person has signed in before; its tries are counted apart from strangers' (S-8)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="devices")
    device_hash = models.CharField(max_length=64)
    seen_at = models.DateTimeField(default=now)
    holds = Holds(days(180), hashed="device_hash")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "device_hash"], name="device_once")]


class Totp(models.Model):
    """A person's authenticator program: the secret, sealed, and the last step used, so that no code counts twice (ORG-7)."""

    user = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE, related_name="totp")
    secret = models.TextField()
    last_step = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=now)
    holds = Holds(WITH_PERSON, sealed="secret")

    class Meta:
        triggers = rights(pgtrigger.Insert | pgtrigger.Delete)  # whether there is one, not each use


class Passkey(models.Model):
    """A key in a person's own device, of which only the public half is here (ORG-7). ``uses``: as the device counts them, 0 where it
    does not."""

    credential = models.CharField(primary_key=True, max_length=1400)
    id = models.UUIDField(default=new_id, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="passkeys")
    public_key = models.TextField()
    uses = models.BigIntegerField(default=0)
    name = models.CharField(max_length=60)
    created_at = models.DateTimeField(default=now)
    used_at = models.DateTimeField(null=True)
    holds = Holds(WITH_PERSON, personal="name", internal="credential public_key")

    class Meta:
        triggers = rights(pgtrigger.Insert | pgtrigger.Delete)  # whether there is one, not each use


class RecoveryCode(models.Model):
    """A word that stands in for a second factor once. Only its hash is stored."""

    code_hash = models.CharField(primary_key=True, max_length=64)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    holds = Holds(WITH_PERSON, hashed="code_hash")


class ApiToken(models.Model):
    """A program's key, acting as its person and never as more. Shown once; only the hash is stored, with a prefix to recognise it by."""

    id = models.UUIDField(primary_key=True, default=new_id)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    read_only = models.BooleanField(default=False)
    objects_allowed = ArrayField(models.CharField(max_length=60), default=list)
    """Kinds of record it is limited to; none named: all its person may."""

    holds = Holds(WITH_PERSON, internal="name prefix objects_allowed", hashed="token_hash")
