"""What the demo company has to show of personal data: consents, persons' requests in each state, an export, and one that waits for its
approval (ORG-8, ORG-10, P-4, P-5). Erased is nobody: that leaves its list outside the database."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from kemai.accounts.access import Actor
from kemai.accounts.models import User
from kemai.accounts.sessions import actor_of
from kemai.customers.models import Contact
from kemai.kit.clock import now, standing_at
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.select import Query
from kemai.platform.objects.write import create_record
from kemai.platform.transfer.export import start_export
from kemai.platform.workdays import company_today
from kemai.privacy.services.requests import complete_request, make_copy, refuse_request

EVIDENCE = {
    "written": "签在合同附件三",
    "form": "官网预约表单第 2 页勾选",
    "message": "微信聊天截图存于客户文件夹",
    "spoken": "来电录音，开头告知并同意",
}
#: Kind, what is asked, how many days ago, what came of it: nothing yet, its copy made, corrected, refused.
REQUESTS = (
    ("copy", "想知道贵公司保存了我的哪些信息，请发我一份", 2, ""),
    ("copy", "换了工作，想要一份与我有关的往来记录", 9, "made"),
    ("correction", "手机号码已更换，请改成新的", 13, ""),
    ("correction", "姓名里有一个字写错了", 20, "姓名已更正，邮寄地址一并核对"),
    ("erasure", "不再负责采购，请删除我的联系方式", 5, ""),
    ("erasure", "请删除所有与我有关的记录", 24, "合同仍在履行，联系人须保留到质保期满，期满后再删除"),
)
OWN = '{"field":"owner","op":"eq","value":"me"}'


def make_privacy(people: dict[str, User], sellers: list[Actor], dice: random.Random) -> dict[str, int]:
    """All of it, through the services; returns what was made."""
    made = {"consents": sum(_consents(seller, dice) for seller in sellers)}
    made["subject requests"] = _requests(actor_of(people["relations"].id))
    _exports(actor_of(people["rep"].id), actor_of(people["marketing"].id))
    return made


def _consents(seller: Actor, dice: random.Random) -> int:
    """Of the first contact of every fourth customer, and of a few who took it back."""
    contacts = Contact.objects.filter(customer__owner_id=seller.id, is_primary=True, deleted_at__isnull=True)
    chosen = list(contacts.order_by("customer__number", "id").values_list("id", flat=True))[::4]
    for n, contact in enumerate(chosen):
        channel = dice.choice(tuple(EVIDENCE))
        given = company_today() - timedelta(days=dice.randrange(20, 300))
        values: dict[str, Any] = {
            "contact": str(contact),
            "purpose": dice.choice(("contract", "contract", "marketing")),
            "channel": channel,
            "given_on": given.isoformat(),
            "evidence": EVIDENCE[channel],
        }
        if n % 7 == 3:
            values |= {"purpose": "marketing", "withdrawn_on": (given + timedelta(days=15)).isoformat()}
        create_record(seller, get_object("consents"), values)
    return len(chosen)


def _requests(clerk: Actor) -> int:
    persons = Contact.objects.filter(customer__owner__username__in=("rep", "rep2"), deleted_at__isnull=True)
    for (kind, asked, days, outcome), person in zip(
        REQUESTS, persons.order_by("customer__number", "id")[::9], strict=False
    ):
        with standing_at(now() - timedelta(days=days)):
            values = {
                "kind": kind,
                "asked": asked,
                "subject": {"object": "contacts", "id": str(person.pk)},
                "received_on": company_today().isoformat(),
            }
            key = create_record(clerk, get_object("subject-requests"), values)
        if outcome == "made":
            make_copy(clerk, key)  # by a job, so soon after the first start
        elif outcome:
            with standing_at(now() - timedelta(days=days - 3)):
                (complete_request if kind == "correction" else refuse_request)(clerk, key, answer=outcome)
    return len(REQUESTS)


def _exports(seller: Actor, marketer: Actor) -> None:
    """A seller's own list, written soon after the first start; and one so long that somebody has to approve it."""
    customers = get_object("customers")
    own = Query(fields=("name", "phone", "address"), filter=OWN, sort="name", limit=50)
    start_export(seller, customers, own, "xlsx", purpose="下周拜访路线")
    everybody = Query(fields=("name", "industry", "region", "owner"), sort="name")
    start_export(marketer, customers, everybody, "xlsx", purpose="秋季展会邀请名单")
