"""The command by which somebody vouches for a record."""

from __future__ import annotations

from typing import Any

from kemai.kit.words import T
from kemai.platform.objects.declare import Command
from kemai.platform.quality.service import confirm_record


def confirm_command(object_name: str) -> Command:
    """``POST /<object>/{id}/confirm``: what is written here is true today."""

    def service(actor: Any, record_id: Any) -> None:
        confirm_record(actor, object_name, record_id)

    return Command("confirm", T("确认资料无误", "Confirm the file"), service, "edit", on=("record", "bulk"))
