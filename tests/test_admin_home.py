"""The home page of the admin: what waits, for whoever may see it."""

import datetime as dt
import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.admin_home import MAX_COUNTED, Card
from accounts.models import AuditEvent
from organizations.models import Organization, SignupRequest
from service_accounts.models import ServiceAccount, ServiceAccountToken
from service_accounts.services.token import rotate_token
from tests.accounts.test_admin_pages import browser_of_staff, make_event, make_users, rows_on
from tests.conftest import SETUP, Actor, make_bot, make_client
from tests.factories import SignupRequestFactory

pytestmark = pytest.mark.django_db

HOME = "/admin/"
VIEWS = {
    "view_signuprequest": ["Sign-ups", "Recent decisions"],
    "view_serviceaccounttoken": ["Service account tokens"],
    "view_auditevent": ["Failed log-ins"],
    "view_user": [],
}


def cards(*codenames: str) -> dict[str, Card]:
    """What somebody with these permissions sees, or a superuser, by its title."""
    page = browser_of_staff(*codenames).get(HOME)
    return {card.title: card for card in page.context["cards"]}


def ask_to_join(organization: Organization, *ages: int) -> None:
    """Sign-ups that wait for so many days."""
    for days in ages:
        moment = timezone.now() - dt.timedelta(days=days)
        SignupRequestFactory.create(organization=organization, created_at=moment)


def expire_in(bot: Actor, **span: float) -> ServiceAccountToken:
    token = ServiceAccountToken.objects.get(service_account__user=bot.user)
    token.expires_at = timezone.now() + dt.timedelta(**span)
    token.save(update_fields=["expires_at"])
    return token


@pytest.mark.parametrize("codename", VIEWS)
def test_each_card_is_for_whoever_may_see_its_list(organization: object, codename: str) -> None:
    assert list(cards(codename)) == VIEWS[codename]


def test_nothing_is_asked_for_a_card_that_is_not_shown(organization: object) -> None:
    browser = browser_of_staff("view_user")
    with CaptureQueriesContext(connection) as queries:
        browser.get(HOME)
    told = ("signuprequest", "serviceaccounttoken", "auditevent")
    assert [q["sql"] for q in queries if any(f'_{name}"' in q["sql"] for name in told)] == []


def test_it_names_the_product_and_the_organization_to_staff_alone(
    organization: Organization,
) -> None:
    Organization.objects.update(name="Acme <b>")
    page = browser_of_staff().get(HOME).content.decode()
    assert "Hyperspeed" in page
    assert "Acme &lt;b&gt;" in page
    assert "Acme" not in make_client().get(HOME, follow=True).content.decode()


def test_it_tells_how_many_wait_and_since_when(organization: Organization) -> None:
    ask_to_join(organization, 3, 9, 1)
    card = cards()["Sign-ups"]
    assert (card.figure, card.tone) == ("3", "waiting")
    assert card.says == "people wait for approval; the oldest for 1\xa0week."


def test_it_tells_of_one_who_came_just_now(organization: Organization) -> None:
    ask_to_join(organization, 0)
    assert cards()["Sign-ups"].says == "person has waited for approval for less than a minute."


def test_a_calm_day_is_told_in_words(organization: object) -> None:
    seen = cards()
    assert seen["Sign-ups"].says == "Nobody is waiting for approval."
    assert seen["Recent decisions"].says == "No sign-up was decided yet."
    assert seen["Service account tokens"].says == "No token expires within 30 days."
    assert seen["Failed log-ins"].says == "None in the last 24 hours."
    assert {card.tone for card in seen.values()} == {"calm"}


def test_it_names_the_last_decisions_and_who_made_them(
    organization: Organization, owner: Actor
) -> None:
    ask_to_join(organization, *range(7))
    now = timezone.now()
    for minutes, request in enumerate(SignupRequest.objects.order_by("pk")):
        request.status, request.resolved_by = "approved", owner.user
        request.resolved_at = now - dt.timedelta(minutes=minutes)
        request.save()
    lines = cards()["Recent decisions"].lines
    latest = SignupRequest.objects.order_by("-resolved_at")[:5]
    assert [line.subject for line in lines] == [request.user.email for request in latest]
    assert all("approved by Olivia Owner" in line.says for line in lines)


