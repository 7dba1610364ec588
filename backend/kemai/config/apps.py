"""Once every app is loaded: declarations, subscribers and tasks register themselves by being imported."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig

DOMAINS = (
    "accounts",
    "platform",
    "administration",
    "customers",
    "activities",
    "sales",
    "analytics",
    "integrations",
    "privacy",
)
REGISTERING = ("objects", "subscribers", "tasks", "reasons", "calendar", "reporting")


class ConfigConfig(AppConfig):
    name = "kemai.config"
    label = "config"

    def ready(self) -> None:
        import_module("kemai.base.tasks")
        for domain in DOMAINS:
            for module in REGISTERING:
                if find_spec(f"kemai.{domain}.{module}"):
                    import_module(f"kemai.{domain}.{module}")
        import_module("kemai.config.following")
