"""Pipelines and stages as an administrator keeps them."""

from __future__ import annotations

from kemai.accounts.access import Actor
from kemai.base.audit import act
from kemai.kit.words import T
from kemai.platform.objects.declare import Draft
from kemai.sales.models import Opportunity, Pipeline, Stage

READY = (
    ("explore", "开拓", "Explore", "open", 10, 30, "blue", "找到需求和关键人，约到第一次沟通。"),
    ("contact", "接触", "Contact", "open", 30, 30, "cyan", "了解需求、预算和决策过程，确认是否值得投入。"),
    ("negotiate", "洽谈", "Negotiate", "open", 60, 21, "orange", "给出方案和报价，谈价格、交期和条款。"),
    ("cooperate", "合作", "Cooperate", "won", 100, 0, "green", "签约成交。"),
    ("lost", "丢单", "Lost", "lost", 0, 0, "default", "说明原因，留待以后再联系。"),
)


def make_ready_pipeline(actor: Actor) -> Pipeline:
    """The ready sales pipeline 开拓→接触→洽谈→合作 (SAL-18), made once."""
    found = Pipeline.objects.filter(name="销售流程", deleted_at__isnull=True).first()
    if found:
        return found
    with act(actor, "create", object="pipelines"):
        pipeline = Pipeline.objects.create(
            name="销售流程", name_en="Sales process", name_sort="xiaoshouliucheng", created_by=actor.id
        )
        for position, (code, name, name_en, kind, probability, rot_days, color, guidance) in enumerate(READY):
            Stage.objects.create(
                pipeline=pipeline,
                code=code,
                name=name,
                name_en=name_en,
                kind=kind,
                probability=probability,
                rot_days=rot_days,
                color=color,
                guidance=guidance,
                position=position,
                created_by=actor.id,
            )
    return pipeline


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
