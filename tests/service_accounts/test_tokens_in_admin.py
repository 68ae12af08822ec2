"""Tokens that staff issue, rotate and revoke in the admin: asked for, then done once."""

import datetime as dt
import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission as StaffPermission
from django.contrib.sessions.models import Session as StoredSession
from django.core import signing
from django.test import Client
from django.utils import timezone

from accounts.ids import uuid7
from accounts.models import AuditEvent, User
from organizations.models import Organization
from organizations.permissions import Permission
from service_accounts.admin.minting import SALT
from service_accounts.models import ServiceAccount, ServiceAccountToken
from service_accounts.services.token import AlreadyIssued, issue_token
from tests.conftest import SETUP, Actor, make_bot, make_client
from tests.factories import UserFactory, add_member, make_role

pytestmark = pytest.mark.django_db

ACCOUNTS = "/admin/service_accounts/serviceaccount/"
TOKENS = "/admin/service_accounts/serviceaccounttoken/"
RAW = re.compile(r"sa_[0-9A-Za-z]{36}")
MINTER = ("issue_serviceaccounttoken", "view_serviceaccount", "view_serviceaccounttoken")
REVOKER = ("change_serviceaccounttoken", "view_serviceaccount")
READ = Permission.BOARD_READ
ID = "0198f6a0-0000-7000-8000-000000000000"  # as it would be unsigned


def staff_of(
    organization: Organization | None, *rights: str, may: tuple[Permission, ...] = ()
) -> Client:
    """The browser of staff with these rights in the admin, who may do that in the organization;
    of a superuser, if no rights are named."""
    user = UserFactory.create(is_staff=True, is_superuser=not rights)
    user.user_permissions.set(StaffPermission.objects.filter(codename__in=rights))
    if organization is not None:
        add_member(organization, user, *([make_role(organization, *may, name="S")] if may else []))
    browser = make_client()
    browser.force_login(user)
    return browser


@pytest.fixture
def minter(organization: Organization) -> Client:
    """A member who may read boards, and make tokens."""
    return staff_of(organization, *MINTER, may=(READ,))


def account_of(bot: Actor) -> ServiceAccount:
    return ServiceAccount.objects.get(user=bot.user)


def token_of(bot: Actor) -> ServiceAccountToken:
    return ServiceAccountToken.objects.get(service_account__user=bot.user)


def issue_page(bot: Actor) -> str:
    return f"{ACCOUNTS}{account_of(bot).pk}/issue/"


def rotate_page(bot: Actor) -> str:
    return f"{TOKENS}{token_of(bot).pk}/rotate/"


def confirm(browser: Client, page: str, **said: object) -> Any:
    """Open the page that asks, and press its button."""
    once = browser.get(page).context["once"]
    return browser.post(page, {"once": once, "expires_in": "", **said})


def shown(answer: Any) -> str:
    """The token on a page, which is there once."""
    assert answer.status_code == 200, answer.content.decode()
    (raw,) = RAW.findall(answer.content.decode())
    return str(raw)


def count() -> int:
    return ServiceAccountToken.objects.count()


def test_a_token_is_issued_and_works(minter: Client, bot: Actor) -> None:
    raw = shown(confirm(minter, issue_page(bot), name="Night run", expires_in="30"))
    assert Actor(raw).get("/me").json()["id"] == str(bot.user.pk)
    token = ServiceAccountToken.objects.exclude(hint=f"sa_…{bot.token[-4:]}").get()
    days = (token.expires_at or timezone.now()) - timezone.now()
    assert (token.name, round(days / dt.timedelta(days=1))) == ("Night run", 30)
    assert bot.get("/me").status_code == 200


@pytest.mark.parametrize(
    ("overlap", "status", "words"),
    [
        ("0", 401, "does not work any more"),
        ("3600", 200, "works until"),
        ("86400", 200, "works until"),
        ("604800", 200, "works until"),
    ],
)
def test_a_token_is_rotated_with_the_chosen_overlap(
    minter: Client, bot: Actor, overlap: str, status: int, words: str
) -> None:
    old, answer = token_of(bot), confirm(minter, rotate_page(bot), overlap=overlap)
    assert Actor(shown(answer)).get("/me").status_code == 200
    assert bot.get("/me").status_code == status
    assert words in answer.content.decode()
    old.refresh_from_db()
    if status == 200:
        left = (old.expires_at or timezone.now()) - timezone.now()
        assert abs(left - dt.timedelta(seconds=int(overlap))) < dt.timedelta(minutes=1)


def test_an_overlap_must_be_chosen_from_those_offered(minter: Client, bot: Actor) -> None:
    for said in ({}, {"overlap": "1"}, {"overlap": "-1"}, {"overlap": "9" * 400}):
        assert b"what is marked" in confirm(minter, rotate_page(bot), **said).content
    assert count() == 1


