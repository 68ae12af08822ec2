"""The chapters of the demo, in the order in which they are told."""

import json
from collections.abc import Callable, Sequence
from typing import Final

from tests.demo.admin import AdminBrowser, Form, Page
from tests.demo.http import Answer, StepFailed
from tests.demo.story import Person, Story, in_short
from tests.demo.team import invite, roles

QUEUE: Final = "/admin/organizations/signuprequest/"


def first_account(story: Story) -> None:
    story.chapter(
        "The first account",
        "A fresh instance has no accounts. Whoever registers first names the organization, owns"
        " it, and may decide who else comes in.",
    )
    olivia = story.olivia
    empty = story.call("GET", "/public/instance")
    story.expect("the instance is empty", empty, 200, needs_organization_setup=True)
    registration = {**olivia.credentials, "name": olivia.name}
    nameless = story.call("POST", "/auth/register", registration)
    error = "organization_name required for the first account"
    story.expect("it needs an organization first", nameless, 400, error=error)
    first = story.call("POST", "/auth/register", {**registration, "organization_name": "Acme"})
    story.expect("Olivia is in, and waits for nobody", first, 201, signup_pending=None)
    olivia.keep(first)
    listed = story.call("GET", "/organizations", token=olivia.access_token)
    story.holds("she sees her organization", ["Acme"], _names(listed))
    story.organization_id = listed["organizations"][0]["id"]


def refusals(story: Story) -> None:
    story.chapter(
        "Refusals",
        "A wrong password and an unknown address get the same answer after the same time, so that"
        " nobody can find out who has an account.",
    )
    guess = {"email": story.olivia.email, "password": "correct horse battery staple"}
    wrong = story.call("POST", "/auth/login", guess)
    story.expect("a wrong password is refused", wrong, 401, error="invalid credentials")
    unknown = story.call("POST", "/auth/login", {**guess, "email": "nobody@acme.example"})
    story.expect("and so is an unknown address", unknown, 401, **_without_id(wrong.body))
    anonymous = story.call("GET", "/me")
    story.expect("without a credential nothing opens", anonymous, 401, error="unauthorized")
    challenge = anonymous.headers.get("www-authenticate")
    story.holds("the answer says which kind it wants", "Bearer", challenge)


def open_signup(story: Story) -> None:
    story.chapter(
        "Somebody signs up",
        "Sign-ups are open, so anybody may ask. Ben gets an account that can do nothing yet, and"
        " those who can let him in get a mail.",
    )
    ben = story.ben
    signed_up = story.call("POST", "/auth/register", {**ben.credentials, "name": ben.name})
    story.expect("Ben has an account that waits", signed_up, 201, signup_pending=True)
    ben.keep(signed_up)
    me = story.call("GET", "/me", token=ben.access_token)
    story.expect("he can see that he waits", me, 200, email=ben.email, signup_pending=True)
    story.holds("with a request on file", "pending", me["signup_request"]["status"])
    listed = story.call("GET", "/organizations", token=ben.access_token)
    story.expect("he sees no organization", listed, 200, organizations=[])
    spaces = story.call("GET", story.spaces, token=ben.access_token)
    error = "not a member of this organization"
    story.expect("and gets into none", spaces, 403, error=error)
    story.show_mail(story.olivia, "New sign-up")


def approval(story: Story) -> None:
    story.chapter(
        "Staff decide",
        "Olivia opens the admin in her browser: a log-in with a session cookie, the queue, a page"
        " that asks, and a form that is worth nothing without its CSRF token.",
    )
    browser = AdminBrowser(story)
    log_in = browser.open("/admin/").form_with("username")
    typed = {"username": story.olivia.email, "password": story.olivia.password}
    welcome = browser.submit(log_in, **typed)
    story.holds("she is in", ("/admin/", 200), (welcome.path, welcome.status))
    row = browser.open(QUEUE).row_of(story.ben.email)
    story.transcript.quote(row.text)
    story.holds("Ben is in the queue", ["Approve", "Deny"], list(row.links)[-2:])
    question = browser.open(row.links["Approve"])
    form = question.form_with("ids")
    _check_forgery(story, browser, form)
    queue = browser.submit(form)
    _check_says(story, queue, f"Approved: {story.ben.email}.")
    _check_says(story, queue, "Nobody is waiting for approval.")


def membership(story: Story) -> None:
    story.chapter(
        "Ben is told, and let in",
        "A mail tells him. The tokens that he has had since the sign-up are good from now on: there"
        " is nothing to log in to again.",
    )
    ben = story.ben
    story.show_mail(ben, "Your account for Acme is approved")
    me = story.call("GET", "/me", token=ben.access_token)
    story.expect("he waits no longer", me, 200, signup_pending=False)
    listed = story.call("GET", "/organizations", token=ben.access_token)
    story.holds("he sees the organization", ["Acme"], _names(listed))


def first_space(story: Story) -> None:
    story.chapter(
        "A space",
        "Olivia makes room for the work. Ben is a member, but holds no role yet: what roles permit"
        " stays closed to him.",
    )
    launch = {"name": "Launch", "description": "Everything that must be ready on the day"}
    created = story.call("POST", story.spaces, launch, token=story.olivia.access_token)
    story.expect("the space is there", created, 201, **launch)
    listed = story.call("GET", story.spaces, token=story.olivia.access_token)
    story.expect("and listed", listed, 200, spaces=[created.body])
    refused = story.call("GET", story.spaces, token=story.ben.access_token)
    story.expect("Ben may not look inside yet", refused, 403, error="forbidden")


