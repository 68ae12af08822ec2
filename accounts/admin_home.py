"""The home page of the admin: what waits, a card for each question, and what each list is for.

Each app adds what it knows, and sees to it that the queries of its cards stop early: a card says
"100+" rather than count a million rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from operator import attrgetter
from typing import Any

from django.db.models import Model

from accounts.models import User

MAX_COUNTED = 100


class Tone(StrEnum):
    """How a card looks; what it means stands in its words."""

    CALM = "calm"
    WAITING = "waiting"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a card: what it is of, with its page, and what is to be said of it."""

    subject: str
    url: str
    says: str


@dataclass(frozen=True, slots=True)
class Card:
    """One question and its answer; `links` lead to the lists, by their texts. The figure leads to
    where the first of them does."""

    title: str
    says: str
    links: dict[str, str]
    figure: str = ""
    lines: Sequence[Line] = ()
    tone: Tone = Tone.CALM


@dataclass(frozen=True, slots=True)
class CardMaker:
    """Makes a card for whoever holds one of the permissions; the lowest place comes first."""

    permissions: Sequence[str]
    place: int
    make: Callable[[User], Card] = field(repr=False)


_makers: list[CardMaker] = []
_purposes: dict[type[Model], str] = {}


def home_card(
    *permissions: str, place: int
) -> Callable[[Callable[[User], Card]], Callable[[User], Card]]:
    """Add what the function makes for somebody to the home page of whoever holds one of these."""

    def add(make: Callable[[User], Card]) -> Callable[[User], Card]:
        _makers.append(CardMaker(permissions, place, make))
        return make

    return add


def cards_for(user: User) -> list[Card]:
    """What the user may see; nothing is asked for the others."""
    makers = sorted(_makers, key=attrgetter("place"))
    return [maker.make(user) for maker in makers if any(map(user.has_perm, maker.permissions))]


def describe(purposes: dict[type[Model], str]) -> None:
    """Say what the lists of these models are for."""
    _purposes.update(purposes)


def add_purposes(app_list: list[dict[str, Any]]) -> None:
    """To what Django tells the page of each list."""
    for app in app_list:
        for entry in app["models"]:
            entry["purpose"] = _purposes.get(entry["model"], "")


def bounded(count: int) -> str:
    """What a card says of up to 101 rows that were looked at."""
    return f"{MAX_COUNTED}+" if count > MAX_COUNTED else str(count)