def test_a_token_is_revoked_after_a_question(organization: Organization, bot: Actor) -> None:
    staff, token = staff_of(organization, *REVOKER), token_of(bot)
    page = f"{TOKENS}{token.pk}/revoke/"
    assert b"refused from its next request on" in staff.get(page).content
    assert bot.get("/me").status_code == 200
    answer = staff.post(page, follow=True)
    assert bot.get("/me").status_code == 401
    assert "It is dead at once" in answer.content.decode()
    assert staff.post(page).status_code == 302
    assert AuditEvent.objects.filter(action="token.revoked").count() == 1


def test_looking_at_the_pages_that_ask_changes_nothing(bot: Actor, owner: Actor) -> None:
    root, token = staff_of(None), token_of(bot)
    add_member(account_of(bot).organization, User.objects.get(is_superuser=True))
    for page in (issue_page(bot), f"{ACCOUNTS}add/", rotate_page(bot)):
        once = root.get(page).context["once"]
        root.get(page, {"once": once, "overlap": "0", "name": "x", "expires_in": ""})
        root.head(page)
    root.get(f"{TOKENS}{token.pk}/revoke/", {"post": "yes"})
    assert (count(), ServiceAccount.objects.count()) == (1, 1)
    assert bot.get("/me").status_code == 200


@pytest.mark.parametrize("rights", [("view_serviceaccount",), REVOKER])
def test_who_lacks_the_right_makes_no_token(
    organization: Organization, bot: Actor, rights: tuple[str, ...]
) -> None:
    staff = staff_of(organization, *rights)
    once = signing.dumps(str(uuid7()), salt=SALT)
    for page in (issue_page(bot), rotate_page(bot), f"{ACCOUNTS}add/"):
        assert staff.get(page).status_code == 403
        assert staff.post(page, {"once": once, "overlap": "0", "name": "x"}).status_code == 403
    assert (count(), ServiceAccount.objects.count()) == (1, 1)


def test_who_lacks_the_right_revokes_no_token(minter: Client, bot: Actor) -> None:
    page = f"{TOKENS}{token_of(bot).pk}/revoke/"
    assert [minter.get(page).status_code, minter.post(page).status_code] == [403, 403]
    assert bot.get("/me").status_code == 200


def test_buttons_are_offered_to_those_who_may_press_them(
    minter: Client, organization: Organization, bot: Actor
) -> None:
    token, account = token_of(bot), f"{ACCOUNTS}{account_of(bot).pk}/change/"
    revoker = staff_of(organization, *REVOKER, "view_serviceaccounttoken")
    for page in (account, f"{TOKENS}{token.pk}/change/"):
        for staff, offered in ((minter, ["rotate"]), (revoker, ["revoke"])):
            text = staff.get(page).content.decode()
            assert [w for w in ("rotate", "revoke") if f"{token.pk}/{w}/" in text] == offered
    assert f"{account_of(bot).pk}/issue/" in minter.get(account).content.decode()
    assert f"{account_of(bot).pk}/issue/" not in revoker.get(account).content.decode()


def test_a_superuser_who_is_no_member_makes_no_token(organization: object, bot: Actor) -> None:
    """The API's rule: whoever holds a token acts in an organization that they do not belong to."""
    root = staff_of(None)
    once = signing.dumps(str(uuid7()), salt=SALT)
    for page in (issue_page(bot), rotate_page(bot), f"{ACCOUNTS}add/"):
        assert root.get(page).status_code == 403
        answer = root.post(page, {"once": once, "overlap": "0", "name": "x"})
        assert answer.status_code == 403
        assert "member" in answer.content.decode()
    assert (count(), ServiceAccount.objects.count()) == (1, 1)


def test_nobody_makes_a_token_of_an_account_that_may_do_more(
    minter: Client, organization: Organization
) -> None:
    strong = make_bot(organization, READ, Permission.ORG_MANAGE)
    once = signing.dumps(str(uuid7()), salt=SALT)
    for page in (issue_page(strong), rotate_page(strong)):
        assert minter.get(page).status_code == 403
        answer = minter.post(page, {"once": once, "overlap": "0"})
        assert answer.status_code == 403
        assert "may do more than you" in answer.content.decode()
    assert count() == 1
    assert strong.get("/me").status_code == 200


def test_a_token_of_an_account_that_may_do_as_much_is_made(
    minter: Client, organization: Organization
) -> None:
    equal = make_bot(organization, READ)
    assert shown(confirm(minter, issue_page(equal)))


@pytest.mark.parametrize("way", ["issue", "rotate"])
def test_a_form_that_is_sent_again_makes_no_second_token(
    minter: Client, bot: Actor, way: str
) -> None:
    page = issue_page(bot) if way == "issue" else rotate_page(bot)
    said = {"once": minter.get(page).context["once"], "overlap": "3600", "expires_in": ""}
    raw = shown(minter.post(page, said))
    again = minter.post(page, said)
    assert again.status_code == 409
    assert "was sent before" in again.content.decode()
    assert raw not in again.content.decode()
    assert count() == 2


def test_the_database_refuses_the_second_of_two_at_the_same_moment(bot: Actor) -> None:
    """What the look before cannot see: two calls that are under way at once."""
    chosen, account = uuid7(), account_of(bot)
    issue_token(account=account, expires_at=None, by=SETUP, token_id=chosen)
    with pytest.raises(AlreadyIssued):
        issue_token(account=account, expires_at=None, by=SETUP, token_id=chosen)
    assert count() == 2


