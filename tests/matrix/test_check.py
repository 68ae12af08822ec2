"""POST /auth/check tells what the calls themselves answer, for everybody and every permission."""

import pytest

from organizations.services.check import FOR_PEOPLE
from tests.conftest import Answer
from tests.matrix.calls import CALLS, Call
from tests.matrix.cast import Caller, Cast
from tests.matrix.test_matrix import THROUGH, outcome

pytestmark = pytest.mark.django_db

# Those that say no more than that a permission is needed: what is behind it is another's.
DECIDED = [call for call in CALLS if call.permission and "{org}" in call.path]


def check(caller: Caller, permission: str, organization: object) -> Answer:
    body = {"permission": permission, "organization_id": str(organization)}
    return caller.actor.post("/auth/check", body)


@pytest.mark.parametrize("call", DECIDED, ids=lambda call: call.name)
def test_a_check_says_what_the_call_does(cast: Cast, call: Call) -> None:
    wrong = []
    for where, ids in cast.targets.items():
        for name, caller in cast.callers.items():
            if not caller.is_known:
                continue
            did = outcome(caller.actor.send(call.method, call.path.format(**ids), call.body))
            told = check(caller, call.permission, ids["org"]).json()
            is_for_others = caller.is_service and call.is_for_people
            # The one thing that the permission does not decide is said in words.
            if is_for_others and told["allowed"] and told["reason"].endswith(FOR_PEOPLE):
                continue
            if told["allowed"] is not (did == THROUGH):
                wrong.append(f"{name}, {where}: {did}, but told {told}")
    assert wrong == []


def test_a_service_account_is_told_of_what_is_for_people(cast: Cast) -> None:
    """Exactly where some calls of a permission are for people: a table that grows is seen here."""
    partial = {call.permission for call in DECIDED if call.is_for_people}
    mighty = cast.callers["mighty service account"]
    told = {
        permission
        for permission in mighty.permissions
        if check(mighty, permission, cast.targets["own"]["org"])
        .json()["reason"]
        .endswith(FOR_PEOPLE)
    }
    assert told == partial == {"org.members.manage"}


def test_people_are_not_told_of_it(cast: Cast) -> None:
    told = check(cast.callers["owner"], "org.members.manage", cast.targets["own"]["org"]).json()
    assert told["reason"] == 'Allowed: the role "Owner" holds org.members.manage.'


@pytest.mark.parametrize("name", ["outsider", "owner", "pending", "mighty service account"])
def test_an_unknown_organization_is_told_like_a_foreign_one(cast: Cast, name: str) -> None:
    caller = cast.callers[name]
    answers = [check(caller, "org.manage", cast.targets[w]["org"]) for w in ("foreign", "random")]
    assert answers[0].content == answers[1].content
    assert answers[0].json()["allowed"] is False


def test_nobody_unknown_gets_an_answer(cast: Cast) -> None:
    strangers = [caller for caller in cast.callers.values() if not caller.is_known]
    answers = [check(caller, "board.read", cast.targets["own"]["org"]) for caller in strangers]
    assert {answer.status_code for answer in answers} == {401}
