"""The page that asks about several sign-ups: what it says of each."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from organizations.models import Organization, SignupRequest
from tests.factories import (
    OrganizationFactory,
    UserFactory,
    add_member,
)
from tests.organizations.signups import QUEUE, apply, ask_to_approve, deny

pytestmark = pytest.mark.django_db

SHE = "she@initech.example"


def preview(staff: Client, *requests: SignupRequest) -> dict[str, tuple[str, str]]:
    """What is said of each, by e-mail: of its domain, and of its network."""
    page = ask_to_approve(staff, *requests)
    assert page.status_code == 200
    rows = page.context["rows"]
    text = page.content.decode()
    assert all(row.at_domain in text and row.in_network in text for row in rows)
    return {row.request.user.email: (row.at_domain, row.in_network) for row in rows}


def test_it_counts_the_others_of_each_domain(staff: Client, organization: Organization) -> None:
    she, alone = apply(organization, SHE), apply(organization, "he@hooli.example")
    for number in range(3):
        add_member(organization, UserFactory.create(email=f"m{number}@initech.example"))
    deny(apply(organization, "spam@initech.example"))
    apply(organization, "you@initech.example.org")
    said = preview(staff, she, alone)
    assert said[SHE][0] == "3 members, 1 denied at initech.example"
    assert said["he@hooli.example"][0] == "Nobody else at hooli.example"


def test_members_of_another_organization_are_none_here(
    staff: Client, organization: Organization
) -> None:
    she = apply(organization, SHE)
    add_member(OrganizationFactory.create(), UserFactory.create(email="x@initech.example"))
    assert preview(staff, she)[SHE][0] == "Nobody else at initech.example"


def test_of_a_free_mail_domain_nothing_is_counted(
    staff: Client, organization: Organization
) -> None:
    one, _ = apply(organization, "one@gmail.com"), apply(organization, "two@gmail.com")
    assert preview(staff, one)["one@gmail.com"][0] == "Anybody can have an address at gmail.com"


def test_it_counts_the_others_of_each_network(staff: Client, organization: Organization) -> None:
    she, far = apply(organization, SHE), apply(organization, "far@a.example", "198.51.100.1")
    deny(apply(organization, "spam@b.example"))
    apply(organization, "c@c.example", "203.0.113.200")
    said = preview(staff, she, far)
    assert said[SHE][1] == "2 other requests from this network"
    assert said["far@a.example"][1] == "No other request from this network"


def test_unknown_networks_are_not_one(staff: Client, organization: Organization) -> None:
    one, two = (apply(organization, f"{name}@{name}.example", None) for name in "ab")
    assert {said[1] for said in preview(staff, one, two).values()} == {"Unknown network"}


def test_more_than_a_hundred_are_many(staff: Client, organization: Organization) -> None:
    crowd = [apply(organization, f"n{number}@initech.example") for number in range(102)]
    assert preview(staff, crowd[0])["n0@initech.example"] == (
        "more than 100 waiting at initech.example",
        "more than 100 other requests from this network",
    )


def test_what_is_decided_already_hides_nobody_who_waits(
    staff: Client, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of a list that holds both: older decisions than can be asked about at once."""
    monkeypatch.setattr("organizations.admin.signup_choice.MAX_AT_ONCE", 2)
    *decided, she = (apply(organization, f"n{number}@initech.example") for number in range(4))
    for request in decided:
        deny(request)
    form = {"action": "approve_selected", "select_across": "1", "_selected_action": ""}
    page = staff.post(f"{QUEUE}?status=all", form)
    assert [row.request for row in page.context["rows"]] == [she]
    assert "was already denied" in page.content.decode()


def test_it_reads_no_further_than_it_tells(staff: Client, organization: Organization) -> None:
    with CaptureQueriesContext(connection) as queries:
        preview(staff, apply(organization, SHE))
    (counting,) = (query["sql"] for query in queries if "bounded" in query["sql"])
    assert counting.count("bounded") == counting.count("LIMIT 101") == 4


def test_many_rows_take_no_more_queries(staff: Client, organization: Organization) -> None:
    crowd = [apply(organization, f"n{n}@d{n % 7}.example", f"203.0.{n}.1") for n in range(30)]
    for request in crowd:
        staff.post(f"{QUEUE}{request.pk}/note/", {"text": "seen"})
    taken = []
    for chosen in (crowd[:2], crowd[:2], crowd):
        with CaptureQueriesContext(connection) as queries:
            assert len(preview(staff, *chosen)) == len(chosen)
        taken.append(len(queries))
    assert taken[1] == taken[2]


def test_of_too_many_the_oldest_come_first_however_they_are_sorted(
    staff: Client, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("organizations.admin.signup_choice.MAX_AT_ONCE", 2)
    crowd = [apply(organization, f"n{number}@initech.example") for number in range(4)]
    form = {"action": "approve_selected", "select_across": "1", "_selected_action": ""}
    page = staff.post(f"{QUEUE}?o=-3", form)
    assert "The oldest 2 are decided first." in page.content.decode()
    assert [row.request for row in page.context["rows"]] == crowd[:2]


@pytest.mark.parametrize(("count", "title"), [(1, "Approve a sign-up"), (2, "Approve sign-ups")])
def test_the_title_says_whether_it_is_one(
    staff: Client, organization: Organization, count: int, title: str
) -> None:
    requests = [apply(organization, f"{number}{SHE}") for number in range(count)]
    assert ask_to_approve(staff, *requests).context["title"] == title


def test_who_is_disabled_is_not_said_to_be_able_to_log_in(
    staff: Client, organization: Organization
) -> None:
    she, he = apply(organization, SHE), apply(organization, "he@hooli.example")
    one = staff.get(f"{QUEUE}approve/{she.pk}/").content.decode()
    assert "disabled" not in one + staff.get(f"{QUEUE}{she.pk}/change/").content.decode()
    she.user.is_active = False
    she.user.save(update_fields=["is_active"])
    for page in (f"{QUEUE}approve/{she.pk}/", f"{QUEUE}{she.pk}/change/"):
        assert "The account is disabled:" in staff.get(page).content.decode()
    both = ask_to_approve(staff, she, he).content.decode()
    assert "1 of these accounts is disabled, as the table says" in both
    assert both.count("(disabled)") == 1
    assert "The account is disabled" not in staff.get(f"{QUEUE}deny/{she.pk}/").content.decode()
