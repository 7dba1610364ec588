from django.apps import AppConfig


class PlatformConfig(AppConfig):
    name = "kemai.platform"
    label = "platform"
