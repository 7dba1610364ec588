from django.db import migrations, models

from kemai.base.indexes import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False  # follow-ups are many: nobody waits for this index

    dependencies = [("activities", "0004_day_figures")]

    operations = [
        AddIndexBeside(
            model_name="interaction",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["channel", "occurred_at", "id"],
                name="act_channel_ix",
            ),
        ),
    ]
