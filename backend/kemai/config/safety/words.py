"""What the state of safety says, and what to do: one line of words for each verdict of ``rules/safety.py``."""

from __future__ import annotations

from dataclasses import dataclass

from kemai.kit.words import T

GROUP = T("数据安全", "Safety of the data")
LABELS = {
    "backup": T("备份", "Backup"),
    "drill": T("恢复演练", "Restore drill"),
    "verify": T("数据核对", "Check of the data"),
    "archive": T("连续存档", "Continuous archive"),
    "standby": T("只读备库", "Standby for reading"),
    "room": T("磁盘空间", "Room on the disk"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """How it stands, and what to do about it (None where nothing is)."""

    text: T
    remedy: T | None = None


_UNWATCHED = Said(T("不检查（参数设为 0）", "Not looked at (its parameter is 0)"))
_SAID: dict[str, dict[str, Said]] = {
    "backup": {
        "good": Said(T("已备份 {megabytes} MB：{file}", "{megabytes} MB saved: {file}")),
        "never": Said(
            T("从未备份", "There has never been a backup"),
            T(
                "在服务器上运行 kemai backup 文件名，并设为每晚自动运行（见运维手册“备份与恢复”）。",
                "Run kemai backup FILE on the server, and every night by a timer (operations handbook, “Backup and restore”).",
            ),
        ),
        "late": Said(
            T("已超过规定时间没有备份", "The last backup is older than it should be"),
            T(
                "检查定时任务（systemctl list-timers 或 crontab）为何没有运行，并立即手工备份一次。",
                "See why the timer did not run (systemctl list-timers, crontab), and make one by hand now.",
            ),
        ),
        "failed": Said(
            T("最近一次备份失败：{problem}", "The last backup failed: {problem}"),
            T("按提示处理后再运行一次 kemai backup。", "Mend what it says and run kemai backup again."),
        ),
        "broken": Said(
            T("{megabytes} MB，但有 {broken} 个附件损坏或丢失", "{megabytes} MB, but {broken} stored files are damaged or gone"),
            T(
                "备份时已列出是哪些文件；从更早的备份中找回，放回数据目录的 files 下。",
                "The backup listed them; bring them back from an older one into files/ of the data folder.",
            ),
        ),
        "unwatched": _UNWATCHED,
    },
    "drill": {
        "good": Said(T("{source} 已完整恢复并核对，用时 {seconds} 秒", "{source} was restored and checked in {seconds} s")),
        "never": Said(
            T("从未演练：不知道备份能否恢复", "Never tried: nobody knows whether the backup can be restored"),
            T(
                "在服务器上运行 kemai drill 备份文件。它在旁边另建一套系统，不影响正在使用的系统。",
                "Run kemai drill BACKUP on the server. It builds a second system beside this one, which is not touched.",
            ),
        ),
        "late": Said(
            T("已超过规定时间没有演练", "The last drill is longer ago than it should be"),
            T("在服务器上运行 kemai drill 备份文件。", "Run kemai drill BACKUP on the server."),
        ),
        "failed": Said(
            T("{source} 恢复失败：{problem}", "{source} could not be restored: {problem}"),
            T(
                "立即重新备份，再运行 kemai drill；仍然失败时不要删除更早的备份。",
                "Make a new backup now and run kemai drill on it; while it fails keep every older backup.",
            ),
        ),
        "unwatched": _UNWATCHED,
    },
    "verify": {
        "good": Said(T("各项核对一致", "Everything agrees")),
        "never": Said(
            T("从未核对", "Never checked"),
            T("在服务器上运行 kemai verify，建议每周一次。", "Run kemai verify on the server, best every week."),
        ),
        "late": Said(
            T("已超过规定时间没有核对", "The last check is longer ago than it should be"),
            T("在服务器上运行 kemai verify。", "Run kemai verify on the server."),
        ),
        "failed": Said(
            T("有不一致：{problem}", "Something does not agree: {problem}"),
            T(
                "在服务器上运行 kemai verify，按每一项的提示处理；先备份再改动。",
                "Run kemai verify on the server and do what each line says; make a backup before changing anything.",
            ),
        ),
        "unwatched": _UNWATCHED,
    },
    "archive": {
        "good": Said(T("数据丢失最多约半分钟，存档在 {folder}", "At most about half a minute can be lost; kept in {folder}")),
        "off": Said(
            T("未启用：最多会丢失上次备份之后的全部数据", "Not in use: all since the last backup can be lost"),
            T(
                "需要更少丢失时，把 KEMAI_ARCHIVE 设为另一块磁盘上的文件夹后重启。",
                "To lose less, set KEMAI_ARCHIVE to a folder on another disk and start again.",
            ),
        ),
        "elsewhere": Said(
            T("使用自己的 PostgreSQL，存档由数据库管理员负责", "Your own PostgreSQL: archiving is its administrators' work")
        ),
        "away": Said(
            T("存档文件夹 {folder} 不可用", "The archive's folder {folder} cannot be used"),
            T(
                "检查那块磁盘是否挂载、是否可写。在此期间日志保存在本机，磁盘会逐渐占满。",
                "See that its disk is mounted and can be written. Until then the log is kept here and fills this disk.",
            ),
        ),
        "waiting": Said(
            T("有 {waiting} 段日志未能存档", "{waiting} pieces of the log could not be archived"),
            T("检查 {folder} 的空间和权限。", "Look at the room and the rights of {folder}."),
        ),
        "no_base": Said(
            T("还没有数据库副本，暂时无法从存档恢复", "There is no copy of the database yet, so nothing can be restored from it"),
            T("等待几分钟，或运行 kemai archive base。", "Wait some minutes, or run kemai archive base."),
        ),
        "old_base": Said(
            T("数据库副本超过两天没有更新", "The copy of the database is older than two days"),
            T("运行 kemai archive base，并查看日志中的原因。", "Run kemai archive base, and look for the reason in the log."),
        ),
        "late": Said(
            T("存档停在较早的时间", "The archive stands still"),
            T("运行 kemai archive status 查看原因。", "Run kemai archive status to see why."),
        ),
        "unknown": Said(
            T("读不到存档状态", "Its state could not be read"),
            T("在服务器上运行 kemai archive status。", "Run kemai archive status on the server."),
        ),
    },
    "standby": {
        "good": Said(T("与主库同步，分担查询", "Level with the primary, and answers queries")),
        "off": Said(T("没有配置", "There is none")),
        "behind": Said(
            T("落后 {seconds} 秒（{kilobytes} KB），查询暂由主库回答", "{seconds} s ({kilobytes} KB) behind; the primary answers meanwhile"),
            T(
                "检查备库的磁盘和网络；长时间的大导出也会让它停下。",
                "Look at its disk and network; a long export can hold it up, too.",
            ),
        ),
        "away": Said(
            T("连接不上，查询暂由主库回答", "It does not answer; the primary does meanwhile"),
            T(
                "检查备库是否运行。设为同步备库时，它不在写入会等待：见部署说明。",
                "See whether it runs. Where it is synchronous, writes wait while it is away: see deploy/README.md.",
            ),
        ),
        "foreign": Said(
            T("REPLICA_URL 指向的不是本库的备库", "REPLICA_URL names a copy of another database"),
            T("把 REPLICA_URL 改为本库的备库。", "Set REPLICA_URL to a standby of this one."),
        ),
        "promoted": Said(
            T("它已成为主库，不再作为备库使用", "It takes writes itself and is no standby any more"),
            T("建立新的备库，并把 REPLICA_URL 改为它。", "Make a new standby and set REPLICA_URL to it."),
        ),
    },
    "room": {
        "good": Said(T("剩余 {free} GB，共 {total} GB", "{free} of {total} GB free")),
        "low": Said(
            T("剩余 {free} GB，共 {total} GB（{place}）", "{free} of {total} GB free ({place})"),
            T("尽快扩容或清理旧备份、日志。", "Make room soon: a larger disk, fewer old backups and logs."),
        ),
        "short": Said(
            T("只剩 {free} GB（{place}），即将不能保存", "Only {free} GB free ({place}); soon nothing can be saved"),
            T("立即清理或扩容。低于保留空间时系统只读。", "Make room now. Below the reserve the system only reads."),
        ),
    },
}  # fmt: skip


def said(line: str, code: str) -> Said:
    """The words of a verdict about a line."""
    return _SAID[line][code]
