"""The cards of the home page below the counters (PLT-15). ``shape`` says how the screen draws what ``read`` gives."""

from __future__ import annotations

from typing import Any

from kemai.activities.selectors.reports import latest_morning
from kemai.analytics.home import lists
from kemai.analytics.home.asking import UNSAID, Counter, Rows
from kemai.analytics.home.counters import CONTACTS, CUSTOMERS, DEALS, TEAM, monthly
from kemai.analytics.home.lists import MINE, WON
from kemai.analytics.home.readings import (
    WON_THIS_MONTH,
    may_add_up,
    may_import,
    may_read,
    may_sum,
    read_funnel,
    read_imports,
    read_messages,
    read_missing,
    read_ranking,
    read_recent,
    read_tasks,
    read_worklist,
)
from kemai.analytics.home.shapes import Card, Listing, figures_card, listing_card
from kemai.kit.words import T


def _month(*more: dict[str, Any]) -> tuple[Counter, ...]:
    return (
        monthly("won_sum", T("赢单金额", "Won"), UNSAID, DEALS, *more, WON, sum="amount"),
        monthly("won_count", T("赢单数", "Deals won"), UNSAID, DEALS, *more, WON),
        monthly("new_customers", T("新增客户", "New customers"), UNSAID, CUSTOMERS, *more),
        monthly("interactions", T("跟进次数", "Follow-ups"), UNSAID, CONTACTS, *more),
    )


#: Of all one may see; of oneself with ``MINE``.
MONTH = _month()

