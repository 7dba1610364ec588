"""Departments, roles, teams: what an administrator decides. Nobody gives more than he holds, nor changes his own rights (S-5)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kemai.accounts.access import FIELD_ACCESS, SCOPES, Actor, Reach, departments_below
from kemai.accounts.errors import DutiesExclude, LastAdministrator, MoreThanOwn, OwnRoles
from kemai.accounts.models import Department, FieldRule, Role, RoleGrant, TeamMember, User, UserRole
from kemai.accounts.people import is_separate, people_holding
from kemai.accounts.rules.duties import DUTIES, SECURITY
from kemai.administration.services import separation
from kemai.base.audit import act
from kemai.kit.errors import Invalid, NotFound, VersionStale
from kemai.kit.http import etag_of
from kemai.kit.ids import parse_id
from kemai.kit.words import T
from kemai.platform.objects.declare import Draft, all_objects, get_object, permissions_of
from kemai.platform.objects.write import lock_row, update_rows

ADMINISTRATE = "administration.role.edit"
"""Who holds this can give himself anything; the last such person cannot be locked out."""


def prepare_departments(actor: Actor, drafts: list[Draft]) -> None:
    """No department hangs below itself."""
    tree = dict(Department.objects.filter(deleted_at__isnull=True).values_list("id", "parent_id"))
    for draft in drafts:
        parent = draft.values.get("parent_id")
        if parent and draft.changed("parent_id") and parent in departments_below(draft.id, tree):
            draft.wrong("parent", "cycle", T("上级不能是自己或自己的下级。", "A department cannot hang below itself."))


def role_grants(actor: Actor, role_id: UUID) -> dict[str, Any]:
    """A role's grants and field rules."""
    actor.require("administration.role.view")
    role = Role.objects.filter(pk=role_id, deleted_at__isnull=True).first()
    if role is None:
        raise NotFound
    return {
        "version": role.version,
        "grants": [
            {"permission": g.permission, "scope": g.scope, "departments": g.departments}
            for g in role.grants.order_by("permission")
        ],
        "field_rules": [
            {"object": r.object, "field": r.field, "access": r.access}
            for r in role.field_rules.order_by("object", "field")
            if _is_in_force(r)
        ],
    }


def _is_in_force(rule: FieldRule) -> bool:
    """Whether the rule is about a field there is. A custom field taken away keeps its rules unseen, for the day it comes back."""
    return any(o.name == rule.object and rule.field in o.by_name for o in all_objects())


def known_permissions() -> dict[str, T]:
    """Every permission code with its words."""
    return {code: label for declaration in all_objects() for code, label in permissions_of(declaration)} | dict(
        EXTRA_PERMISSIONS
    )


EXTRA_PERMISSIONS: list[tuple[str, T]] = [
    ("administration.parameter.edit", T("修改系统参数", "Change parameters")),
    ("administration.dictionary.edit", T("修改字典", "Change dictionaries")),
    ("platform.field.manage", T("管理字段与布局", "Manage fields and layouts")),
    ("administration.parked_job.manage", T("处理失败的后台任务", "Deal with background work that failed")),
    ("administration.safety.view", T("查看数据安全状态", "See the state of safety")),
    ("administration.audit.view", T("查看审计日志", "Read the audit log")),
    ("administration.explain.view", T("查询权限原因", "Ask why somebody can or cannot")),
    ("administration.view_as.start", T("以他人视角查看", "Look as another person")),
    ("platform.view.share", T("向全部人员共享视图", "Share views with everybody")),
    ("platform.export.approve", T("审批大批量导出", "Approve large exports")),
    ("platform.export.audit", T("查看导出日志", "See the log of exports")),
    ("platform.operation.view", T("查看他人的操作记录", "See what others did")),
    ("platform.operation.undo", T("撤销他人的操作", "Take back what others did")),
    ("administration.separation.view", T("查看三员分立", "See the separation of duties")),
    ("administration.token.revoke", T("查看并作废全部接口令牌", "See and revoke everybody's API tokens")),
    ("integrations.webhook.edit", T("管理 Webhook", "Manage webhooks")),
    ("integrations.mail.edit", T("设置邮件发送", "Set up e-mail")),
    ("platform.duplicates.manage", T("设置查重规则", "Set the rules against doubles")),
    ("customers.recycling.manage", T("管理公海回收", "Manage recycling to the pools")),
    ("sales.leadrules.manage", T("设置线索评分和分配规则", "Set the rules of leads")),
    ("privacy.inventory.view", T("查看个人信息清单", "See the list of personal data")),
    ("privacy.exposed.view", T("查询谁接触过个人信息", "See who had personal data")),
    ("analytics.analysis.view", T("查看销售分析", "See the analysis of sales")),
    ("analytics.manager.view", T("工作台显示团队数字", "The team's figures on the home page")),
]


