"""Those who call the instance on a machine, and what they hold."""

from dataclasses import dataclass

from tests.docs.machine import Machine
from tests.factories import PASSWORD

OWNER = {"email": "olivia@acme.example", "password": PASSWORD}


@dataclass(frozen=True)
class Session:
    """What a log-in gave out."""

    access_token: str
    refresh_token: str


def log_in(machine: Machine, path: str = "auth/login", **more: str) -> Session:
    told = machine.call("POST", path, body={**OWNER, **more})
    assert told.status in {200, 201}, told.body
    return Session(told.body["access_token"], told.body["refresh_token"])


def refresh(machine: Machine, token: str) -> int:
    return machine.call("POST", "auth/refresh", body={"refresh_token": token}).status


def me(machine: Machine, token: str) -> int:
    return machine.call("GET", "me", token).status


def invite(machine: Machine, by: Session) -> str:
    (organization,) = machine.call("GET", "organizations", by.access_token).body["organizations"]
    path = f"organizations/{organization['id']}/invites"
    return str(machine.call("POST", path, by.access_token, {}).body["token"])


def found(machine: Machine) -> Session:
    """Register the first account."""
    return log_in(machine, "auth/register", organization_name="Acme")


def mint(machine: Machine, name: str) -> str:
    """A service account's token, made by command."""
    return machine.type(f'hyperspeed create_service_account "{name}"').strip()
