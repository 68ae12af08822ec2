"""What `manage.py doctor` looks at on this machine: one function a finding."""

import stat
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from accounts.models import Session
from accounts.services.purge import is_overdue

OLDEST_POSTGRESQL, NEWEST_POSTGRESQL = 14, 18
MOST_SECONDS_OFF = 2
SECRETS = {"SECRET_KEY", "JWT_SIGNING_KEY", "DATABASE_URL", "EMAIL_URL", "METRICS_TOKEN"}
# A container engine mounts secrets here, and who may look into the container is its affair.
SECRETS_OF_CONTAINERS = "/run/secrets/"
LOG_INS_LOOKED_AT = 20
FEWEST_LOG_INS = 5


class Level(StrEnum):
    OK = "ok"
    SKIPPED = "skip"
    WARNING = "warn"
    FAILURE = "FAIL"


@dataclass(frozen=True)
class Finding:
    """What was looked at, how it is, and what to do about it."""

    about: str
    level: Level
    message: str
    advice: str = ""


Check = Callable[[], Finding]


def examine(checks: Sequence[tuple[str, Check]]) -> Iterator[Finding]:
    """The findings, in order. The first check is of the database: without it there is no other."""
    for number, (about, check) in enumerate(checks):
        try:
            finding = check()
        except DatabaseError as error:
            # Its text may hold the address of the server, or values of a row.
            finding = fail(
                about,
                f"the database did not answer ({type(error).__name__})",
                "Start it, and run this with the environment of the server (DATABASE_URL); if it "
                "is up, run manage.py migrate.",
            )
        yield finding
        if number == 0 and finding.level is Level.FAILURE:
            return


def fine(about: str, message: str) -> Finding:
    return Finding(about, Level.OK, message)


def skip(about: str, message: str, advice: str) -> Finding:
    """For what was not looked at: it may be well or not."""
    return Finding(about, Level.SKIPPED, message, advice)


def warn(about: str, message: str, advice: str) -> Finding:
    return Finding(about, Level.WARNING, message, advice)


def fail(about: str, message: str, advice: str) -> Finding:
    return Finding(about, Level.FAILURE, message, advice)


def database() -> Finding:
    """Raises DatabaseError where it does not answer."""
    about = "database"
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        is_file = not name.startswith(("file:", ":memory:"))
        if is_file and not Path(name).exists():  # to connect would make it
            return fail(about, "the SQLite file is not there", "Run manage.py migrate.")
        with connection.cursor() as cursor:
            cursor.execute("SELECT sqlite_version()")
            return fine(about, f"SQLite {cursor.fetchone()[0]} answers")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), current_setting('server_encoding')"
        )
        version, encoding = map(str, cursor.fetchone())
    version = version.split()[0]
    if encoding != "UTF8":
        advice = (
            "Dump it, create it anew with --encoding=UTF8 --template=template0, and restore it."
        )
        return fail(about, f"its encoding is {encoding}: most names cannot be stored", advice)
    major = int(version.split(".")[0])
    if major > NEWEST_POSTGRESQL:
        advice = f"Tested are {OLDEST_POSTGRESQL} to {NEWEST_POSTGRESQL}."
        return warn(about, f"PostgreSQL {version} is newer than what is tested", advice)
    return fine(about, f"PostgreSQL {version} answers")


def migrations() -> Finding:
    about = "migrations"
    executor = MigrationExecutor(connection)
    loader = executor.loader
    missing = executor.migration_plan(loader.graph.leaf_nodes())
    if missing:
        message = f"{len(missing)} are not applied, the first is {missing[0][0]}"
        return fail(about, message, "Run manage.py migrate.")
    ahead = sorted(
        f"{app}.{name}"
        for app, name in loader.applied_migrations.keys() - loader.disk_migrations.keys()
        if app in loader.migrated_apps
    )
    if ahead:
        message = f"the database is ahead of this code by {', '.join(ahead)}"
        return warn(about, message, "Run the version that made them, or restore its backup.")
    return fine(about, "all are applied")


def clock() -> Finding:
    about = "clock"
    if connection.vendor == "sqlite":
        return fine(about, "SQLite has the clock of this machine")
    before = time.time()
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        theirs = float(cursor.fetchone()[0])
    ahead = (before + time.time()) / 2 - theirs
    message = f"{abs(ahead):.1f} s {'ahead of' if ahead > 0 else 'behind'} the database's"
    if abs(ahead) > MOST_SECONDS_OFF:
        advice = "Let both machines keep time (chrony, systemd-timesyncd): tokens expire by it."
        return fail(about, message, advice)
    return fine(about, message)


def secrets() -> Finding:
    """That they are there, long and different, the settings have seen to: else none would load."""
    about = "secrets"
    if settings.DEBUG:
        return warn(about, "DEBUG is on: development mode", "Set DEBUG=0 in production.")
    files = [path for name, path in settings.FILES.items() if name in SECRETS]
    open_files = [path for path in files if _is_open(path)]
    if open_files:
        message = f"everybody on this machine can read {', '.join(open_files)}"
        return fail(about, message, f"chmod 600 {' '.join(open_files)}")
    return fine(about, "there, long and different")


def _is_open(path: str) -> bool:
    is_mounted = path.startswith(SECRETS_OF_CONTAINERS)
    return not is_mounted and bool(Path(path).stat().st_mode & (stat.S_IROTH | stat.S_IWOTH))


def signing_keys() -> Finding:
    about = "signing keys"
    current, *old = settings.JWT_SIGNING_KEYS
    if old:
        names = ", ".join(name or "the one without an id" for name in old)
        return warn(
            about,
            f"old ones still verify: {names}",
            "Remove them from JWT_SIGNING_KEY 15 minutes after the first one began to sign.",
        )
    return fine(about, f"one, {current}" if current else "one")


def public_url() -> Finding:
    about = "PUBLIC_URL"
    if not settings.PUBLIC_URL:
        return warn(
            about,
            "not set: mails have no links in them, and cookies are not secure",
            "Set it to the address that people open, such as https://work.example.org.",
        )
    return fine(about, settings.PUBLIC_URL)


def proxies() -> Finding:
    """Whether log-ins seem to come from a proxy of ours instead of from people."""
    about = "proxies"
    latest = Session.objects.order_by("-pk").values_list("ip_address", flat=True)
    addresses = list(latest[:LOG_INS_LOOKED_AT])
    trusted = f"TRUSTED_PROXIES is {settings.TRUSTED_PROXIES}"
    if settings.IS_HTTPS and len(addresses) >= FEWEST_LOG_INS and len(set(addresses)) == 1:
        return warn(
            about,
            f"{trusted}, and the last {len(addresses)} log-ins came from {addresses[0]} alone",
            "If that is a proxy, count it in TRUSTED_PROXIES, or all people share one limit.",
        )
    return fine(about, trusted)


def purge() -> Finding:
    about = "purge"
    if is_overdue(timezone.now()):
        advice = "Run manage.py purge_expired now, and daily by cron or a systemd timer."
        return fail(about, "rows that expired more than two days ago are still there", advice)
    return fine(about, "nothing is left over")
