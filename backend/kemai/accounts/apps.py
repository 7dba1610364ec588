from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "kemai.accounts"
    label = "accounts"
