"""The counters of the home page: each a figure with the list it opens (PLT-15)."""

from __future__ import annotations

from typing import Any

from kemai.activities.selectors.reports import latest_morning, not_handed_in
from kemai.analytics.home import lists
from kemai.analytics.home.asking import Counter, Rows
from kemai.analytics.home.lists import MINE, OPEN, ROTTING, WON, all_of, in_month
from kemai.analytics.selectors.paths import leaf
from kemai.customers.rules.pool import HOLD_LIMIT
from kemai.kit.words import T
from kemai.platform.doubles.queue import kinds_with_queue
from kemai.platform.notify import count_unread
from kemai.platform.transfer.approvals import APPROVE, count_waiting


def monthly(
    code: str, label: T, about: T, rows: tuple[str, str], *leaves: dict[str, Any], sum: str = "", permission: str = ""
) -> Counter:
    """A figure of this month beside last month's. ``rows``: kind of record and the field that says when."""
    name, field = rows
    return Counter(
        code,
        label,
        about,
        Rows(name, filter=in_month(name, field, *leaves)),
        sum=sum,
        before=Rows(name, filter=in_month(name, field, *leaves, back=1)),
        permission=permission,
    )


TEAM = "analytics.manager.view"
DEALS, CUSTOMERS, CONTACTS = (
    ("opportunities", "closed_at"),
    ("customers", "created_at"),
    ("interactions", "occurred_at"),
)

