from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "kemai.base"
    label = "base"
