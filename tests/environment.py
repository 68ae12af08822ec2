"""The environment that every test runs in, whatever the developer's shell says.

A pytest plug-in, named in `addopts`: the settings read the environment while pytest starts, before
any conftest is loaded. Workers of pytest-xdist and servers started by tests inherit it.
"""

import atexit
import gc
import os
import secrets
import shutil
import tempfile

import pytest

# Attacks, faults and searches: all day long, or the few minutes of every change.
IS_LONG = os.environ.get("HYPERSPEED_TORTURE") == "1"

# The suite runs as production does, but on the defaults of everything that it does not set.
PRODUCTION = {
    "DEBUG": "0",
    "ALLOWED_HOSTS": "testserver,127.0.0.1,localhost",
    "PUBLIC_URL": "http://127.0.0.1:8000",
    "CORS_ALLOWED_ORIGINS": "https://app.example.org",
}
UNSET = (
    "SECRET_KEY_FILE",
    "JWT_SIGNING_KEY_FILE",
    "TRUSTED_PROXIES",
    "AUTH_RATE_PER_MINUTE",
    "REGISTRATIONS_PER_HOUR",
    "LOGIN_FAILURES_PER_ACCOUNT",
    "PASSWORD_MIN_LENGTH",
    "REFRESH_TOKEN_DAYS",
    "SESSION_MAX_DAYS",
    "REFRESH_RACE_LEEWAY_SECONDS",
    "SINGLE_ORGANIZATION",
    "EMAIL_URL",
    "DEFAULT_FROM_EMAIL",
    "STATEMENT_TIMEOUT_SECONDS",
    "PREPARED_STATEMENTS",
    "GIT_SHA",
    "LOG_FORMAT",
    "METRICS_TOKEN",
    "METRICS_TOKEN_FILE",
    "REQUEST_LOG",
)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Set the environment; first, since pytest-django loads the settings in the same hook."""
    gc.disable()  # until everything is loaded
    for name in UNSET:
        os.environ.pop(name, None)
    os.environ.update(PRODUCTION)
    os.environ["SECRET_KEY"] = secrets.token_hex(32)
    os.environ["JWT_SIGNING_KEY"] = secrets.token_hex(32)
    if "DATABASE_URL" not in os.environ:
        os.environ["DATABASE_URL"] = temporary_sqlite_url()


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """What is loaded by now stays: to look through it again and again was a fifth of the time."""
    gc.freeze()
    gc.enable()


def temporary_sqlite_url() -> str:
    """The URL of an SQLite file in a folder that is removed when this process ends."""
    folder = tempfile.mkdtemp(prefix="hyperspeed-sqlite-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return f"sqlite:///{folder}/db.sqlite3"
