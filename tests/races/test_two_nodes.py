"""Two nodes on one database: what is exact on one of them is exact over both.

The control keeps in each process what the product asks the database: right on one node, wrong on
two.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import cycle

import pytest

from tests.factories import PASSWORD
from tests.races.applications import LOGIN_FAILURES, NODE_WORKERS, Application, Nodes, two_nodes
from tests.races.client import Answer, outcomes, race
from tests.races.office import Office

pytestmark = pytest.mark.race

RATE = 40
LIMIT = {"AUTH_RATE_PER_MINUTE": str(RATE)}
CONTROL = {"DJANGO_SETTINGS_MODULE": "tests.races.naive_node_settings"}
ROUNDS = 6  # of AT_ONCE refreshes, which are limited to ten times RATE
AT_ONCE = 40
LOG_OUTS = 30
GUESSES = 40
OWNER = "owner@example.com"
# A token, a call that it may make, and what takes that away.
Right = tuple[str, str, Callable[[], Answer]]


@pytest.fixture(scope="module")
def running_nodes() -> Iterator[Nodes]:
    with two_nodes(NODE_WORKERS, **LIMIT) as nodes:
        yield nodes


@pytest.fixture(scope="module")
def control_nodes() -> Iterator[Nodes]:
    """One process each, whose memory is not cleared: each test has people of its own."""
    with two_nodes(1, **CONTROL, **LIMIT) as nodes:
        yield nodes


@pytest.fixture
def nodes(running_nodes: Nodes) -> Nodes:
    running_nodes[0].database.clear()
    return running_nodes


@pytest.fixture
def naive_nodes(control_nodes: Nodes) -> Nodes:
    control_nodes[0].database.clear()
    return control_nodes


def refresh_at_once(nodes: Sequence[Application], refresh_token: str) -> list[Answer]:
    """One token at all nodes in turn; the answers are in that order."""
    calls = [partial(node.client.refresh, refresh_token) for node in nodes]
    return race(calls * (AT_ONCE // len(nodes)))


def test_one_refresh_succeeds_at_one_node(nodes: Nodes) -> None:
    """Of each round's; and the other node knows its successor at once."""
    answers, winners = list[Answer](), Counter[int]()
    pair = nodes[0].client.register(OWNER)
    for _ in range(ROUNDS):
        answers += (tried := refresh_at_once(nodes, pair.refresh_token))
        (won,) = [number for number, answer in enumerate(tried) if answer.is_success]
        winners[won % 2] += 1
        other = nodes[(won + 1) % 2].client
        assert other.me(tried[won].access_token).status == 200
        pair = other.refresh(tried[won].refresh_token)
    print(f"{ROUNDS} × {AT_ONCE} over two nodes: {dict(outcomes(answers))}, won at {dict(winners)}")
    assert outcomes(answers) == {"200": ROUNDS, "token_superseded": ROUNDS * (AT_ONCE - 1)}


def after_a_log_out(one: Application, other: Application) -> list[Answer]:
    """What a session's tokens get at a node, which served it before, after a log-out at another."""
    pair = one.client.log_in(OWNER)
    assert other.client.me(pair.access_token).status == 200
    assert one.client.log_out(pair.refresh_token).status == 204
    return [other.client.me(pair.access_token), other.client.refresh(pair.refresh_token)]


