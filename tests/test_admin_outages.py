"""The database goes away in the middle of an action of the admin: what was done is told."""

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.test import Client

from accounts.models import AuditEvent, Session, User
from organizations.models import Invite, Organization
from service_accounts.models import ServiceAccount, ServiceAccountToken
from tests.accounts.test_admin_pages import browser_of_staff
from tests.config.outage import SECRET, Outage, outage_at
from tests.conftest import Answer, log_in, make_bot
from tests.factories import InviteFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

AUDIT = 'INSERT INTO "accounts_auditevent"'
Fill = Callable[[Organization], object]


def invite(organization: Organization) -> object:
    host = UserFactory.create()
    return InviteFactory.create(organization=organization, created_by=host, email=host.email)


def be_logged_in(organization: Organization) -> object:
    return log_in(UserFactory.create())


def add_bot(organization: Organization) -> object:
    return make_bot(organization, name=f"Bot {ServiceAccount.objects.count()}")


ACTIONS: list[tuple[type, str, str, Fill]] = [
    (ServiceAccountToken, "revoke_selected", "Revoked", add_bot),
    (ServiceAccount, "disable_selected", "Disabled", add_bot),
    (Session, "end_selected", "Ended", be_logged_in),
    (User, "end_sessions", "Sessions ended", be_logged_in),
    (Invite, "revoke_selected", "Revoked", invite),
]


def act(browser: Client, model: type, action: str, *rows: object) -> Answer:
    ticked = [str(getattr(row, "pk", "")) for row in rows]
    form = {"action": action, "confirmed": "yes", "_selected_action": ticked}
    options = admin.site._registry[model].opts
    return browser.post(f"/admin/{options.app_label}/{options.model_name}/", form)


@pytest.mark.parametrize(("model", "action", "past", "fill"), ACTIONS)
def test_an_outage_in_the_middle_leaves_a_table_of_what_was_done(
    organization: Organization, model: type, action: str, past: str, fill: Fill
) -> None:
    root = browser_of_staff()
    for _ in range(4):
        fill(organization)
    rows = admin.site._registry[model].model._default_manager.order_by("-pk")[:4]
    with outage_at(AUDIT, times=3) as outage:
        answer = act(root, model, action, *rows)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    told = [(is_done, text) for _, is_done, text in answer.context["rows"]]
    done, lost = (True, f"{past}."), "Not done, as far as is known: the database could not be"
    assert told[:2] == [done, done]
    assert [is_done for is_done, _ in told[2:]] == [False, False]
    assert told[2][1].startswith(lost)
    assert told[3][1].startswith("Not tried")
    assert f"{past}: 2 of 4" in answer.content.decode()
    assert AuditEvent.objects.filter(door="admin").count() == 2
    stops_at_once(outage, answer)


def stops_at_once(outage: Outage, answer: Answer) -> None:
    """Each try of a database that is gone may take seconds."""
    assert outage.has_come
    assert outage.tried_since == 0
    assert SECRET not in answer.content.decode()


def test_a_post_that_an_outage_ended_is_not_said_to_have_changed_nothing(
    organization: Organization,
) -> None:
    root = browser_of_staff()
    with outage_at("UPDATE"):
        answer = root.post(f"/admin/accounts/session/{_live().pk}/revoke/")
    page = answer.content.decode()
    assert answer.status_code == 503
    assert "may have been done, wholly, in part or not at all" in page
    assert "nothing was changed" not in page.lower()


def test_a_page_that_was_only_asked_for_says_that_nothing_was_changed(
    organization: Organization,
) -> None:
    root = browser_of_staff()
    with outage_at("SELECT"):
        answer = root.get("/admin/")
    assert answer.status_code == 503
    assert "nothing was changed" in answer.content.decode()


def _live() -> Session:
    return Session.objects.get(user=log_in(UserFactory.create()).user)
