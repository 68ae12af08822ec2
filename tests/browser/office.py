"""An instance that staff look after, and the desks at which they sit."""

import email
import email.policy
import json
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, expect

from tests.demo.http import Answer, Client
from tests.factories import PASSWORD
from tests.server import Server

OWNER = "olivia@acme.example"
COLLEAGUE = "sam@acme.example"
QUEUE = "/admin/organizations/signuprequest/"
# As long as a name may be, and nowhere to break it.
LONG = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"
TIMEOUT_MS = 10_000


@dataclass(frozen=True)
class Instance:
    """A server with Acme on it; what it mails is kept in a folder."""

    server: Server
    mailbox: Path

    @property
    def url(self) -> str:
        return self.server.url

    def call(self, path: str, token: str = "", **body: str) -> Answer:
        """POST to the API, with a bearer token if there is one."""
        data = json.dumps(body).encode()
        bearer = {"Authorization": f"Bearer {token}"} if token else {}
        kind = {"Content_Type": "application/json"}
        return Client(self.url).send("POST", f"/api/v1{path}", data, **kind, **bearer)

    def look(self, path: str, token: str) -> Answer:
        """GET from the API."""
        client = Client(self.url)
        return client.send("GET", f"/api/v1{path}", Authorization=f"Bearer {token}")

    def set_up(self) -> None:
        """The owner, who is staff, and a colleague who is staff too."""
        first = {"name": "Olivia Owner", "organization_name": "Acme"}
        assert self.call("/auth/register", email=OWNER, password=PASSWORD, **first).status == 201
        command = ("createsuperuser", "--noinput", "--email", COLLEAGUE)
        done = self.server.manage(*command, DJANGO_SUPERUSER_PASSWORD=PASSWORD)
        assert done.returncode == 0, done.stderr

    def sign_up(self, *names: str) -> list[str]:
        """An account that waits for each name; returns their e-mails."""
        emails = [f"{name.lower()}@{name.lower()}.example" for name in names]
        for name, address in zip(names, emails, strict=True):
            answer = self.call("/auth/register", email=address, password=PASSWORD, name=name)
            assert answer["signup_pending"] is True
        return emails

    def log_in(self, address: str) -> Answer:
        return self.call("/auth/login", email=address, password=PASSWORD)

    def subjects_to(self, address: str) -> list[str]:
        """The subjects of the mails that were sent to somebody."""
        policy = email.policy.default
        texts = [file.read_text("utf-8") for file in self.mailbox.glob("*.log")]
        mails = [email.message_from_string(text, policy=policy) for text in texts]
        return [str(mail["Subject"]) for mail in mails if mail["To"] == address]


@dataclass(frozen=True)
class Team:
    """Acme at work: the owner's access token, and what it made."""

    olivia: str
    home: str

    def join(self, instance: Instance, name: str) -> str:
        """Somebody signs up and is approved; returns their e-mail."""
        (address,) = instance.sign_up(name)
        self.decide(instance, "approve", address)
        return address

    def decide(self, instance: Instance, decision: str, *addresses: str) -> None:
        """On the sign-ups of these, or of everybody who waits."""
        queue = f"{self.home}/signup-requests"
        for row in instance.look(queue, self.olivia)["signup_requests"]:
            if not addresses or row["email"] in addresses:
                answer = instance.call(f"{queue}/{row['id']}/{decision}", self.olivia)
                assert answer.status == 204

    def invite(self, instance: Instance, address: str) -> str:
        """Returns the invite's token."""
        made = instance.call(f"{self.home}/invites", self.olivia, email=address)
        return str(made["token"])

    def add_bot(self, instance: Instance, name: str, **said: str) -> str:
        """Returns the token of a new service account."""
        made = instance.call(f"{self.home}/service-accounts", self.olivia, name=name, **said)
        return str(made["token"])


class Desk:
    """A staff member before a page of the admin."""

    def __init__(self, page: Page, instance: Instance, shots: Path | None) -> None:
        self._instance = instance
        self._shots = shots
        self.page = page
        self.page.set_default_timeout(TIMEOUT_MS)
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._note_request)
        self.page.on("console", self._note_message)

    def log_in(self, address: str, password: str = PASSWORD) -> None:
        self.page.goto("/admin/")
        self.page.get_by_label("E-mail").fill(address)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Log in").click()

    def open_queue(self, tab: str = "Pending") -> None:
        self.page.goto(QUEUE)
        if tab != "Pending":
            tabs = self.page.get_by_role("navigation", name="Status")
            tabs.get_by_role("link", name=tab).click()

    def row(self, text: str) -> Locator:
        return self.page.locator("#result_list tbody tr", has_text=text)

    def follow(self, control: Locator) -> None:
        """Press what leads to a page, and wait until it is there.

        A script, which does not wait as `expect` does, would look at the page of before, or at one
        that is half there.
        """
        with self.page.expect_navigation():
            control.click()

    def search(self, text: str) -> None:
        self.page.get_by_role("searchbox").fill(text)
        self.follow(self.page.get_by_role("button", name="Search"))

    def act(self, action: str, text: str) -> None:
        """Tick the rows of somebody and carry the action out."""
        boxes = self.row(text).get_by_role("checkbox")
        expect(boxes).not_to_have_count(0)
        for box in boxes.all():
            box.check()
        self.page.get_by_label("Action:").select_option(action)
        self.follow(self.page.get_by_role("button", name="Go"))

    @property
    def width(self) -> int:
        """Of the window, in pixels."""
        size = self.page.viewport_size
        return size["width"] if size else 0

    @property
    def emails(self) -> Locator:
        """Whom the list shows, from the top."""
        return self.page.locator("#result_list tbody .field-email")

    @property
    def messages(self) -> Locator:
        return self.page.locator(".messagelist li")

    def choose(self, decision: str, address: str) -> None:
        """Press Approve or Deny in somebody's row; the page that asks comes next."""
        self.follow(self.row(address).get_by_role("link", name=decision, exact=True))

    def confirm(self, decision: str) -> None:
        """Press the button of the page that asks; the queue comes next."""
        self.page.get_by_role("button", name=decision).click()
        expect(self.page).to_have_url(self._instance.url + QUEUE)

    def decide(self, decision: str, address: str) -> None:
        """Choose and confirm."""
        self.choose(decision, address)
        self.confirm(decision)

    def shoot(self, name: str) -> None:
        """Keep a picture of the whole page, named after the window's width, where they are kept."""
        if self._shots is None:
            return
        self.page.screenshot(path=self._shots / f"{self.width}-{name}.png", full_page=True)

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((self._instance.url, "data:")):
            self.complaints.append(f"asks for {request.url}")

    def _note_message(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.complaints.append(message.text)
