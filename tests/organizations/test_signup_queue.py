"""The queue of sign-up requests in the admin: who sees it, and that looking changes nothing."""

import datetime as dt

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from organizations.models import Organization, SignupRequest
from tests.conftest import Actor, make_client
from tests.factories import SignupRequestFactory, UserFactory
from tests.organizations.signups import QUEUE

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(organization: Organization) -> SignupRequest:
    request: SignupRequest = SignupRequestFactory.create(
        organization=organization, user__email="nora@example.com", user__display_name="Nora <b>"
    )
    return request


def browser_with(*codenames: str) -> Client:
    """The browser of staff who hold these permissions alone."""
    user = UserFactory.create(email="clerk@example.com", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = make_client()
    client.force_login(user)
    return client


def emails_on(page: bytes) -> list[str]:
    found = SignupRequest.objects.order_by("created_at", "pk").values_list("user__email", flat=True)
    return [email for email in found if email.encode() in page]


def test_it_shows_who_waits_and_where_they_came_from(staff: Client, waiting: SignupRequest) -> None:
    page = staff.get(QUEUE).content.decode()
    assert "nora@example.com" in page
    assert "203.0.113.7" in page
    assert "Firefox" in page
    assert "Nora &lt;b&gt;" in page
    assert "Nora <b>" not in page


def test_it_opens_on_what_waits(staff: Client, waiting: SignupRequest) -> None:
    for status in ("approved", "denied"):
        SignupRequestFactory.create(
            organization=waiting.organization,
            user__email=f"{status}@example.com",
            status=status,
            resolved_at=timezone.now(),
        )
    assert emails_on(staff.get(QUEUE).content) == ["nora@example.com"]
    assert emails_on(staff.get(f"{QUEUE}?status=denied").content) == ["denied@example.com"]
    assert len(emails_on(staff.get(f"{QUEUE}?status=all").content)) == 3


def test_the_oldest_comes_first(staff: Client, waiting: SignupRequest) -> None:
    hour_ago = timezone.now() - dt.timedelta(hours=1)
    SignupRequestFactory.create(
        organization=waiting.organization, user__email="first@example.com", created_at=hour_ago
    )
    page = staff.get(QUEUE).content
    assert page.index(b"first@example.com") < page.index(b"nora@example.com")


def test_an_empty_queue_says_so(staff: Client) -> None:
    assert "Nobody is waiting for approval." in staff.get(QUEUE).content.decode()


@pytest.mark.parametrize(("query", "found"), [("nora", 1), ("Nora", 1), ("olaf", 0)])
def test_it_is_searched_by_address_and_name(
    staff: Client, waiting: SignupRequest, query: str, found: int
) -> None:
    assert len(emails_on(staff.get(f"{QUEUE}?q={query}").content)) == found


@pytest.mark.parametrize(
    "query",
    [
        *("?q=%00", "?status=x", "?status=%00", "?status=", "?p=99999999999999999999", "?p=x"),
        *("?o=99", "?o=%00", "?all=", "?e=1", "?id__exact=x", "?user__email=%00", "?q=%ed%a0%80"),
    ],
)
def test_it_survives_any_query(owner: Actor, waiting: SignupRequest, query: str) -> None:
    owner.client.force_login(owner.user)
    assert owner.client.get(QUEUE + query).status_code in {200, 302, 400}


@pytest.mark.parametrize("status", ["pending", "approved"])
def test_any_number_takes_the_same_queries(
    staff: Client,
    waiting: SignupRequest,
    status: str,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    resolved = {"resolved_at": timezone.now(), "resolved_by": waiting.user}
    fields = {"status": status, **(resolved if status == "approved" else {})}
    path = f"{QUEUE}?status={status}" if status != "pending" else QUEUE
    SignupRequestFactory.create(organization=waiting.organization, **fields)
    with django_assert_num_queries(8):
        staff.get(path)
    SignupRequestFactory.create_batch(49, organization=waiting.organization, **fields)
    with django_assert_num_queries(8):
        staff.get(path)


@pytest.mark.parametrize("action", ["approve", "deny"])
def test_a_request_is_shown_with_its_links(
    staff: Client, waiting: SignupRequest, action: str
) -> None:
    page = staff.get(f"{QUEUE}{waiting.pk}/change/").content.decode()
    assert f"{QUEUE}{action}/{waiting.pk}/" in page
    assert 'name="_save"' not in page


def test_the_reason_of_a_denial_is_shown_to_staff(staff: Client, waiting: SignupRequest) -> None:
    SignupRequest.objects.update(
        status="denied", resolved_at=timezone.now(), reason="unknown <i>person</i>"
    )
    page = staff.get(f"{QUEUE}{waiting.pk}/change/").content.decode()
    assert "unknown &lt;i&gt;person&lt;/i&gt;" in page
    assert f"{QUEUE}approve/{waiting.pk}/" not in page


@pytest.mark.parametrize("page", ["add/", "{}/delete/"])
def test_requests_are_neither_added_nor_deleted(
    staff: Client, waiting: SignupRequest, page: str
) -> None:
    path = QUEUE + page.format(waiting.pk)
    assert staff.get(path).status_code == 403
    assert staff.post(path, {"post": "yes"}).status_code == 403
    assert SignupRequest.objects.count() == 1


def test_not_even_by_a_superuser(waiting: SignupRequest) -> None:
    browser = make_client()
    browser.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    assert browser.get(f"{QUEUE}add/").status_code == 403
    assert browser.post(f"{QUEUE}{waiting.pk}/delete/", {"post": "yes"}).status_code == 403
    action = {"action": "delete_selected", "_selected_action": str(waiting.pk), "post": "yes"}
    browser.post(QUEUE, action)
    assert SignupRequest.objects.count() == 1


def test_a_request_is_not_edited(staff: Client, waiting: SignupRequest) -> None:
    body = {"status": "approved", "reason": "x", "email": "eve@example.com"}
    staff.post(f"{QUEUE}{waiting.pk}/change/", body)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.reason) == ("pending", "")


@pytest.mark.parametrize("codename", ["view_user", "resolve_signuprequest"])
def test_the_queue_is_for_those_who_may_view_it(waiting: SignupRequest, codename: str) -> None:
    answer = browser_with(codename).get(QUEUE)
    assert answer.status_code == 403
    assert b"nora@example.com" not in answer.content


def test_viewing_alone_offers_no_decision(waiting: SignupRequest) -> None:
    browser = browser_with("view_signuprequest")
    assert emails_on(browser.get(QUEUE).content) == ["nora@example.com"]
    page = browser.get(f"{QUEUE}{waiting.pk}/change/").content.decode()
    assert f"{QUEUE}approve/{waiting.pk}/" not in page


@pytest.mark.parametrize("page", ["", "{}/change/", "approve/{}/", "deny/selected/"])
@pytest.mark.parametrize("who", ["member", "outsider", "bot"])
def test_nobody_but_staff_reaches_it(
    request: pytest.FixtureRequest, waiting: SignupRequest, who: str, page: str
) -> None:
    actor: Actor = request.getfixturevalue(who)
    actor.client.force_login(actor.user)
    path = QUEUE + page.format(waiting.pk)
    answers = [actor.client.get(path), actor.client.post(path, {"ids": str(waiting.pk)})]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0]["Location"].startswith("/admin/login/")
    waiting.refresh_from_db()
    assert waiting.status == "pending"


