"""The log of exports, with approvals and downloads (ORG-8, P-3)."""

import kemai.kit.clock
import kemai.kit.ids
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("platform", "0006_custom_fields")]

    operations = [
        migrations.CreateModel(
            name="Export",
            fields=[
                ("id", models.UUIDField(default=kemai.kit.ids.new_id, primary_key=True, serialize=False)),
                ("actor_id", models.UUIDField()),
                ("object", models.CharField(max_length=60)),
                ("query", models.JSONField(default=dict)),
                ("format", models.CharField(max_length=10)),
                ("purpose", models.CharField(default="", max_length=200)),
                ("state", models.CharField(default="approved", max_length=12)),
                ("rows_expected", models.IntegerField(null=True)),
                ("rows", models.IntegerField(null=True)),
                ("created_at", models.DateTimeField(default=kemai.kit.clock.now)),
                ("until", models.DateTimeField(null=True)),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision", models.TextField(default="")),
                ("job_id", models.UUIDField(null=True)),
                ("file_id", models.UUIDField(null=True)),
                ("kept_until", models.DateTimeField(null=True)),
                ("downloads", models.IntegerField(default=0)),
                ("downloaded_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["actor_id", "-created_at"], name="export_actor_ix"),
                    models.Index(fields=["-created_at"], name="export_at_ix"),
                    models.Index(fields=["until"], name="export_waiting_ix", condition=models.Q(("state", "waiting"))),
                    models.Index(fields=["file_id"], name="export_file_ix"),
                ],
            },
        ),
    ]
