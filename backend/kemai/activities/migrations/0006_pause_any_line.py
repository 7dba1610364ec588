from django.db import migrations, models


class Migration(migrations.Migration):
    """A line put off may be a lead's as well: the key alone says whose, without a reference to customers."""

    dependencies = [("activities", "0005_channel_index")]

    operations = [
        migrations.RemoveConstraint(model_name="worklistpause", name="worklist_pause_once"),
        migrations.AlterField(
            model_name="worklistpause",
            name="customer",
            field=models.UUIDField(db_column="customer_id"),
        ),
        migrations.RenameField(model_name="worklistpause", old_name="customer", new_name="record_id"),
        migrations.AlterField(model_name="worklistpause", name="record_id", field=models.UUIDField()),
        migrations.AddConstraint(
            model_name="worklistpause",
            constraint=models.UniqueConstraint(fields=("record_id", "user"), name="worklist_pause_once"),
        ),
    ]
