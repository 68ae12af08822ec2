"""`/-/metrics`: what the server has done, and how the instance is, for Prometheus."""

import datetime as dt
from collections.abc import Iterator

from django.conf import settings
from django.db import Error
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from accounts.authentication import bearer_token
from accounts.metrics import of_all_workers
from accounts.services.purge import is_overdue
from config.exceptions import Unauthorized, is_outage
from organizations.models import SignupRequest
from service_accounts.models import ServiceAccountToken

# No more rows than this are looked at: a scrape costs little however large the instance is.
MOST_ROWS = 100_000
EXPIRING_DAYS = (1, 7, 30)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """404 unless METRICS_TOKEN is set, 401 unless it is the bearer token."""
    if not settings.METRICS_TOKEN:
        raise Http404
    token = bearer_token(request)
    if not constant_time_compare(token or "", settings.METRICS_TOKEN):
        refusal = Unauthorized(is_presented=token is not None)
        return HttpResponse(
            f"{refusal.error}\n", "text/plain", refusal.status, headers=refusal.headers
        )
    registry = of_all_workers()
    registry.register(Instance())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class Instance(Collector):
    """How the instance is: the same on every server, read when it is asked for."""

    def collect(self) -> Iterator[Metric]:
        """During an outage of the database there is one figure, which says so."""
        labels = {"version": settings.VERSION, "git_sha": settings.GIT_SHA}
        yield _gauge("hyperspeed_info", "What runs, as labels.", (labels, 1))
        try:
            state = [*_signups(timezone.now()), *_tokens(timezone.now()), _purge(timezone.now())]
        except Error as error:
            if not is_outage(error):
                raise
            state = []
        is_up = int(bool(state))
        yield _gauge("hyperspeed_database_up", "Whether the database answered.", ({}, is_up))
        yield from state


def _signups(now: dt.datetime) -> Iterator[Metric]:
    pending = SignupRequest.objects.pending()
    oldest = pending.oldest_first().values_list("created_at", flat=True).first()
    yield _gauge(
        "hyperspeed_signup_requests_pending",
        "Sign-up requests that wait for staff.",
        ({}, pending[:MOST_ROWS].count()),
    )
    yield _gauge(
        "hyperspeed_signup_request_oldest_pending_seconds",
        "How long the oldest of them has waited; 0 without one.",
        ({}, (now - oldest).total_seconds() if oldest else 0),
    )


def _tokens(now: dt.datetime) -> Iterator[Metric]:
    recently = Q(last_used_at__gt=now - dt.timedelta(days=1))
    within = {
        f"{days}d": Count("pk", filter=Q(expires_at__lte=now + dt.timedelta(days=days)))
        for days in EXPIRING_DAYS
    }
    usable = ServiceAccountToken.objects.usable(now)[:MOST_ROWS]
    found = usable.aggregate(active=Count("pk"), used=Count("pk", filter=recently))
    longest = dt.timedelta(days=max(EXPIRING_DAYS))
    # Not those that were replaced: an alert would go on after it was answered.
    ending = ServiceAccountToken.objects.worth_a_warning(now, longest)[:MOST_ROWS]
    found |= ending.aggregate(**within)
    yield _gauge(
        "hyperspeed_service_account_tokens",
        "Tokens of service accounts: active ones, and those of them used within a day.",
        ({"state": "active"}, found["active"]),
        ({"state": "used_within_1d"}, found["used"]),
    )
    yield _gauge(
        "hyperspeed_service_account_tokens_expiring",
        "Tokens that expire within so many days and are missed then.",
        *[({"within": name}, found[name]) for name in within],
    )


def _purge(now: dt.datetime) -> Metric:
    text = "Whether expired rows are left that should be gone for two days."
    return _gauge("hyperspeed_purge_overdue", text, ({}, int(is_overdue(now))))


def _gauge(name: str, text: str, *samples: tuple[dict[str, str], float]) -> Metric:
    labels = list(samples[0][0])
    gauge = GaugeMetricFamily(name, text, labels=labels)
    for values, value in samples:
        gauge.add_metric([values[label] for label in labels], value)
    return gauge
