"""The control's server and cast, and a runner that asks it what it has a call for."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import urlsplit

from tests.acceptance.contract import Wrong
from tests.acceptance.runner import LITERAL, NAME, Outcome, Runner
from tests.acceptance.table import Ask, Row, Step
from tests.acceptance.world import THREADS, WORKERS, World
from tests.factories import PASSWORD
from tests.races.databases import fresh_database
from tests.server import serve

SETTINGS = "tests.acceptance.stock.settings"
CALLS = {"/auth/login", "/auth/refresh", "/auth/logout", "/me", "/organizations"}
MANY, SAMPLE = 40, 3
# What our names are there.
FIELDS = {"access_token": "access", "refresh_token": "refresh"}


@contextmanager
def control() -> Iterator[World]:
    """The stock application with an owner, a member and the harness's own account."""
    with (
        fresh_database() as database,
        serve(
            database.url, workers=WORKERS, threads=THREADS, DJANGO_SETTINGS_MODULE=SETTINGS
        ) as server,
    ):
        world = World(server, database, {})
        world.names |= {"pw": PASSWORD, "host": urlsplit(server.url).netloc}
        for name in ("owner", "member", "keeper"):
            _register(world, name)
        world.names["org"] = world.call("GET /organizations", token=world.names["owner"])[0]["id"]
        yield world


def _register(world: World, name: str) -> None:
    body = {"email": f"{name}@acme.example", "password": PASSWORD, "organization_name": "Acme"}
    pair = world.call("POST /auth/register", body)
    world.names[name] = pair["access"]
    world.names[f"{name}_refresh"] = pair["refresh"]


class ControlRunner(Runner):
    """Leaves out what the control has no call or no name for, and some of what is many."""

    def run(self, row: Row) -> Outcome:
        is_many = len(row.steps) > MANY and not row.writes
        return super().run(replace(row, sample=SAMPLE * row.sample) if is_many else row)

    def _take(self, step: Step, outcome: Outcome) -> None:
        if not isinstance(step, Ask) or not self._has(step):
            return
        super()._take(step, outcome)

    def fill(self, text: str) -> str:
        """What has no name here stays: `_has` leaves out who asks with it."""
        return NAME.sub(lambda hit: self.world.names.get(hit[1], hit[0]), text)

    def content(self, ask: Ask) -> bytes:
        content = super().content(ask)
        for ours, theirs in FIELDS.items():
            content = content.replace(f'"{ours}"'.encode(), f'"{theirs}"'.encode())
        return content

    def _keep(self, ask: Ask, body: Mapping[str, object]) -> list[Wrong]:
        for name, path in ask.keep.items():
            value = body.get(FIELDS.get(path, path))
            if isinstance(value, str):
                self.world.names[name] = value
        return []

    def _has(self, ask: Ask) -> bool:
        texts = [ask.target, repr(ask.body)[:1000], repr(ask.headers)]
        wanted = {name for text in texts for name in NAME.findall(text)} | ({ask.by} - {""})
        if not wanted <= self.world.names.keys() | LITERAL:
            return False
        path = self.fill(ask.target).partition("?")[0].removeprefix("/api/v1")
        return path in {*CALLS, f"/organizations/{self.world.names['org']}"}
