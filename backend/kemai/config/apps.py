"""Once every app is loaded: declarations, subscribers and tasks register themselves by being imported."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from kemai.config.env import get_env
from kemai.config.processes import lower_backend

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
        import_module("kemai.config.safety.tasks")
        if get_env().embedded is not None:
            # The one signal there is: Django has no other place for what every new connection needs.
            connection_created.connect(_of_low_priority)


def _of_low_priority(connection: BaseDatabaseWrapper, **_: object) -> None:
    lower_backend(connection.connection.info.backend_pid)
