import django.db.models.expressions
import django.db.models.functions.math
from django.db import migrations, models

from kemai.base.indexes import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False  # opportunities are many: nobody waits for these indexes

    dependencies = [("sales", "0012_rated")]

    operations = [
        AddIndexBeside(
            model_name="opportunity",
            index=models.Index(
                django.db.models.functions.math.Round(
                    django.db.models.expressions.CombinedExpression(models.F("amount"), "*", models.F("rate")), 2
                ),
                models.F("id"),
                condition=models.Q(("deleted_at__isnull", True)),
                name="opp_base_amount_ix",
            ),
        ),
        AddIndexBeside(
            model_name="opportunity",
            index=models.Index(fields=["currency", "id"], name="opp_currency_ix"),
        ),
    ]
