from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "kemai.integrations"
    label = "integrations"
