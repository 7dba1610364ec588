"""What exports of persons say of their consent, and whether those without one go out (ORG-10)."""

from __future__ import annotations

from typing import Any

import orjson

from kemai.base.parameters import Parameter, declare
from kemai.kit.words import T
from kemai.platform.objects.dictionaries import dictionary_items
from kemai.platform.transfer.marks import ASK, REFUSE, SAY, Mark, mark_exports
from kemai.privacy.dictionaries import PURPOSE
from kemai.privacy.services.requests import GROUP

#: The purpose a file that leaves the company is for.
SHARING = "sharing"
POLICY = declare(
    Parameter(
        "privacy.export_without_consent",
        "choice",
        SAY,
        T("导出没有同意“提供给第三方”的人", "Exports of persons who have not agreed to be passed on"),
        GROUP,
        T(
            "联系人和个人客户的导出文件总有一列“个人信息同意”。",
            "Exports of contacts and of customers who are persons always have a column that says to what each has agreed.",
        ),
        choices=(
            (SAY, T("只在文件中注明", "Say it in the file")),
            (ASK, T("先提醒，确认后导出", "Ask first")),
            (REFUSE, T("不允许导出", "Refuse")),
        ),
    )
)
LABEL = T("个人信息同意", "Consent")
NONE, GIVEN, WITHDRAWN = T("没有同意记录", "No consent"), T("同意", "agreed"), T("已撤回", "withdrawn")
ERASING = T("已请求删除", "Erasure asked for")
LACKING = T(
    "有 {count} 人没有同意把个人信息提供给第三方（没有记录、已撤回或已请求删除）。请先取得同意，或用筛选去掉他们。",
    "{count} person(s) have not agreed to be passed on (no consent, withdrawn, or erasure asked for). Obtain it, or filter them out.",
)
_IN_FORCE = "(c.withdrawn_on IS NULL OR c.withdrawn_on > current_date)"
_ERASING = (
    "EXISTS (SELECT 1 FROM privacy_subjectrequest r WHERE r.subject_id = t.id AND r.kind = 'erasure' "
    "AND r.status IN ('open', 'doing') AND r.deleted_at IS NULL)"
)


def _said(whose: str) -> str:
    """Purpose → whether a consent to it is in force; those withdrawn are false, those never given are missing."""
    return (
        f"jsonb_build_object('said', (SELECT jsonb_object_agg(x.purpose, x.held) FROM (SELECT c.purpose, bool_or({_IN_FORCE}) AS held "
        f"FROM privacy_consent c WHERE {whose} AND c.deleted_at IS NULL GROUP BY c.purpose) x), 'erasing', {_ERASING})"
    )


def _lacking(whose: str) -> str:
    return (
        f"({_ERASING} OR NOT EXISTS (SELECT 1 FROM privacy_consent c WHERE {whose} AND c.purpose = '{SHARING}' "
        f"AND c.deleted_at IS NULL AND {_IN_FORCE}))"
    )


def consent_words(value: Any) -> str:
    """``营销信息：同意；提供给第三方：已撤回`` in the order of the dictionary; empty for what is no person."""
    if value is None:
        return ""
    found = orjson.loads(value)
    said = found["said"] or {}
    parts = [ERASING.to()] if found["erasing"] else []
    for item in dictionary_items(PURPOSE.code):
        if item.value in said:
            parts.append(f"{item.label.to()}: {(GIVEN if said[item.value] else WITHDRAWN).to()}")
    return "; ".join(parts if said else [*parts, NONE.to()])


def _mark(object_name: str, whose: str, person: str = "TRUE") -> None:
    sql = f"CASE WHEN {person} THEN {_said(whose)}::text END"
    lacking = f"{person} AND {_lacking(whose)}"
    mark_exports(object_name, Mark(LABEL, sql, consent_words, lacking, POLICY.value, LACKING))


_mark("contacts", "c.contact_id = t.id")
_mark("customers", "c.customer_id = t.id AND c.contact_id IS NULL", "t.kind = 'person'")
