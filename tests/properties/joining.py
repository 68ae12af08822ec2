"""Rules of the ways in: registering, invites, and the decision about a sign-up."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from organizations.models import Organization, Role, SignupRequest
from organizations.permissions import Permission
from tests.conftest import Answer
from tests.factories import PASSWORD
from tests.properties import model
from tests.properties.logins import EMAILS, Logins
from tests.properties.model import APPROVED, DENIED, PENDING, Invite, Person
from tests.properties.world import MANAGE, PICK, WHO, Refusal, pick

ALREADY_RESOLVED = (409, "signup_already_resolved")


class Joining(Logins):
    """Everything by which somebody becomes a member."""

    def set_the_instance_up(self) -> None:
        body = {"email": EMAILS[0], "password": PASSWORD, "organization_name": "Acme"}
        answer = self.send("POST", "/auth/register", None, body)
        assert self.is_done(answer, 201, None, "user.registered", "organization.created")
        self.model.organization_id = str(Organization.objects.get().pk)
        owner = model.Role(str(Role.objects.get().pk), "Owner", frozenset(Permission), True)
        self.model.roles.append(owner)
        person = self._add_person(EMAILS[0], answer, APPROVED)
        person.is_member, person.is_staff, person.roles = True, True, {owner}

    @rule(number=st.integers(1, 5), in_capitals=st.booleans())
    def register(self, number: int, in_capitals: bool) -> None:
        email = EMAILS[number]
        refused: Refusal | None = None
        if not self.model.are_signups_open:
            refused = (403, "signups_disabled")
        elif self.model.person(email):
            refused = (409, "email_taken")
        body = {"email": email.upper() if in_capitals else email, "password": PASSWORD}
        answer = self.send("POST", "/auth/register", None, body)
        events = () if refused else ("user.registered", "signup.requested")
        if self.is_done(answer, 201, refused, *events):
            assert answer.json()["signup_pending"] is True
            person = self._add_person(email, answer, PENDING)
            person.request_id = str(SignupRequest.objects.get(user_id=person.user_id).pk)

    @precondition(lambda self: self.model.invites)
    @rule(number=st.integers(1, 5), index=PICK)
    def register_with_an_invite(self, number: int, index: int) -> None:
        email, invite = EMAILS[number], pick(self.model.invites, index)
        refused = _refusal_of(invite, email)
        if refused is None and self.model.person(email):
            refused = (409, "email_taken")
        body = {"email": email, "password": PASSWORD, "invite_token": invite.raw}
        answer = self.send("POST", "/auth/register", None, body)
        events = () if refused else ("user.registered", "member.added", "invite.accepted")
        if self.is_done(answer, 201, refused, *events):
            assert "signup_pending" not in answer.json()
            self._add_person(email, answer, APPROVED).is_member = True
            invite.is_open = False

    @precondition(lambda self: self.model.invites)
    @rule(who=WHO, index=PICK)
    def accept_an_invite(self, who: int, index: int) -> None:
        by, invite = self.caller(who), pick(self.model.invites, index)
        person = by.holder
        refused = self.people_only(by)
        if refused is None and isinstance(person, Person):
            refused = _refusal_of(invite, person.email)
        answer = self.send("POST", f"/invites/{invite.raw}/accept", by)
        events = [] if refused else ["invite.accepted"]
        if not refused and isinstance(person, Person):
            events += ["signup.approved"] * (person.status == PENDING)
            events += ["member.added"] * (not person.is_member)
        if self.is_done(answer, 200, refused, *events) and isinstance(person, Person):
            person.status, person.is_member, invite.is_open = APPROVED, True, False

    @precondition(lambda self: self.requests)
    @rule(who=WHO, index=PICK, is_approved=st.booleans())
    def resolve_a_signup(self, who: int, index: int, is_approved: bool) -> None:
        by, person = self.caller(who), pick(self.requests, index)
        refused = self.gate(by, MANAGE)
        if refused is None and person.status != PENDING:
            refused = ALREADY_RESOLVED
        verb = "approve" if is_approved else "deny"
        answer = self.send("POST", self.org(f"/signup-requests/{person.request_id}/{verb}"), by)
        joins = is_approved and not person.is_member
        ended = 0 if refused or is_approved else person.end_logins()
        events = ["signup.approved" if is_approved else "signup.denied"]
        events += ["member.added"] * joins + ["sessions.revoked"] * bool(ended)
        if self.is_done(answer, 204, refused, *([] if refused else events)):
            person.status = APPROVED if is_approved else DENIED
            person.is_member |= is_approved

    @precondition(lambda self: self.requests)
    @rule(who=WHO, index=PICK)
    def reopen_a_signup(self, who: int, index: int) -> None:
        by, person = self.caller(who), pick(self.requests, index)
        refused = self.gate(by, MANAGE)
        if refused is None and person.status != DENIED:
            refused = ALREADY_RESOLVED
        answer = self.send("POST", self.org(f"/signup-requests/{person.request_id}/reopen"), by)
        if self.is_done(answer, 204, refused, *(() if refused else ("signup.reopened",))):
            person.status = PENDING

    @rule(who=WHO, is_open=st.sampled_from([True, True, False]))
    def open_or_close_signups(self, who: int, is_open: bool) -> None:
        by = self.caller(who)
        refused = self.gate(by, Permission.ORG_MANAGE)
        body = {"open_signups_enabled": is_open}
        answer = self.send("PATCH", self.org("/features"), by, body)
        is_changed = refused is None and is_open != self.model.are_signups_open
        if self.is_done(answer, 200, refused, *["organization.changed"] * is_changed):
            self.model.are_signups_open = is_open

    @property
    def requests(self) -> list[Person]:
        """Those who asked to join."""
        return [person for person in self.model.people if person.request_id]

    def _add_person(self, email: str, answer: Answer, status: str) -> Person:
        person = Person(self.id_of(email), email=email, password=PASSWORD, status=status)
        self.model.people.append(person)
        self.add_login(person, answer)
        return person


def _refusal_of(invite: Invite, email: str) -> Refusal | None:
    if not invite.is_usable:
        return (404, "invite_not_found")
    return None if invite.email in {"", email} else (403, "invite_not_for_this_user")
