"""What people arrange of the pages of figures."""

from __future__ import annotations

from django.db import models

from kemai.base.models import audited
from kemai.base.privacy import WITH_PERSON, Holds
from kemai.kit.clock import now
from kemai.kit.ids import new_id


class HomeArrangement(models.Model):
    """Which counters and cards stand on the home page, in which order and place: of one person, or of the people of a role (PLT-15).

    Without a row the ready arrangement holds. A code nobody knows any more, or whose card its reader may not have, is passed over.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    holder_kind = models.CharField(max_length=4)
    """``user`` or ``role``."""
    holder_id = models.UUIDField(unique=True)
    counters = models.JSONField(default=list)
    cards = models.JSONField(default=list)
    """Pairs of code and place."""
    version = models.IntegerField(default=1)
    updated_at = models.DateTimeField(default=now)
    holds = Holds(WITH_PERSON, internal="holder_kind counters cards")

    class Meta:
        triggers = audited()
