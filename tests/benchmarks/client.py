"""Puts load on a server, with wrk or with processes of our own."""

import json
import multiprocessing
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from statistics import quantiles

from tests.benchmarks.calls import Call, chains, get, log_ins, targets
from tests.benchmarks.load import HOST, PAUSE_SECONDS, Line, Result, Share, run
from tests.benchmarks.servers import Server
from tests.benchmarks.world import World

PROCESSES = 2
_SCRIPT = Path(__file__).with_name("wrk.lua")
_LEAD_SECONDS = 0.05  # for the processes to begin
_WARM_UP_CONNECTIONS = 8  # 64 slow log-ins would take longer than what they prepare
_MAX_DROPPED = 0.05  # of the requests; more would be another call


class Refused(Exception):
    """Something was not answered with 2xx: the figures would be of something else."""


@dataclass(frozen=True)
class Load:
    """What a client saw. CPU is in microseconds a request, latencies in milliseconds."""

    requests: int
    per_second: float
    p50: float
    p99: float
    client_cpu: float
    dropped: int  # kept-alive connections that the server closed under a request


@dataclass
class Client:
    """Makes calls of the world's servers. Close it at the end."""

    world: World
    wrk: str | None = field(default_factory=lambda: shutil.which("wrk"))
    _pool: ProcessPoolExecutor = field(
        default_factory=lambda: ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn"))
    )
    _chains: dict[str, list[str]] = field(default_factory=dict)  # by variant

    @property
    def title(self) -> str:
        ours = f"{PROCESSES} processes of the standard library"
        return f"wrk for GETs, {ours} for POSTs" if self.wrk else ours

    def close(self) -> None:
        self._pool.shutdown()

    def warm_up(self, server: Server, call: Call, connections: int, seconds: float) -> None:
        """Load whose figures nobody wants."""
        self._own(server, call, min(connections, _WARM_UP_CONNECTIONS), seconds)

    def load(self, server: Server, call: Call, connections: int, seconds: int) -> Load:
        """Each of so many connections sends its next request when the last is answered.

        Raises Refused, with the answer.
        """
        if call.is_get and self.wrk:
            return self._with_wrk(self.wrk, server, call, connections, seconds)
        return _summary(self._own(server, call, connections, seconds))

    def at_once(self, server: Server, call: Call, connections: int) -> Result:
        """One request from each, at the same moment, whatever the answers are."""
        lines = self._lines(server, call, connections)
        return self._share_out(server, lines, limit=1)

    def alone(self, server: Server, call: Call, times: int) -> None:
        """So many requests, one after the other, of a session that no load uses."""
        kept = self._tokens_of(server)
        lines = self._lines(server, call, 1, chain_tokens=kept[-1:])
        result = run(Share(server.port, lines, time.monotonic(), limit=times))
        _refuse(result, server, call)
        if found := result.lines[0].chain:
            kept[-1] = found.token

    def _own(self, server: Server, call: Call, connections: int, seconds: float) -> Result:
        result = self._share_out(server, self._lines(server, call, connections), seconds=seconds)
        _refuse(result, server, call)
        if call.is_chain:
            tokens = [line.chain.token for line in result.lines if line.chain]
            self._tokens_of(server)[:connections] = tokens
        return result

    def _tokens_of(self, server: Server) -> list[str]:
        return self._chains.setdefault(server.variant.name, self.world.chains(server.variant))

    def _lines(
        self, server: Server, call: Call, count: int, chain_tokens: Sequence[str] = ()
    ) -> list[Line]:
        """Each from an address of its own, as people are, and with sessions of its own."""
        sources = [f"127.0.1.{number + 1}" for number in range(count)]
        if call.is_chain:
            tokens = [*(chain_tokens or self._tokens_of(server)[:count])]
            pairs = zip(sources, chains(server, tokens), strict=True)
            return [Line(source, chain=found) for source, found in pairs]
        if not call.is_get:
            bodies = log_ins(self.world)
            return [Line(s, bodies[n % len(bodies) :][:1]) for n, s in enumerate(sources)]
        requests = [get(*target) for target in targets(self.world, server.variant, call)]
        step = max(1, len(requests) // count)
        turned = [requests[n * step :][:step] or requests for n in range(count)]
        return [Line(*pair) for pair in zip(sources, turned, strict=True)]

    def _share_out(
        self, server: Server, lines: Sequence[Line], seconds: float = 0, limit: int = 0
    ) -> Result:
        """In the order of the lines."""
        size = -(-len(lines) // PROCESSES)
        start_at = time.monotonic() + _LEAD_SECONDS + PAUSE_SECONDS * size
        shares = [
            Share(server.port, lines[first : first + size], start_at, seconds, limit)
            for first in range(0, len(lines), size)
        ]
        try:
            return _together(list(self._pool.map(run, shares)))
        except OSError as error:
            raise Refused(f"{server.variant.name}: {error}\n{server.log_end()}") from error

    def _with_wrk(
        self, wrk: str, server: Server, call: Call, connections: int, seconds: int
    ) -> Load:
        asked = targets(self.world, server.variant, call)
        with tempfile.NamedTemporaryFile("w", prefix="hyperspeed-bench-") as file:
            file.writelines(f"{path} {token}\n" for path, token in asked)
            file.flush()
            threads = min(PROCESSES, connections)
            command = [wrk, f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s"]
            command += ["-s", str(_SCRIPT), f"http://{HOST}:{server.port}", file.name]
            before = _cpu_of_children()
            printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            cpu = _cpu_of_children() - before
        told = json.loads(printed.rpartition("JSON ")[2])
        if told["failed"] or told["refused"] or told["dropped"] > _MAX_DROPPED * told["requests"]:
            self.alone(server, call, len(asked))  # most likely tells the answer
            raise Refused(f"{call.title} of {server.variant.name}, by wrk: {told}")
        return Load(
            told["requests"],
            told["requests"] / told["microseconds"] * 1_000_000,
            told["p50"] / 1000,
            told["p99"] / 1000,
            cpu / told["requests"] * 1_000_000,
            told["dropped"],
        )


def _together(results: Sequence[Result]) -> Result:
    return Result(
        sorted(chain.from_iterable(result.latencies for result in results)),
        max(result.seconds for result in results),
        sum(result.client_cpu for result in results),
        list(chain.from_iterable(result.lines for result in results)),
        list(chain.from_iterable(result.refused for result in results)),
    )


def _summary(result: Result) -> Load:
    count = len(result.latencies)
    cuts = quantiles(result.latencies, n=100) if count > 1 else result.latencies * 99
    return Load(
        count,
        count / result.seconds,
        1000 * cuts[49],
        1000 * cuts[98],
        1_000_000 * result.client_cpu / count,
        dropped=0,  # it would be an error
    )


def _refuse(result: Result, server: Server, call: Call) -> None:
    if result.refused:
        status, body = result.refused[0]
        raise Refused(f"{call.title} of {server.variant.name}: {status} {body}\n{server.log_end()}")


def _cpu_of_children() -> float:
    """Seconds, of those that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
