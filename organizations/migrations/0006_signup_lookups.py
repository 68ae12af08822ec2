from typing import Any

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from accounts.live_indexes import AddIndexLive, add_domain_index
from organizations.origins import network_of

BATCH = 1_000


def name_networks(apps: Any, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Of the requests that are there; a batch a transaction, and again from the start if it broke
    off."""
    rows = apps.get_model("organizations", "SignupRequest").objects
    rows = rows.filter(network="", ip_address__isnull=False).order_by("pk")
    batch = list(rows.only("ip_address")[:BATCH])
    while batch:
        for row in batch:
            row.network = network_of(row.ip_address)
        rows.bulk_update(batch, ["network"])
        batch = list(rows.only("ip_address").filter(pk__gt=batch[-1].pk)[:BATCH])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("accounts", "0003_lists_at_scale"),
        ("organizations", "0005_signup_review"),
    ]

    operations = [
        migrations.RunPython(name_networks, migrations.RunPython.noop, atomic=False),
        AddIndexLive(
            model_name="signuprequest",
            index=models.Index(
                fields=["network", "status", "created_at"], name="organizations_signup_network"
            ),
        ),
        add_domain_index("organizations_user_by_domain"),
    ]
