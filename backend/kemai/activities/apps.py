from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    name = "kemai.activities"
    label = "activities"
