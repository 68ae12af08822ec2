"""What a client is told of the limits that its call was counted against.

The fields are those of draft-ietf-httpapi-ratelimit-headers (since -08): `RateLimit-Policy` names
each limit with its quota and its window, `RateLimit` what is left of it and for how long. Times are
in seconds.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, NamedTuple

POLICY_HEADER: Final = "RateLimit-Policy"
STANDING_HEADER: Final = "RateLimit"


class Standing(NamedTuple):
    """A limit by its public name, and how a caller stands against it after a try."""

    policy: str
    quota: int
    window: int
    remaining: int
    resets_in: int


_standings: ContextVar[list[Standing] | None] = ContextVar("standings", default=None)


@contextmanager
def noting() -> Iterator[list[Standing]]:
    """Collects what is noted inside, in its order."""
    standings: list[Standing] = []
    token = _standings.set(standings)
    try:
        yield standings
    finally:
        _standings.reset(token)


def note(standing: Standing) -> None:
    """For the answer of the call that was counted; where nobody collects, for nobody."""
    standings = _standings.get()
    if standings is not None:
        standings.append(standing)


def headers_of(standings: Sequence[Standing]) -> dict[str, str]:
    """The header fields that tell of these; none where nothing was counted."""
    if not standings:
        return {}
    policies = [f'"{s.policy}";q={s.quota};w={s.window}' for s in standings]
    left = [f'"{s.policy}";r={s.remaining};t={s.resets_in}' for s in standings]
    return {POLICY_HEADER: ", ".join(policies), STANDING_HEADER: ", ".join(left)}
