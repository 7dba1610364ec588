"""The tokens of undo become the log of operations (PLT-9)."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("base", "0002_audit_no_truncate")]

    operations = [
        migrations.RenameModel("Undo", "Operation"),
        migrations.RenameField("Operation", "used_at", "undone_at"),
        migrations.AlterField("Operation", "kind", models.TextField(default="")),
        migrations.AlterField("Operation", "until", models.DateTimeField(null=True)),
        migrations.AddField("Operation", "action", models.TextField(default="")),
        migrations.AddField("Operation", "object", models.TextField(default="")),
        migrations.AddField("Operation", "record_id", models.UUIDField(null=True)),
        migrations.AddField(
            "Operation",
            "parent",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="base.operation"
            ),
        ),
        migrations.AddField("Operation", "job_id", models.UUIDField(null=True)),
        migrations.AddField("Operation", "succeeded", models.IntegerField(default=1)),
        migrations.AddField("Operation", "failed", models.IntegerField(default=0)),
        migrations.AddField(
            "Operation",
            "events",
            django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None),
        ),
        migrations.AddField("Operation", "state", models.TextField(default="done")),
        migrations.AddField("Operation", "undone_by", models.UUIDField(null=True)),
        migrations.AddField("Operation", "undo_job", models.UUIDField(null=True)),
        migrations.AddField("Operation", "taken_back", models.IntegerField(default=0)),
        migrations.AddField("Operation", "kept", models.IntegerField(default=0)),
        migrations.RunSQL(
            "UPDATE base_operation SET state = 'undone', undone_by = actor_id WHERE undone_at IS NOT NULL",
            migrations.RunSQL.noop,
        ),
        migrations.AddIndex("Operation", models.Index(fields=["actor_id", "-created_at"], name="operation_actor_ix")),
        migrations.AddIndex(
            "Operation",
            models.Index(fields=["-created_at"], name="operation_at_ix", condition=models.Q(("parent__isnull", True))),
        ),
    ]
