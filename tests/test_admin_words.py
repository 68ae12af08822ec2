"""What the admin says can be read by who is no programmer."""

import re
from dataclasses import replace

import pytest
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.audit import Action
from accounts.models import AuditEvent, Session
from accounts.models.audit import action_in_words
from organizations.models import Organization, SignupRequest
from organizations.permissions import Permission, permissions_in_words
from organizations.services.signup_request import approve_signup
from service_accounts.models import ServiceAccountToken
from tests.accounts.test_admin_pages import EVENTS, browser_of_staff
from tests.conftest import SETUP, Actor, session_of
from tests.factories import InviteFactory, make_role
from tests.test_admin_pages import MODELS, list_of

pytestmark = pytest.mark.django_db

HEADS = re.compile(r"<(th|label|summary|legend|h1|h2)\b[^>]*>(.*?)</\1>", re.DOTALL)
# Of columns, states and codes that nobody put into words.
RAW = re.compile(r"\b(Is|Ip|Id|Url|Repo|Ref|Hint|Slug|Signups?|Openrouter)\b|[a-z]_[a-z]|\w\.[a-z]")
QUEUE = "/admin/organizations/signuprequest"
TOKENS = "/admin/service_accounts/serviceaccounttoken"


def text_of(page: str) -> str:
    """Of an address, to a superuser, without its tags."""
    html = browser_of_staff().get(page).content.decode()
    return " ".join(re.sub(r"<style.*?</style>|<[^>]+>", " ", html).split())


def page_of(row: Model) -> str:
    return f"{list_of(type(row))}{row.pk}/change/"


def event_page(action: str, **told: object) -> str:
    """The text of the page of an event."""
    return text_of(page_of(AuditEvent.objects.create(action=action, door="api", **told)))


@pytest.mark.parametrize("model", MODELS)
def test_no_heading_label_or_filter_is_the_name_of_a_field(
    bot: Actor, member: Actor, pending: Actor, organization: Organization, model: type[Model]
) -> None:
    InviteFactory.create(organization=organization, created_by=member.user)
    root, row = browser_of_staff(), model._default_manager.latest("created_at")
    for page in (list_of(model), page_of(row)):
        html = root.get(page).content.decode()
        heads = [re.sub("<[^>]+>", "", text) for _, text in HEADS.findall(html)]
        assert [head for head in heads if RAW.search(head) and "@" not in head] == []


def test_every_action_has_words() -> None:
    words = {action_in_words(action) for action in Action}
    assert len(words) == len(Action)
    assert all(re.fullmatch("[A-Z][a-z ,-]+", word) for word in words)
    assert "Sign-up denied" in words


def test_actions_are_listed_and_filtered_in_words_and_found_by_their_codes(member: Actor) -> None:
    for action in ("signup.denied", "login.failed"):
        AuditEvent.objects.create(action=action, door="api", target_kind="signuprequest")
    text = text_of(f"{EVENTS}?action=signup.denied")
    assert "Sign-up denied somebody unknown API sign-up request" in text
    assert "signup.denied" not in text
    assert "Log-in failed somebody unknown" not in text
    assert "Sign-up denied (signup.denied)" in event_page("signup.denied")


def test_an_event_tells_yes_no_and_none_and_names_fields_as_forms_do(
    organization: Organization,
) -> None:
    text = event_page(
        "organization.changed",
        organization_id=organization.pk,
        target_kind="organization",
        before={"open_signups_enabled": True, "intended_public_url": None},
        after={"open_signups_enabled": False, "intended_public_url": "https://x.example"},
    )
    words = ("sign-ups: yes", "sign-ups: no", "public URL: none", "public URL: https://x.example")
    assert [word for word in words if word not in text] == []
    assert "Organization: Acme" in text


def test_an_event_says_its_details_with_the_words_of_their_choices() -> None:
    told = {"count": 2, "reason": "logged_out_all"}
    text = event_page("sessions.revoked", target_kind="user", after=told)
    assert "count: 2" in text
    assert "reason it ended: Logged out everywhere" in text
    told = {"email": "ada@x.example", "reason": "revoked"}
    text = event_page("signup.denied", target_kind="signuprequest", after=told)
    assert "e-mail: ada@x.example" in text
    assert "internal reason: revoked" in text