COUNTERS: tuple[Counter, ...] = (
    # One's own day
    Counter(
        "due",
        T("今日待联系", "To contact today"),
        T("约好今天以前联系的我的客户", "My customers whose next contact is due"),
        Rows("customers", "due"),
        tone="warning",
    ),
    Counter(
        "silent",
        T("30 天未联系", "Silent for 30 days"),
        T("三十天没有跟进过的我的客户", "My customers without a follow-up for thirty days"),
        Rows("customers", "silent"),
        tone="danger",
    ),
    Counter(
        "falling",
        T("即将掉入公海", "About to fall"),
        T("按回收规则快要被收回的我的客户", "My customers soon to be taken back by the rules"),
        lists.FALLING,
        tone="danger",
    ),
    Counter(
        "ending",
        T("合同将到期", "Contracts ending"),
        T("三十天内合同到期的我的客户", "My customers whose contract ends within thirty days"),
        lists.CONTRACT_ENDING,
        tone="warning",
    ),
    Counter(
        "mine",
        T("我的客户", "My customers"),
        T("我名下的客户，以及保有上限", "Customers I hold, against the limit"),
        Rows("customers", "mine"),
        of=HOLD_LIMIT.value,
    ),
    Counter(
        "to_improve",
        T("资料待完善", "Files to improve"),
        T("资料评分低于 60 的我的客户", "My customers whose file scores below 60"),
        lists.TO_IMPROVE,
    ),
    Counter(
        "tasks",
        T("今日任务", "Tasks today"),
        T("今天以前到期、我还没做完的任务", "My open tasks due by today"),
        lists.TASKS,
        tone="warning",
    ),
    Counter(
        "promises",
        T("到期承诺", "Promises due"),
        T("今天以前要兑现的我的承诺", "What I promised customers by today"),
        Rows("promises", filter=all_of(MINE, OPEN, leaf("due_on", "lte", "today"))),
        tone="warning",
    ),
    Counter(
        "leads",
        T("我的线索", "My leads"),
        T("我正在跟进的线索", "Leads I am working on"),
        Rows("leads", "mine"),
    ),
    Counter(
        "leads_waiting",
        T("待首次响应", "First answer due"),
        T("还没有人联系过的我的线索", "My leads nobody has spoken to yet"),
        lists.LEADS_WAITING,
        tone="warning",
    ),
    Counter(
        "leads_late",
        T("响应超时线索", "Leads answered too late"),
        T("过了响应时限还没联系的我的线索", "My leads past the time for a first answer"),
        Rows("leads", "late"),
        tone="danger",
    ),
    Counter(
        "open",
        T("进行中的商机", "Open opportunities"),
        T("我正在谈的商机", "Deals I am working on"),
        Rows("opportunities", "mine"),
    ),
    Counter(
        "pipeline",
        T("在谈金额", "Pipeline"),
        T("我正在谈的商机的金额合计", "The sum of the deals I am working on"),
        Rows("opportunities", "mine"),
        sum="amount",
    ),
    Counter(
        "closing",
        T("本月应成交", "To close"),
        T("预计本月底以前成交、还在谈的我的商机", "My open deals expected by the end of the month"),
        lists.CLOSING,
    ),
    Counter(
        "rotting",
        T("停滞的商机", "Deals standing still"),
        T("在一个阶段停留过久的我的商机", "My deals too long in one stage"),
        lists.STANDING,
        tone="danger",
    ),
    monthly(
        "won_month",
        T("本月赢单金额", "Won this month"),
        T("我本月赢单的金额，和上月相比", "What I won this month, and last month"),
        DEALS,
        MINE,
        WON,
        sum="amount",
    ),
    Counter(
        "unread",
        T("未读消息", "Unread messages"),
        T("铃铛里还没有看的消息", "What the bell holds and I have not read"),
        tone="warning",
        count=count_unread,
    ),
    # Those in one's charge
    Counter(
        "team_open",
        T("团队在谈商机", "Team: open deals"),
        T("我能看到的全部进行中的商机", "All open deals I may see"),
        Rows("opportunities", "open"),
        permission=TEAM,
    ),
    Counter(
        "team_pipeline",
        T("团队在谈金额", "Team: pipeline"),
        T("我能看到的全部进行中商机的金额合计", "The sum of all open deals I may see"),
        Rows("opportunities", "open"),
        sum="amount",
        permission=TEAM,
    ),
    Counter(
        "team_closing",
        T("团队本月应成交", "Team: to close"),
        T("预计本月底以前成交、还在谈的全部商机的金额", "The sum of open deals expected by the end of the month"),
        lists.TEAM_CLOSING,
        sum="amount",
        permission=TEAM,
    ),
    Counter(
        "team_rotting",
        T("团队停滞商机", "Team: standing still"),
        T("在一个阶段停留过久的全部商机", "All deals too long in one stage"),
        Rows("opportunities", filter=all_of(OPEN, ROTTING)),
        tone="danger",
        permission=TEAM,
    ),
    Counter(
        "team_leads_late",
        T("团队超时线索", "Team: late leads"),
        T("过了响应时限还没联系的全部线索", "All leads past the time for a first answer"),
        Rows("leads", filter=all_of(leaf("overdue", "eq", True))),
        tone="danger",
        permission="sales.lead.assign",
    ),
    Counter(
        "transfers",
        T("待审批移交", "Hand-overs to decide"),
        T("同事申请移交商机或客户，等待处理", "Requests to hand over a deal or a customer, waiting for a decision"),
        lists.TO_DECIDE,
        tone="warning",
        permission="sales.transfer.decide",
    ),
    Counter(
        "exports",
        T("待审批导出", "Exports to decide"),
        T("同事申请的大批量导出，等待审批", "Large exports waiting for a decision"),
        tone="warning",
        permission=APPROVE,
        count=count_waiting,
        path=lambda _: "/exports?which=waiting",
    ),
    Counter(
        "reports_missing",
        T("未交晨会表", "Morning sheets missing"),
        T("最近一个工作日还没有交晨会表的人", "People who have not handed in the last working day's sheet"),
        tone="warning",
        permission="activities.report.comment",
        count=lambda actor: len(not_handed_in(actor, "morning", latest_morning(actor))),
        path=lambda actor: f"/day-reports?kind=morning&on={latest_morning(actor)}",
    ),
    # What comes in, and how clean it is kept
    Counter(
        "pool",
        T("公海可领取", "In the pool"),
        T("公海里我可以领取的客户", "Customers in the pool I may claim"),
        Rows("customers", "pool"),
        permission="customers.customer.claim",
    ),
    Counter(
        "leads_pool",
        T("待分配线索", "Leads to distribute"),
        T("公海里还没有负责人的线索", "Leads in the pool without an owner"),
        lists.LEADS_POOL,
        tone="warning",
        permission="sales.lead.assign",
    ),
    Counter(
        "duplicates",
        T("疑似重复", "Possible duplicates"),
        T("等待核对的疑似重复记录", "Pairs of records that may be one"),
        tone="warning",
        permission="customers.customer.merge",
        count=lambda actor: sum(kind["open"] for kind in kinds_with_queue(actor)),
        path=lambda _: "/duplicates",
    ),
    Counter(
        "low_quality",
        T("低分客户", "Low-scoring customers"),
        T("资料评分低于 60 的全部客户", "All customers whose file scores below 60"),
        lists.LOW_QUALITY,
        permission="customers.customer.edit",
    ),
    monthly(
        "new_month",
        T("本月新增客户", "New this month"),
        T("我能看到的本月新增客户，和上月相比", "Customers added this month that I may see, and last month"),
        CUSTOMERS,
    ),
    Counter(
        "customers",
        T("全部客户", "All customers"),
        T("我能看到的全部客户", "All customers I may see"),
        Rows("customers"),
    ),
    Counter(
        "people",
        T("在用账号", "Active accounts"),
        T("能登录的同事", "Colleagues who can sign in"),
        Rows("users", filter=all_of(leaf("is_active", "eq", True))),
        permission="administration.user.edit",
    ),
)
