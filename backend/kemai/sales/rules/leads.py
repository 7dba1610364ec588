"""What may be done with a lead in which state. Pure (SAL-1)."""

from __future__ import annotations

from kemai.base.parameters import Parameter, declare
from kemai.kit.words import T

GROUP = T("线索", "Leads")
HOLD_LIMIT = declare(
    Parameter(
        "sales.lead_hold_limit",
        "int",
        200,
        T("每人未转化线索上限", "Open leads one person may hold"),
        GROUP,
        T(
            "领取时检查，公海自己没有设上限时用；0 表示不限",
            "Checked when claiming, where the pool has no limit of its own; 0: no limit",
        ),
        0,
        1_000_000,
    )
)
DAILY_CLAIMS = declare(
    Parameter(
        "sales.lead_daily_claims",
        "int",
        30,
        T("每人每日领取线索上限", "Leads one person may claim a day"),
        GROUP,
        T("公海自己没有设上限时用；0 表示不限", "Where the pool has no limit of its own; 0: no limit"),
        0,
        100_000,
    )
)
RESPONSE_HOURS = declare(
    Parameter(
        "sales.lead_response_hours",
        "int",
        4,
        T("首次响应时限（工作小时）", "First response within (working hours)"),
        GROUP,
        T(
            "线索到手后应在多少工作小时内首次跟进；0 表示不计时",
            "Working hours from getting a lead to the first follow-up; 0: no clock",
        ),
        0,
        1_000,
    )
)
HOT_SCORE = declare(
    Parameter(
        "sales.lead_hot_score",
        "int",
        70,
        T("高分线索（分）", "A lead of a high score has at least"),
        GROUP,
        T("达到此分、几天没有动的线索排进今天的名单", "Untouched for some days, it comes onto the list of the day"),
        1,
        100,
    )
)
HOT_DAYS = declare(
    Parameter(
        "sales.lead_hot_days",
        "int",
        2,
        T("高分线索几天没动就提醒", "Days after which a lead of a high score is called for"),
        GROUP,
        minimum=1,
        maximum=365,
    )
)

OPEN = ("new", "working", "qualified")
"""States in which a lead is being worked on."""
UNDECIDED = ("new", "working")
"""Those before it was found fit or unfit: its first response is waited for."""

#: Verb → the states it may start from.
_FROM: dict[str, tuple[str, ...]] = {
    "start": ("new",),
    "qualify": UNDECIDED,
    "disqualify": OPEN,
    "reopen": ("unqualified",),
    "convert": OPEN,
    "unconvert": ("converted",),
    "claim": OPEN,
    "assign": OPEN,
    "release": OPEN,
    "protect": OPEN,
}

_WORDS = {
    "new": T("新线索", "new"),
    "working": T("跟进中", "being worked on"),
    "qualified": T("已合格", "qualified"),
    "unqualified": T("不合格", "unqualified"),
    "converted": T("已转化", "converted"),
}


def refusal_of(verb: str, status: str) -> T | None:
    """Why ``verb`` is refused to a lead in ``status``; None when it may go ahead."""
    if status in _FROM[verb]:
        return None
    words = _WORDS[status]
    return T(f"线索现在的状态是“{words.zh}”，不能这样做。", f"The lead is {words.en}; this cannot be done now.")
