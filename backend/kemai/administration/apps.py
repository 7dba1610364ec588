from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    name = "kemai.administration"
    label = "administration"
