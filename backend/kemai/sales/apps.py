from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "kemai.sales"
    label = "sales"
