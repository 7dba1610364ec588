"""Takes letters to the mail server: formed, claimed, written, handed over, settled; one run at a time, over one connection.

At least once: a claim is a lease, so what a dead worker had under way goes again, under the same Message-ID. A server in trouble ends
the run and is left alone for a while; a letter in trouble waits by itself (F-6, F-7, F-8).
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.db import transaction
from django.db.models import Case, Q, QuerySet, When

from kemai.integrations.models import Letter, MailHealth, MailServer
from kemai.integrations.models.mail import THE_SERVER
from kemai.integrations.services import letters
from kemai.integrations.services.letters import Nothing
from kemai.integrations.services.mail_server import note_failure, note_success, way_of
from kemai.integrations.smtp import Conversation, Trouble, conversation
from kemai.kit.clock import now

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
#: Seconds a run may take before it leaves the rest to the next, which starts within a minute.
RUN = 50.0


def send_due() -> int:
    """Send what is due; returns how many letters the server took. Harmless when nothing is, or when mail is off."""
    letters.form_letters()
    server = MailServer.objects.filter(pk=THE_SERVER).first()
    if server is None or not server.host:
        return 0
    health = MailHealth.objects.filter(pk=THE_SERVER).first()
    resting = not server.on or (health is not None and health.next_at is not None and health.next_at > now())
    if not _due(only_tests=resting).exists():
        return 0
    try:
        with conversation(way_of(server)) as line:
            return _hand_over(line, server, only_tests=resting)
    except Trouble as trouble:
        _server_trouble(trouble, only_tests=resting)
        return 0


def _due(*, only_tests: bool) -> QuerySet[Letter]:
    moment = now()
    rows = Letter.objects.filter(
        Q(claimed_until__isnull=True) | Q(claimed_until__lte=moment), state="waiting", next_at__lte=moment
    )
    return rows.filter(purpose="test") if only_tests else rows


def _claim(*, only_tests: bool) -> Letter | None:
    """Take the next letter that may go; those somebody waits for (tests, confirmations) come first."""
    with transaction.atomic():
        rows = _due(only_tests=only_tests).select_for_update(skip_locked=True)
        letter = rows.order_by(Case(When(purpose="messages", then=1), default=0), "next_at").first()
        if letter is not None:
            letter.attempts += 1
            letter.claimed_until = now() + LEASE
            letter.save(update_fields=["attempts", "claimed_until"])
    return letter


def _hand_over(line: Conversation, server: MailServer, *, only_tests: bool) -> int:
    until, taken = time.monotonic() + RUN, 0
    while time.monotonic() < until and (letter := _claim(only_tests=only_tests)):
        taken += _one(line, server, letter)
    return taken


def _one(line: Conversation, server: MailServer, letter: Letter) -> bool:
    try:
        written = letters.write_letter(letter, server)
    except Exception as error:  # one letter that cannot be written must not stop the others
        log.error("mail: letter %s cannot be written", letter.id, exc_info=error)
        letters.close(letter.id, "failed", "internal")
        return False
    if isinstance(written, Nothing):
        letters.close(letter.id, "skipped", written.reason)
        return False
    try:
        answer = line.hand_over(written.to, written.message)
    except Trouble as trouble:
        letters.settle(letter.id, to=written.to, trouble=trouble)
        if not trouble.ours:
            raise
        return False
    letters.settle(letter.id, to=written.to, answer=answer)
    note_success()
    return True


def _server_trouble(trouble: Trouble, *, only_tests: bool) -> None:
    """Nothing more goes for the moment. Whoever waits for the outcome of a test is told at once."""
    log.warning("mail: %s %s", trouble.code, trouble.answer)
    tests = Letter.objects.filter(state="waiting", purpose="test").values_list("pk", flat=True)
    for key in list(tests):
        letters.settle(key, to="", trouble=trouble)
    if not only_tests:
        note_failure(trouble)
        letters.park_overdue(trouble)
