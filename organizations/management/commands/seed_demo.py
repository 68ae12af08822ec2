import base64
import datetime as dt
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.core.management.base import CommandError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.test import override_settings
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.actor import Actor, Door
from accounts.commands import OperatorCommand
from accounts.models import AuditEvent, User
from accounts.origin import Origin
from accounts.passwords import hash_password, is_password_of
from organizations.access import Access, find_access
from organizations.models import Instance, Membership, Organization, Role, SignupRequest, Space
from organizations.services.organization import (
    InstanceAlreadySetUp,
    make_signup_staff,
    set_up_instance,
)
from organizations.services.signup_request import approve_signup, request_signup
from organizations.services.space import create_space

NO_MAIL = "django.core.mail.backends.dummy.EmailBackend"

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Safari/604.1"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0"


@dataclass(frozen=True)
class Person:
    """Somebody invented. `age` is how long ago they signed up, `part` who they are in the team."""

    email: str
    name: str
    ip_address: str
    user_agent: str
    age: dt.timedelta
    part: str = ""

    @property
    def origin(self) -> Origin:
        return Origin(self.ip_address, self.user_agent)

    @property
    def password(self) -> str:
        """The same on every run with one SECRET_KEY, and different on another machine."""
        mac = salted_hmac("organizations.seed_demo", self.email, algorithm="sha256").digest()
        letters = base64.b32encode(mac[:10]).decode().lower()
        return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


# Domains and networks that are reserved for examples (RFC 2606, RFC 5737, RFC 3849).
OWNER = Person(
    "olivia@acme.example",
    "Olivia Owner",
    "192.0.2.10",
    FIREFOX,
    dt.timedelta(days=30),
    "owner of Acme, staff",
)
STAFF = Person(
    "sam@acme.example", "Sam Staff", "192.0.2.11", EDGE, dt.timedelta(days=21), "member, staff"
)
MEMBER = Person(
    "mia@acme.example", "Mia Member", "192.0.2.12", SAFARI, dt.timedelta(days=9), "member"
)
APPLICANTS = (
    Person("ada@lovelace.example", "Ada", "198.51.100.23", FIREFOX, dt.timedelta(days=6)),
    Person("grace@navy.example", "Grace H.", "2001:db8:0:17::5", EDGE, dt.timedelta(days=2)),
    Person("linus@kernel.example", "", "203.0.113.80", "curl/8.14.1", dt.timedelta(hours=7)),
    Person("zoe@cafe.example", "Zoë", "203.0.113.9", SAFARI, dt.timedelta(minutes=12)),
)
EVERYBODY = (OWNER, STAFF, MEMBER, *APPLICANTS)
SPACES = {
    "Launch": "Everything that must be ready on the day.",
    "Support": "Questions of customers, and who answers them.",
}

DECIDED_AFTER = dt.timedelta(hours=5)
DATES: tuple[tuple[type[Model], str], ...] = (
    (AuditEvent, "created_at"),
    (Organization, "created_at"),
    (Role, "created_at"),
    (Role, "updated_at"),
    (Membership, "created_at"),
    (Space, "created_at"),
    (SignupRequest, "created_at"),
    (SignupRequest, "resolved_at"),
)


class Command(OperatorCommand):
    help = "Fill an empty development instance with people to play with, and print their log-ins."

    def handle(self, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("seed_demo is for development alone: it needs DEBUG=1")
        with self.progress("people", total=lambda: len(EVERYBODY)) as advance:
            is_new = _seed(advance)
        self.say("seeded the demo" if is_new else "this instance is set up: nothing was added")
        accounts = [(person, User.objects.find_by_email(person.email)) for person in EVERYBODY]
        known = [(person, user) for person, user in accounts if user is not None]
        for person, user in known:
            _restore_password(person, user)
        if known:
            rows = [(p.email, p.password, p.part or u.signup_status) for p, u in known]
            self.print_table(("LOG IN AS", "PASSWORD", "WHO"), rows)
            self.stdout.write("")
        self._print_urls()

    def _print_urls(self) -> None:
        base = f"http://127.0.0.1:{os.environ.get('PORT') or 8000}"
        rows = [
            ("API", f"{base}/api/v1"),
            ("Docs", f"{base}/api/docs"),
            ("Admin", f"{base}/admin/"),
        ]
        self.print_table(("WHERE", "URL"), rows)


def _seed(advance: Callable[[int], None]) -> bool:
    """Create everything or nothing; False if the instance was set up before. Sends no mail."""
    if Instance.objects.exists():
        return False
    hashes = {}
    for person in EVERYBODY:
        hashes[person] = hash_password(person.password)  # which is what takes time
        advance(1)
    try:
        with override_settings(EMAIL_BACKEND=NO_MAIL), transaction.atomic():
            _create(hashes)
    except InstanceAlreadySetUp:
        return False
    return True


def _create(hashes: dict[Person, str]) -> None:
    owner = _save_user(OWNER, hashes[OWNER])
    by_owner = Actor(Door.COMMAND, OWNER.origin, owner)
    with _dated(owner.created_at):
        acme = set_up_instance(name="Acme", owner=owner, intended_public_url=None, by=by_owner)
    access = cast("Access", find_access(user=owner, organization_id=acme.pk))
    for hours, (name, description) in enumerate(SPACES.items(), 1):
        with _dated(owner.created_at + dt.timedelta(hours=hours)):
            create_space(access=access, name=name, description=description, by=by_owner)
    for person in (STAFF, MEMBER):
        request = _sign_up(person, hashes[person], acme)
        with _dated(request.user.created_at + DECIDED_AFTER):
            approve_signup(request_id=request.pk, by=by_owner)
    make_signup_staff(user=User.objects.get(email=STAFF.email))
    for person in APPLICANTS:
        _sign_up(person, hashes[person], acme)


def _sign_up(person: Person, password_hash: str, organization: Organization) -> SignupRequest:
    """An account that waits, and has done so since the person's `age`."""
    user = _save_user(person, password_hash, signup_status=User.SignupStatus.PENDING)
    by = Actor(Door.COMMAND, person.origin, user)
    with _dated(user.created_at):
        return request_signup(user=user, organization=organization, by=by)


@contextmanager
def _dated(moment: dt.datetime) -> Iterator[None]:
    """What is made meanwhile was made at this moment, which is past. The trail lets nobody change
    its events; these are invented, and asked for past its own query set."""
    start = timezone.now()
    yield
    for model, name in DATES:
        QuerySet(model).filter(**{f"{name}__gte": start}).update(**{name: moment})


def _save_user(person: Person, password_hash: str, **fields: Any) -> User:
    user = User.objects.build(
        person.email,
        password_hash=password_hash,
        display_name=person.name,
        created_at=timezone.now() - person.age,
        **fields,
    )
    user.save(force_insert=True)
    return user


def _restore_password(person: Person, user: User) -> None:
    """What is printed must hold, also after somebody played with the account or its key."""
    if not is_password_of(user, person.password):
        user.password = hash_password(person.password)
        user.save(update_fields=["password"])
