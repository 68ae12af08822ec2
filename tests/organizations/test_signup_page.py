"""The page of a sign-up request: what a decision needs, and who looks at it."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEvent, User
from organizations.models import Organization, SignupNote, SignupRequest, SignupViewer
from organizations.services.signup_request import approve_signup, deny_signup, reopen_signup
from tests.accounts.test_admin_pages import browser_of_staff
from tests.conftest import SETUP, Actor, caller_at, make_client
from tests.factories import (
    PASSWORD,
    OrganizationFactory,
    SignupRequestFactory,
    UserFactory,
    add_member,
)
from tests.organizations.signups import QUEUE, apply, deny

pytestmark = pytest.mark.django_db

NOBODY = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def nora(organization: Organization) -> SignupRequest:
    return apply(organization, "nora@initech.example")


@pytest.fixture
def sam(organization: Organization) -> Client:
    """A colleague's browser."""
    return browser_with("view_signuprequest", "resolve_signuprequest", name="Sam")


def browser_with(*codenames: str, name: str = "") -> Client:
    user = UserFactory.create(is_staff=True, display_name=name)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    browser = make_client()
    browser.force_login(user)
    return browser


def page_of(request: SignupRequest) -> str:
    return f"{QUEUE}{request.pk}/change/"


def open_page(browser: Client, request: SignupRequest) -> Any:
    """What the page was drawn with."""
    answer = browser.get(page_of(request))
    assert answer.status_code == 200
    return answer.context


def test_a_registration_keeps_its_network(organization: Organization) -> None:
    for number, address in enumerate(("203.0.113.77", "2001:db8:1:2:3::4")):
        body = {"email": f"new{number}@initech.example", "password": PASSWORD}
        assert caller_at(address).post("/auth/register", body).status_code == 201
    networks = SignupRequest.objects.order_by("created_at").values_list("network", flat=True)
    assert list(networks) == ["203.0.113.0/24", "2001:db8:1:2::/64"]


def test_it_counts_the_others_of_the_domain(staff: Client, nora: SignupRequest) -> None:
    organization = nora.organization
    add_member(organization, UserFactory.create(email="boss@initech.example"))
    denied = apply(organization, "spam@initech.example")
    deny(denied)
    apply(organization, "other@initech.example.org")
    counts = open_page(staff, nora)["domain"].counts
    assert [count.text for count in counts] == ["1 member", "1 denied"]
    listed = staff.get(counts[1].url)
    assert [row.user.email for row in listed.context["cl"].result_list] == ["spam@initech.example"]
    assert "Only those with an address at initech.example." in listed.content.decode()


def test_the_members_of_the_domain_lead_to_exactly_them(nora: SignupRequest) -> None:
    root = browser_of_staff()
    add_member(nora.organization, UserFactory.create(email="boss@initech.example"))
    UserFactory.create(email="gone@initech.example")  # a member no more
    add_member(OrganizationFactory.create(), UserFactory.create(email="far@initech.example"))
    apply(nora.organization, "other@initech.example")
    count = open_page(root, nora)["domain"].counts[0]
    assert f'<a href="{count.url}">1 member</a>' in root.get(page_of(nora)).content.decode()
    listed = root.get(count.url)
    assert [row.email for row in listed.context["cl"].result_list] == ["boss@initech.example"]
    assert "By members at the domain of" in listed.content.decode()
    for unknown in (NOBODY, "x", ""):
        found = root.get(f"/admin/accounts/user/?colleagues_of={unknown}").context["cl"]
        assert found.result_count == 0


def test_where_the_users_are_closed_their_number_leads_nowhere(
    staff: Client, nora: SignupRequest
) -> None:
    add_member(nora.organization, UserFactory.create(email="boss@initech.example"))
    page = staff.get(page_of(nora)).content.decode()
    assert "<li>1 member</li>" in page
    assert "/admin/accounts/user/" not in page


def test_of_a_free_mail_domain_nothing_is_counted(staff: Client, nora: SignupRequest) -> None:
    ada = apply(nora.organization, "ada@gmail.com")
    apply(nora.organization, "eve@gmail.com")
    page = staff.get(page_of(ada)).content.decode()
    assert "Anybody can have an address there" in page
    assert "domain=gmail.com" not in page


@pytest.mark.parametrize(
    ("mine", "theirs", "is_near"),
    [
        ("203.0.113.7", "203.0.113.200", True),
        ("203.0.113.7", "203.0.114.7", False),
        ("2001:db8:0:1::5", "2001:db8:0:1:ffff::1", True),
        ("2001:db8:0:1::5", "2001:db8:0:2::5", False),
    ],
)
def test_it_counts_the_others_of_the_network(
    staff: Client, organization: Organization, mine: str, theirs: str, is_near: bool
) -> None:
    one = apply(organization, "one@a.example", address=mine)
    two = apply(organization, "two@b.example", address=theirs)
    near = open_page(staff, one)["network"]
    assert [count.text for count in near.counts] == (["1 waiting"] if is_near else [])
    assert near.at_this_address == "0"
    if is_near:
        found = staff.get(near.counts[0].url).context["cl"].result_list
        assert {row.pk for row in found} == {one.pk, two.pk}


