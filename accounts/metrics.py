"""Figures of what this server has done, for Prometheus; kept only where METRICS_TOKEN is set.

Each worker process counts in a file of its own, and a scrape adds the files up (gunicorn.conf.py
makes their folder). Every label is one of a fixed list: none is a stranger's word.
"""

import os
import time
from collections.abc import Callable, Iterable

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.multiprocess import MultiProcessCollector

from accounts.routes import PROBES, method_of, route_of

_own = CollectorRegistry()
_requests = Counter(
    "hyperspeed_http_requests",
    "Requests answered, without those of probes.",
    ["route", "method", "status"],
    registry=_own,
)
_seconds = Histogram(
    "hyperspeed_http_request_duration_seconds",
    "How long requests took, without those of probes.",
    ["route", "method"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=_own,
)
_events = Counter(
    "hyperspeed_audit_events",
    "What this server told the audit trail; what commands did is not in it.",
    ["action"],
    registry=_own,
)
_mails = Counter(
    "hyperspeed_mails",
    "Mails of this server: sent, as the mail server took them, or failed, and lost. What commands "
    "mailed is not in it.",
    ["result"],
    registry=_own,
)


class MetricsMiddleware:
    """Counts and times each request by its route. Probes are left out: they would hide the rest."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self._get_response(request)
        seconds = time.perf_counter() - started
        route, method = route_of(request), method_of(request)
        if route not in PROBES:
            _requests.labels(route, method, str(response.status_code)).inc()
            _seconds.labels(route, method).observe(seconds)
        return response


def start_at_zero(actions: Iterable[str]) -> None:
    """Let the events, and mails, be there before the first: Prometheus does not see the step of a
    counter that appears with it."""
    if settings.METRICS_TOKEN:
        for action in actions:
            _events.labels(action)
        count_mails()


def count_event(action: str) -> None:
    """One more event of the audit trail, once it is committed."""
    if settings.METRICS_TOKEN:
        transaction.on_commit(_events.labels(action).inc)


def count_mails(*, sent: int = 0, failed: int = 0) -> None:
    """So many more mails that the mail server took, and that are lost."""
    if settings.METRICS_TOKEN:
        _mails.labels("sent").inc(sent)
        _mails.labels("failed").inc(failed)


def of_all_workers() -> CollectorRegistry:
    """What all worker processes have counted: a registry to which a scrape may add."""
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library's
    else:
        registry.register(_own)
    return registry
