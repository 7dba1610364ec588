from django.db import migrations, models

#: Ways back that were offered before name the record under its kind.
_PAYLOADS = """
UPDATE base_operation SET payload = (payload - 'customer') || jsonb_build_object('object', 'customers', 'id', payload -> 'customer')
WHERE kind IN ('customers.holding', 'customers.protection') AND payload ? 'customer';
UPDATE base_operation SET payload = (payload - 'customer') || jsonb_build_object('record', payload -> 'customer')
WHERE kind = 'activities.pause' AND payload ? 'customer';
UPDATE base_operation SET kind = 'customers.holding', payload = payload || '{"object": "leads"}' WHERE kind = 'leads.holding';
"""


class Migration(migrations.Migration):
    """The log, the rules and the runs of pools say which kind of record they are about."""

    dependencies = [
        ("base", "0003_operations"),
        ("customers", "0010_quality_indexes"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="poolview",
            name="pool_view_once",
        ),
        migrations.RemoveConstraint(
            model_name="recyclecandidate",
            name="recycle_candidate_once",
        ),
        migrations.RemoveConstraint(
            model_name="recyclerun",
            name="recycle_run_once",
        ),
        migrations.RemoveIndex(
            model_name="ownershipchange",
            name="ownership_customer_ix",
        ),
        migrations.RemoveIndex(
            model_name="ownershipchange",
            name="ownership_release_ix",
        ),
        migrations.RenameField(
            model_name="ownershipchange",
            old_name="customer_id",
            new_name="record_id",
        ),
        migrations.RenameField(
            model_name="poolview",
            old_name="customer_id",
            new_name="record_id",
        ),
        migrations.RenameField(
            model_name="recyclecandidate",
            old_name="customer_id",
            new_name="record_id",
        ),
        migrations.AddField(
            model_name="ownershipchange",
            name="object",
            field=models.CharField(default="customers", max_length=60),
        ),
        migrations.AddField(
            model_name="recyclerule",
            name="object",
            field=models.CharField(default="customers", max_length=60),
        ),
        migrations.AddField(
            model_name="recyclerun",
            name="object",
            field=models.CharField(default="customers", max_length=60),
        ),
        migrations.AddIndex(
            model_name="ownershipchange",
            index=models.Index(fields=["record_id", "id"], name="ownership_record_ix"),
        ),
        migrations.AddIndex(
            model_name="ownershipchange",
            index=models.Index(fields=["from_user_id", "record_id", "at"], name="ownership_release_ix"),
        ),
        migrations.AddConstraint(
            model_name="poolview",
            constraint=models.UniqueConstraint(fields=("user_id", "day", "record_id"), name="pool_view_once"),
        ),
        migrations.AddConstraint(
            model_name="recyclecandidate",
            constraint=models.UniqueConstraint(fields=("run", "record_id"), name="recycle_candidate_once"),
        ),
        migrations.AddConstraint(
            model_name="recyclerun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "nightly")), fields=("day", "object"), name="recycle_run_once"
            ),
        ),
        migrations.RunSQL(_PAYLOADS, migrations.RunSQL.noop),
    ]
