"""How far a long command has come, on one line of the operator's terminal."""

import shutil
import time
from typing import TextIO

_SECONDS_BETWEEN = 0.2


class Progress:
    """Writes over one line of `screen`, a few times a second at most; `clear` takes it away."""

    def __init__(self, screen: TextIO, what: str, total: int | None) -> None:
        self._screen, self._what, self._total = screen, what, total
        self._done = self._width = 0
        self._started = time.monotonic()
        self._next = 0.0

    def add(self, rows: int) -> None:
        """So many more are done."""
        self._done += rows
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _SECONDS_BETWEEN
            self._show(self._text(now - self._started))

    def clear(self) -> None:
        """Leave the line empty, for whatever comes next."""
        if self._width:
            self._show("")

    def _text(self, seconds: float) -> str:
        """Such as "12,000 of 50,000 events (24 %), 8,500 a second"."""
        share = f" ({100 * self._done // self._total} %)" if self._total else ""
        total = f" of {self._total:,}" if self._total else ""
        rate = f", {self._done / seconds:,.0f} a second" if seconds >= _SECONDS_BETWEEN else ""
        return f"{self._done:,}{total} {self._what}{share}{rate}"

    def _show(self, text: str) -> None:
        """A line that were longer than the terminal is wide could not be written over."""
        text = text[: shutil.get_terminal_size().columns - 1]
        # With spaces and not with a control sequence: a dumb terminal has none.
        self._screen.write(f"\r{text.ljust(self._width)}" + ("" if text else "\r"))
        self._screen.flush()
        self._width = len(text)
