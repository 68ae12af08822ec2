"""Measures variants in turn, and counts what they ask of the database."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

from tests.benchmarks import processes
from tests.benchmarks.calls import Call
from tests.benchmarks.client import Client
from tests.benchmarks.servers import Server, Variant, running
from tests.benchmarks.wire import Count, counted
from tests.benchmarks.world import World

MIB = 1024 * 1024
WARM_UP_SECONDS = 0.3
COUNTED = 20
# Connections stay with the worker that took them. At times one worker takes (nearly) all, and then
# the other's core is idle: that measures luck.
BALANCED_FROM = 16
# Of 16 connections 10 on one worker cost nothing, and nearly every second toss of coins gives them.
MAX_SHARE = 0.65
MAX_REPEATS = 3


@dataclass(frozen=True)
class Sample:
    """One measurement. CPU is in microseconds a request, latencies in milliseconds."""

    call: str
    concurrency: int
    variant: str
    round: int
    requests: int
    app_cpu: float
    postgres_cpu: float
    client_cpu: float
    per_second: float
    p50: float
    p99: float
    memory: float  # MiB
    share: float  # of the busiest worker in the CPU of all
    dropped: int  # connections, see client.Load

    @property
    def is_balanced(self) -> bool:
        return self.concurrency < BALANCED_FROM or self.share <= MAX_SHARE


@dataclass(frozen=True)
class Bench:
    """Everything that a measurement needs."""

    client: Client
    servers: Mapping[str, Server]
    postmaster: int
    seconds: int

    def balanced(self, call: Call, concurrency: int, variant: str, number: int) -> Iterator[Sample]:
        """Samples until one is balanced, or there were enough of them; all of them."""
        repeats = MAX_REPEATS if concurrency == BALANCED_FROM else 1
        for _ in range(1 + repeats):
            sample = self.sample(call, concurrency, variant, number)
            yield sample
            if sample.is_balanced:
                return

    def sample(self, call: Call, concurrency: int, variant: str, number: int) -> Sample:
        """In this round. Raises Refused or ServerFailed."""
        server = self.servers[variant]
        self.client.warm_up(server, call, concurrency, WARM_UP_SECONDS)
        workers = server.workers
        before = self._used(server, workers)
        seconds = self.seconds * call.times_as_long
        load = self.client.load(server, call, concurrency, seconds)
        server.expect(workers)
        after = self._used(server, workers)
        app, postgres, *each = (b - a for a, b in zip(before, after, strict=True))
        return Sample(
            call=call.name,
            concurrency=concurrency,
            variant=variant,
            round=number,
            requests=load.requests,
            app_cpu=app / load.requests,
            postgres_cpu=postgres / load.requests,
            client_cpu=load.client_cpu,
            per_second=load.per_second,
            p50=load.p50,
            p99=load.p99,
            memory=server.memory() / MIB,
            share=max(each) / max(sum(each), 1),
            dropped=load.dropped,
        )

    def _used(self, server: Server, workers: Sequence[int]) -> list[float]:
        families = [processes.family_cpu(pid) for pid in (server.pid, self.postmaster)]
        return families + [processes.cpu(pid) for pid in workers]


def count_statements(
    world: World, client: Client, variant: Variant, calls: Sequence[Call]
) -> dict[str, Count]:
    """What COUNTED requests of each call ask of the database, after as many to warm up."""
    found = {}
    with (
        counted(world.database(variant)) as (url, counter),
        running(variant, world.environment(variant, url), workers=1) as server,
    ):
        for call in calls:
            client.alone(server, call, COUNTED)
            before = counter.total
            client.alone(server, call, COUNTED)
            found[call.name] = counter.total - before
    return found


@dataclass(frozen=True)
class Summary:
    """The medians of what was measured for one call, concurrency and variant."""

    samples: Sequence[Sample]  # all of them

    @property
    def usable(self) -> Sequence[Sample]:
        """The balanced ones; the others only if there is none."""
        return [sample for sample in self.samples if sample.is_balanced] or self.samples

    @property
    def unbalanced(self) -> int:
        """How many were measured again."""
        return sum(not sample.is_balanced for sample in self.samples)

    def of(self, name: str) -> float:
        """The median of a field of Sample."""
        return float(median(getattr(sample, name) for sample in self.usable))

    def over(self, other: "Summary", name: str) -> float:
        """How many times the other's: the median of the rounds, in each of which both saw the same
        machine a moment apart."""
        theirs = {sample.round: getattr(sample, name) for sample in other.usable}
        pairs = [(getattr(s, name), theirs[s.round]) for s in self.usable if s.round in theirs]
        if not pairs:  # not one round in which both were balanced
            return self.of(name) / other.of(name)
        return float(median(mine / its for mine, its in pairs))


@contextmanager
def all_running(world: World, variants: Sequence[Variant]) -> Iterator[dict[str, Server]]:
    """All variants' servers, each on a port of its own."""
    if not variants:
        yield {}
        return
    first, *others = variants
    with (
        running(first, world.environment(first)) as server,
        all_running(world, others) as servers,
    ):
        yield {first.name: server, **servers}
