"""Random histories of one organization: whatever order the calls come in, this always holds."""

import pytest
from django.utils import timezone
from hypothesis import settings
from hypothesis.stateful import initialize, invariant, run_state_machine_as_test
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from accounts.models import Session, User
from accounts.tokens import digest
from organizations.models import Invite, MemberRole, Membership, Role, SignupRequest
from organizations.permissions import Permission
from service_accounts.models import ServiceAccount, ServiceAccountToken
from tests.environment import IS_LONG
from tests.properties.model import APPROVED, DENIED, PENDING, Credential
from tests.properties.spaces import Spaces
from tests.properties.world import MANAGE, NOT_A_MEMBER

EXAMPLES, STEPS = (400, 60) if IS_LONG else (12, 40)
# Credentials that stopped working stay so; asking of more of them each time would cost minutes.
DEAD_ASKED = 3


class Organization(Spaces):
    """All rules, and what must hold after each step."""

    @initialize()
    def a_team_is_there(self) -> None:
        """An owner, somebody who manages members and has invited, somebody who waits, somebody who
        was denied, and a bot."""
        self.set_the_instance_up()
        self.create_a_role(0, "Helper", frozenset({MANAGE, Permission.BOARD_READ}))
        self.register(1, False)
        self.resolve_a_signup(0, 0, True)
        self.set_the_roles_of_a_member(0, 1, [1])
        self.invite_somebody(3, 7)  # the second of those who may
        self.register(2, True)
        self.register(3, False)
        self.resolve_a_signup(0, 2, False)
        self.create_a_bot(0, "Bot", [1])

    @invariant()
    def somebody_owns_it(self) -> None:
        if self.model.people:
            owners = User.objects.filter(
                memberships__roles__is_system=True,
                is_active=True,
                kind=User.Kind.HUMAN,
                signup_status=APPROVED,
            )
            assert owners.exists()

    @invariant()
    def the_doors_open_for_whom_they_should(self) -> None:
        credentials = self.model.credentials
        dead = [one for one in credentials if not one.is_live][-DEAD_ASKED:]
        for one in [one for one in credentials if one.is_live] + dead:
            self._knock(one)
        self.tally["steps"] += 1

    def _knock(self, one: Credential) -> None:
        refused = self.gate(one, None)
        answer = self.send("GET", self.org("/me/permissions"), one)
        if self.is_done(answer, 200, refused):
            assert answer.json()["permissions"] == sorted(one.holder.permissions)
        if refused == NOT_A_MEMBER:
            assert self.send("GET", "/organizations", one).json()["organizations"] == []

    @invariant()
    def each_live_session_has_one_live_refresh_token(self) -> None:
        unspent = OutstandingToken.objects.filter(blacklistedtoken__isnull=True)
        assert set(unspent.values_list("jti", flat=True)) == {
            digest(login.refresh) for login in self.logins
        }
        spent = OutstandingToken.objects.filter(blacklistedtoken__isnull=False)
        assert spent.count() == sum(len(login.spent) for login in self.logins)
        live = Session.objects.filter(revoked_at__isnull=True)
        assert live.count() == sum(login.is_live for login in self.logins)

    @invariant()
    def members_and_roles_are_those_of_the_model(self) -> None:
        members = {str(pk) for pk in Membership.objects.values_list("user_id", flat=True)}
        assert members == {somebody.user_id for somebody in self.model.members}
        held = MemberRole.objects.values_list("membership__user_id", "role_id")
        assert {(str(user), str(role)) for user, role in held} == {
            (somebody.user_id, role.id)
            for somebody in self.model.members
            for role in somebody.roles
        }
        assert Role.objects.count() == len(self.model.roles)

    @invariant()
    def people_requests_and_invites_are_counted_alike(self) -> None:
        people = self.model.people
        assert User.objects.filter(kind=User.Kind.HUMAN).count() == len(people)
        for status in (PENDING, APPROVED, DENIED):
            asked = [one for one in people if one.request_id and one.status == status]
            assert SignupRequest.objects.filter(status=status).count() == len(asked)
        usable = Invite.objects.in_state("usable").count()
        assert usable == sum(invite.is_open for invite in self.model.invites)

    @invariant()
    def bots_and_tokens_are_counted_alike(self) -> None:
        bots = self.model.present_bots
        assert ServiceAccount.objects.count() == len(bots)
        usable = ServiceAccountToken.objects.usable(timezone.now()).count()
        assert usable == sum(token.is_usable for bot in bots for token in bot.tokens)


@pytest.mark.torture  # by itself: it takes most of a minute where the machine is slow
@pytest.mark.django_db
def test_no_history_leads_where_it_should_not(
    unthrottled: None, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = settings(max_examples=EXAMPLES, stateful_step_count=STEPS, report_multiple_bugs=False)
    broken = 1
    try:
        run_state_machine_as_test(Organization, settings=chosen)
        broken = 0
    finally:
        with capsys.disabled():
            print(f"\nhistories: {dict(Organization.tally)}, {broken} invariants broken")
    # What was refused or never came about proves nothing.
    assert Organization.tally["steps"] > 10 * EXAMPLES
    assert len(Organization.happened) > 30
