"""Rules of accounts: logging in and out, refreshing, passwords, shutting and opening."""

import datetime as dt

import pytest
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken

from accounts.models import User
from organizations.services.membership import LastOwner
from organizations.services.users import disable_user, enable_user
from tests.conftest import SETUP, Answer
from tests.factories import PASSWORD
from tests.properties.model import DENIED, PENDING, Credential, Login, Person
from tests.properties.world import FORBIDDEN, PICK, UNAUTHORIZED, WHO, Refusal, World, pick

EMAILS = [f"person{number}@example.com" for number in range(6)]
PASSWORDS = (PASSWORD, "nine purple envelopes in the rain")
INVALID_REFRESH = (401, "invalid_refresh_token")


class Logins(World):
    """What somebody does about their own account, and staff about it."""

    @rule(number=PICK, is_right=st.integers(0, 3))
    def log_in(self, number: int, is_right: int) -> None:
        email = pick(EMAILS[:5], number)
        person = self.model.person(email)
        password = person.password if person and is_right else "not the password"
        refused: Refusal | None = None
        if person is None or not is_right or not person.is_active:
            refused = (401, "invalid_credentials")
        elif person.status == DENIED:
            refused = (403, "signup_denied")
        body = {"email": email, "password": password}
        answer = self.send("POST", "/auth/login", None, body)
        failed = ("login.failed",) if refused and refused[0] == 401 else ()
        events = failed if refused else ("login.succeeded",)
        if self.is_done(answer, 200, refused, *events) and person:
            assert ("signup_pending" in answer.json()) == (person.status == PENDING)
            self.add_login(person, answer)

    @rule(index=PICK)
    def refresh(self, index: int) -> None:
        login = pick(self.logins, index)
        answer = self.send("POST", "/auth/refresh", None, {"refresh_token": login.refresh})
        if self.is_done(answer, 200, None if login.is_live else INVALID_REFRESH):
            login.spent.append(login.refresh)
            login.access = answer.json()["access_token"]
            login.refresh = answer.json()["refresh_token"]

    @precondition(lambda self: any(login.spent for login in self.logins))
    @rule(index=PICK, which=PICK, is_late=st.booleans())
    def refresh_with_a_spent_token(self, index: int, which: int, is_late: bool) -> None:
        login = pick([login for login in self.logins if login.spent], index)
        age = dt.timedelta(minutes=1 if is_late else 0)
        BlacklistedToken.objects.update(blacklisted_at=timezone.now() - age)
        body = {"refresh_token": pick(login.spent, which)}
        answer = self.send("POST", "/auth/refresh", None, body)
        refused, events = INVALID_REFRESH, tuple[str, ...]()
        if login.is_live and is_late:
            refused, events = (401, "token_reused"), ("session.revoked", "refresh_token.reused")
            login.is_ended = True
        elif login.is_live:
            refused = (401, "token_superseded")
        self.is_done(answer, 0, refused, *events)

    @rule(index=PICK, which=PICK)
    def log_out(self, index: int, which: int) -> None:
        login = pick(self.logins, index)
        body = {"refresh_token": pick([login.refresh, *login.spent], which)}
        answer = self.send("POST", "/auth/logout", None, body)
        self.is_done(answer, 204, None, *["session.revoked"] * (not login.is_ended))
        login.is_ended = True

    @rule(who=WHO)
    def log_out_everywhere(self, who: int) -> None:
        by = self.caller(who)
        refused = self.people_only(by)
        answer = self.send("POST", "/auth/logout-all", by)
        events = () if refused else ("sessions.revoked",)
        if self.is_done(answer, 204, refused, *events) and isinstance(by.holder, Person):
            by.holder.end_logins()

    @rule(who=WHO, is_right=st.booleans(), which=st.integers(0, 1))
    def change_the_password(self, who: int, is_right: bool, which: int) -> None:
        by = self.caller(who)
        person, refused = by.holder, self.people_only(by)
        if refused is None and not is_right:
            refused = (403, "wrong_password")
        current = person.password if isinstance(person, Person) and is_right else "another one"
        if refused is None and PASSWORDS[which] == current:
            refused = (400, "validation_error")
        body = {"current_password": current, "new_password": PASSWORDS[which]}
        answer = self.send("POST", "/me/password", by, body)
        events = [] if refused else ["password.changed"]
        if refused is None and isinstance(person, Person) and isinstance(by, Login):
            person.password = PASSWORDS[which]
            events += ["sessions.revoked"] * bool(person.end_logins(keep=by))
        self.is_done(answer, 204, refused, *events)

    @rule(index=PICK)
    def disable_a_user(self, index: int) -> None:
        """As staff do in the admin."""
        somebody = pick(self.model.principals, index)
        user = User.objects.get(pk=somebody.user_id)
        if self.model.is_last_owner(somebody):
            with pytest.raises(LastOwner):
                disable_user(user=user, by=SETUP)
            self.expect_events()
            return
        disable_user(user=user, by=SETUP)
        events = ["user.disabled"] * somebody.is_active
        if isinstance(somebody, Person):
            events += ["sessions.revoked"] * bool(somebody.end_logins())
        self.expect_events(*events)
        somebody.is_active = False

    @rule(index=PICK)
    def enable_a_user(self, index: int) -> None:
        shut = [somebody for somebody in self.model.principals if not somebody.is_active]
        somebody = pick(shut or self.model.principals, index)
        enable_user(user=User.objects.get(pk=somebody.user_id), by=SETUP)
        self.expect_events(*["user.enabled"] * (not somebody.is_active))
        somebody.is_active = True

    def people_only(self, by: Credential) -> Refusal | None:
        if not by.is_live:
            return UNAUTHORIZED
        return None if isinstance(by.holder, Person) else FORBIDDEN

    def add_login(self, person: Person, answer: Answer) -> None:
        pair = answer.json()
        person.logins.append(Login(pair["access_token"], person, pair["refresh_token"]))

    def id_of(self, email: str) -> str:
        return str(User.objects.get(email_key=email).pk)