def set_grants(
    actor: Actor, role_id: UUID, *, grants: list[dict[str, Any]], field_rules: list[dict[str, Any]], version: int
) -> None:
    """Replace a role's rights. Refused for a role one holds oneself, and for rights one does not hold."""
    declaration = get_object("roles")
    actor.require(declaration.perm("edit"))
    if UserRole.objects.filter(role_id=role_id, user_id=actor.id).exists():
        raise OwnRoles
    wanted = [_grant(actor, g) for g in grants]
    rules = [_rule(r) for r in field_rules]
    with act(actor, "grants", object="roles", record_id=role_id):
        row = lock_row(actor, declaration, role_id, declaration.perm("edit"))
        if row["version"] != version:
            raise VersionStale(role_grants(actor, role_id))
        _replace_grants(role_id, wanted)
        unseen = [r.id for r in FieldRule.objects.filter(role_id=role_id) if not _is_in_force(r)]
        FieldRule.objects.filter(role_id=role_id).exclude(pk__in=unseen).delete()
        FieldRule.objects.bulk_create(FieldRule(role_id=role_id, **r) for r in rules)
        update_rows(declaration, actor.id, [Draft(role_id, row, {"name": row["name"]})])
        keep_an_administrator()


def _replace_grants(role_id: UUID, wanted: list[dict[str, Any]]) -> None:
    RoleGrant.objects.filter(role_id=role_id).delete()
    RoleGrant.objects.bulk_create(RoleGrant(role_id=role_id, **g) for g in wanted)


def _grant(actor: Actor, raw: dict[str, Any]) -> dict[str, Any]:
    permission, scope = str(raw.get("permission")), str(raw.get("scope"))
    chosen = raw.get("departments") or []
    departments = [k for d in chosen if (k := parse_id(d))] if isinstance(chosen, list) else []
    if permission not in known_permissions() or scope not in SCOPES:
        raise Invalid.one(
            "grants",
            "unknown_permission",
            T("没有这个权限或范围：{what}", "No such permission or scope: {what}"),
            what=f"{permission} / {scope}"[:100],
        )
    if scope == "departments" and not departments:
        raise Invalid.one("grants", "required", T("请选择部门：{what}", "Choose departments: {what}"), what=permission)
    if _gives_too_much(actor, permission, scope, departments):
        raise MoreThanOwn(permission=known_permissions()[permission])
    return {"permission": permission, "scope": scope, "departments": departments}


def _gives_too_much(actor: Actor, permission: str, scope: str, departments: list[UUID]) -> bool:
    """Nobody gives more than he has. A security administrator beside two others gives what he has not: he may not use it, nor give it to
    himself, and whom he gives it to cannot give it on (ORG-9)."""
    return actor.duty != SECURITY and _exceeds(actor.reach(permission), scope, departments)


def _exceeds(held: Reach | None, scope: str, departments: list[UUID]) -> bool:
    """Whether a grant would reach further than ``held``. Scopes that follow the receiver's department may lead anywhere, so only
    somebody with the whole company gives them."""
    if held is None:
        return True
    if held.everything or scope == "own":
        return False
    tree = dict(Department.objects.filter(deleted_at__isnull=True).values_list("id", "parent_id"))
    return scope != "departments" or any(not departments_below(d, tree) <= held.departments for d in departments)


def _rule(raw: dict[str, Any]) -> dict[str, Any]:
    declaration = next((o for o in all_objects() if o.name == raw.get("object")), None)
    if declaration is None or str(raw.get("field")) not in declaration.by_name or raw.get("access") not in FIELD_ACCESS:
        raise Invalid.one("field_rules", "unknown_field", T("没有这个字段。", "There is no such field."))
    if raw["field"] == declaration.title and raw["access"] in ("hidden", "masked"):
        raise Invalid.one("field_rules", "title_field", T("名称字段不能隐藏。", "The naming field cannot be hidden."))
    return {"object": raw["object"], "field": raw["field"], "access": raw["access"]}


