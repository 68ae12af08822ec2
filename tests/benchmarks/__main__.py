"""`python -m tests.benchmarks`: measure, print, and fail if a bar does not hold."""

import argparse
import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.benchmarks import bars, report
from tests.benchmarks.calls import CALLS, Call
from tests.benchmarks.client import Client, Refused
from tests.benchmarks.flood import flood
from tests.benchmarks.measure import (
    COUNTED,
    Bench,
    Sample,
    Summary,
    all_running,
    count_statements,
)
from tests.benchmarks.same import Different, check_answers
from tests.benchmarks.servers import OURS, VARIANTS, Variant
from tests.benchmarks.world import World, make_world
from tests.postgres import PostgresUnavailable, sigterm_as_exit
from tests.server import ServerFailed

CORES = 2  # for the client, the servers and the database together
USUAL = (1, 16, 64)
# A start of a server has its luck, so all are started anew. A shared machine may be half as fast a
# second later, so variants take short turns.
STARTS, ROUNDS, SECONDS = 5, 3, 1


@dataclass(frozen=True)
class Plan:
    """What is measured, and how often."""

    calls: Sequence[Call]
    variants: Sequence[Variant]
    concurrencies: Sequence[int]
    starts: int
    rounds: int
    seconds: int
    file: Path | None

    def rounds_of(self, call: Call, concurrency: int) -> int:
        """For each start; where no bar is, one shows the shape."""
        return self.rounds if bars.is_judged(call.name, concurrency) else 1

    def variants_of(self, call: Call) -> list[str]:
        return [variant.name for variant in self.variants if variant.name in call.variants]


def read_plan(arguments: Sequence[str]) -> Plan:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("--calls", choices=CALLS, default=[*CALLS], nargs="+")
    parser.add_argument("--variants", choices=VARIANTS, default=[*VARIANTS], nargs="+")
    parser.add_argument("--concurrency", type=int, nargs="+", metavar="N")
    parser.add_argument("--starts", type=int, help=f"of all servers ({STARTS})")
    parser.add_argument("--rounds", type=int, help=f"a start, where a bar is ({ROUNDS}; else 1)")
    parser.add_argument("--seconds", type=int, help=f"of one measurement ({SECONDS})")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write all samples there")
    parser.add_argument("--quick", action="store_true", help="one short round at 16 at once")
    told = parser.parse_args(arguments)
    usual = (USUAL, STARTS, ROUNDS) if not told.quick else ((bars.CONCURRENCY,), 1, 1)
    return Plan(
        calls=[call for call in CALLS.values() if call.name in told.calls],
        variants=[variant for variant in VARIANTS.values() if variant.name in told.variants],
        concurrencies=told.concurrency or usual[0],
        starts=told.starts or usual[1],
        rounds=told.rounds or usual[2],
        seconds=told.seconds or SECONDS,
        file=told.json,
    )


def main(arguments: Sequence[str]) -> int:
    """Run the plan; 1 if a bar does not hold."""
    plan = read_plan(arguments)
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    with make_world() as world, closing(Client(world)) as client:
        facts = report.machine() | {"postgresql": world.postgres_version, "client": client.title}
        print("; ".join(f"{name} {value}" for name, value in facts.items()), flush=True)
        counts = {
            (call, variant.name): count
            for variant in plan.variants
            for call, count in count_statements(world, client, variant, _of(plan, variant)).items()
        }
        samples, flooded = _measure(plan, world, client)
    summaries = summarize(samples)
    verdicts = bars.judge(summaries) + flooded
    print(report.figures(summaries), report.counts(counts, COUNTED), sep="\n\n")
    judged = f"{len(verdicts)} of {bars.COUNT} bars are judged by this run."
    print(f"\n{report.verdicts(verdicts)}\n\n{judged}", flush=True)
    if plan.file:
        told = {
            "facts": facts,
            "samples": [asdict(sample) for sample in samples],
            "counts": [[*key, asdict(count)] for key, count in counts.items()],
            "counted_requests": COUNTED,
            "verdicts": [asdict(verdict) for verdict in verdicts],
        }
        plan.file.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0 if all(verdict.holds for verdict in verdicts) else 1


def _of(plan: Plan, variant: Variant) -> list[Call]:
    return [call for call in plan.calls if variant.name in call.variants]


def _measure(plan: Plan, world: World, client: Client) -> tuple[list[Sample], list[bars.Verdict]]:
    """All samples, and what a flood finds at the end."""
    samples, flooded = list[Sample](), list[bars.Verdict]()
    for start in range(plan.starts):
        print(f"start {start + 1} of {plan.starts}", file=sys.stderr, flush=True)
        with all_running(world, plan.variants) as servers:
            if start == 0:
                check_answers(world, servers, plan.calls)
            bench = Bench(client, servers, world.postmaster(), plan.seconds)
            samples += _in_turn(plan, bench, start)
            if start + 1 == plan.starts and OURS in servers:
                flooded = flood(client, servers[OURS])
    return samples, flooded


def _in_turn(plan: Plan, bench: Bench, start: int) -> Iterator[Sample]:
    """The variants in turn, again and again, so that all see the same machine."""
    for call in plan.calls:
        for concurrency in plan.concurrencies:
            print(f"measuring {call.title}, {concurrency} at once", file=sys.stderr, flush=True)
            for turn in range(plan.rounds_of(call, concurrency)):
                number = start * plan.rounds + turn
                for variant in _turned(plan.variants_of(call), number):
                    yield from bench.balanced(call, concurrency, variant, number)


def _turned(names: Sequence[str], number: int) -> list[str]:
    """So that nobody is always the first after a pause, or behind the same one."""
    first = number % len(names)
    return [*names[first:], *names[:first]]


def summarize(samples: Sequence[Sample]) -> dict[tuple[str, int, str], Summary]:
    """By call, concurrency and variant."""
    grouped = defaultdict[tuple[str, int, str], list[Sample]](list)
    for sample in samples:
        grouped[sample.call, sample.concurrency, sample.variant].append(sample)
    return {key: Summary(found) for key, found in grouped.items()}


if __name__ == "__main__":
    try:
        with sigterm_as_exit():
            sys.exit(main(sys.argv[1:]))
    except (Refused, Different, ServerFailed, PostgresUnavailable) as error:
        sys.exit(f"bench: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
