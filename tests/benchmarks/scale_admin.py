"""Whether the admin's lists open as quickly with a million rows: the same pages on two databases.

`python -m tests.benchmarks.scale_admin [--few N] [--rows N]`; exits with 1 if a page grows with its
table. A list of up to 10,000 rows is read to its end: from few rows on, pages grow up to there.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import time

import psycopg

from tests.benchmarks.installation import FEW, installed
from tests.postgres import throwaway_postgres
from tests.server import ROOT

ROUNDS, OPENED = 2, 3
# Between pages of a few milliseconds, a plan of an index and a plan of a table.
ALLOWED_RATIO, ALLOWED_MS = 2.0, 15.0
ADMIN = "/admin/"
USERS, SESSIONS, EVENTS = (f"/admin/accounts/{name}/" for name in ("user", "session", "auditevent"))
TENANTS, ROLES, INVITES, QUEUE = (
    f"/admin/organizations/{name}/" for name in ("organization", "role", "invite", "signuprequest")
)
ROBOTS, TOKENS = (
    f"/admin/service_accounts/{name}/" for name in ("serviceaccount", "serviceaccounttoken")
)
DEEP = "p=200"
# A script that logged in for each of its calls, until half of the time ago; and who is like it.
SCRIPT = """
INSERT INTO accounts_user (id, password, is_superuser, email, email_key, display_name, kind,
        signup_status, is_active, is_staff, created_at)
    SELECT gen_random_uuid(), '!', false, name || '@example.com', name || '@example.com', '',
        'human', 'approved', true, false, now()
    FROM unnest(ARRAY['script', 'scripted']) name;
INSERT INTO accounts_session (id, user_id, created_at, last_used_at, expires_at, user_agent,
        revoked_reason)
    SELECT (overlay(s.id::text PLACING right(r.id::text, 12) FROM 25))::uuid, r.id, s.created_at,
        s.created_at, expires_at, 'curl', ''
    FROM accounts_session s, accounts_user r
    WHERE r.email LIKE 'script%' AND s.created_at < now() - interval '45 days';