CARDS: tuple[Card, ...] = (
    Card(
        "worklist",
        T("今天联系谁", "To contact today"),
        T(
            "今天该联系的客户和原因，排好先后，可以直接写跟进",
            "Whom to contact today and why, best first; write the follow-up there",
        ),
        "worklist",
        lambda actor: actor.has("customers.customer.view"),
        read_worklist,
        lambda _: "/worklist",
    ),
    Card(
        "tasks",
        T("今日任务", "Tasks today"),
        T("今天以前到期的任务，做完点一下圆圈", "Tasks due by today, ticked off where they stand"),
        "tasks",
        lambda actor: lists.TASKS.open_to(actor, fields=("title", "due_at", "related"), sort="due_at"),
        read_tasks,
        lists.TASKS.path,
    ),
    Card(
        "recent",
        T("最近处理", "Worked on last"),
        T("我最近改过的客户、商机和线索", "Customers, deals and leads I changed last"),
        "rows",
        lambda actor: any(may_read(actor, name, "name") for name in ("customers", "opportunities", "leads")),
        read_recent,
        empty=T("改过的客户、商机和线索会列在这里。", "Customers, deals and leads you change are listed here."),
    ),
    Card(
        "messages",
        T("未读消息", "Unread messages"),
        T("提到我的、分给我的、等我处理的消息", "What mentions me, was given to me or waits for me"),
        "rows",
        lambda _: True,
        read_messages,
        empty=T("没有未读消息。", "No unread messages."),
    ),
    figures_card(
        "month",
        T("我的本月", "My month"),
        T("我本月的赢单、新增客户和跟进，和上月相比", "My deals, new customers and follow-ups, beside last month's"),
        *_month(MINE),
    ),
    listing_card(
        "leads_waiting",
        T("等我首次联系的线索", "Leads waiting for my first answer"),
        T("还没有人联系过的我的线索，快超时的在前", "My leads nobody has spoken to, the most urgent first"),
        T("没有等您首次联系的线索。", "No lead waits for your first answer."),
        Listing(
            lists.LEADS_WAITING,
            "respond_by",
            ("person", "source"),
            at="respond_by",
            due=True,
        ),
    ),
    listing_card(
        "falling",
        T("即将掉入公海", "About to fall into the pool"),
        T("快要被收回的我的客户，最急的在前", "My customers soon to be taken back, the most urgent first"),
        T("没有快要掉入公海的客户。", "No customer is about to fall into the pool."),
        Listing(lists.FALLING, "recycle_on", ("industry", "region"), at="recycle_on", due=True),
    ),
    listing_card(
        "ending",
        T("合同将到期", "Contracts ending"),
        T(
            "三十天内合同到期的我的客户，最早的在前",
            "My customers whose contract ends within thirty days, the first first",
        ),
        T("三十天内没有到期的合同。", "No contract ends within thirty days."),
        Listing(lists.CONTRACT_ENDING, "contract_ends_on", ("industry", "region"), at="contract_ends_on", due=True),
    ),
    listing_card(
        "promises",
        T("要兑现的承诺", "Promises to keep"),
        T("我答应客户而还没做的事，按日期", "What I promised and have not done, by date"),
        T("没有要兑现的承诺。", "No promises to keep."),
        Listing(Rows("promises", "mine"), "due_on", ("customer",), at="due_on", due=True),
    ),
    listing_card(
        "closing",
        T("本月应成交的商机", "Deals to close this month"),
        T("预计本月底以前成交的我的商机", "My deals expected by the end of the month"),
        T("本月没有预计成交的商机。", "No deal is expected this month."),
        Listing(
            lists.CLOSING,
            "expected_close_on",
            ("customer", "stage"),
            at="expected_close_on",
            due=True,
            amount="amount",
        ),
    ),
    listing_card(
        "rotting",
        T("停滞的商机", "Deals standing still"),
        T("在一个阶段停留过久的我的商机", "My deals too long in one stage"),
        T("没有停滞的商机。", "No deal stands still."),
        Listing(
            lists.STANDING,
            "-base_amount",
            ("customer", "stage"),
            at="stage_since",
            amount="amount",
        ),
    ),
    listing_card(
        "to_improve",
        T("待完善的客户资料", "Files to improve"),
        T("我名下资料评分最低的客户", "My customers with the lowest scores"),
        T("您的客户资料都不错。", "The files of your customers are in good order."),
        Listing(lists.TO_IMPROVE, "quality", ("industry", "region"), note="quality"),
    ),
    figures_card(
        "team_month",
        T("团队本月", "The team's month"),
        T(
            "我能看到的人本月的赢单、新增客户和跟进，和上月相比",
            "What those I see won, added and wrote, beside last month's",
        ),
        *MONTH,
        path="/analysis",
        permission=TEAM,
    ),
    Card(
        "funnel",
        T("在谈商机分布", "Open deals by stage"),
        T("各阶段进行中商机的数量和金额", "Number and sum of open deals in each stage"),
        "bars",
        may_add_up,
        read_funnel,
        lambda _: "/opportunities?layout=board",
        empty=T("没有进行中的商机。", "No open deals."),
    ),
    Card(
        "ranking",
        T("本月赢单排行", "Won this month, by person"),
        T("本月谁赢单最多，按金额", "Who won most this month, by amount"),
        "bars",
        lambda actor: (
            actor.has(TEAM) and Rows("opportunities", filter=WON_THIS_MONTH).open_to(actor) and may_sum(actor)
        ),
        read_ranking,
        lambda _: "/analysis",
        empty=T("本月还没有赢单。", "No deal won this month yet."),
    ),
    listing_card(
        "team_closing",
        T("团队本月应成交的商机", "The team's deals to close"),
        T(
            "预计本月底以前成交的全部商机，金额大的在前",
            "All deals expected by the end of the month, the largest first",
        ),
        T("本月没有预计成交的商机。", "No deal is expected this month."),
        Listing(
            lists.TEAM_CLOSING,
            "-base_amount",
            ("customer", "owner", "stage"),
            at="expected_close_on",
            due=True,
            amount="amount",
        ),
        permission=TEAM,
    ),
    Card(
        "reports_missing",
        T("未交晨会表", "Morning sheets missing"),
        T("最近一个工作日还没有交晨会表的人", "People who have not handed in the last working day's sheet"),
        "rows",
        lambda actor: actor.has("activities.report.comment"),
        read_missing,
        lambda actor: f"/day-reports?kind=morning&on={latest_morning(actor)}",
        empty=T("晨会表都交了。", "All morning sheets are in."),
    ),
    listing_card(
        "transfers",
        T("待审批的移交", "Hand-overs to decide"),
        T(
            "同事申请移交商机或客户，等待处理，先申请的在前",
            "Requests to hand over a deal or a customer, the oldest first",
        ),
        T("没有等您审批的移交。", "No hand-over waits for you."),
        Listing(
            lists.TO_DECIDE,
            "created_at",
            ("customer", "opportunity", "requester", "to_owner"),
            at="created_at",
        ),
        permission="sales.transfer.decide",
    ),
    listing_card(
        "leads_pool",
        T("待分配的线索", "Leads to distribute"),
        T("公海里还没有负责人的线索，新来的在前", "Leads in the pool without an owner, the newest first"),
        T("没有等待分配的线索。", "No lead waits to be given to somebody."),
        Listing(
            lists.LEADS_POOL,
            "-created_at",
            ("source", "region"),
            at="created_at",
        ),
        permission="sales.lead.assign",
    ),
    listing_card(
        "low_quality",
        T("评分最低的客户", "Lowest-scoring customers"),
        T("资料最不完整的客户，按评分", "Customers with the poorest files, by score"),
        T("没有低分的客户。", "No customer scores that low."),
        Listing(
            lists.LOW_QUALITY,
            "quality",
            ("owner", "industry"),
            note="quality",
        ),
        permission="customers.customer.edit",
    ),
    Card(
        "imports",
        T("最近的导入", "Latest imports"),
        T("我最近导入的文件和结果", "Files I imported last, and how they went"),
        "rows",
        may_import,
        read_imports,
        empty=T("还没有导入过文件。", "No files imported yet."),
    ),
)
