"""What a copy of the database gives away: nothing that opens a door."""

import pytest
from django.db import connection

from organizations.models import Organization
from tests.accounts.commands import run
from tests.conftest import Actor
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


def whole_database() -> str:
    """Every value of every table, as text."""
    texts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            texts += [str(value) for row in cursor.fetchall() for value in row]
    return "\n".join(texts)


def test_no_token_and_no_password_is_stored_in_clear(db: None) -> None:
    body = {"email": "ann@example.com", "password": PASSWORD, "organization_name": "Acme"}
    first = Actor().post("/auth/register", body).json()
    second = Actor().post("/auth/login", body).json()
    third = Actor().post("/auth/refresh", {"refresh_token": second["refresh_token"]}).json()
    path = f"/organizations/{Organization.objects.get().pk}/service-accounts"
    minted = Actor(third["access_token"]).post(path, {"name": "Bot"}).json()["token"]
    commanded = run("create_service_account", "Other").out.strip()
    Actor(minted).get("/me")
    pairs = [pair[name] for pair in (first, second, third) for name in pair if "_token" in name]
    dump = whole_database()
    assert "ann@example.com" in dump  # else it would prove nothing
    assert [raw for raw in (*pairs, minted, commanded, PASSWORD) if raw in dump] == []


def test_no_answer_log_or_page_repeats_a_token(
    owner: Actor, organization: Organization, caplog: pytest.LogCaptureFixture
) -> None:
    path = f"/organizations/{organization.pk}/service-accounts"
    raw = owner.post(path, {"name": "Bot"}).json()["token"]
    owner.client.force_login(owner.user)
    pages = [
        owner.get(path),
        owner.get("/me"),
        owner.client.get("/admin/"),
        Actor(raw + "x").get("/me"),
        Actor().get(f"/{raw}"),
    ]
    assert not [page for page in pages if raw in page.content.decode()]
    assert raw not in caplog.text
    assert owner.token not in caplog.text
