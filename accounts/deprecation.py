"""Telling clients that a call goes away: docs/deprecation.md is the policy."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.http import http_date

_MARK = "_hyperspeed_deprecation"


@dataclass(frozen=True)
class Deprecation:
    """Since when a call is deprecated (RFC 9745), and when it stops working (RFC 8594).

    Both are days in UTC; `link` is where it says what to use instead. Raises ValueError for a
    sunset before the deprecation, which RFC 9745 §4 rules out.
    """

    since: dt.date
    sunset: dt.date
    link: str

    def __post_init__(self) -> None:
        if self.sunset < self.since:
            raise ValueError("what is deprecated ends later, not earlier")

    @cached_property
    def headers(self) -> dict[str, str]:
        """The fields that every answer of the call carries."""
        relations = (f'<{self.link}>; rel="{name}"' for name in ("deprecation", "sunset"))
        return {
            "Deprecation": f"@{_seconds(self.since)}",
            "Sunset": http_date(_seconds(self.sunset)),
            "Link": ", ".join(relations),
        }

    @property
    def description(self) -> str:
        """For the readers of the OpenAPI document."""
        return (
            f"Deprecated since {self.since.isoformat()}; it stops working on "
            f"{self.sunset.isoformat()}. What to use instead: {self.link}"
        )


def mark(method: Callable[..., Any], deprecation: Deprecation) -> None:
    """Declare a view's method deprecated; the view finds it when its class is made."""
    setattr(method, _MARK, deprecation)


def deprecation_of(method: object) -> Deprecation | None:
    """What was declared of a method."""
    return getattr(method, _MARK, None)


def _seconds(day: dt.date) -> int:
    return int(dt.datetime.combine(day, dt.time(), dt.UTC).timestamp())