VACUUM ANALYZE accounts_session, accounts_user;
"""
# A search shows up to 1,000 rows: one word finds as many, or as few, on both databases.
QUERIES = {
    ADMIN: ("",),
    USERS: (
        *("", DEEP, "is_active__exact=0", "is_active__exact=1", "is_staff__exact=1"),
        *("is_staff__exact=0", "kind__exact=service", "kind__exact=human"),
        *("signup_status__exact=denied", "signup_status__exact=pending", "o=1", "o=-1", "o=2"),
        *("o=-6", "q=crowd7@example.com", "q=crowd", "q=The+77th", "q=zzz", "q=c", "o=3", "o=5"),
        *("is_active__exact=0&q=a+7", "signup_status__exact=denied&q=zzz"),
    ),
    SESSIONS: (
        *("", DEEP, "state=live", "state=ended", "state=ended&" + DEEP, "o=1", "o=2", "o=-2"),
        *("o=3", "o=4", "revoked_reason__exact=logged_out", "revoked_reason__exact=token_reused"),
        *("q=crowd7@example.com", "q=crowd", "q=10.0.7.7", "q=zzz"),
        *("q=script@example.com", "q=script", "state=live&q=script@example.com"),
    ),
    EVENTS: (
        *("", DEEP, "action=login.succeeded", "action=session.revoked", "action=user.disabled"),
        *("o=0", "o=-0", "o=1", "o=2", "q=crowd7@example.com", "q=a1b2c3d4e5f60718", "q=zzz"),
        *("q=01890000-0000-7000-8000-000000000000", "time=today", "time=7_days", "time=90_days"),
        *("time=older", "time=7_days&action=user.disabled", "time=older&action=login.succeeded"),
        "time=24_hours&action=login.failed",
    ),
    TENANTS: ("", DEEP, "q=tenant", "q=Tenant+100", "q=zzz", "o=0", "o=1", "o=3", "o=4"),
    ROLES: (
        "",
        DEEP,
        "is_system__exact=1",
        "is_system__exact=0",
        "q=reader",
        "q=zzz",
        "o=0",
        "o=1",
        "o=3",
    ),
    INVITES: (
        *("", DEEP, "state=usable", "state=accepted", "state=revoked", "state=expired"),
        *("q=guest7", "q=crowd7@example.com", "q=zzz", "o=1", "o=4"),
    ),
    QUEUE: (
        *("", DEEP, "status=approved", "status=denied", "status=all", "status=all&" + DEEP),
        *("q=crowd7@", "q=crowd", "q=The", "q=zzz", "o=1", "o=2", "o=3", "status=all&q=crowd7@"),
        *("q=crowd+7", "status=denied&q=a+7", "domain=example.com", "status=all&domain=zzz"),
        *("status=denied&domain=example.com", "status=all&network=203.0.113.0/24", "network=zzz"),
    ),
    ROBOTS: (
        *("", DEEP, "is_active__exact=0", "is_active__exact=1", "provider__exact=cursor"),
        *("provider__exact=openrouter", "q=robot", "q=zzz", "o=1", "o=6"),
    ),
    TOKENS: (
        *("", DEEP, "state=active", "state=expired", "state=revoked", "q=00ff", "q=Deploy"),
        *("state=expiring", "state=disabled"),
        *("q=robot+7", "q=zzz", "o=2", "o=4", "o=5"),
    ),
}
# Of a request that waits: all others have its domain and its network.
DETAIL = f"{QUEUE}<a request>/change/"
PAGES = [
    f"{page}?{query}" if query else page for page, queries in QUERIES.items() for query in queries
]
PAGES.append(DETAIL)


def measure() -> dict[str, float]:
    """The median milliseconds of each page, on the database of the environment."""
    import django  # noqa: PLC0415  (in a process of its own)

    django.setup()
    from django.test import Client  # noqa: PLC0415

    from accounts.models import User  # noqa: PLC0415
    from organizations.models import SignupRequest  # noqa: PLC0415

    browser = Client(HTTP_HOST="127.0.0.1", raise_request_exception=False)
    browser.force_login(User.objects.get(email="root@example.com"))
    waiting = SignupRequest.objects.pending().latest("created_at")
    paths = {page: page.replace("<a request>", str(waiting.pk)) for page in PAGES}
    return {page: milliseconds_of(browser.get, path) for page, path in paths.items()}


def milliseconds_of(get: object, page: str) -> float:
    assert callable(get)
    times = []
    for _ in range(OPENED):
        started = time.perf_counter()
        answer = get(page, follow=True)
        times.append(1000 * (time.perf_counter() - started))
        if answer.status_code != 200:  # a statement that ran into its limit
            return math.inf
    return statistics.median(times)


def measure_in_child(environment: dict[str, str]) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.scale_admin", "--measure"]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE)
    return dict(json.loads(done.stdout))


def add_script(environment: dict[str, str]) -> None:
    with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as connection:
        for statement in SCRIPT.split(";\n"):
            connection.execute(statement.encode())


def main() -> int:
    """Print the pages that grow, and how much the others do at most."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.scale_admin")
    parser.add_argument("--rows", type=int, default=1_000_000, help="audit events, sessions ...")
    parser.add_argument("--few", type=int, default=FEW, help="of each in the other database")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure()))
        return 0
    with throwaway_postgres() as url:
        few = installed(url, "few", rows=options.few, users=max(FEW, options.few // 10))
        many = installed(url, "many", rows=options.rows, users=options.rows // 10)
        for environment in (few, many):
            add_script(environment)
            environment["REQUEST_LOG"] = "0"
        rounds = [[measure_in_child(env) for env in (few, many)] for _ in range(ROUNDS)]
    return report(rounds)


def report(rounds: list[list[dict[str, float]]]) -> int:
    grown = 0
    for page in PAGES:
        small, large = (statistics.median(done[side][page] for done in rounds) for side in (0, 1))
        holds = large / small <= ALLOWED_RATIO or large - small <= ALLOWED_MS
        grown += not holds
        print(
            f"{small:8.1f} ms {large:8.1f} ms {large / small:6.2f} {' ' if holds else 'X'} {page}"
        )
    print(f"{grown} of {len(PAGES)} pages grow")
    return 1 if grown else 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    sys.exit(main())
