"""The state of safety, for who administers the system (ORG-11)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from kemai.config.safety.state import safety_for
from kemai.platform.api.records import signed_in

router = Router()


@router.get(
    "/admin/safety", operation_id="safety", summary="How safe the data is: backups, drills, archive, standby, room"
)
def safety(request: HttpRequest) -> dict[str, Any]:
    return safety_for(signed_in(request))
