from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "kemai.privacy"
    label = "privacy"
