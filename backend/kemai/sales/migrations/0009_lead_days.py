import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

#: Who held leads was not logged before: each begins where it is.
_LOG = """
INSERT INTO customers_ownershipchange (object, record_id, kind, to_user_id, pool_id, reason, at)
SELECT 'leads', id, 'create', owner_id, pool_id, '', COALESCE(claimed_at, created_at) FROM sales_lead
"""


class Migration(migrations.Migration):
    """Leads are pooled like customers: since when owned, until when, and the log of who held them."""

    dependencies = [
        ("accounts", "0004_token_limits"),
        ("customers", "0011_any_pooled_kind"),
        ("sales", "0008_transfers"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="lead",
            name="audit_update",
        ),
        migrations.RenameField(
            model_name="lead",
            old_name="owned_since",
            new_name="claimed_at",
        ),
        migrations.RemoveField(model_name="lead", name="left_pool_id"),
        migrations.AddField(model_name="lead", name="recycle_rule_id", field=models.UUIDField(null=True)),
        migrations.AddField(
            model_name="lead",
            name="protected_until",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="lead",
            name="recycle_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="lead",
            name="recycle_warned_on",
            field=models.DateField(null=True),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)), fields=["recycle_on", "id"], name="lead_recycle_o_ix"
            ),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["owner_id", "recycle_on", "id"],
                name="lead_owner_recycle_o_ix",
            ),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["department_id", "recycle_on", "id"],
                name="lead_departmen_recycle_o_ix",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lead",
            trigger=pgtrigger.compiler.Trigger(
                name="audit_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO base_audit_change (event_id, object, record_id, op, diff, at) SELECT kemai_audit_context(), TG_TABLE_NAME, n.id, 'U', d.diff, now() FROM new_rows n JOIN old_rows o ON o.id = n.id CROSS JOIN LATERAL (SELECT kemai_diff(to_jsonb(o), to_jsonb(n), ARRAY['version','updated_at','updated_by','search_terms','private_terms','search_text','name_sort','score','score_parts','last_activity_at','next_contact_at','status_since','escalated_at','respond_by','conversion','recycle_on','recycle_rule_id','recycle_warned_on']::text[]) AS diff) d WHERE d.diff IS NOT NULL; RETURN NULL;",
                    hash="cd3c6dd0a6d16e447467bbf6746a3b9b24c1b1e9",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_audit_update_0e0a5",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="sales_lead",
                    when="AFTER",
                ),
            ),
        ),
        migrations.RunSQL(_LOG, migrations.RunSQL.noop),
    ]
