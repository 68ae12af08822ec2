"""An account is disabled and enabled on its own page, after a question."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent
from organizations.models import Organization
from service_accounts.models import ServiceAccount, ServiceAccountToken
from tests.accounts.test_admin_pages import act, ask, said
from tests.conftest import Actor, make_bot, make_client
from tests.factories import UserFactory
from tests.service_accounts.test_tokens_in_admin import ACCOUNTS, account_of, staff_of

pytestmark = pytest.mark.django_db

CLERK = ("view_serviceaccount", "change_serviceaccount")


@pytest.fixture
def clerk(organization: Organization) -> Client:
    """May switch service accounts."""
    return staff_of(None, *CLERK)


def page_of(bot: Actor, verb: str) -> str:
    return f"{ACCOUNTS}{account_of(bot).pk}/{verb}/"


@pytest.mark.parametrize(
    ("verb", "words", "status"),
    [("disable", "refused from the next request on", 401), ("enable", "is let in again", 200)],
)
def test_an_account_is_switched_after_a_question(
    clerk: Client, bot: Actor, verb: str, words: str, status: int
) -> None:
    ServiceAccount.objects.update(is_active=verb == "disable")
    before = bot.get("/me").status_code
    page = clerk.get(page_of(bot, verb)).content.decode()
    assert words in page
    assert bot.get("/me").status_code == before
    answer = clerk.post(page_of(bot, verb), follow=True)
    assert said(answer) == [f"{verb.capitalize()}d: Bot."]
    assert answer.request["PATH_INFO"] == page_of(bot, "change")
    assert bot.get("/me").status_code == status
    event = AuditEvent.objects.get(action="service_account.changed")
    assert (event.door, event.after) == ("admin", {"is_active": verb == "enable"})


@pytest.mark.parametrize("verb", ["disable", "enable"])
@pytest.mark.parametrize("right", ["view_serviceaccounttoken", "change_serviceaccounttoken"])
def test_tokens_are_named_to_who_may_see_them_alone(
    clerk: Client, bot: Actor, verb: str, right: str
) -> None:
    ServiceAccount.objects.update(is_active=verb == "disable")
    hint = f"sa_…{bot.token[-4:]}"
    assert hint in staff_of(None, *CLERK, right).get(page_of(bot, verb)).content.decode()
    assert hint not in clerk.get(page_of(bot, verb)).content.decode()


@pytest.mark.parametrize(
    ("rights", "advice"),
    [
        ([], "have it revoked first"),
        (["view_serviceaccounttoken"], "have it revoked first"),
        (["change_serviceaccounttoken"], "revoke it first"),
    ],
)
def test_the_advice_is_what_the_reader_may_do(bot: Actor, rights: list[str], advice: str) -> None:
    ServiceAccount.objects.update(is_active=False)
    page = staff_of(None, *CLERK, *rights).get(page_of(bot, "enable")).content.decode()
    assert advice in page


@pytest.mark.parametrize(("is_active", "offered"), [(True, ["disable"]), (False, ["enable"])])
def test_the_page_offers_what_can_be_done(
    clerk: Client, bot: Actor, is_active: bool, offered: list[str]
) -> None:
    ServiceAccount.objects.update(is_active=is_active)
    page = clerk.get(page_of(bot, "change")).content.decode()
    assert [verb for verb in ("disable", "enable") if page_of(bot, verb) in page] == offered


@pytest.mark.parametrize("verb", ["disable", "enable"])
def test_what_is_so_already_is_told_and_not_recorded(clerk: Client, bot: Actor, verb: str) -> None:
    ServiceAccount.objects.update(is_active=verb == "enable")
    for answer in (
        clerk.get(page_of(bot, verb), follow=True),
        clerk.post(page_of(bot, verb), follow=True),
    ):
        assert said(answer) == [f"Bot was {verb}d already."]
    assert not AuditEvent.objects.filter(action="service_account.changed").exists()


@pytest.mark.parametrize("verb", ["disable", "enable"])
def test_who_may_only_look_switches_nothing(
    organization: Organization, bot: Actor, verb: str
) -> None:
    ServiceAccount.objects.update(is_active=verb == "disable")
    auditor, page = staff_of(None, "view_serviceaccount"), page_of(bot, verb)
    assert page not in auditor.get(page_of(bot, "change")).content.decode()
    assert [auditor.get(page).status_code, auditor.post(page).status_code] == [403, 403]
    assert account_of(bot).is_active is (verb == "disable")


def test_a_form_of_another_site_switches_nothing(bot: Actor) -> None:
    browser = make_client(checks_csrf=True)
    browser.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    assert browser.post(page_of(bot, "disable")).status_code == 403
    assert bot.get("/me").status_code == 200


def test_the_page_tells_of_a_token_that_would_not_let_in_all_the_same(bot: Actor) -> None:
    ServiceAccount.objects.update(is_active=False)
    ServiceAccountToken.objects.update(revoked_at=timezone.now())
    bot.user.is_active = False
    bot.user.save(update_fields=["is_active"])
    page = staff_of(None).get(page_of(bot, "enable")).content.decode()
    assert "No token of it works: issue one afterwards." in page
    assert "The user that it acts as is disabled, too" in page


def test_the_page_tells_of_the_file_that_declares_the_account(clerk: Client, bot: Actor) -> None:
    ServiceAccount.objects.update(managed_by="deployment")
    page = clerk.get(page_of(bot, "disable")).content.decode()
    assert "declared by the file of “deployment”" in page


@pytest.mark.parametrize(
    ("verb", "words"), [("disable", "programs that use"), ("enable", "let in")]
)
def test_several_accounts_are_switched_after_a_question(
    clerk: Client, bot: Actor, organization: Organization, verb: str, words: str
) -> None:
    other = make_bot(organization, name="Other bot")
    ServiceAccount.objects.update(is_active=verb == "disable")
    both, action = [account_of(bot), account_of(other)], f"{verb}_selected"
    before = bot.get("/me").status_code
    page = ask(clerk, ACCOUNTS, action, *both)
    assert f"{verb.capitalize()} 2 service accounts?" in page
    assert words in page
    assert bot.get("/me").status_code == before
    answer = act(clerk, ACCOUNTS, action, *both)
    assert said(answer) == [f"{verb.capitalize()}d: 2 service accounts."]
    assert {one.get("/me").status_code for one in (bot, other)} == {401, 200} - {before}
    assert said(act(clerk, ACCOUNTS, action, *both)) == [
        f"These service accounts were {verb}d already."
    ]
