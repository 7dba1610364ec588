"""Tables of integrations: receivers of webhooks and what is sent to them; the mail server, people's addresses and letters."""

from kemai.integrations.models.mail import Letter, MailBox, MailHealth, MailItem, MailServer
from kemai.integrations.models.webhooks import Endpoint, Health, Subscription, WebhookDelivery

__all__ = [
    "Endpoint",
    "Health",
    "Letter",
    "MailBox",
    "MailHealth",
    "MailItem",
    "MailServer",
    "Subscription",
    "WebhookDelivery",
]
