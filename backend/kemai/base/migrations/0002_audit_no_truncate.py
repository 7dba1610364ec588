"""History cannot be emptied either: rows were guarded one by one, and TRUNCATE touches none of them (P-7)."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON base_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION kemai_append_only();
CREATE TRIGGER audit_change_no_truncate BEFORE TRUNCATE ON base_audit_change
    FOR EACH STATEMENT EXECUTE FUNCTION kemai_append_only();
"""
BACK = """
DROP TRIGGER audit_event_no_truncate ON base_auditevent;
DROP TRIGGER audit_change_no_truncate ON base_audit_change;
"""


class Migration(migrations.Migration):
    dependencies = [("base", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
