"""Registers the kinds of job of this domain (a worker knows only what it has imported), and forgets what cannot be undone any more."""

from __future__ import annotations

from django.db import connection
from procrastinate.contrib.django import app

from kemai.platform.objects import bulk
from kemai.platform.transfer import export, run, undo

__all__ = ["bulk", "export", "forget_undo", "run", "undo"]

_FORGET = (
    "DELETE FROM platform_undorow u USING platform_import i WHERE i.id = u.undo_id AND i.undo_until < now()",
    "DELETE FROM platform_undorow u USING base_undo b WHERE b.id = u.undo_id AND b.until < now()",
    "DELETE FROM platform_importfault f USING platform_import i WHERE i.id = f.run_id AND i.created_at < now() - interval '30 days'",
)


@app.periodic(cron="41 3 * * *", periodic_id="forget_undo")
@app.task(name="platform.forget_undo", queue="system", queueing_lock="forget_undo")
def forget_undo(timestamp: int) -> None:
    """What records were like before an import or a bulk edit is kept as long as it can be taken back, and no longer (P-4)."""
    with connection.cursor() as cursor:
        for statement in _FORGET:
            cursor.execute(statement)