def service_account(story: Story) -> None:
    story.chapter(
        "A service account",
        "Programs get an account of their own, and a token that can be told from any other. An"
        " operator makes one on the command line, here with the role Reader; its token is printed"
        " this once.",
    )
    minted = _mint(story, "deploy-bot")
    story.holds("it belongs to Acme", ("acme", True), (minted["organization"], minted["created"]))
    token = str(minted["token"])
    me = story.call("GET", "/me", token=token)
    account = {"id": minted["id"], "organization_id": story.organization_id}
    story.expect("the token speaks for the account", me, 200, service_account=account)
    listed = story.call("GET", "/organizations", token=token)
    story.holds("which is a member like any other", ["Acme"], _names(listed))
    spaces = story.call("GET", story.spaces, token=token)
    story.holds(
        "and reads what its role lets it", ["Launch"], [s["name"] for s in spaces["spaces"]]
    )
    mistyped = token[:-1] + ("0" if token[-1] != "0" else "1")
    unread = story.call("GET", "/me", token=mistyped)
    story.expect("a mistyped token fails its checksum", unread, 401, error="unauthorized")


def refresh(story: Story) -> None:
    story.chapter(
        "Refreshing",
        "An access token lives for 15 minutes. A refresh token buys the next pair, once: presented"
        " again it buys nothing.",
    )
    ben = story.ben
    spent = {"refresh_token": ben.refresh_token}
    renewed = story.call("POST", "/auth/refresh", spent)
    story.expect("Ben has a new pair", renewed, 200, token_type="Bearer", expires_in=900)
    ben.keep(renewed)
    story.holds("with another refresh token", True, spent["refresh_token"] != ben.refresh_token)
    replayed = story.call("POST", "/auth/refresh", spent)
    refusal = {"error": "invalid refresh token", "code": "token_superseded"}
    story.expect("the old one is refused", replayed, 401, **refusal)
    me = story.call("GET", "/me", token=ben.access_token)
    story.expect("his session lives on: two tabs may race", me, 200, email=ben.email)


def closing(story: Story) -> None:
    story.chapter("Closing the door", "The team is complete. Olivia ends open sign-up.")
    path = f"/organizations/{story.organization_id}/features"
    closed = {"open_signups_enabled": False}
    done = story.call("PATCH", path, closed, token=story.olivia.access_token)
    story.expect("sign-ups are closed", done, 200, features=closed)
    late = Person("Carol", "carol@late.example")
    refused = story.call("POST", "/auth/register", late.credentials)
    story.expect("Carol comes too late", refused, 403, error="signups_disabled")


def logout(story: Story) -> None:
    story.chapter(
        "Logging out",
        "Logging out ends the session itself. The access token would have lasted for minutes, but"
        " every request asks whether its session still stands.",
    )
    ben = story.ben
    ended = story.call("POST", "/auth/logout", {"refresh_token": ben.refresh_token})
    story.expect("Ben is logged out", ended, 204)
    me = story.call("GET", "/me", token=ben.access_token)
    story.expect("his access token is dead at once", me, 401, error="unauthorized")
    renewed = story.call("POST", "/auth/refresh", {"refresh_token": ben.refresh_token})
    story.expect("and so is his refresh token", renewed, 401, error="invalid refresh token")
    olivia = story.call("GET", "/me", token=story.olivia.access_token)
    story.expect("Olivia's session is her own", olivia, 200, email=story.olivia.email)


def _names(listed: Answer) -> list[str]:
    return [organization["name"] for organization in listed["organizations"]]


def _without_id(body: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in body.items() if name != "request_id"}


def _check_forgery(story: Story, browser: AdminBrowser, form: Form) -> None:
    """The same form from another site: it has the ids, but not the token."""
    forged = browser.submit(Form(form.action, {"ids": form.values["ids"]}))
    story.holds("a forged form is refused", 403, forged.status)
    me = story.call("GET", "/me", token=story.ben.access_token)
    story.expect("and nothing was decided so far", me, 200, signup_pending=True)


def _check_says(story: Story, page: Page, text: str) -> None:
    story.holds(f'the page says "{text}"', text, text if text in page.text else page.text)


def _mint(story: Story, name: str) -> dict[str, object]:
    """Run create_service_account and show what it printed."""
    command = ("create_service_account", name, "--role", "Reader", "--json")
    story.transcript.line(f"\n  $ manage.py {' '.join(command)}")
    done = story.server.manage(*command)
    if done.returncode != 0:
        raise StepFailed("the command succeeds", 0, done.stderr)
    minted: dict[str, object] = json.loads(done.stdout)
    story.transcript.quote(in_short(minted, indent=2))
    return minted


CHAPTERS: Final[Sequence[Callable[[Story], None]]] = (
    first_account,
    refusals,
    open_signup,
    approval,
    membership,
    first_space,
    roles,
    service_account,
    refresh,
    closing,
    invite,
    logout,
)
