"""A record's history: who changed what, when and why, as the reader may know it. Values of fields he may not see are withheld."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from kemai.accounts.access import Actor, can, doer_label
from kemai.kit.errors import Malformed, NotFound
from kemai.kit.ids import parse_id
from kemai.kit.words import T
from kemai.platform.merging.merge import losers_of
from kemai.platform.objects.declare import Field, ObjectType, get_object
from kemai.platform.objects.read import list_options
from kemai.platform.objects.secrecy import HIDDEN, MASKED, access_of, row_secret

PAGE = 30

ACTIONS = {
    "create": T("新建", "Created"),
    "edit": T("修改", "Edited"),
    "delete": T("删除", "Deleted"),
    "restore": T("恢复", "Restored"),
    "import": T("导入", "Imported"),
    "bulk": T("批量修改", "Bulk change"),
    "undo": T("撤销", "Undone"),
    "share": T("共享", "Shared"),
    "unshare": T("取消共享", "Sharing withdrawn"),
    "sign_in": T("登录", "Signed in"),
    "sign_in.refused": T("登录失败", "Sign-in refused"),
    "sign_in.passkey_refused": T("通行密钥被拒绝", "Passkey refused"),
    "sign_in.code_refused": T("验证码错误", "Code refused"),
    "duties.separate": T("开启三员分立", "Duties separated"),
    "duties.join": T("关闭三员分立（申请或确认）", "Joining of duties asked for or confirmed"),
    "duties.keep": T("撤回关闭三员分立", "Joining of duties let fall"),
    "password-link": T("生成密码链接", "Password link made"),
    "password.chosen": T("通过链接设置密码", "Password chosen by link"),
    "session.end": T("让设备退出登录", "Devices signed out"),
    "factor.set": T("设置两步验证", "Second factor set up"),
    "factor.remove": T("关闭两步验证", "Second factor removed"),
    "factor.passkey": T("添加通行密钥", "Passkey added"),
    "factor.passkey_remove": T("移除通行密钥", "Passkey removed"),
    "factor.codes": T("更换恢复码", "Recovery codes renewed"),
    "set-up": T("系统初始化", "Set up"),
    "preferences": T("修改个人偏好", "Preferences"),
    "password": T("修改密码", "Password changed"),
    "token.create": T("新建令牌", "Token made"),
    "token.revoke": T("作废令牌", "Token revoked"),
    "guide.say": T("修改上线指引", "Going-live guide changed"),
    "parameter.set": T("修改参数", "Parameter changed"),
    "dictionary": T("修改字典", "Dictionary changed"),
    "dictionary.revert": T("恢复字典的旧版本", "Dictionary taken back to an earlier version"),
    "grants": T("修改权限", "Rights changed"),
    "roles": T("修改角色", "Roles changed"),
    "members": T("修改成员", "Members changed"),
    "duplicate.refused": T("查重命中", "Met an existing record"),
    "remind": T("发送提醒", "Reminders sent"),
    "export": T("导出", "Exported"),
    "import.undo": T("撤销导入", "Import taken back"),
    "reveal": T("查看明文", "Masked value shown"),
    "reveal.refused": T("查看明文被拒", "Masked value refused"),
    "view_as.start": T("开始以他人视角查看", "Began to look as somebody else"),
    "view_as.end": T("结束以他人视角查看", "Stopped looking as somebody else"),
    "export.request": T("申请导出", "Export asked for"),
    "export.approve": T("批准导出", "Export approved"),
    "export.refuse": T("拒绝导出", "Export refused"),
    "export.withdraw": T("收回导出文件", "Export file taken away"),
    "export.download": T("下载导出文件", "Export downloaded"),
    "segment.save": T("保存名单", "Segment saved"),
    "segment.delete": T("删除名单", "Segment deleted"),
    "segment.count": T("统计名单", "Segment counted"),
    "segment.add": T("加入名单", "Put on a list"),
    "segment.remove": T("移出名单", "Taken off a list"),
    "view.save": T("保存视图", "View saved"),
    "view.delete": T("删除视图", "View deleted"),
    "view.arrange": T("整理视图", "Views arranged"),
    "home.arrange": T("布置工作台", "Home page arranged"),
    "import.check": T("检查导入文件", "Import checked"),
    "quality": T("评定资料质量", "Quality judged"),
    "gate": T("修改阶段要求", "Stage gate changed"),
    "check": T("勾选检查项", "Checklist ticked"),
    "rules": T("修改线索规则", "Lead rules changed"),
    "rescore": T("重新评分", "Scored anew"),
    "escalate": T("线索超时上报", "Late leads reported"),
    "recycle": T("回收至公海", "Recycled into the pool"),
    "recycle.warn": T("回收前提醒", "Warned before recycling"),
    "recycle.tell": T("通知回收结果", "Told of recycling"),
    "recycle-rules": T("修改回收规则", "Recycling rules changed"),
    "distribute": T("分配公海客户", "Pool customers given out"),
    "calendar.feed": T("新建日历订阅", "Calendar feed made"),
    "calendar.revoke": T("停用日历订阅", "Calendar feed withdrawn"),
    "comment": T("批注报告", "Report commented on"),
    "advance": T("推进跟进序列", "Sequences moved on"),
    "alarm.reveals": T("安全告警：查看明文过多", "Alarm: many masked values shown"),
    "alarm.exports": T("安全告警：导出异常", "Alarm: unusual exports"),
    "alarm.reads": T("安全告警：读取异常", "Alarm: unusually much read"),
    "parked_jobs.replay": T("重新执行失败的后台任务", "Failed background work done again"),
    "parked_jobs.discard": T("放弃失败的后台任务", "Failed background work discarded"),
    "mail.server": T("修改邮件发送设置", "E-mail settings changed"),
    "mail.rhythm": T("修改收信时间", "Times of e-mail changed"),
    "mail.test": T("测试邮件发送", "E-mail tested"),
    "mail.replay": T("重发邮件", "E-mail sent again"),
    "mail.address": T("填写收信邮箱", "E-mail address given"),
    "mail.confirm": T("确认收信邮箱", "E-mail address confirmed"),
    "mail.stop": T("停收邮件", "E-mail stopped"),
    "mail.resume": T("恢复收邮件", "E-mail resumed"),
    "webhook.create": T("新建 Webhook", "Webhook made"),
    "webhook.change": T("修改 Webhook", "Webhook changed"),
    "webhook.delete": T("删除 Webhook", "Webhook deleted"),
    "webhook.pause": T("暂停 Webhook", "Webhook paused"),
    "webhook.resume": T("恢复 Webhook", "Webhook resumed"),
    "webhook.take_over": T("接管 Webhook", "Webhook taken over"),
    "webhook.rotate": T("更换 Webhook 密钥", "Webhook secret changed"),
    "webhook.test": T("测试 Webhook", "Webhook tested"),
    "webhook.replay": T("重发 Webhook 投递", "Webhook deliveries sent again"),
    "field.create": T("新建字段", "Field added"),
    "field.edit": T("修改字段", "Field changed"),
    "field.deactivate": T("停用字段", "Field taken away"),
    "field.activate": T("恢复字段", "Field brought back"),
    "field.index": T("为字段建索引", "Field indexed"),
    "field.unindex": T("删除字段索引", "Field's index dropped"),
    "field.revert": T("恢复字段的旧版本", "Field taken back to an earlier version"),
    "layout.edit": T("修改布局", "Layout changed"),
    "layout.delete": T("删除布局", "Layout removed"),
    "layout.revert": T("恢复布局的旧版本", "Layout taken back to an earlier version"),
    "field.order": T("调整字段顺序", "Fields put in order"),
    "merge": T("合并", "Merged"),
    "match_rule": T("修改查重规则", "Rules against doubles changed"),
    "duplicate.decided": T("处理疑似重复", "Possible doubles decided"),
    "copy": T("生成个人信息副本", "A person's copy asked for"),
    "erase": T("删除个人信息", "A person erased"),
    "erased": T("审计中抹去个人信息", "A person taken out of the audit"),
    "settle": T("处理个人信息请求", "A person's request settled"),
    "privacy.copy": T("交出个人信息副本", "A person's copy handed over"),
    "privacy.exposed": T("查询信息接触记录", "Asked who had personal data"),
    "privacy.inventory": T("导出个人信息清单", "List of personal data taken out"),
    "demo": T("装入演示数据", "Demo loaded"),
}

# Two index ranges instead of an OR over a join: events of this record, and events whose changes touch it.
_SQL = """
SELECT e.id, e.at, e.actor_id, e.actor_name, e.action, e.reason, c.op, c.diff::text, c.object, COALESCE(c.record_id, e.record_id) FROM (
    SELECT id FROM (
        (SELECT id FROM base_auditevent WHERE record_id = ANY(%(keys)s) {before_e} ORDER BY id DESC LIMIT %(limit)s)
        UNION
        (SELECT event_id FROM base_audit_change WHERE record_id = ANY(%(keys)s) {before_c} ORDER BY event_id DESC LIMIT %(limit)s)
    ) u ORDER BY id DESC LIMIT %(limit)s
) k JOIN base_auditevent e ON e.id = k.id
LEFT JOIN base_audit_change c ON c.event_id = e.id AND c.record_id = ANY(%(keys)s)
ORDER BY e.id DESC, c.id DESC
"""


def record_history(actor: Actor, declaration: ObjectType, key: UUID, *, cursor: str = "") -> dict[str, Any]:
    """One page of a record's history, newest first."""
    line, table = declaration.ownership, declaration.table
    view, delete = declaration.perm("view"), declaration.perm("delete")
    living = actor.has(view) and can(actor, view, line, table=table, key=key)
    if not living and not (actor.has(delete) and can(actor, delete, line, table=table, key=key, deleted=True)):
        raise NotFound
    if cursor and not cursor.isdecimal():
        raise Malformed(what="cursor")
    withheld = _withheld(actor, declaration, key)
    keys = [key, *losers_of(declaration, key)]
    params: dict[str, Any] = {"keys": keys, "limit": PAGE + 1, "before": int(cursor or 0)}
    sql = _SQL.format(
        before_e="AND id < %(before)s" if cursor else "", before_c="AND event_id < %(before)s" if cursor else ""
    )
    with connection.cursor() as db:
        db.execute(sql, params)
        rows = db.fetchall()
    events: dict[int, dict[str, Any]] = {}
    names = _Names(actor, declaration)
    for event_id, at, actor_id, actor_name, action, reason, op, diff, table, about in rows:
        entry = events.setdefault(
            event_id,
            {
                "at": at,
                "actor": {"id": actor_id, "label": doer_label(actor_id, actor_name)},
                "action": action,
                "action_label": action_label(declaration, action),
                "reason": reason,
                "op": op,
                "changes": [],
                **({"merged": True} if about in keys[1:] else {}),
            },
        )
        if diff and table == declaration.table:
            entry["changes"] += names.changes(diff, withheld)
    names.fill()
    items = list(events.items())
    following = str(items[PAGE - 1][0]) if len(items) > PAGE else None
    return {"items": [entry for _, entry in items[:PAGE]], "next_cursor": following}


