from django.db import migrations

#: The manager's page became the analysis: whoever could open it can open this. Ready roles of all who sell get the right besides
#: (``install_roles``).
GRANT = """
WITH e AS (
    INSERT INTO base_auditevent (at, actor_name, action, object, reason, address, request_id)
    VALUES (now(), 'set-up', 'grants', 'roles', '', '', '') RETURNING id
) SELECT set_config('kemai.event', id::text, true) FROM e;
INSERT INTO accounts_rolegrant (id, role_id, permission, scope, departments)
SELECT gen_random_uuid(), role_id, 'analytics.analysis.view', scope, departments FROM accounts_rolegrant
WHERE permission = 'analytics.manager.view' ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("base", "0001_initial"), ("accounts", "0005_favourites")]

    operations = [migrations.RunSQL(GRANT, migrations.RunSQL.noop)]
