"""What the product must reach, against what it is measured with."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.benchmarks.measure import Summary
from tests.benchmarks.servers import OURS

CONCURRENCY = 16
Summaries = Mapping[tuple[str, int, str], Summary]


@dataclass(frozen=True)
class Verdict:
    """One bar: what is compared, how much is wanted and found, and whether it holds."""

    title: str
    wanted: str
    found: str
    holds: bool


@dataclass(frozen=True)
class Bar:
    """The peer's CPU over ours, and our requests a second over the peer's: at least `least`."""

    call: str
    peer: str
    least: float

    def verdicts(self, summaries: Summaries) -> list[Verdict]:
        """None if the run did not measure it."""
        ours = summaries.get((self.call, CONCURRENCY, OURS))
        theirs = summaries.get((self.call, CONCURRENCY, self.peer))
        if ours is None or theirs is None:
            return []
        ratios = {
            "CPU": theirs.over(ours, "app_cpu"),
            "requests/s": ours.over(theirs, "per_second"),
        }
        return [
            Verdict(
                f"{self.call} against {self.peer}, {name}",
                f"≥ {self.least:.2f}",
                f"{ratio:.2f}",
                ratio >= self.least,
            )
            for name, ratio in ratios.items()
        ]


BARS = (
    Bar("organizations", "stock", 2.2),
    Bar("organizations", "floor", 0.62),
    Bar("organizations-sa", "stock", 2.5),  # with its access tokens
    Bar("organizations-sa", "floor", 0.65),
    Bar("spaces", "stock", 2.3),
    Bar("spaces", "floor", 0.65),
    Bar("login", "stock", 7),
    Bar("login", "stock-ours", 0.95),
    Bar("login", "floor", 0.85),
    Bar("refresh", "stock", 2.5),
    Bar("refresh", "floor", 0.3),
)


COUNT = 2 * len(BARS) + 2  # two verdicts each, and those of the flood


def is_judged(call: str, concurrency: int) -> bool:
    return concurrency == CONCURRENCY and any(bar.call == call for bar in BARS)


def judge(summaries: Summaries) -> list[Verdict]:
    """The verdicts on what was measured."""
    return [verdict for bar in BARS for verdict in bar.verdicts(summaries)]
