"""A session may look at the system as somebody else (PLT-16)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.AddField("Session", "view_as", models.UUIDField(null=True)),
        migrations.AddField("Session", "view_as_until", models.DateTimeField(null=True)),
        migrations.AddField("Session", "view_as_reason", models.TextField(default="")),
    ]