def set_user_roles(actor: Actor, user_id: UUID, *, roles: list[UUID], seen: str) -> None:
    """Give a person exactly these roles. Nobody changes his own, nor gives a role that holds more than he does.

    ``seen`` is the :func:`roles_tag` of what the writer read: :class:`VersionStale` when somebody else was faster (C-1).
    """
    actor.require(ADMINISTRATE)
    if user_id == actor.id:
        raise OwnRoles
    with act(actor, "roles", object="users", record_id=user_id, data={"roles": [str(r) for r in roles]}):
        if not User.objects.select_for_update().filter(pk=user_id, deleted_at__isnull=True).exists():
            raise NotFound
        if seen != roles_tag(user_id):
            raise VersionStale({"items": user_roles(actor, user_id)})
        _replace_roles(actor, user_id, roles)
        keep_an_administrator()


def _replace_roles(actor: Actor, user_id: UUID, roles: list[UUID]) -> None:
    known = set(Role.objects.filter(pk__in=roles, deleted_at__isnull=True).values_list("id", flat=True))
    if known != set(roles):
        raise Invalid.one("roles", "not_visible", T("没有这个角色。", "There is no such role."))
    if Role.objects.filter(pk__in=known, code__in=DUTIES).count() > 1:
        raise DutiesExclude
    held = set(UserRole.objects.filter(user_id=user_id).values_list("role_id", flat=True))
    for grant in RoleGrant.objects.filter(role_id__in=known - held):
        if _gives_too_much(actor, grant.permission, grant.scope, grant.departments):
            raise MoreThanOwn(permission=known_permissions().get(grant.permission, grant.permission))
    UserRole.objects.filter(user_id=user_id).exclude(role_id__in=known).delete()
    UserRole.objects.bulk_create(UserRole(user_id=user_id, role_id=r) for r in known - held)


def keep_an_administrator() -> None:
    """Somebody active must be able to give rights; called before a change that may take the last one away commits."""
    if not people_holding(ADMINISTRATE).exists():
        raise LastAdministrator
    if is_separate():
        separation.require_all_duties()


def user_roles(actor: Actor, user_id: UUID) -> list[dict[str, Any]]:
    actor.require("administration.role.view")
    return [
        {"id": link.role_id, "label": link.role.name}
        for link in UserRole.objects.filter(user_id=user_id).select_related("role").order_by("role__name")
    ]


def roles_tag(user_id: UUID) -> str:
    """The ETag of a person's roles: which they are, whatever they are called."""
    keys = UserRole.objects.filter(user_id=user_id).order_by("role_id").values_list("role_id", flat=True)
    return etag_of(list(keys))


def team_members(actor: Actor, team_id: UUID) -> list[dict[str, Any]]:
    actor.require("administration.team.view")
    rows = TeamMember.objects.filter(team_id=team_id).select_related("user").order_by("-lead", "user__name_sort")
    return [{"user": {"id": m.user_id, "label": m.user.name}, "lead": m.lead} for m in rows]


def members_tag(team_id: UUID) -> str:
    """The ETag of a team's members and leaders."""
    return etag_of(list(TeamMember.objects.filter(team_id=team_id).order_by("user_id").values_list("user_id", "lead")))


def set_team_members(actor: Actor, team_id: UUID, *, members: list[dict[str, Any]], seen: str) -> None:
    """Replace a team's members; ``seen`` is the :func:`members_tag` of those the writer read (:class:`VersionStale`)."""
    declaration = get_object("teams")
    wanted = {k: bool(m.get("lead")) for m in members if (k := parse_id(m.get("user")))}
    if len(wanted) != len(members) or User.objects.filter(pk__in=wanted, deleted_at__isnull=True).count() != len(
        wanted
    ):
        raise Invalid.one("members", "not_visible", T("成员不存在或重复。", "A member does not exist or comes twice."))
    with act(actor, "members", object="teams", record_id=team_id):
        lock_row(actor, declaration, team_id, declaration.perm("edit"))
        if seen != members_tag(team_id):
            raise VersionStale({"items": team_members(actor, team_id)})
        TeamMember.objects.filter(team_id=team_id).delete()
        TeamMember.objects.bulk_create(TeamMember(team_id=team_id, user_id=u, lead=lead) for u, lead in wanted.items())