def test_an_event_names_roles_and_says_which_are_gone(organization: Organization) -> None:
    kept, gone = (make_role(organization, name=name) for name in ("Editor", "Reader"))
    told = {"role_ids": [str(gone.pk), str(kept.pk)]}
    gone_id, _ = gone.pk, gone.delete()
    text = event_page(
        "member.roles_changed", target_kind="user", before={"role_ids": []}, after=told
    )
    assert "Before: roles: none" in text
    assert f"roles: one that is gone ({gone_id}), Editor" in text


def test_an_event_on_what_has_no_page_still_names_it(
    owner: Actor, organization: Organization
) -> None:
    path = f"/organizations/{organization.pk}/spaces"
    assert owner.post(path, {"name": "Launch"}).status_code == 201
    text = text_of(page_of(AuditEvent.objects.get(action="space.created")))
    assert "Happened to: space Which one: Launch" in text


def test_who_decided_is_named_alike_wherever_it_is_told(owner: Actor, pending: Actor) -> None:
    """With the e-mail: two may have one name."""
    request = SignupRequest.objects.get(user=pending.user)
    approve_signup(request_id=request.pk, by=replace(SETUP, user=owner.user))
    named = "Olivia Owner (owner@example.com)"
    assert f"approved by {named} on" in text_of("/admin/")
    assert text_of(page_of(request)).count(f"pproved by {named}") == 2
    assert f"Sign-up approved {named}" in text_of(EVENTS)


def test_names_are_looked_up_for_the_events_of_one_page(owner: Actor) -> None:
    root = browser_of_staff()
    with CaptureQueriesContext(connection) as queries:
        root.get(EVENTS)
    named = [query["sql"] for query in queries if "actor_name" in query["sql"]]
    assert len(named) == 1
    assert "COUNT(" not in named[0]


def test_a_program_is_named_without_the_address_that_it_has_in_place_of_one(
    bot: Actor, organization: Organization
) -> None:
    token = ServiceAccountToken.objects.get(service_account__user=bot.user)
    AuditEvent.objects.create(
        action="space.created",
        door="api",
        actor_id=bot.user.pk,
        actor_email=bot.user.email,
        credential_kind="service_account_token",
        credential_hint=token.hint,
    )
    assert f"{bot.user.display_name} ({token.hint})" in text_of(EVENTS)
    assert ".invalid" not in text_of(EVENTS)


def test_what_is_new_is_never_said_to_be_0_minutes_old(
    bot: Actor, member: Actor, pending: Actor
) -> None:
    now = timezone.now()
    ServiceAccountToken.objects.update(last_used_at=now)
    token, session = ServiceAccountToken.objects.get(), session_of(member)
    request = SignupRequest.objects.get(user=pending.user)
    pages = [
        page_of(token.service_account),
        f"{TOKENS}/{token.pk}/revoke/",
        f"/admin/accounts/session/{session.pk}/revoke/",
        f"{QUEUE}/approve/{request.pk}/",
        f"{QUEUE}/",
        "/admin/",
    ]
    Session.objects.update(last_used_at=now)
    for page in pages:
        text = text_of(page)
        assert "less than a minute" in text, page
        assert not re.search(r"\b0\sminutes", text)


def test_what_never_happened_is_said_in_words(bot: Actor) -> None:
    token = ServiceAccountToken.objects.get()
    assert f"{token.hint} {token.service_account} none never never active" in text_of(f"{TOKENS}/")
    assert "Last used at: never Expires at: never Revoked at: never" in text_of(page_of(token))


def test_permissions_are_told_in_words() -> None:
    assert permissions_in_words(["board.read", "org.members.manage", "ssh_connections.manage"]) == (
        "read board, manage organization members, manage SSH connections"
    )
    assert not RAW.search(permissions_in_words(Permission))
    assert permissions_in_words([]) == ""
