"""Whether what a form sends is a person's. Pure (MKT-5)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kemai.base.parameters import Parameter, declare
from kemai.kit.words import T
from kemai.sales.rules.leads import GROUP

RATE = declare(
    Parameter(
        "sales.form_rate",
        "int",
        10,
        T("表单：同一地址每小时提交上限", "Forms: submissions from one address an hour"),
        GROUP,
        minimum=1,
        maximum=10_000,
    )
)
#: A field people do not see: whoever fills it in is a program.
HONEYPOT = "company_fax"
#: Nobody fills in a form faster.
QUICKEST_SECONDS = 2.0
MOST_LINKS = 3
_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sent:
    """A submission: whether the hidden field was filled in, how old its page is, whether its ticket is good, what it says."""

    trapped: bool
    age: float
    fresh: bool
    texts: tuple[str, ...]


def decide_submission(sent: Sent) -> str:
    """``lead``: take it; ``spam``: thank and forget, so that a program learns nothing; ``again``: show the page anew."""
    if sent.trapped:
        return "spam"
    if not sent.fresh or sent.age < QUICKEST_SECONDS:
        return "again"
    if sum(len(_LINK.findall(text)) for text in sent.texts) > MOST_LINKS:
        return "spam"
    return "lead"
