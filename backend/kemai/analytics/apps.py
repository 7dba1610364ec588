from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "kemai.analytics"
    label = "analytics"