def action_label(declaration: ObjectType | None, action: str) -> str:
    """An action in the reader's words."""
    if declaration and action in declaration.command_map:
        return declaration.command_map[action].label.to()
    return ACTIONS[action].to() if action in ACTIONS else action


def _withheld(actor: Actor, declaration: ObjectType, key: UUID) -> set[str]:
    """Names of fields whose values this reader may not see on this record now (ORG-3: history included)."""
    found = {f.name for f in declaration.by_name.values() if access_of(actor, declaration, f) in (HIDDEN, MASKED)}
    for f in declaration.fields:
        secret = row_secret(actor, f)
        if secret:
            with connection.cursor() as db:
                db.execute(
                    f"SELECT 1 FROM {declaration.table} t WHERE t.id = %(key)s AND {secret}",
                    {**actor.params, "key": key},
                )
                if db.fetchone():
                    found.add(f.name)
    return found


class _Names:
    """Turns stored differences into words, and looks up the labels of references in one batch per kind of record."""

    def __init__(self, actor: Actor, declaration: ObjectType) -> None:
        self.actor, self.declaration = actor, declaration
        self.waiting: list[tuple[dict[str, Any], str, str, UUID]] = []

    def changes(self, diff: str, withheld: set[str]) -> list[dict[str, Any]]:
        found = []
        for column, (old, new) in orjson.loads(diff).items():
            f = self.declaration.by_column.get(column)
            if f is None or access_of(self.actor, self.declaration, f) == HIDDEN:
                continue
            change: dict[str, Any] = {"field": f.name, "label": f.label.to()}
            if f.name in withheld:
                change.update(old=None, new=None, old_label="****", new_label="****", withheld=True)
            else:
                change.update(
                    old=old,
                    new=new,
                    old_label=self.words(change, "old_label", f, old),
                    new_label=self.words(change, "new_label", f, new),
                )
            found.append(change)
        return found

    def words(self, change: dict[str, Any], place: str, f: Field, value: Any) -> Any:
        if value in (None, "", []):
            return f.type.words(f, None)
        if f.target:
            key = parse_id(value)
            if key:
                self.waiting.append((change, place, f.target, key))
            return "…"
        if f.choice_items():
            known = f.choice_map()
            values = value if isinstance(value, list) else [value]
            return "、".join(known[v].to() if v in known else str(v) for v in values)
        return f.type.words(f, value)

    def fill(self) -> None:
        for target in {t for _, _, t, _ in self.waiting}:
            keys = [k for _, _, t, k in self.waiting if t == target]
            labels = {o["id"]: o["label"] for o in list_options(self.actor, get_object(target), ids=keys)}
            for change, place, t, key in self.waiting:
                if t == target:
                    change[place] = labels.get(str(key), T("（无权查看）", "(not visible)").to())
