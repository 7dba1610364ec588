"""Events of the outbox become deliveries, one for each record and receiver, in the transaction that hands the events on."""

from __future__ import annotations

from django.db import connection

from kemai.base.events import known_events
from kemai.base.outbox import tap
from kemai.integrations.services.mailboxes import carry
from kemai.kit.clock import now
from kemai.kit.words import T
from kemai.platform.notify import declare_channel, declare_kind

declare_kind(
    "webhook_paused", T("我负责的 Webhook 被自动暂停", "My webhooks were paused"), right="integrations.webhook.edit"
)
declare_kind("mail_failing", T("邮件发不出去", "E-mail is not going out"), right="integrations.mail.edit")
declare_channel("mail", T("邮件", "E-mail"), carry)

_TAKE_IN = r"""
INSERT INTO integrations_webhookdelivery (id, endpoint_id, outbox_id, event, object, record_id, actor_id, fields, occurred_at,
    test, state, reason, next_at, attempts, tries, body, answer)
SELECT gen_random_uuid(), s.endpoint_id, o.id, o.object || '.' || v.verb, o.object, r.id, o.actor_id,
    ARRAY(SELECT jsonb_array_elements_text(COALESCE(o.payload -> 'fields', '[]'))), o.at,
    false, 'waiting', '', %(now)s, 0, '[]', '', ''
FROM base_outboxevent o
CROSS JOIN LATERAL (SELECT substring(o.kind FROM '[^._]+$') AS verb) v
JOIN integrations_subscription s ON s.object = o.object AND (s.events = '{}' OR v.verb = ANY(s.events))
CROSS JOIN LATERAL (
    SELECT o.record_id AS id WHERE o.record_id IS NOT NULL
    UNION
    SELECT x::uuid FROM jsonb_array_elements_text(COALESCE(o.payload -> 'ids', '[]')) x
) r
WHERE o.id = ANY(%(ids)s) AND o.kind <> ALL(%(hidden)s)
ON CONFLICT DO NOTHING
"""


@tap
def take_in(outbox_ids: list[int]) -> None:
    """One statement for a batch of events. The dispatcher goes one at a time and in order, and so do a record's deliveries."""
    hidden = [event.kind for event in known_events() if not event.public]
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_IN, {"ids": outbox_ids, "now": now(), "hidden": hidden})
