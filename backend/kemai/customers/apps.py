from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "kemai.customers"
    label = "customers"
