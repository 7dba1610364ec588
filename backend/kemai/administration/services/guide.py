"""Going live: what an empty company still needs, in the order in which it is needed (PLT-18, first part).

A step is done when the records it asks for are there, or when an administrator says that it is right as it is. What is there is
counted in one statement, up to what is asked for and no further.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from kemai.accounts.access import Actor
from kemai.accounts.models import User
from kemai.base.audit import act
from kemai.base.models import ParameterValue
from kemai.kit.clock import now
from kemai.kit.errors import NotFound
from kemai.kit.words import T
from kemai.platform.objects.declare import get_object

PERMISSION = "administration.parameter.edit"
_SAID = "system.guide."
"""Steps an administrator called done, and :data:`_HIDDEN`, among the parameters' values."""
_HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Step:
    """One step. ``object`` and ``wanted``: done with so many living records of that kind; without, only by hand."""

    code: str
    label: T
    help: T
    path: str
    permission: str
    object: str = ""
    wanted: int = 0


STEPS = (
    Step(
        "company",
        T("核对公司设置", "Check the company's settings"),
        T(
            "时区、上下班时间、本位币。本位币在有了外币商机之后不能再改，请先定好。",
            "Time zone, working hours, the company's currency. The currency is fixed once deals have others, so settle it first.",
        ),
        "/admin/parameters",
        PERMISSION,
    ),
    Step(
        "departments",
        T("建立部门", "Build the departments"),
        T(
            "部门决定“本部门”“部门及下级”能看到哪些记录，先建好再加人。",
            "Departments decide what “own department” and “department and below” reach, so they come before people.",
        ),
        "/admin/departments",
        "administration.department.edit",
        "departments",
        2,
    ),
    Step(
        "people",
        T("添加人员", "Add people"),
        T(
            "每人一个账号、一个部门、至少一个角色。临时密码在首次登录时必须修改。",
            "Each gets an account, a department and at least one role. The temporary password is changed at the first sign-in.",
        ),
        "/admin/users",
        "administration.user.edit",
        "users",
        2,
    ),
    Step(
        "roles",
        T("核对角色与权限", "Check roles and rights"),
        T(
            "常用岗位已经备好。看一遍谁能看、改、导出什么，需要保密的字段设为隐藏或打码。",
            "The usual positions are ready. See who may view, change and export what; hide or mask what is confidential.",
        ),
        "/admin/roles",
        "administration.role.edit",
    ),
    Step(
        "pools",
        T("设置公海", "Set up the pools"),
        T(
            "谁可以领取、每人最多持有多少客户、每天领取几个。",
            "Who may claim, how many customers one may hold, how many a day.",
        ),
        "/admin/pools",
        "customers.pool.edit",
        "pools",
        2,
    ),
    Step(
        "pipeline",
        T("核对销售流程", "Check the pipeline"),
        T(
            "阶段、成交概率、停滞天数。现成的流程是 开拓→接触→洽谈→合作。",
            "Stages, chances, days until a deal counts as stalled. Ready-made: open up, contact, negotiate, cooperate.",
        ),
        "/admin/pipelines",
        "sales.pipeline.edit",
    ),
    Step(
        "fields",
        T("补充字段与字典", "Add fields and choices"),
        T(
            "行业、来源等选项改成自己的叫法；缺的字段在这里加，不用写代码。",
            "Make industries, sources and other choices your own, and add the fields you miss. No code needed.",
        ),
        "/admin/fields",
        "platform.field.manage",
    ),
    Step(
        "customers",
        T("导入客户", "Import the customers"),
        T(
            "直接上传现有的 Excel：先试导入看错误，再正式导入，不满意可以整批撤销。",
            "Upload the Excel you have: try it, mend what is wrong, import, and take the whole of it back if need be.",
        ),
        "/customers/import",
        "customers.customer.import",
        "customers",
        1,
    ),
    Step(
        "work",
        T("写下第一条跟进", "Write the first follow-up"),
        T(
            "从客户页写一条跟进并约好下次联系，到了那天它会出现在工作台。",
            "Write a follow-up on a customer with a next date: on that day the customer is on the home page.",
        ),
        "/customers",
        "activities.interaction.create",
        "interactions",
        1,
    ),
)


def guide(actor: Actor) -> dict[str, Any]:
    """The steps ``actor`` may do, each with whether it is done, by whom it was called done, and what it still wants."""
    actor.require(PERMISSION)
    steps = [step for step in STEPS if actor.has(step.permission)]
    found = _counts([step for step in steps if step.object])
    said = {row.code.removeprefix(_SAID): row for row in ParameterValue.objects.filter(code__startswith=_SAID)}
    keys = {row.updated_by for row in said.values() if row.updated_by}
    people = dict(User.objects.filter(pk__in=keys).values_list("id", "name"))
    items: list[dict[str, Any]] = []
    for step in steps:
        word = said.get(step.code)
        there = bool(step.object) and found[step.code] >= step.wanted
        items.append(
            {
                "code": step.code,
                "label": step.label.to(),
                "help": step.help.to(),
                "path": step.path,
                "done": there or word is not None,
                "by_itself": there,
                "said_by": people.get(word.updated_by) if word and word.updated_by else None,
                "said_at": word.updated_at.isoformat() if word else None,
            }
        )
    done = sum(item["done"] for item in items)
    return {"items": items, "done": done, "total": len(items), "hidden": _HIDDEN in said}


def _counts(steps: list[Step]) -> dict[str, int]:
    if not steps:
        return {}
    parts = [
        f"(SELECT count(*) FROM (SELECT 1 FROM {get_object(s.object).table} WHERE deleted_at IS NULL LIMIT {s.wanted}) n)"
        for s in steps
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}")
        return dict(zip((s.code for s in steps), cursor.fetchone(), strict=True))


def say_done(actor: Actor, code: str, *, done: bool) -> None:
    """Call a step done though nothing shows it, or take that back. :class:`NotFound` for a step ``actor`` may not do."""
    actor.require(PERMISSION)
    if not any(step.code == code and actor.has(step.permission) for step in STEPS):
        raise NotFound
    _keep(actor, code, kept=done)


def hide(actor: Actor, *, hidden: bool) -> None:
    """Take the guide off the home page for everybody, or put it back."""
    actor.require(PERMISSION)
    _keep(actor, _HIDDEN, kept=hidden)


def _keep(actor: Actor, code: str, *, kept: bool) -> None:
    with act(actor, "guide.say", object="parameters", data={"step": code, "done": kept}):
        if kept:
            ParameterValue.objects.update_or_create(
                code=_SAID + code, defaults={"value": True, "updated_at": now(), "updated_by": actor.id}
            )
        else:
            ParameterValue.objects.filter(code=_SAID + code).delete()
