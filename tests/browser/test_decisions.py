"""What staff decide about sign-ups; the outcome is looked at through the API."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.office import Desk, Instance

pytestmark = [pytest.mark.browser, pytest.mark.once]

BY_OLIVIA = r"by Olivia Owner \(olivia@acme\.example\) on \d{1,2} \w+ \d{4} at \d\d:\d\d UTC"


def test_one_is_approved_from_their_row(instance: Instance, desk: Desk) -> None:
    (ada,) = instance.sign_up("Ada")
    desk.open_queue()
    desk.decide("Approve", ada)
    expect(desk.messages).to_have_text(f"Approved: {ada}.")
    expect(desk.row(ada)).to_have_count(0)
    assert "signup_pending" not in instance.log_in(ada).body
    assert instance.subjects_to(ada) == ["Your account for Acme is approved"]


def test_one_is_denied_with_a_reason_and_without_a_mail(instance: Instance, desk: Desk) -> None:
    (grace,) = instance.sign_up("Grace")
    desk.open_queue()
    desk.choose("Deny", grace)
    desk.page.get_by_label("Internal reason").fill("Nobody here knows her")
    desk.page.get_by_label("Tell the applicant by e-mail").uncheck()
    desk.shoot("deny")
    desk.confirm("Deny")
    expect(desk.messages).to_have_text(f"Denied: {grace}.")
    refused = instance.log_in(grace)
    assert (refused.status, refused["error"]) == (403, "signup_denied")
    assert instance.subjects_to(grace) == []


def test_the_reason_of_a_denial_is_kept_for_staff(instance: Instance, desk: Desk) -> None:
    (linus,) = instance.sign_up("Linus")
    desk.open_queue()
    desk.choose("Deny", linus)
    desk.page.get_by_label("Internal reason").fill("Applied twice")
    desk.confirm("Deny")
    desk.open_queue("Denied")
    desk.row(linus).get_by_role("link", name=linus).click()
    expect(desk.page.locator(".field-internal_reason")).to_contain_text("Applied twice")
    assert instance.subjects_to(linus) == ["Your sign-up for Acme was not approved"]
    assert "Applied twice" not in instance.log_in(linus).text


def test_the_rest_is_approved_in_one_go(instance: Instance, desk: Desk) -> None:
    emails = instance.sign_up("Margaret", "Tim", "Barbara")
    desk.open_queue()
    desk.page.get_by_label("Select all objects on this page for an action").check()
    desk.page.get_by_label("Action:").select_option("Approve selected requests")
    desk.shoot("selected")
    desk.page.get_by_role("button", name="Go").click()
    desk.page.get_by_role("button", name="Approve").click()
    for address in emails:
        expect(desk.page.locator(".outcomes tr", has_text=address)).to_contain_text("Approved")
        assert "signup_pending" not in instance.log_in(address).body
    desk.page.get_by_role("link", name="Back to the queue").click()
    expect(desk.page.get_by_text("Nobody is waiting for approval.")).to_be_visible()
    desk.shoot("nobody-waits")


@pytest.mark.parametrize(
    ("decision", "past", "offered"),
    [("Approve", "Approved", ["Undo"]), ("Deny", "Denied", ["Re-open"])],
)
def test_what_was_decided_is_listed_with_who_and_when(
    instance: Instance, desk: Desk, decision: str, past: str, offered: list[str]
) -> None:
    (ken,) = instance.sign_up(f"Ken.{past}")
    desk.open_queue()
    desk.decide(decision, ken)
    desk.open_queue(past)
    shown = desk.row(ken).locator(".field-decision_or_links")
    expect(shown).to_have_text(re.compile(f"^{past.lower()} {BY_OLIVIA}"))
    expect(shown.get_by_role("link")).to_have_text(offered)
    assert desk.row(ken).locator("th a").evaluate("link => link.getClientRects().length") == 1
    desk.shoot(past.lower())


def test_the_first_decision_stands_for_whoever_comes_second(
    instance: Instance, desk: Desk, colleague: Desk
) -> None:
    (dennis,) = instance.sign_up("Dennis")
    colleague.open_queue()
    colleague.choose("Deny", dennis)
    desk.open_queue()
    desk.decide("Approve", dennis)
    colleague.confirm("Deny")
    earlier = rf"^{dennis} was already approved {BY_OLIVIA}\. That decision stands\.$"
    expect(colleague.messages).to_have_text(re.compile(earlier))
    colleague.shoot("too-late")
    assert "signup_pending" not in instance.log_in(dennis).body


def test_a_stale_list_says_what_was_decided_meanwhile(
    instance: Instance, desk: Desk, colleague: Desk
) -> None:
    (brian,) = instance.sign_up("Brian")
    colleague.open_queue()
    desk.open_queue()
    desk.decide("Deny", brian)
    colleague.choose("Approve", brian)
    earlier = rf"^{brian} was already denied {BY_OLIVIA}\. That decision stands\.$"
    expect(colleague.messages).to_have_text(re.compile(earlier))
    assert instance.log_in(brian)["error"] == "signup_denied"
