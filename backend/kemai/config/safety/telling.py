"""Telling administrators of what has become bad, once for each time it does."""

from __future__ import annotations

from django.db import transaction

from kemai.accounts.people import holders_of
from kemai.config.env import Environment
from kemai.config.safety.notes import note, noted
from kemai.config.safety.state import PERMISSION, examine_safety
from kemai.kit.words import T
from kemai.platform.notify import declare_kind, notify

TOLD = declare_kind("safety", T("数据安全需要处理", "The data is not safe as it should be"), right=PERMISSION)
TITLE = T("数据安全有 {count} 项需要处理，请查看", "{count} things about the safety of the data are to be mended")
PATH = "/admin/safety"


def tell_of_safety(env: Environment) -> list[str]:
    """The lines that are bad and were not when last looked at; holders of the permission get one message about them."""
    bad = [line.code for line in examine_safety(env) if line.verdict.state == "bad"]
    before = noted(env.data_dir, "told").get("bad", [])
    fresh = [code for code in bad if code not in before]
    if fresh:
        with transaction.atomic():
            for user_id in holders_of(PERMISSION):
                notify(user_id, kind=TOLD, title=TITLE, title_params={"count": len(fresh)}, path=PATH)
    if bad != before:
        note(env.data_dir, "told", bad=bad)
    return fresh
