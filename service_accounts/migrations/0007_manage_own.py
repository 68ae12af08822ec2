from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("service_accounts", "0006_words_of_the_admin"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="serviceaccount",
            options={
                "permissions": (
                    (
                        "manage_own_serviceaccount",
                        "Can look after service accounts and tokens where they manage members",
                    ),
                )
            },
        ),
    ]
