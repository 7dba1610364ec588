from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # customers are many: nobody waits for these indexes

    dependencies = [("customers", "0008_province")]

    operations = [
        AddIndexConcurrently(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["source", "updated_at", "id"],
                name="cust_source_ix",
            ),
        ),
        AddIndexConcurrently(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["province", "updated_at", "id"],
                name="cust_province_ix",
            ),
        ),
    ]
