"""What is printed: tables that are aligned, and Markdown too."""

import os
import platform
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from tests.benchmarks.bars import Summaries, Verdict
from tests.benchmarks.calls import CALLS
from tests.benchmarks.servers import OURS
from tests.benchmarks.wire import Count
from tests.server import ROOT

Counts = Mapping[tuple[str, str], Count]  # by call and variant
_HEAD = (
    "call",
    "at once",
    "variant",
    "CPU µs",
    "÷ ours",
    "PostgreSQL µs",
    "req/s",
    "ours ÷",
    "p50 ms",
    "p99 ms",
    "MiB",
    "client µs",
    "samples",
    "unbalanced",
    "dropped",
)
_COUNT_HEAD = ("call", "variant", "SQL", "of it BEGIN/COMMIT", "of it empty", "round trips")


def machine() -> dict[str, str]:
    """What the figures were measured on."""
    return {
        "machine": f"{_processor()}, {len(os.sched_getaffinity(0))} cores used",
        "commit": _git("rev-parse", "--short", "HEAD") + (" +" if _git("diff", "HEAD") else ""),
        "python": platform.python_version(),
        **{name: version(name) for name in ("django", "gunicorn", "psycopg")},
    }


def figures(summaries: Summaries) -> str:
    """A row for each call, concurrency and variant; the ratios are against ours of that call."""
    rows = []
    for (call, concurrency, variant), summary in summaries.items():
        ours = summaries.get((call, concurrency, OURS))
        cpu, rate = summary.of("app_cpu"), summary.of("per_second")
        rows.append(
            (
                CALLS[call].title,
                str(concurrency),
                variant,
                f"{cpu:.0f}",
                f"{summary.over(ours, 'app_cpu'):.2f}" if ours else "",
                f"{summary.of('postgres_cpu'):.0f}",
                f"{rate:.0f}",
                f"{ours.over(summary, 'per_second'):.2f}" if ours else "",
                f"{summary.of('p50'):.1f}",
                f"{summary.of('p99'):.1f}",
                f"{summary.of('memory'):.0f}",
                f"{summary.of('client_cpu'):.0f}",
                str(len(summary.usable)),
                str(summary.unbalanced),
                str(sum(sample.dropped for sample in summary.samples)),
            )
        )
    return table(_HEAD, rows)


def counts(found: Counts, requests: int) -> str:
    """What a request asks of the database."""
    rows = [
        (
            CALLS[call].title,
            variant,
            *(
                f"{number / requests:.2f}".rstrip("0").rstrip(".")
                for number in (count.statements, count.control, count.empty, count.round_trips)
            ),
        )
        for (call, variant), count in found.items()
    ]
    return table(_COUNT_HEAD, rows)


def verdicts(found: Iterable[Verdict]) -> str:
    rows = [
        (verdict.title, verdict.wanted, verdict.found, "yes" if verdict.holds else "NO")
        for verdict in found
    ]
    return table(("bar, at 16 at once", "wanted", "found", "holds"), rows)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Aligned; the first columns to the left, as far as they are no numbers."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    is_text = [not all(map(str.isdigit, _initials(rows, column))) for column in range(len(head))]
    columns = list(zip(widths, is_text, strict=True))
    rule = ["-" * width if left else "-" * (width - 1) + ":" for width, left in columns]
    lines = [
        [
            cell.ljust(width) if left else cell.rjust(width)
            for cell, (width, left) in zip(row, columns, strict=True)
        ]
        for row in (head, *rows)
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in (lines[0], rule, *lines[1:]))


def _initials(rows: Sequence[Sequence[str]], column: int) -> list[str]:
    return [row[column][0] for row in rows if row[column]]


def _processor() -> str:
    """The model's name, where Linux tells it."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{platform.machine()} {names[0]}" if names else platform.machine()


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip()