def test_it_counts_the_others_of_the_very_address(staff: Client, nora: SignupRequest) -> None:
    apply(nora.organization, "same@c.example")
    apply(nora.organization, "near@d.example", address="203.0.113.8")
    assert open_page(staff, nora)["network"].at_this_address == "1"


def test_an_unknown_address_is_told_as_such(staff: Client, organization: Organization) -> None:
    one = apply(organization, "one@a.example", address=None)
    apply(organization, "two@a.example", address=None)
    assert open_page(staff, one)["network"] is None
    assert "It is not known from where they signed up." in staff.get(page_of(one)).content.decode()


def test_the_history_tells_who_did_what_and_why(
    staff: Client, nora: SignupRequest, owner: Actor
) -> None:
    deny_signup(request_id=nora.pk, by=SETUP, reason="nobody <b>knows</b> her")
    staff.post(f"{QUEUE}reopen/selected/", {"ids": str(nora.pk)})
    approve_signup(request_id=nora.pk, by=SETUP)
    page = staff.get(page_of(nora)).content.decode()
    told = [line.text for line in open_page(staff, nora)["history"].lines]
    assert told == [
        "Approved by the command line.",
        "Re-opened by Olivia Owner (owner@example.com).",
        "Denied by the command line.",
    ]
    assert "nobody &lt;b&gt;knows&lt;/b&gt; her" in page


def test_a_note_is_kept_with_its_author(staff: Client, nora: SignupRequest) -> None:
    answer = staff.post(f"{QUEUE}{nora.pk}/note/", {"text": " Met <b>her</b> "}, follow=True)
    page = answer.content.decode()
    assert "Met &lt;b&gt;her&lt;/b&gt;" in page
    note = SignupNote.objects.get()
    assert (note.text, note.author_id) == (
        "Met <b>her</b>",
        User.objects.get(email="owner@example.com").pk,
    )
    event = AuditEvent.objects.get(action="signup.noted")
    assert (event.target_id, event.after) == (nora.pk, {})


@pytest.mark.parametrize("text", ["", "  ", "x" * 2001, "a\x00b"])
def test_a_note_that_cannot_be_kept_is_refused(
    staff: Client, nora: SignupRequest, text: str
) -> None:
    answer = staff.post(f"{QUEUE}{nora.pk}/note/", {"text": text}, follow=True)
    assert "The note was not added." in answer.content.decode()
    assert not SignupNote.objects.exists()


def test_the_end_of_a_line_is_one_character(staff: Client, nora: SignupRequest) -> None:
    """As in the browser, which stops at the same length and sends two."""
    staff.post(f"{QUEUE}{nora.pk}/note/", {"text": "ab\r\n" * 666 + "ab"})
    assert SignupNote.objects.get().text == "ab\n" * 666 + "ab"
    said = {"ids": str(nora.pk), "reason": "a\r\n" * 499 + "ab"}
    staff.post(f"{QUEUE}deny/selected/", said)
    assert SignupRequest.objects.get(pk=nora.pk).reason == "a\n" * 499 + "ab"


def test_following_a_link_adds_no_note(staff: Client, nora: SignupRequest) -> None:
    assert staff.get(f"{QUEUE}{nora.pk}/note/", {"text": "x"}).status_code == 302
    assert not SignupNote.objects.exists()


def test_a_note_needs_its_csrf_token(owner: Actor, nora: SignupRequest) -> None:
    browser = make_client(checks_csrf=True)
    browser.force_login(owner.user)
    for page in ("note", "presence"):
        assert browser.post(f"{QUEUE}{nora.pk}/{page}/", {"text": "x"}).status_code == 403
    assert not SignupNote.objects.exists()


def test_who_may_only_look_adds_no_note(nora: SignupRequest) -> None:
    clerk = browser_with("view_signuprequest")
    assert clerk.post(f"{QUEUE}{nora.pk}/note/", {"text": "x"}).status_code == 403
    assert "Add a note" not in clerk.get(page_of(nora)).content.decode()
    assert not SignupNote.objects.exists()


def test_notes_are_never_changed(staff: Client, nora: SignupRequest) -> None:
    staff.post(f"{QUEUE}{nora.pk}/note/", {"text": "first"})
    note = SignupNote.objects.get()
    for change in (note.save, note.delete, SignupNote.objects.all().delete):
        with pytest.raises(TypeError, match="append-only"):
            change()
    with pytest.raises(TypeError, match="append-only"):
        SignupNote.objects.update(text="second")


