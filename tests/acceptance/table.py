"""What rows are made of: steps that are plain data, in which `<name>` stands for a known value."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.acceptance.wire import Big

Headers = tuple[tuple[str, str], ...]
Body = dict[str, object] | list[object] | str | bytes | Big | None


@dataclass(frozen=True)
class Ask:
    """One request and what must come back.

    `by` names the credential; `says` is the exact `error`, `code` the exact code, `tells` a part of
    the answer's object; `keep` stores values of the answer under a name; answers of one row with
    the same `twin` must be the same bytes, but for the request id. A `page` may be HTML.
    `spoiled` is the field that `fields` names, with codes; `cookie` keeps the session of the admin.
    """

    call: str
    status: set[int]
    body: Body = None
    by: str = ""
    says: str = ""
    code: str = ""
    spoiled: str = ""
    tells: Mapping[str, object] = field(default_factory=dict)
    lacks: tuple[str, ...] = ()
    shows: Headers = ()  # headers of the answer, exactly
    keep: Mapping[str, str] = field(default_factory=dict)
    cookie: str = ""
    headers: Headers = ()
    kind: str | None = "application/json"
    twin: str = ""
    is_page: bool = False
    is_chunked: bool = False
    is_bare: bool = False  # sends `headers` only: neither Host nor lengths are added
    version: str = "HTTP/1.1"
    seconds: float = 0.0  # the answer must come in this time
    best_of: int = 1  # at the best of so many tries: the machine is not ours alone
    waits: int = 0  # Retry-After is no longer than this
    source: str = ""  # the address that the request comes from; any in 127.0.0.0/8, on Linux
    times: int = 1

    @property
    def method(self) -> str:
        return self.call.partition(" ")[0]

    @property
    def target(self) -> str:
        """As it is written: what begins with a slash and no more is below /api/v1."""
        return self.call.partition(" ")[2]


@dataclass(frozen=True)
class Sql:
    """A change of the database behind the server's back: time goes by, somebody is disabled."""

    statement: str


@dataclass(frozen=True)
class Count:
    """The number of rows that a query finds at this point."""

    query: str
    result: int


@dataclass(frozen=True)
class Mails:
    """The number of mails that an address has got up to this point."""

    to: str
    result: int


@dataclass(frozen=True)
class Manage:
    """A command of the operator, and the status with which it ends."""

    command: str
    status: int


Step = Ask | Sql | Count | Mails | Manage


@dataclass(frozen=True)
class Row:
    """One attack: its id and title, its steps in order, and whether they may write rows.

    A `sample` row is many requests of one kind: the short form takes every n-th of them.
    """

    id: str
    title: str
    steps: tuple[Step, ...]
    writes: bool = False
    sample: int = 1

    def chosen(self, is_long: bool) -> tuple[Step, ...]:
        return self.steps if is_long else self.steps[:: self.sample]
