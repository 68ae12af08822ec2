"""What the admin says can be read by who is no programmer."""

import re

import pytest
from django.db.models import Model
from django.utils import timezone
from pytest_django import Settings

from accounts.audit import Action
from accounts.models import AuditEvent, Session
from accounts.models.audit import action_in_words
from organizations.models import Organization, SignupRequest
from organizations.permissions import Permission, permissions_in_words
from service_accounts.models import ServiceAccountToken
from tests.accounts.test_admin_pages import EVENTS, browser_of_staff
from tests.conftest import Actor, session_of
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


def test_an_event_shows_the_lines_of_a_text() -> None:
    told = {"reason": "<b>first</b>\nsecond"}
    event = AuditEvent.objects.create(action="signup.denied", door="api", after=told)
    page = browser_of_staff().get(page_of(event)).content.decode()
    assert "&lt;b&gt;first&lt;/b&gt;<br>second" in page


def test_an_event_names_roles_and_says_which_are_gone(organization: Organization) -> None:
    kept, gone = (make_role(organization, name=name) for name in ("Editor", "Reader"))
    told = {"role_ids": [str(gone.pk), str(kept.pk)]}
    gone_id, _ = gone.pk, gone.delete()
    text = event_page(
        "member.roles_changed", target_kind="user", before={"role_ids": []}, after=told
    )
    assert "Before: roles: none" in text
    assert f"roles: one that is gone ({gone_id}), Editor" in text


def test_a_role_in_an_event_leads_to_its_page(organization: Organization) -> None:
    """It may have had another name then."""
    role = make_role(organization, name="<b>Editor")
    event = AuditEvent.objects.create(
        action="member.roles_changed", target_kind="user", after={"role_ids": [str(role.pk)]}
    )
    html = browser_of_staff().get(page_of(event)).content.decode()
    assert f'<a href="{list_of(type(role))}{role.pk}/change/">&lt;b&gt;Editor</a>' in html


def test_an_event_tells_permissions_in_words(owner: Actor, organization: Organization) -> None:
    body = {"name": "Reader", "permissions": ["ssh_connections.manage", "board.read"]}
    path = f"/organizations/{organization.pk}/roles"
    assert owner.post(path, body).status_code == 201
    text = text_of(page_of(AuditEvent.objects.get(action="role.created")))
    assert "permissions: read board, manage SSH connections" in text
    assert "board.read" not in text
    assert "permissions: none" in event_page(
        "role.changed", target_kind="role", after={"permissions": []}
    )


def test_an_event_is_of_our_rows_whatever_else_is_installed(
    settings: Settings, member: Actor
) -> None:
    """Django has a model of sessions, too."""
    others = [app for app in settings.INSTALLED_APPS if app != "django.contrib.sessions"]
    settings.INSTALLED_APPS = ["django.contrib.sessions", *others]
    session = session_of(member)
    text = event_page("session.revoked", target_kind="session", target_id=session.pk)
    assert f"Which one: {session}" in text


def test_an_event_on_what_has_no_page_still_names_it(
    owner: Actor, organization: Organization
) -> None:
    path = f"/organizations/{organization.pk}/spaces"
    assert owner.post(path, {"name": "Launch"}).status_code == 201
    text = text_of(page_of(AuditEvent.objects.get(action="space.created")))
    assert "Happened to: space Which one: Launch" in text


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
