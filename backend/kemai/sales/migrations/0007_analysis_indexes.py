from django.db import migrations, models

from kemai.base.indexes import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False  # opportunities are many: nobody waits for these indexes

    dependencies = [("sales", "0006_reached")]

    operations = [
        AddIndexBeside(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["source", "updated_at", "id"],
                name="lead_source_ix",
            ),
        ),
        AddIndexBeside(
            model_name="opportunity",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["reached", "created_at", "id"],
                name="opp_reached_ix",
            ),
        ),
        AddIndexBeside(
            model_name="opportunity",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True), ("lost_from__isnull", False)),
                fields=["lost_from", "created_at", "id"],
                name="opp_lost_from_ix",
            ),
        ),
        AddIndexBeside(
            model_name="opportunity",
            index=models.Index(
                models.Case(models.When(status="lost", then=models.F("close_reason")), default=models.Value("")),
                models.F("created_at"),
                condition=models.Q(("deleted_at__isnull", True)),
                name="opp_lost_reason_ix",
            ),
        ),
        AddIndexBeside(
            model_name="opportunity",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["source", "updated_at", "id"],
                name="opp_source_ix",
            ),
        ),
    ]
