from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("service_accounts", "0003_lists_at_scale"),
    ]

    operations = [
        migrations.AddField(
            model_name="serviceaccount",
            name="managed_by",
            field=models.CharField(blank=True, db_default="", default="", max_length=100),
        ),
        migrations.AddField(
            model_name="serviceaccounttoken",
            name="rotated_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="serviceaccounttoken",
            name="warned_days",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
    ]
