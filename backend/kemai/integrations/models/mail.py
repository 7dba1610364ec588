"""The way out for e-mail, who gets it where and when, and the letters themselves (PLT-3)."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from kemai.base.models import audited
from kemai.base.privacy import BY_PARAMETER, WITH_COMPANY, WITH_PERSON, Holds
from kemai.kit.clock import now
from kemai.kit.ids import new_id

#: There is one mail server.
THE_SERVER = UUID("00000000-0000-7000-8000-000000000001")


class MailServer(models.Model):
    """The server letters are handed to. ``password`` is sealed (:mod:`kemai.base.sealing`) and leaves only towards that server."""

    id = models.UUIDField(primary_key=True, default=THE_SERVER)
    on = models.BooleanField(default=False)
    host = models.CharField(max_length=253, default="")
    port = models.IntegerField(default=465)
    security = models.CharField(max_length=10, default="tls")
    """``tls`` from the first byte, ``starttls`` (insisted upon), or ``none``."""
    username = models.CharField(max_length=200, default="")
    password = models.TextField(default="")
    sender_address = models.CharField(max_length=254, default="")
    sender_name = models.CharField(max_length=60, default="")
    version = models.IntegerField(default=1)
    updated_at = models.DateTimeField(default=now)
    holds = Holds(WITH_COMPANY, internal="host security username sender_address sender_name", sealed="password")

    class Meta:
        triggers = audited("password")
        constraints = [models.CheckConstraint(condition=models.Q(id=THE_SERVER), name="mail_server_single")]


class MailHealth(models.Model):
    """How the server fares. Apart from it, because every try moves it and nobody edits it."""

    server = models.OneToOneField(MailServer, on_delete=models.CASCADE, primary_key=True, related_name="health")
    failures = models.IntegerField(default=0)
    """Since the last success."""
    failing_since = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    """Nothing is sent before."""
    last_ok_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=40, default="")
    last_answer = models.TextField(default="")
    holds = Holds(WITH_COMPANY, internal="last_error last_answer")


class MailBox(models.Model):
    """Where and when a person wants letters. An address counts only when whoever reads it has confirmed it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    user_id = models.UUIDField(unique=True)
    address = models.CharField(max_length=254, default="")
    confirmed_at = models.DateTimeField(null=True)
    pending = models.CharField(max_length=254, default="")
    """The address a confirmation has been sent to."""
    pending_at = models.DateTimeField(null=True)
    nonce = models.CharField(max_length=32, default="")
    """Makes the link of a confirmation valid once."""
    salt = models.CharField(max_length=32)
    """Makes the link by which one stops letters."""
    stopped_at = models.DateTimeField(null=True)
    daily = models.BooleanField(default=False)
    digest_hour = models.IntegerField(default=8)
    quiet_from = models.IntegerField(null=True)
    quiet_to = models.IntegerField(null=True)
    refused = models.TextField(default="")
    """What the server said when it refused this address for good; empty when it takes it."""
    holds = Holds(WITH_PERSON, internal="nonce salt", personal="address pending refused")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(digest_hour__range=(0, 23))
                & (
                    models.Q(quiet_from__isnull=True, quiet_to__isnull=True)
                    | models.Q(quiet_from__range=(0, 23), quiet_to__range=(0, 23))
                ),
                name="mailbox_hours",
            )
        ]


class Letter(models.Model):
    """One e-mail. Its key is its Message-ID over all tries; what it says is written anew at each try."""

    id = models.UUIDField(primary_key=True, default=new_id)
    purpose = models.CharField(max_length=10)
    """``messages``, ``confirm`` (is this your address?) or ``test``."""
    user_id = models.UUIDField()
    address = models.CharField(max_length=254, default="")
    """Where it went, or for a test is to go."""
    state = models.CharField(max_length=10, default="waiting")
    """``waiting``, ``sent``, ``failed`` (parked: given up until somebody sends it again) or ``skipped`` (nothing left to say)."""
    reason = models.CharField(max_length=40, default="")
    answer = models.TextField(default="")
    """The server's own words at the last try."""
    attempts = models.IntegerField(default=0)
    tries = models.JSONField(default=list)
    next_at = models.DateTimeField(default=now)
    waiting_since = models.DateTimeField(default=now)
    """When it was first to go, or to go again after it was parked."""
    claimed_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True)
    holds = Holds(BY_PARAMETER, internal="purpose state tries", personal="address reason answer")

    class Meta:
        indexes = [
            models.Index(fields=["next_at"], name="letter_waiting_ix", condition=models.Q(state="waiting")),
            models.Index(fields=["-created_at", "-id"], name="letter_log_ix"),
            models.Index(fields=["state", "-created_at", "-id"], name="letter_state_ix"),
        ]


class MailItem(models.Model):
    """One message that is to go out by mail: once, whatever happens to its letter."""

    id = models.BigAutoField(primary_key=True)
    user_id = models.UUIDField()
    notification_id = models.BigIntegerField(unique=True)
    due_at = models.DateTimeField()
    letter = models.ForeignKey(Letter, null=True, on_delete=models.CASCADE, related_name="items")
    holds = Holds(BY_PARAMETER)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="mail_item_due_ix", condition=models.Q(letter__isnull=True)),
            models.Index(fields=["user_id"], name="mail_item_user_ix", condition=models.Q(letter__isnull=True)),
        ]