def test_the_owner_sees_service_accounts_and_nothing_else_beside_it(staff: Client) -> None:
    models = [model for app in staff.get("/admin/").context["app_list"] for model in app["models"]]
    assert [model["object_name"] for model in models] == [
        "SignupRequest",
        "ServiceAccountToken",
        "ServiceAccount",
    ]


@pytest.mark.parametrize("key", ["x", "1", "00000000-0000-7000-8000-000000000000", "%00"])
@pytest.mark.parametrize("page", ["{}/change/", "approve/{}/", "deny/{}/", "{}/history/"])
def test_a_request_that_does_not_exist_is_no_error(staff: Client, page: str, key: str) -> None:
    assert staff.get(QUEUE + page.format(key)).status_code in {302, 404}


def test_who_may_only_look_is_offered_no_decision(waiting: SignupRequest) -> None:
    page = browser_with("view_signuprequest").get(QUEUE).content.decode()
    assert "nora@example.com" in page
    assert f"{QUEUE}approve/{waiting.pk}/" not in page
    assert f"{QUEUE}deny/{waiting.pk}/" not in page
    assert "A approve" not in page


@pytest.mark.parametrize(
    ("status", "keys"),
    [("pending", "A approve, D deny."), ("denied", "R re-open."), ("approved", "U undo.")],
)
def test_the_line_of_keys_names_those_of_the_list(
    staff: Client, waiting: SignupRequest, status: str, keys: str
) -> None:
    SignupRequest.objects.update(
        status=status, resolved_at=None if status == "pending" else timezone.now()
    )
    page = staff.get(QUEUE, {"status": status}).content.decode()
    assert page.count(keys) == 1
    assert ("A approve" in page, "R re-open" in page) == (status == "pending", status == "denied")
