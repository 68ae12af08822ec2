"""docs/clients/hyperspeed.py: what it promises, against a real server."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from hyperspeed import LoggedOut, Session, Store, log_in

from tests.docs.expiry import EMAIL, Stage
from tests.factories import PASSWORD
from tests.races.client import outcomes, race

pytestmark = pytest.mark.race


@contextmanager
def calling(session: Session) -> Iterator[httpx.Client]:
    """As the head of the file shows it; a proxy of the environment has no business here."""
    with httpx.Client(base_url=session.api, auth=session, trust_env=False) as client:
        yield client


def test_it_logs_in_and_calls(stage: Stage) -> None:
    session = log_in(stage.api, EMAIL, PASSWORD)
    before = stage.refreshes()
    with calling(session) as client:
        answer = client.get("/organizations")
    assert [row["name"] for row in answer.json()["organizations"]] == ["Acme"]
    assert stage.refreshes() == before


def test_a_wrong_password_is_told(stage: Stage) -> None:
    with pytest.raises(httpx.HTTPStatusError, match="401"):
        log_in(stage.api, EMAIL, "a wrong password")


def test_five_requests_at_once_survive_an_expired_access_token(stage: Stage) -> None:
    store, before = Store(stage.expired()), stage.refreshes()
    with calling(Session(stage.api, store)) as client:
        answers = race([lambda: client.get("/me")] * 5)
        assert [answer.json()["email"] for answer in answers] == [EMAIL] * 5
        assert stage.refreshes() == [*before, "200"]
        assert client.get("/me").status_code == 200
    assert stage.client.refresh(store.load()["refresh_token"]).is_success


def test_five_refreshes_by_themselves_would_not(stage: Stage) -> None:
    """The control: what a client does that lets each request refresh."""
    token = stage.expired()["refresh_token"]
    answers = race([lambda: stage.client.refresh(token)] * 5)
    assert outcomes(answers) == {"200": 1, "token_superseded": 4}


def test_a_body_is_sent_again_after_the_refresh(stage: Stage) -> None:
    with calling(Session(stage.api, Store(stage.expired()))) as client:
        answer = client.patch("/me", json={"display_name": "Olivia"})
    assert answer.json()["display_name"] == "Olivia"


def test_two_programs_that_race_share_what_the_winner_got(stage: Stage) -> None:
    store, before = Store(stage.expired()), stage.refreshes()
    sessions = [Session(stage.api, store) for _ in range(2)]  # neither waits for the other
    with calling(sessions[0]) as one, calling(sessions[1]) as other:
        answers = race([lambda: one.get("/me"), lambda: other.get("/me")])
    assert [answer.status_code for answer in answers] == [200, 200]
    assert stage.refreshes()[len(before) :].count("200") == 1


def test_a_loser_takes_the_pair_that_the_winner_stores(stage: Stage) -> None:
    """The winner's answer arrives, and is stored, while the loser is being refused."""
    old = stage.expired()
    new = stage.client.refresh(old["refresh_token"]).body
    with calling(Session(stage.api, LateStore(old, new))) as client:
        assert client.get("/me").status_code == 200
    assert stage.refreshes()[-2:] == ["200", "401"]
    assert stage.me(new["access_token"]).is_success


class LateStore(Store):
    """Another program writes the new pair after this one has looked twice."""

    def __init__(self, old: dict[str, str], new: dict[str, str]) -> None:
        super().__init__(old)
        self._later = [old, old, old, new]

    def load(self) -> dict[str, str]:
        return self._later.pop(0) if len(self._later) > 1 else self._later[0]


def test_a_session_that_has_ended_is_told(stage: Stage) -> None:
    pair = stage.expired()
    stage.client.log_out(pair["refresh_token"])
    session = Session(stage.api, Store(pair))
    with calling(session) as client, pytest.raises(LoggedOut, match="invalid refresh token"):
        client.get("/me")
    assert session.store.load() == pair
