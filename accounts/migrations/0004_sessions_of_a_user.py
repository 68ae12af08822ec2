from django.conf import settings
from django.db import migrations, models

from accounts.live_indexes import AddIndexLive, DropForeignKeyIndexLive


class Migration(migrations.Migration):
    """One index in place of another: who logs in writes as many as before."""

    atomic = False

    dependencies = [("accounts", "0003_lists_at_scale")]

    operations = [
        AddIndexLive(
            model_name="session",
            index=models.Index(fields=["user", "-id"], name="accounts_session_by_user"),
        ),
        DropForeignKeyIndexLive(
            model_name="session",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=models.CASCADE,
                related_name="sessions",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
