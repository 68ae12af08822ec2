"""What no service account token can do, whatever roles its account holds."""

import pytest
from django.test import Client

from accounts.models import Session, User
from organizations.models import MemberRole, Organization, SignupRequest
from organizations.permissions import Permission
from service_accounts.models import ServiceAccount, ServiceAccountToken
from tests.conftest import Actor, make_bot, refusal
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

FORBIDDEN = (403, "forbidden", "forbidden")


@pytest.fixture
def mighty(organization: Organization) -> Actor:
    """A service account that holds every permission there is."""
    return make_bot(organization, *Permission)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_it_does_not_reach_the_service_accounts(
    mighty: Actor, organization: Organization, method: str
) -> None:
    path = f"/organizations/{organization.pk}/service-accounts"
    assert refusal(mighty.send(method, path, '{"name": "Clone"}')) == FORBIDDEN
    assert ServiceAccount.objects.count() == 1
    assert ServiceAccountToken.objects.count() == 1


def test_it_does_not_end_sessions(mighty: Actor) -> None:
    assert refusal(mighty.post("/auth/logout-all")) == FORBIDDEN


@pytest.mark.parametrize("path", ["/auth/refresh", "/auth/logout"])
def test_it_is_nothing_to_the_session_calls(mighty: Actor, path: str) -> None:
    answer = mighty.post(path, {"refresh_token": mighty.token})
    assert answer.status_code == {"/auth/refresh": 401, "/auth/logout": 204}[path]
    assert mighty.get("/me").status_code == 200
    assert not Session.objects.exists()


@pytest.mark.parametrize("password", [PASSWORD, "!", "sa_token", " "])
def test_it_does_not_log_in(mighty: Actor, password: str) -> None:
    for typed in (password, mighty.token):
        body = {"email": mighty.user.email, "password": typed}
        assert mighty.post("/auth/login", body).status_code == 401
    assert not Session.objects.exists()


def test_its_address_cannot_be_registered(mighty: Actor) -> None:
    body = {"email": mighty.user.email, "password": PASSWORD}
    assert refusal(Actor().post("/auth/register", body))[0] == 409
    assert not User.objects.get(pk=mighty.user.pk).has_usable_password()


@pytest.mark.parametrize("path", ["", "organizations/signuprequest/", "accounts/user/"])
def test_it_does_not_reach_the_admin(mighty: Actor, path: str) -> None:
    plain = Client(headers={"authorization": f"Bearer {mighty.token}"})
    assert plain.get(f"/admin/{path}").status_code == 302
    plain.force_login(mighty.user)
    assert plain.get(f"/admin/{path}").status_code == 302


def test_it_resolves_no_sign_up_through_the_admin(mighty: Actor, pending: Actor) -> None:
    request = SignupRequest.objects.get()
    mighty.client.force_login(mighty.user)
    path = "/admin/organizations/signuprequest/approve/selected/"
    assert mighty.client.post(path, {"ids": str(request.pk)}).status_code == 302
    request.refresh_from_db()
    assert request.status == "pending"


def test_it_gains_nothing_by_renaming_itself(mighty: Actor) -> None:
    mighty.patch("/me", {"display_name": "Owner", "kind": "human", "is_staff": True})
    user = User.objects.get(pk=mighty.user.pk)
    assert (user.kind, user.is_staff, user.display_name) == ("service", False, "Owner")
    assert MemberRole.objects.filter(membership__user=user, role__is_system=True).count() == 0


def test_it_may_do_everything_else_of_its_roles(mighty: Actor, organization: Organization) -> None:
    path = f"/organizations/{organization.pk}"
    assert mighty.get(path).status_code == 200
    assert mighty.patch(f"{path}/features", {"open_signups_enabled": False}).status_code == 200
    assert mighty.post(f"{path}/spaces", {"name": "Launch"}).status_code == 201
    assert mighty.patch("/me", {"display_name": "Bot 2"}).status_code == 200
