"""A change to several rows, each in a transaction of its own: an outage in the middle takes back
nothing of what was done before it, so that is told."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db import Error

from config.exceptions import is_outage, log_outage

Row = TypeVar("Row")
Result = TypeVar("Result")

# Whether the answer to a commit was all that got lost, nobody knows.
LOST = "Not done, as far as is known: the database could not be reached. Try again."
UNTRIED = "Not tried, as the database could not be reached. Try again."


@dataclass(frozen=True)
class Run(Generic[Row, Result]):
    """What a change came to: the results of its first rows, and why others have none."""

    done: list[tuple[Row, Result]]
    left: list[tuple[Row, str]]

    @property
    def results(self) -> list[Result]:
        return [result for _, result in self.done]

    def in_words(self, past: str) -> list[tuple[str, bool, str]]:
        """Of each row its name, whether it was done, and that as a sentence; `past` is what staff
        call the change, such as "Revoked"."""
        done = [
            (str(row), bool(result), f"{past}." if result else "There was nothing to do.")
            for row, result in self.done
        ]
        return done + [(str(row), False, why) for row, why in self.left]


def one_by_one(rows: Iterable[Row], change: Callable[[Row], Result]) -> Run[Row, Result]:
    """Change the rows until the database cannot be reached: after that, none is tried.

    Raises what `change` raises, but for an outage.
    """
    listed, done = list(rows), list[tuple[Row, Result]]()
    for row in listed:
        try:
            done.append((row, change(row)))
        except Error as error:
            if not is_outage(error):
                raise
            log_outage(error)
            break
    left = listed[len(done) :]
    return Run(done, list(zip(left, [LOST] + [UNTRIED] * len(left), strict=False)))
