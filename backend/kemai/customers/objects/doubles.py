"""By what customers and contacts are recognised as doubles, and how two become one (CUS-9)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kemai.accounts.access import Actor
from kemai.customers.services.following import hold_children
from kemai.kit.text.fold import fold
from kemai.kit.text.normalise import phone_key
from kemai.kit.words import T
from kemai.platform.doubles.declare import BLOCK, Doubles, MatchPart, MatchRule, Merging

_COMPANY, _PERSON = (("kind", "company"),), (("kind", "person"),)

CUSTOMER_DOUBLES = Doubles(
    holder="(SELECT d.name FROM accounts_department d WHERE d.id = t.department_id)",
    nobody=T("公海", "the public pool"),
    rules=(
        MatchRule(
            "company_name",
            T("公司名称相同", "Same company name"),
            (MatchPart("name", "company"),),
            action=BLOCK,
            only=_COMPANY,
            fixed=True,
        ),
        MatchRule(
            "credit_code", T("信用代码相同", "Same credit code"), (MatchPart("credit_code", "text"),), BLOCK, fixed=True
        ),
        MatchRule(
            "person",
            T("个人姓名和电话相同", "Same person and phone"),
            (MatchPart("name", "text"), MatchPart("phone", "phone")),
            action=BLOCK,
            only=_PERSON,
            fixed=True,
        ),
        MatchRule(
            "similar_name",
            T("公司名称相似", "Similar company name"),
            (MatchPart("name", "company_like", also="former_names"),),
            threshold=82,
            only=_COMPANY,
        ),
        MatchRule("phone", T("电话相同", "Same phone"), (MatchPart("phone", "phone"),), score=80),
        MatchRule("email", T("邮箱相同", "Same e-mail"), (MatchPart("email", "email"),), score=75),
        MatchRule(
            "person_birthday",
            T("姓名读音和生日相同", "Name sounds the same, same birthday"),
            (MatchPart("name", "sound"), MatchPart("birth_on", "same")),
            score=90,
            only=_PERSON,
        ),
    ),
)

CONTACT_DOUBLES = Doubles(
    holder="(SELECT d.name FROM accounts_department d WHERE d.id = t.holder_department_id)",
    nobody=T("公海", "the public pool"),
    rules=(
        MatchRule(
            "name_customer",
            T("同一客户下姓名读音相同", "Name sounds the same at one customer"),
            (MatchPart("name", "sound"), MatchPart("customer", "same")),
            score=88,
        ),
        MatchRule(
            "name_phone",
            T("姓名和电话相同", "Same name and phone"),
            (MatchPart("name", "text"), MatchPart("phone", "phone")),
            score=95,
        ),
        MatchRule("phone", T("电话相同", "Same phone"), (MatchPart("phone", "phone"),), score=70),
        MatchRule("email", T("邮箱相同", "Same e-mail"), (MatchPart("email", "email"),), score=80),
    ),
)


def _kinds(actor: Actor, survivor: dict[str, Any], loser: dict[str, Any]) -> T | None:
    if survivor["kind"] != loser["kind"]:
        return T("公司和个人不能合并。", "A company and a person cannot be merged.")
    if survivor["pool_id"] != loser["pool_id"] and (survivor["pool_id"] is None) != (loser["pool_id"] is None):
        return T(
            "一个在公海，一个有负责人：请先领取或退回，再合并。",
            "One lies in a pool, one has an owner: claim or release first, then merge.",
        )
    return None


def _hold(actor: Actor, survivor: UUID, loser: UUID) -> None:
    hold_children([survivor, loser])


CUSTOMER_MERGING = Merging(
    refusal=_kinds,
    kept=("owner_id", "kind"),
    former="former_names",
    after=_hold,
)


def _other_customer(actor: Actor, survivor: dict[str, Any], loser: dict[str, Any]) -> T | None:
    if survivor["customer_id"] != loser["customer_id"]:
        return T(
            "两位联系人属于不同客户；请先合并客户，或改联系人的客户。",
            "The contacts belong to different customers; merge those first, or change one's customer.",
        )
    return None


def _same_person(one: dict[str, Any], two: dict[str, Any]) -> bool:
    """The same name, and nothing that says it is somebody else."""
    phones = {phone_key(p) or p for row in (one, two) if (p := str(row["phone"] or ""))}
    return fold(str(one["name"])) == fold(str(two["name"])) and len(phones) <= 1


CONTACT_MERGING = Merging(
    refusal=_other_customer,
    kept=("customer_id",),
    same=_same_person,
)


def _same_relation(one: dict[str, Any], two: dict[str, Any]) -> bool:
    return (one["related_id"], one["customer_id"], one["kind"]) == (two["related_id"], two["customer_id"], two["kind"])


RELATION_MERGING = Merging(same=_same_relation)
