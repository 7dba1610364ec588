"""Why somebody can, or cannot, do something to a record (PLT-16), in words an administrator can act on.

The verdict is put together from the very branches the predicate consists of (:func:`kemai.accounts.access.explain`), so that explanation
and behaviour cannot disagree. What a record says is never shown; whose it is, is: an explanation consists of that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection

from kemai.accounts.access import Actor, Explanation, explain, load_actor
from kemai.accounts.grantees import grantee_names
from kemai.accounts.models import Department, FieldRule, RecordShare, Role, RoleGrant, User
from kemai.accounts.people import people_holding
from kemai.kit.clock import now
from kemai.kit.errors import Malformed, NotFound
from kemai.kit.words import T
from kemai.platform.objects.declare import Field, ObjectType, get_object, permissions_of
from kemai.platform.objects.read import command_scope, list_options
from kemai.platform.objects.secrecy import HIDDEN, MASKED, access_of, row_secret
from kemai.platform.objects.shares import own_line

PERMISSION = "administration.explain.view"

SCOPE_WORDS = {
    "own": T("本人负责的", "own records"),
    "department": T("所在部门的", "those of the own department"),
    "department_below": T("所在部门及下级部门的", "those of the own department and below"),
    "departments": T("指定部门的：{names}", "those of chosen departments: {names}"),
    "all": T("全部", "all"),
}
ACCESS_WORDS = {
    "hidden": T("隐藏", "hidden"),
    "masked": T("脱敏显示", "masked"),
    "read_only": T("只读", "read-only"),
    "editable": T("可编辑", "editable"),
}
OWNER = T("负责人", "Owner")


@dataclass(slots=True)
class Step:
    """One link of the chain: ``ok`` is None where it only informs."""

    key: str
    ok: bool | None
    title: T
    lines: list[str] = field(default_factory=list)

    def json(self) -> dict[str, Any]:
        return {"key": self.key, "ok": self.ok, "title": self.title.to(), "lines": self.lines}


@dataclass(slots=True)
class Remedy:
    """What could be done about it, and where."""

    text: str
    path: str = ""

    def json(self) -> dict[str, Any]:
        return {"text": self.text, "path": self.path or None}


def explain_right(
    asker: Actor, *, user_id: UUID, object_name: str, verb: str, record_id: UUID | None, field_name: str
) -> dict[str, Any]:
    """Whether the person may do ``verb`` (to the record; to the field), why, and who could change it."""
    asker.require(PERMISSION)
    declaration = get_object(object_name)
    words = dict(permissions_of(declaration)).get(declaration.perm(verb))
    if words is None:
        raise Malformed(what=f"verb {verb[:40]!r}")
    found = declaration.by_name.get(field_name) if field_name else None
    if field_name and found is None:
        raise Malformed(what=f"field {field_name[:60]!r}")
    user = User.objects.filter(pk=user_id, deleted_at__isnull=True).first()
    if user is None:
        raise NotFound
    story = _Story(asker, user, declaration, verb, record_id)
    story.tell(found)
    return {
        "user": {"id": user.id, "label": user.name},
        "object": {"name": declaration.name, "label": declaration.label.to()},
        "permission": {"code": declaration.perm(verb), "label": words.to()},
        "record": story.record_label(),
        "verdict": story.verdict,
        "headline": story.headline(words),
        "steps": [s.json() for s in story.steps],
        "remedies": [r.json() for r in story.remedies],
    }


class _Story:
    """The chain of an explanation, told link by link: account, roles, record, ways, field."""

    def __init__(self, asker: Actor, user: User, declaration: ObjectType, verb: str, record_id: UUID | None) -> None:
        self.asker, self.user, self.declaration, self.record_id = asker, user, declaration, record_id
        self.actor = load_actor(user.id)
        self.permission = declaration.perm(verb)
        self.line = own_line(declaration) if verb == "share" else declaration.ownership
        # Some commands ask for the right itself at any scope, and for another right to reach the record (claiming asks to see it).
        command = next((c for c in declaration.commands if c.verb == verb), None)
        self.scope_permission = command_scope(declaration, command) if command else self.permission
        self.steps: list[Step] = []
        self.remedies: list[Remedy] = []
        self.verdict = False
        self.masked = False

    def tell(self, found: Field | None) -> None:
        self._account()
        granted = self._roles(self.permission)
        if self.scope_permission != self.permission:
            granted = self._roles(self.scope_permission) and granted
        allowed = self.actor is not None and granted
        if self.record_id is not None and self.actor is not None:
            allowed = self._record(self.actor) and allowed
        if found is not None and self.actor is not None:
            allowed = self._field(self.actor, found) and allowed
        self.verdict = allowed

    def headline(self, words: T) -> str:
        what = self.declaration.label
        if self.verdict and self.masked:
            text = T(
                "{name}可以{verb}此{what}，但该字段脱敏显示。",
                "{name} may {verb} this {what}, but the field is masked.",
            )
        elif self.verdict:
            text = T("{name}可以{verb}{what}。", "{name} may: {verb} · {what}.")
        else:
            text = T("{name}不能{verb}{what}。", "{name} may not: {verb} · {what}.")
        return text.to(name=self.user.name, verb=words.to(), what=what.to())

    def record_label(self) -> dict[str, Any] | None:
        """The record by name only where the asker may see it himself."""
        if self.record_id is None:
            return None
        seen = (
            list_options(self.asker, self.declaration, ids=[self.record_id])
            if self.asker.has(self.declaration.perm("view"))
            else []
        )
        return {"id": self.record_id, "label": seen[0]["label"] if seen else None}

    # ------------------------------------------------------------ account and roles

    def _account(self) -> None:
        active = self.user.is_active
        text = T("账号正常。", "The account is active.") if active else T("账号已停用。", "The account is disabled.")
        self.steps.append(Step("account", active, T("账号", "Account"), [text.to()]))
        if not active:
            self.remedies.append(Remedy(T("启用该账号。", "Enable the account.").to(), "/admin/users"))

    def _roles(self, permission: str) -> bool:
        """Which role gives the grant, with which scope; what roles would."""
        held = list(self.user.role_links.select_related("role").filter(role__deleted_at__isnull=True))
        grants = {
            g.role_id: g for g in RoleGrant.objects.filter(role_id__in=[h.role_id for h in held], permission=permission)
        }
        label = dict(permissions_of(self.declaration)).get(permission, T(permission, permission)).to()
        lines = []
        for link in held:
            grant = grants.get(link.role_id)
            given = self._scope(grant) if grant else T("没有此权限", "does not grant this").to()
            lines.append(T("角色“{role}”：{given}", 'Role "{role}": {given}').to(role=link.role.name, given=given))
        if not held:
            lines.append(T("此人没有任何角色。", "The person has no role.").to())
        title = T(f"权限：{label}", f"Right: {label}")
        self.steps.append(Step("roles", bool(grants), title, lines))
        if not grants:
            self._suggest_roles(permission)
        return bool(grants)

    def _scope(self, grant: RoleGrant) -> str:
        words = SCOPE_WORDS[grant.scope]
        return words.to(names=_names(Department, grant.departments)) if grant.departments else words.to(names="")

    def _suggest_roles(self, permission: str) -> None:
        names = Role.objects.filter(grants__permission=permission, deleted_at__isnull=True).order_by("name_sort")
        able = _administrators()
        text = T(
            "由{who}给此人加上有此权限的角色（{roles}），或在其角色中勾选此权限。",
            "{who} can give a role that has this right ({roles}), or tick it in a role of the person.",
        )
        roles = "、".join(names.values_list("name", flat=True)[:6]) or T("目前没有", "none so far").to()
        self.remedies.append(Remedy(text.to(who=able, roles=roles), "/admin/roles"))

    # ------------------------------------------------------------ the record

    def _record(self, actor: Actor) -> bool:
        assert self.record_id is not None
        why = explain(actor, self.scope_permission, self.line, table=self.declaration.table, key=self.record_id)
        if not why.exists:
            self.steps.append(
                Step("record", False, T("记录", "Record"), [T("没有这条记录。", "There is no such record.").to()])
            )
            return False
        if why.deleted:
            gone = T("记录在回收站中。", "The record is in the recycle bin.").to()
            self.steps.append(Step("record", False, T("记录", "Record"), [gone]))
            self.remedies.append(Remedy(T("从回收站恢复。", "Restore it from the recycle bin.").to(), "/bin"))
            return False
        facts = _facts(self.declaration, self.record_id)
        if why.everything or why.public:
            text = (
                T("权限范围是全部记录。", "The right reaches all records.")
                if why.everything
                else T("此类记录对所有人可见。", "Records of this kind are open to everybody.")
            )
            self.steps.append(Step("scope", True, T("范围", "Reach"), [text.to()]))
            return True
        self._ways(actor, why, facts)
        return why.verdict

    def _ways(self, actor: Actor, why: Explanation, facts: dict[str, Any]) -> None:
        met: dict[str, bool] = {}
        for branch, opens in why.ways:
            met[branch.kind] = met.get(branch.kind, False) or opens
        self._owner_step(facts, met.get("owner", False))
        self._department_step(actor, facts, met.get("department", False))
        if self.line.shares:
            self._share_step(actor, facts, met.get("share", False))
        if self.line.pool and facts.get(self.line.pool):
            self._pool_step(facts, met.get("pool", False))
        if not why.verdict and why.granted:
            self._suggest_reach(facts)

    def _owner_step(self, facts: dict[str, Any], met: bool) -> None:
        owners = self.line.owners
        lines = [
            T("{role}：{name}", "{role}: {name}").to(
                role=_label_of(self.declaration, column).to(),
                name=_names(User, [facts[column]]) if facts[column] else T("无", "nobody").to(),
            )
            for column in owners
        ]
        lines.append((T("就是此人。", "That is the person.") if met else T("不是此人。", "Not the person.")).to())
        self.steps.append(Step("owner", met, T("本人负责", "Own record"), lines))

    def _department_step(self, actor: Actor, facts: dict[str, Any], met: bool) -> None:
        reach = actor.reach(self.scope_permission)
        departments = self.line.departments
        if not departments:
            return
        mine = {facts[c] for c in departments if facts[c]}
        place = _names(Department, list(mine)) or T("没有部门", "no department").to()
        if reach and reach.departments:
            reached = _names(Department, sorted(reach.departments))
            said = T("此人的范围：{names}", "The person reaches: {names}").to(names=reached)
        else:
            said = T("此人的范围不含任何部门。", "The person's reach holds no department.").to()
        lines = [T("记录的部门：{place}", "Department of the record: {place}").to(place=place), said]
        self.steps.append(Step("department", met, T("部门", "Department"), lines))

    def _share_step(self, actor: Actor, facts: dict[str, Any], met: bool) -> None:
        lines = []
        rows = [
            row
            for shared, column in self.line.shares
            for row in RecordShare.objects.filter(object=shared, record_id=facts[column])
        ]
        names = grantee_names((r.grantee_kind, r.grantee_id) for r in rows)
        for row in rows:
            lines.append(_share_line(row, names.get(row.grantee_id, ""), row.grantee_id in actor.principals))
        if not rows:
            lines.append(T("没有共享给任何人。", "It is shared with nobody.").to())
        self.steps.append(Step("share", met, T("共享", "Sharing"), lines))

    def _pool_step(self, facts: dict[str, Any], met: bool) -> None:
        said = (
            T("记录在公海中，此人是公海成员。", "It lies in a pool the person belongs to.")
            if met
            else T("记录在公海中，此人不是该公海的成员。", "It lies in a pool the person does not belong to.")
        )
        self.steps.append(Step("pool", met, T("公海", "Pool"), [said.to()]))

    def _suggest_reach(self, facts: dict[str, Any]) -> None:
        owners = [facts[c] for c in self.line.owners if facts[c]]
        if self.declaration.shareable and owners:
            text = T("由负责人{name}共享给此人。", "{name}, whose record it is, can share it with the person.")
            self.remedies.append(
                Remedy(text.to(name=_names(User, owners)), f"{self.declaration.path}/{self.record_id}")
            )
        text = T("由{who}扩大角色中此权限的范围。", "{who} can widen the scope of the right in a role.")
        self.remedies.append(Remedy(text.to(who=_administrators()), "/admin/roles"))

    # ------------------------------------------------------------ the field

    def _field(self, actor: Actor, found: Field) -> bool:
        rules = {
            r.role_id: r.access
            for r in FieldRule.objects.filter(
                role__user_links__user=self.user, object=self.declaration.name, field=found.name
            )
        }
        lines = []
        for link in self.user.role_links.select_related("role").filter(role__deleted_at__isnull=True):
            rule = rules.get(link.role_id)
            said = ACCESS_WORDS[rule] if rule else T("未设限制", "sets no limit")
            lines.append(T("角色“{role}”：{rule}", 'Role "{role}": {rule}').to(role=link.role.name, rule=said.to()))
        access = access_of(actor, self.declaration, found)
        lines.append(
            T("多个角色取最宽的一条，结果：{rule}", "The most open rule counts: {rule}").to(
                rule=ACCESS_WORDS[access].to()
            )
        )
        secret = self.record_id is not None and _row_secret(actor, self.declaration, found, self.record_id)
        if secret:
            lines.append(T("在这条记录上该值对此人脱敏。", "On this record the value is withheld.").to())
        self.masked = access == MASKED or secret
        self.steps.append(
            Step("field", access != HIDDEN, T(f"字段：{found.label.zh}", f"Field: {found.label.en}"), lines)
        )
        if access in (HIDDEN, MASKED):
            text = T("由{who}在角色中放宽该字段的规则。", "{who} can relax the rule of this field in a role.")
            self.remedies.append(Remedy(text.to(who=_administrators()), "/admin/roles"))
        return access != HIDDEN


def _share_line(row: RecordShare, name: str, his: bool) -> str:
    words = T("可编辑", "may edit") if row.can_write else T("可查看", "may view")
    text = T("共享给{name}（{words}）", "Shared with {name} ({words})").to(name=name, words=words.to())
    if row.expires_at:
        day = row.expires_at.date().isoformat()
        ended = row.expires_at <= now()
        text += (T("，已于 {day} 到期", ", expired {day}") if ended else T("，{day} 到期", ", until {day}")).to(day=day)
    if his:
        text += T("，包括此人", ", which takes in the person").to()
    return text


def _facts(declaration: ObjectType, key: UUID) -> dict[str, Any]:
    """The columns the predicate reads of a record."""
    line = declaration.ownership
    columns = sorted(
        {*line.owners, *line.departments, *(c for _, c in line.shares), *([line.pool] if line.pool else [])}
    )
    if not columns:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)} FROM {declaration.table} WHERE id = %s", [key])
        return dict(zip(columns, cursor.fetchone(), strict=True))


def _row_secret(actor: Actor, declaration: ObjectType, found: Field, key: UUID) -> bool:
    secret = row_secret(actor, found)
    if not secret:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT 1 FROM {declaration.table} t WHERE t.id = %(key)s AND {secret}", {**actor.params, "key": key}
        )
        return cursor.fetchone() is not None


def _label_of(declaration: ObjectType, column: str) -> T:
    found = declaration.by_column.get(column)
    return found.label if found else OWNER


def _names(model: type[User] | type[Department], keys: list[Any]) -> str:
    found = dict(model.objects.filter(pk__in=[k for k in keys if k]).values_list("pk", "name"))
    names = [found[k] for k in keys if k in found]
    more = "…" if len(names) > 8 else ""
    return "、".join(names[:8]) + more


def _administrators() -> str:
    """Who could change rights: a few names, so that it is clear whom to ask."""
    found = people_holding("administration.role.edit").order_by("name_sort").values_list("name", flat=True)[:3]
    return "、".join(found)