def test_the_applicant_learns_nothing_of_notes(staff: Client, pending: Actor, owner: Actor) -> None:
    request = pending.user.signup_request
    staff.post(f"{QUEUE}{request.pk}/note/", {"text": "a suspicion"})
    listed = owner.get(f"/organizations/{request.organization_id}/signup-requests")
    assert b"suspicion" not in listed.content + pending.get("/me").content


def test_it_says_who_else_looks(staff: Client, sam: Client, nora: SignupRequest) -> None:
    told = User.objects.get(display_name="Sam")
    assert open_page(sam, nora)["looking"] == ""
    assert open_page(staff, nora)["looking"] == f"{told} is looking at this too."
    assert (
        open_page(sam, nora)["looking"]
        == "Olivia Owner (owner@example.com) is looking at this too."
    )


def test_who_left_is_not_said_to_look(staff: Client, sam: Client, nora: SignupRequest) -> None:
    open_page(sam, nora)
    SignupViewer.objects.update(seen_at=timezone.now() - dt.timedelta(seconds=91))
    assert open_page(staff, nora)["looking"] == ""


def test_who_looks_at_another_is_not_said_to_look_here(
    staff: Client, sam: Client, nora: SignupRequest
) -> None:
    open_page(sam, apply(nora.organization, "other@a.example"))
    assert open_page(staff, nora)["looking"] == ""


def test_an_open_page_asks_who_looks_and_what_was_decided(
    staff: Client, sam: Client, nora: SignupRequest
) -> None:
    path = f"{QUEUE}{nora.pk}/presence/"
    open_page(staff, nora)
    told = sam.post(path).json()
    assert told == {
        "looking": "Olivia Owner (owner@example.com) is looking at this too.",
        "decided": "",
    }
    deny(nora)
    assert "was already denied by the command line" in sam.post(path).json()["decided"]
    assert sam.get(path).status_code == 405


def test_pages_that_were_closed_leave_no_rows(sam: Client, nora: SignupRequest) -> None:
    open_page(sam, apply(nora.organization, "other@a.example"))
    SignupViewer.objects.update(seen_at=timezone.now() - dt.timedelta(hours=1))
    open_page(sam, nora)
    assert SignupViewer.objects.get().request == nora


@pytest.mark.parametrize("page", ["note", "presence"])
def test_nobody_but_staff_reaches_it(member: Actor, nora: SignupRequest, page: str) -> None:
    member.client.force_login(member.user)
    answer = member.client.post(f"{QUEUE}{nora.pk}/{page}/", {"text": "x"})
    assert answer["Location"].startswith("/admin/login/")
    assert not SignupNote.objects.exists()
    assert not SignupViewer.objects.exists()


def test_staff_for_other_things_learn_nothing(nora: SignupRequest) -> None:
    clerk = browser_with("view_user")
    assert clerk.post(f"{QUEUE}{nora.pk}/presence/").status_code == 403
    assert clerk.get(page_of(nora)).status_code == 403


def test_the_next_is_who_waits_a_little_less(staff: Client, organization: Organization) -> None:
    now = timezone.now()
    ages = {"c": 1, "a": 3, "b": 2, "b2": 2}
    rows = {
        name: apply(organization, f"{name}@x.example", created_at=now - dt.timedelta(hours=hours))
        for name, hours in ages.items()
    }
    seen, one = [], rows["a"]
    for _ in ages:
        one = open_page(staff, one)["next"]
        seen.append(one.user.email[:-10])
    assert seen == ["b", "b2", "c", "a"]


def test_after_the_last_there_is_no_next(staff: Client, nora: SignupRequest) -> None:
    assert open_page(staff, nora)["next"] is None


def test_the_keys_are_told_and_every_one_is_a_link(staff: Client, nora: SignupRequest) -> None:
    apply(nora.organization, "other@a.example")
    page = staff.get(page_of(nora)).content.decode()
    for key in "adnq":
        assert f'data-key="{key}" accesskey="{key}" href="/admin/' in page
    assert "onclick" not in page


def test_many_rows_take_no_more_queries(staff: Client, nora: SignupRequest) -> None:
    organization, add = nora.organization, SignupRequestFactory.create_batch

    def queries() -> int:
        with CaptureQueriesContext(connection) as taken:
            open_page(staff, nora)
        return len(taken)

    staff.post(f"{QUEUE}{nora.pk}/note/", {"text": "one"})
    add(1, organization=organization, network=nora.network, ip_address=nora.ip_address)
    queries()
    few = queries()
    add(120, organization=organization, network=nora.network, ip_address=nora.ip_address)
    for number in range(10):
        apply(organization, f"n{number}@initech.example")
        staff.post(f"{QUEUE}{nora.pk}/note/", {"text": str(number)})
        deny(nora)
        reopen_signup(request_id=nora.pk, by=SETUP)
    assert queries() == few
    assert open_page(staff, nora)["network"].at_this_address == "more than 100"