@pytest.mark.parametrize(
    ("days", "figure", "tone"), [(6.9, "1", "urgent"), (7.1, "1", "waiting"), (30.1, "", "calm")]
)
def test_tokens_that_expire_are_told_of_in_time(
    bot: Actor, days: float, figure: str, tone: str
) -> None:
    expire_in(bot, days=days)
    card = cards()["Service account tokens"]
    assert (card.figure, card.tone) == (figure, tone)
    assert ("of them within 7" in card.says) == (tone == "urgent")


def test_tokens_that_nobody_will_miss_are_not_told_of(bot: Actor) -> None:
    """Expired, revoked, replaced by a rotation with an overlap, or of a disabled account."""
    token = expire_in(bot, seconds=-1)
    assert cards()["Service account tokens"].figure == ""
    token = expire_in(bot, days=200)
    rotate_token(token=token, overlap=dt.timedelta(days=1), by=SETUP)
    assert cards()["Service account tokens"].figure == ""
    token.expires_at, token.rotated_at = timezone.now() + dt.timedelta(days=1), None
    token.revoked_at = timezone.now()
    token.save()
    assert cards()["Service account tokens"].figure == ""
    make_bot(bot.user.service_account.organization, name="Second")
    second = ServiceAccountToken.objects.filter(service_account__name="Second")
    second.update(expires_at=timezone.now() + dt.timedelta(days=1))
    assert cards()["Service account tokens"].figure == "1"
    ServiceAccount.objects.update(is_active=False)
    assert cards()["Service account tokens"].figure == ""


def test_failed_log_ins_of_the_last_day_are_counted(organization: object) -> None:
    (user,) = make_users(0, 1)
    events = [make_event(1, user) for _ in range(4)]
    ages = (dt.timedelta(hours=h) for h in (2, 23, 25, 100))
    for event, age in zip(events, ages, strict=True):
        event.created_at, event.ip_address = timezone.now() - age, "203.0.113.9"
    AuditEvent.objects.bulk_create([*events, make_event(2, user)])
    card = cards()["Failed log-ins"]
    assert card.figure == "2"
    assert card.says == "in the last 24 hours, the last 2\xa0hours ago from 203.0.113.9."


def test_each_link_leads_to_what_it_counted(bot: Actor, organization: Organization) -> None:
    ask_to_join(organization, 1, 2)
    expire_in(bot, days=20)
    AuditEvent.objects.bulk_create([make_event(1, bot.user), make_event(2, bot.user)])
    root = browser_of_staff()
    home = root.get(HOME)
    for card in home.context["cards"]:
        for address in card.links.values():
            assert card.figure in {"", str(rows_on(root.get(address)))}
    figures = re.findall(r'class="figure" href="([^"]*)"', home.content.decode())
    assert [unescape(address) for address in figures] == [
        next(iter(card.links.values())) for card in home.context["cards"] if card.figure
    ]


def test_it_tells_what_one_did_last(organization: Organization) -> None:
    root = browser_of_staff()
    assert "What you did last" not in root.get(HOME).content.decode()
    ask_to_join(organization, 1)
    request = SignupRequest.objects.get()
    root.post("/admin/organizations/signuprequest/deny/selected/", {"ids": str(request.pk)})
    text = " ".join(re.sub("<[^>]+>", " ", root.get(HOME).content.decode()).split())
    did = f"What you did last {request} sign-up request, less than a minute ago: denied"
    assert did in text
    assert "What you did last" not in browser_of_staff().get(HOME).content.decode()


def test_more_than_a_hundred_are_not_counted(organization: Organization, bot: Actor) -> None:
    users = make_users(0, MAX_COUNTED + 1)
    SignupRequest.objects.bulk_create(
        SignupRequest(user=user, organization=organization) for user in users
    )
    AuditEvent.objects.bulk_create(make_event(1, user) for user in users)
    seen = cards()
    assert seen["Sign-ups"].figure == seen["Failed log-ins"].figure == "100+"


def queries_of_home() -> list[str]:
    browser = browser_of_staff()
    browser.get(HOME)
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(HOME).status_code == 200
    return [query["sql"] for query in queries]


def test_it_takes_eight_queries_however_much_waits(organization: Organization, bot: Actor) -> None:
    """Session, user, organization, own actions, and one for each card."""
    assert len(queries_of_home()) == 8
    ask_to_join(organization, *range(12))
    expire_in(bot, days=2)
    assert len(queries_of_home()) == 8


def test_every_query_stops_early_by_itself(organization: Organization, bot: Actor) -> None:
    for sql in queries_of_home():
        if re.search(r'FROM "(organizations_signup|service_accounts|accounts_audit)', sql):
            assert re.search(r"LIMIT (101|5)$", sql), sql