@pytest.mark.parametrize("once", ["", "x", "\x00", "é", ID, "9" * 400])
def test_a_form_that_no_page_made_makes_no_token(minter: Client, bot: Actor, once: str) -> None:
    answer = minter.post(issue_page(bot), {"once": once, "expires_in": ""})
    assert (answer.status_code, count()) == (200, 1)
    assert not RAW.search(answer.content.decode())


def test_an_old_form_asks_once_more(
    minter: Client, bot: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = minter.get(issue_page(bot)).context["once"]
    monkeypatch.setattr("service_accounts.admin.minting.FORM_LIVES_SECONDS", -1)
    answer = minter.post(issue_page(bot), {"once": once, "expires_in": ""})
    assert "open for too long" in answer.content.decode()
    assert answer.context["once"] != once
    assert count() == 1


def test_the_new_token_is_kept_nowhere(
    minter: Client, bot: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    answer = confirm(minter, issue_page(bot), name="Keep me")
    raw, events = shown(answer), list(AuditEvent.objects.values())
    sessions = [session.get_decoded() for session in StoredSession.objects.all()]
    kept = [sessions, events, list(LogEntry.objects.values()), caplog.text, dict(minter.cookies)]
    assert raw not in repr(kept)
    assert raw not in repr(list(ServiceAccountToken.objects.values()))
    pages = (f"{ACCOUNTS}{account_of(bot).pk}/change/", TOKENS, ACCOUNTS, issue_page(bot))
    assert [page for page in pages if raw in minter.get(page).content.decode()] == []


def test_no_browser_keeps_the_page_of_a_new_token(minter: Client, bot: Actor) -> None:
    for answer in (minter.get(issue_page(bot)), confirm(minter, issue_page(bot))):
        assert "no-store" in answer["Cache-Control"]
        assert "private" in answer["Cache-Control"]


def test_what_staff_made_is_on_record(minter: Client, bot: Actor) -> None:
    confirm(minter, issue_page(bot))
    event = AuditEvent.objects.get(action="token.issued", door="admin")
    assert str(event.actor_id) == minter.session["_auth_user_id"]
    assert RAW.search(repr(event.after)) is None


def test_a_form_of_another_site_does_nothing(organization: Organization, bot: Actor) -> None:
    browser, token = make_client(checks_csrf=True), token_of(bot)
    root = UserFactory.create(is_staff=True, is_superuser=True)
    add_member(organization, root)
    browser.force_login(root)
    said = {"once": signing.dumps(str(uuid7()), salt=SALT), "overlap": "0", "name": "x"}
    pages = (issue_page(bot), rotate_page(bot), f"{TOKENS}{token.pk}/revoke/", f"{ACCOUNTS}add/")
    assert {browser.post(page, said).status_code for page in pages} == {403}
    assert (count(), ServiceAccount.objects.count()) == (1, 1)
    assert bot.get("/me").status_code == 200


def test_the_eleventh_token_is_refused_in_words(minter: Client, bot: Actor) -> None:
    for _ in range(9):
        issue_token(account=account_of(bot), expires_at=None, by=SETUP)
    answer = confirm(minter, issue_page(bot))
    assert "revoke one first" in answer.content.decode()
    assert count() == 10


def test_a_token_that_is_dead_is_not_rotated(minter: Client, bot: Actor) -> None:
    ServiceAccountToken.objects.update(revoked_at=timezone.now())
    answer = confirm(minter, rotate_page(bot), overlap="0")
    assert "there is nothing to rotate" in answer.content.decode()
    assert count() == 1


def test_an_unknown_account_or_token_is_not_found(minter: Client) -> None:
    for page in (f"{ACCOUNTS}{uuid7()}/issue/", f"{TOKENS}{uuid7()}/rotate/"):
        assert [minter.get(page).status_code, minter.post(page).status_code] == [404, 404]


def test_the_page_of_an_account_says_what_its_tokens_are_good_for(
    minter: Client, bot: Actor
) -> None:
    now, account = timezone.now(), account_of(bot)
    states = [
        ({"revoked_at": now}, "Revoked on"),
        ({"revoked_at": now, "rotated_at": now}, "Replaced on"),
        ({"expires_at": now - dt.timedelta(days=1)}, "Expired on"),
        ({"expires_at": now + dt.timedelta(days=1)}, "Active until"),
        ({"expires_at": now + dt.timedelta(days=1), "rotated_at": now}, "Replaced by a newer"),
    ]
    for number, (fields, _) in enumerate(states):
        ServiceAccountToken.objects.create(
            service_account=account, digest=str(number), hint=f"sa_…{number:04}", **fields
        )
    rows = minter.get(f"{ACCOUNTS}{account.pk}/change/").context["tokens"]
    told = {token.hint: words for token, words, _ in rows}
    for number, (_, words) in enumerate(states):
        assert told[f"sa_…{number:04}"].startswith(words)
    assert len(told) == len(states) + 1