def test_a_log_out_at_one_node_counts_at_the_other(nodes: Nodes) -> None:
    """From the next request on."""
    first, second = nodes
    first.client.register(OWNER)
    answers = list[Answer]()
    for _ in range(LOG_OUTS // 2):
        answers += after_a_log_out(first, second) + after_a_log_out(second, first)
    print(f"{LOG_OUTS} log-outs, each then tried at the other node: {dict(outcomes(answers))}")
    assert outcomes(answers) == {"unauthorized": LOG_OUTS, "invalid_refresh_token": LOG_OUTS}


def robot(office: Office) -> tuple[str, str]:
    """The token and the path of a new service account."""
    made = office.post("service-accounts", {"name": "Robot"}).body
    return made["token"], f"{office.home}/service-accounts/{made['service_account']['id']}"


def revoked_token(office: Office) -> Right:
    token, path = robot(office)
    token_id = office.get(f"{path}/tokens")["tokens"][0]["id"]
    return token, "me", partial(office.call, "DELETE", f"{path}/tokens/{token_id}")


def disabled_service_account(office: Office) -> Right:
    token, path = robot(office)
    return token, "me", partial(office.call, "PATCH", path, {"is_active": False})


def ended_session(office: Office) -> Right:
    """By the person, from another of their sessions."""
    session = office.client.log_in(OWNER)
    sessions = office.get("me/sessions")["sessions"]
    (session_id,) = [one["id"] for one in sessions if not one["current"]]
    return session.access_token, "me", partial(office.call, "DELETE", f"me/sessions/{session_id}")


def changed_password(office: Office) -> Right:
    session = office.client.log_in(OWNER)
    body = {"current_password": PASSWORD, "new_password": f"another {PASSWORD}"}
    return session.access_token, "me", partial(office.call, "POST", "me/password", body)


def denied_signup(office: Office) -> Right:
    office.call("PATCH", f"{office.home}/features", {"open_signups_enabled": True})
    guest = office.client.register("guest@example.com")
    request_id = office.get(f"{office.home}/signup-requests")["signup_requests"][0]["id"]
    return guest.access_token, "me", partial(office.post, f"signup-requests/{request_id}/deny")


def removed_member(office: Office) -> Right:
    second = office.appoint("second@example.com")
    path = f"{office.home}/members/{second.user_id}"
    return second.token, office.home, partial(office.call, "DELETE", path)


def withdrawn_role(office: Office) -> Right:
    second = office.appoint("second@example.com")
    return second.token, f"{office.home}/roles", partial(office.set_owner, second, False)


RIGHTS = {
    revoked_token: 401,
    disabled_service_account: 401,
    ended_session: 401,
    changed_password: 401,
    denied_signup: 401,
    removed_member: 403,
    withdrawn_role: 403,
}


@pytest.mark.parametrize(
    ("right", "status"), RIGHTS.items(), ids=lambda x: getattr(x, "__name__", "")
)
def test_what_is_taken_away_at_one_node_is_gone_at_the_other(
    nodes: Nodes, right: Callable[[Office], Right], status: int
) -> None:
    """From the next request on, though the other node granted it a moment ago."""
    first, second = nodes
    token, path, take_away = right(Office(first.client))
    assert second.client.call("GET", path, token).status == 200
    assert take_away().is_success
    assert second.client.call("GET", path, token).status == status


def guess_at_once(nodes: Nodes, emails: Sequence[str]) -> Counter[int]:
    """A wrong password for each, at all nodes in turn; 401 says that it was checked."""
    clients = cycle([node.client for node in nodes])
    guesses = [partial(next(clients).log_in, email, "guess") for email in emails]
    return Counter(answer.status for answer in race(guesses))


def test_guesses_at_two_nodes_are_counted_together(nodes: Nodes) -> None:
    """For one account."""
    statuses = guess_at_once(nodes, [OWNER] * GUESSES)
    print(f"{GUESSES} wrong passwords over two nodes: {dict(statuses)}")
    assert statuses == {401: LOGIN_FAILURES, 429: GUESSES - LOGIN_FAILURES}


def strangers() -> list[str]:
    return [f"person{number}@example.com" for number in range(2 * RATE)]


def test_tries_of_a_network_at_two_nodes_are_counted_together(nodes: Nodes) -> None:
    """For as many accounts."""
    statuses = guess_at_once(nodes, strangers())
    print(f"{2 * RATE} log-ins of a network over two nodes: {dict(statuses)}")
    assert statuses == {401: RATE, 429: RATE}


def test_one_refresh_succeeds_at_each_naive_node(naive_nodes: Nodes) -> None:
    """And one in all where there is one node."""
    pair = naive_nodes[0].client.register(OWNER)
    both = refresh_at_once(naive_nodes, pair.refresh_token)
    pair = naive_nodes[0].client.log_in(OWNER)
    alone = refresh_at_once(naive_nodes[:1], pair.refresh_token)
    print(f"control, {AT_ONCE} refreshes over two nodes: {dict(outcomes(both))}")
    assert (outcomes(both)["200"], outcomes(alone)["200"]) == (2, 1)


def test_a_log_out_at_one_naive_node_counts_later_at_the_other(naive_nodes: Nodes) -> None:
    naive_nodes[0].client.register(OWNER)
    session, refreshed = after_a_log_out(*naive_nodes)
    assert (session.status, refreshed.status) == (200, 401)


@pytest.mark.parametrize("right", [revoked_token, disabled_service_account])
def test_a_naive_node_serves_a_robot_that_another_has_turned_away(
    naive_nodes: Nodes, right: Callable[[Office], Right]
) -> None:
    first, second = naive_nodes
    token, path, take_away = right(Office(first.client))
    assert second.client.call("GET", path, token).status == 200
    assert take_away().is_success
    assert second.client.call("GET", path, token).status == 200


def test_each_naive_node_counts_by_itself(naive_nodes: Nodes) -> None:
    account = guess_at_once(naive_nodes, ["somebody@example.com"] * (2 * LOGIN_FAILURES + 2))
    network = guess_at_once(naive_nodes, strangers())
    print(f"control, over two nodes: account {dict(account)}, network {dict(network)}")
    assert account == {401: 2 * LOGIN_FAILURES, 429: 2}
    assert network[401] > RATE
