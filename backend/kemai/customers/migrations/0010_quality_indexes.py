import django.contrib.postgres.indexes
from django.db import migrations, models

from kemai.base.indexes import AddIndexBeside

LIVING = models.Q(("deleted_at__isnull", True))


class Migration(migrations.Migration):
    atomic = False  # customers are many: nobody waits for these indexes

    dependencies = [("customers", "0009_source_and_province_indexes")]

    operations = [
        AddIndexBeside(
            "customer",
            django.contrib.postgres.indexes.GinIndex(
                fields=["quality_faults"], name="cust_faults_ix", condition=LIVING
            ),
        ),
        AddIndexBeside(
            "customer", models.Index(fields=["confirmed_at", "id"], name="cust_confirmed_ix", condition=LIVING)
        ),
    ]
