"""Pipelines and stages as an administrator keeps them."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from kemai.accounts.access import Actor
from kemai.accounts.models import Department
from kemai.base import epochs
from kemai.base.audit import act
from kemai.kit.words import T
from kemai.platform.objects.declare import Draft
from kemai.sales.models import Opportunity, Pipeline, Stage


class Ready(NamedTuple):
    """A stage of a ready pipeline."""

    code: str
    name: str
    name_en: str
    kind: str
    probability: int
    rot_days: int
    color: str
    guidance: str


class ReadyPipeline(NamedTuple):
    """A pipeline every installation begins with (SAL-18)."""

    name: str
    name_en: str
    name_sort: str
    planned: bool
    stages: tuple[Ready, ...]


LOST = Ready("lost", "丢单", "Lost", "lost", 0, 0, "default", "说明原因，留待以后再联系。")
SALES = ReadyPipeline(
    "销售流程",
    "Sales process",
    "xiaoshouliucheng",
    False,
    (
        Ready("explore", "开拓", "Explore", "open", 10, 30, "blue", "找到需求和关键人，约到第一次沟通。"),
        Ready("contact", "接触", "Contact", "open", 30, 30, "cyan", "了解需求、预算和决策过程，确认是否值得投入。"),
        Ready("negotiate", "洽谈", "Negotiate", "open", 60, 21, "orange", "给出方案和报价，谈价格、交期和条款。"),
        Ready("cooperate", "合作", "Cooperate", "won", 100, 0, "green", "签约成交。"),
        LOST,
    ),
)
KEY_ACCOUNT = ReadyPipeline(
    "大客户流程",
    "Key account process",
    "dakehuliucheng",
    True,
    (
        Ready(
            "identify", "客户识别", "Identify", "open", 5, 30, "blue", "判断是否值得按大客户投入：规模、潜力、匹配度。"
        ),
        Ready("relate", "关系建立", "Relate", "open", 15, 45, "cyan", "认识决策链上的人，约到高层沟通。"),
        Ready("discover", "需求挖掘", "Discover", "open", 30, 45, "cyan", "弄清业务问题、预算、时间和决策方式。"),
        Ready("propose", "方案提供", "Propose", "open", 55, 30, "gold", "按需求给出方案、报价和交付计划。"),
        Ready("sign", "合同签订", "Sign", "open", 80, 21, "orange", "谈定条款，完成合同评审和签署。"),
        Ready("deliver", "交付实施", "Deliver", "won", 100, 0, "green", "按计划交付，确认验收。"),
        Ready("serve", "服务维护", "Serve", "won", 100, 0, "green", "回访满意度，发现新的需求。"),
        LOST,
    ),
)
JOURNEY = ReadyPipeline(
    "客户全程",
    "Whole journey",
    "kehuquancheng",
    False,
    (
        Ready(
            "attract", "发现和吸引", "Find and attract", "open", 5, 60, "blue", "找到目标客户，让对方知道并愿意了解。"
        ),
        Ready("acquire", "获取", "Acquire", "open", 40, 45, "cyan", "第一次成交前的沟通、试用和报价。"),
        Ready("maintain", "维护", "Maintain", "won", 100, 0, "green", "成交后的服务与回访。"),
        Ready("develop", "发展和挽留", "Develop and keep", "won", 100, 0, "gold", "增购、交叉销售；有流失迹象时挽留。"),
        Ready("sustain", "评估和维系", "Assess and sustain", "won", 100, 0, "purple", "评估价值，决定以后的投入。"),
        LOST,
    ),
)


def make_ready_pipelines(actor: Actor) -> None:
    """The ready pipelines (SAL-18), each made once; one that was renamed or deleted is not made again."""
    known = {code for code in Pipeline.objects.values_list("ready", flat=True) if code}
    for position, (code, ready) in enumerate((("sales", SALES), ("key_account", KEY_ACCOUNT), ("journey", JOURNEY))):
        if code in known or Pipeline.objects.filter(name=ready.name, deleted_at__isnull=True).exists():
            continue
        _make_pipeline(actor, code, ready, position)


def _make_pipeline(actor: Actor, code: str, ready: ReadyPipeline, position: int) -> None:
    with act(actor, "create", object="pipelines"):
        pipeline = Pipeline.objects.create(
            name=ready.name,
            name_en=ready.name_en,
            name_sort=ready.name_sort,
            planned=ready.planned,
            position=position,
            ready=code,
            created_by=actor.id,
        )
        Stage.objects.bulk_create(
            Stage(
                pipeline=pipeline,
                position=n,
                created_by=actor.id,
                forecast=forecast_of(stage.kind, stage.probability),
                **stage._asdict(),
            )
            for n, stage in enumerate(ready.stages)
        )


def forecast_of(kind: str, probability: int) -> str:
    """The forecast category a stage begins with."""
    if kind != "open":
        return "commit" if kind == "won" else "omitted"
    return "best" if probability >= 50 else "pipeline"


def own_pipelines(departments: Collection[UUID | None]) -> dict[UUID | None, UUID | None]:
    """The first pipeline for people of each department: of the nearest one above that has one, else one for everybody. Two statements."""
    tree = dict(Department.objects.filter(deleted_at__isnull=True).values_list("id", "parent_id"))
    rows = Pipeline.objects.filter(active=True, deleted_at__isnull=True).order_by("position", "name")
    firsts: dict[UUID | None, UUID] = {}
    for key, department in rows.values_list("id", "department_id"):
        firsts.setdefault(department, key)

    def first_of(department: UUID | None) -> UUID | None:
        chain: list[UUID | None] = []
        while department is not None and department not in chain:
            chain.append(department)
            department = tree.get(department)
        return next((firsts[d] for d in (*chain, None) if d in firsts), None)

    return {department: first_of(department) for department in departments}


def after_pipelines(actor: Actor, drafts: list[Draft]) -> None:
    """What is kept of pipelines in memory is read again."""
    epochs.forget()


def prepare_stages(actor: Actor, drafts: list[Draft]) -> None:
    """A stage in use keeps its kind and pipeline: its opportunities would change their state unseen."""
    for draft in drafts:
        if (
            draft.old is not None
            and (draft.changed("kind") or draft.changed("pipeline_id"))
            and Opportunity.objects.filter(stage_id=draft.id).exists()
        ):
            draft.wrong(
                "kind",
                "in_use",
                T(
                    "阶段里已有商机，不能改变性质或流程。",
                    "The stage holds opportunities; its kind and pipeline are fixed.",
                ),
            )
