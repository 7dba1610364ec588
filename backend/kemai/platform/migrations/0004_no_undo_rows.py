"""Old values are read off the audit differences; what was noted beside them goes (PLT-9, P-4)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("platform", "0003_saved_views"), ("base", "0003_operations")]

    operations = [
        # Imports and bulk edits from before this version have no list of their acts and cannot be taken back any more.
        migrations.RunSQL("UPDATE platform_import SET undo_until = NULL", migrations.RunSQL.noop),
        migrations.RunSQL("UPDATE base_operation SET kind = '' WHERE kind = 'edits'", migrations.RunSQL.noop),
        migrations.DeleteModel("UndoRow"),
    ]
