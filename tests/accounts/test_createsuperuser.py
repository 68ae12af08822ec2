"""manage.py createsuperuser."""

import io

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from tests.conftest import Actor
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)


def create(email: str = "Root@Example.com") -> str:
    output = io.StringIO()
    call_command("createsuperuser", email=email, interactive=False, stdout=output)
    return output.getvalue()


def test_without_a_terminal_to_ask_on_it_is_refused_with_the_way_out() -> None:
    with pytest.raises(CommandError, match="--no-input") as refused:
        call_command("createsuperuser", stdin=io.StringIO())
    assert refused.value.returncode == 1
    assert not User.objects.exists()


def test_a_superuser_reaches_the_admin_and_belongs_to_nothing() -> None:
    output = create()
    user = User.objects.get()
    assert (user.email, user.email_key) == ("Root@example.com", "root@example.com")
    assert (user.is_staff, user.is_superuser, user.signup_status) == (True, True, "approved")
    assert not user.memberships.exists()
    assert PASSWORD not in output


def test_a_superuser_logs_in_in_any_spelling() -> None:
    create()
    body = {"email": "ROOT@example.com", "password": PASSWORD}
    assert Actor().post("/auth/login", body).status_code == 200


@pytest.mark.parametrize("email", ["root@example.com", "ROOT@EXAMPLE.COM"])
def test_an_address_that_is_taken_is_refused_in_any_spelling(email: str) -> None:
    user = UserFactory.create(email="root@example.com")
    with pytest.raises(CommandError, match=f"^{email} has an account already"):
        create(email)
    user.refresh_from_db()
    assert (User.objects.count(), user.is_staff, user.is_superuser) == (1, False, False)


@pytest.mark.parametrize("email", ["", "root", "root@", "\u0131@example.com", "root@ｘ.co"])
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(CommandError):
        create(email)
    assert not User.objects.exists()
