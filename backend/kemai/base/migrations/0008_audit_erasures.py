"""What an audit row told of a person can be erased; everything else of it still cannot be changed."""

from django.db import migrations, models

GUARD = """
CREATE OR REPLACE FUNCTION kemai_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Erasing (P-4) may take away values and the key of a person, and nothing else; it leaves digests of what was and of what is.
    IF TG_OP = 'UPDATE' AND current_setting('kemai.erasing', true) = 'on' AND
       (TG_TABLE_NAME = 'base_auditevent' OR TG_TABLE_NAME LIKE 'base\\_audit\\_change%') AND
       to_jsonb(NEW) - '{diff,data,reason,record_id}'::text[] = to_jsonb(OLD) - '{diff,data,reason,record_id}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'KM002';
END $$;
"""
FORMER = """
CREATE OR REPLACE FUNCTION kemai_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'KM002';
END $$;
"""
TRIGGERS = """
CREATE TRIGGER audit_erasure_append_only BEFORE UPDATE OR DELETE ON base_auditerasure
    FOR EACH ROW EXECUTE FUNCTION kemai_append_only();
CREATE TRIGGER audit_erasure_no_truncate BEFORE TRUNCATE ON base_auditerasure
    FOR EACH STATEMENT EXECUTE FUNCTION kemai_append_only();
"""
NO_TRIGGERS = (
    "DROP TRIGGER audit_erasure_append_only ON base_auditerasure;"
    "DROP TRIGGER audit_erasure_no_truncate ON base_auditerasure;"
)


class Migration(migrations.Migration):
    dependencies = [("base", "0007_clock_beat")]

    operations = [
        migrations.CreateModel(
            name="AuditErasure",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("audited", models.TextField()),
                ("row_id", models.BigIntegerField()),
                ("before", models.BinaryField()),
                ("after", models.BinaryField()),
                ("event_id", models.BigIntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["audited", "row_id", "id"], name="audit_erasure_row_ix")],
            },
        ),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
        migrations.RunSQL(GUARD, FORMER),
    ]
