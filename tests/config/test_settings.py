"""The settings: which environment is refused, by name, and what the good ones mean."""

import os
import runpy
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.conf import settings as running
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured

from config.env import Environment

pytestmark = pytest.mark.once

SETTINGS = Path(running.BASE_DIR) / "config" / "settings.py"
GOOD = {
    "SECRET_KEY": secrets.token_urlsafe(48),
    "JWT_SIGNING_KEY": secrets.token_urlsafe(48),
    "ALLOWED_HOSTS": "work.example.org",
    "PUBLIC_URL": "https://work.example.org",
    "TRUSTED_PROXIES": "1",
    "DATABASE_URL": "postgresql://hyperspeed:hunter2@db.example.org/hyperspeed",
}
INTEGERS = {
    "AUTH_RATE_PER_MINUTE",
    "REGISTRATIONS_PER_HOUR",
    "LOGIN_FAILURES_PER_ACCOUNT",
    "PASSWORD_MIN_LENGTH",
    "REFRESH_TOKEN_DAYS",
    "SESSION_MAX_DAYS",
    "REFRESH_RACE_LEEWAY_SECONDS",
    "TRUSTED_PROXIES",
}
SECRETS = ("SECRET_KEY", "JWT_SIGNING_KEY")
WEAK = {
    "missing": "",
    "blank": " " * 40,
    "short": "aB3$" * 7,
    "31 bytes": "abcdefghijklmnopqrstuvwxyz01234",
    "one letter": "a" * 64,
    "two letters": "ab" * 32,
    "changeme": "changeme-0123456789-abcdefghijkl",
    "CHANGE_ME": "CHANGE_ME-0123456789-abcdefghijkl",
    "Django's own": "django-insecure-0123456789abcdefghijklmnopqrstuvwxyz",
    "a sample": "sample-key-0123456789abcdefghijklmnopqrstuvwxyz",
    "an example": "example-key-0123456789abcdefghijklmnopqrstuvwxyz",
    "a placeholder": "your-secret-key-0123456789abcdefghijklmnopq",
}


def load(**changes: str) -> dict[str, Any]:
    """The settings in an environment of these values alone."""
    values = {name: value for name, value in {**GOOD, **changes}.items() if value != "unset"}
    with mock.patch.dict(os.environ, values, clear=True):
        return runpy.run_path(str(SETTINGS))


def problems(**changes: str) -> str:
    with pytest.raises(ImproperlyConfigured) as raised:
        load(**changes)
    return str(raised.value)


def test_a_good_environment_starts() -> None:
    settings = load()
    assert (settings["DEBUG"], settings["ALLOWED_HOSTS"]) == (False, ["work.example.org"])


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("weakness", WEAK)
def test_a_weak_secret_is_refused_by_name_and_not_repeated(name: str, weakness: str) -> None:
    text = problems(**{name: WEAK[weakness]})
    assert f"- {name} " in text
    assert not (WEAK[weakness].strip() and WEAK[weakness] in text)


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_that_is_unset_is_refused(name: str) -> None:
    assert f"{name} is missing" in problems(**{name: "unset"})


@pytest.mark.parametrize("name", SECRETS)
def test_a_weak_secret_is_refused_in_debug_mode_too(name: str) -> None:
    assert name in problems(DEBUG="1", **{name: "changeme"})


def test_the_two_secrets_differ() -> None:
    assert "JWT_SIGNING_KEY must differ" in problems(JWT_SIGNING_KEY=GOOD["SECRET_KEY"])


@pytest.mark.parametrize("between", [",", ", ", "\n"])
def test_there_may_be_several_signing_keys_and_the_first_signs(between: str) -> None:
    new, old = secrets.token_urlsafe(48), secrets.token_urlsafe(48)
    settings = load(JWT_SIGNING_KEY=f"2027-01:{new}{between}{old}")
    assert settings["JWT_SIGNING_KEYS"] == {"2027-01": new, "": old}
    assert settings["JWT_SIGNING_KEY"] == new


def test_a_single_secret_may_hold_commas() -> None:
    secret = f"{secrets.token_urlsafe(24)},{secrets.token_urlsafe(24)}, and more"
    assert load(JWT_SIGNING_KEY=secret)["JWT_SIGNING_KEYS"] == {"": secret}


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ("a:{good},b:changeme", "JWT_SIGNING_KEY (b) is shorter than 32 bytes"),
        ("a:{good},", "JWT_SIGNING_KEY is missing"),
        ("a:,{good}", "JWT_SIGNING_KEY (a) is missing"),
        ("a:{good},b:{good}", "JWT_SIGNING_KEY names an id or a secret twice"),
        ("a:{good},a:{other}", "JWT_SIGNING_KEY names an id or a secret twice"),
        ("a:{good},{other},{other}x", "JWT_SIGNING_KEY names an id or a secret twice"),
        ("a:{good},b :{other}", "JWT_SIGNING_KEY has a blank inside one of its keys"),
        ("a:{good},b:{django}", "JWT_SIGNING_KEY must differ from SECRET_KEY"),
    ],
)
def test_every_one_of_them_must_be_good(keys: str, problem: str) -> None:
    good, other = secrets.token_urlsafe(48), secrets.token_urlsafe(48)
    text = problems(JWT_SIGNING_KEY=keys.format(good=good, other=other, django=GOOD["SECRET_KEY"]))
    assert problem in text
    assert good not in text


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_may_be_a_file(name: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("a-file-holds-0123456789-abcdefghij\n")
    settings = load(**{name: "unset", f"{name}_FILE": str(file)})
    assert settings[name] == "a-file-holds-0123456789-abcdefghij"


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("content", [b"", b"\n", b"changeme", b"\xff\xfe"])
def test_a_weak_secret_in_a_file_is_refused(name: str, content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_bytes(content)
    assert name in problems(**{name: "unset", f"{name}_FILE": str(file)})


@pytest.mark.parametrize("name", SECRETS)
def test_a_file_that_cannot_be_read_is_refused(name: str, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nothing"):
        text = problems(**{name: "unset", f"{name}_FILE": str(path)})
        assert f"{name}_FILE cannot be read" in text


def test_a_secret_and_its_file_are_not_both_set(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(GOOD["SECRET_KEY"])
    assert "SECRET_KEY and SECRET_KEY_FILE are both set" in problems(SECRET_KEY_FILE=str(file))


def test_a_file_that_cannot_be_read_is_told_once(tmp_path: Path) -> None:
    for name in SECRETS:
        text = problems(**{name: "unset", f"{name}_FILE": str(tmp_path / "none")})
        assert text.count(f"{name}_FILE cannot be read") == 1


@pytest.mark.parametrize("name", sorted(INTEGERS))
@pytest.mark.parametrize(
    "value",
    [
        *("-1", "abc", "1.5", "1e3", "0x10", "1_000", "+5", "٣", "1 0", "1" + "0" * 30),
        pytest.param("9" * 5000, id="5000 digits"),
    ],
)
def test_a_number_that_is_none_or_too_large_is_refused(name: str, value: str) -> None:
    assert name in problems(**{name: value})


@pytest.mark.parametrize("name", ["REFRESH_TOKEN_DAYS", "SESSION_MAX_DAYS"])
@pytest.mark.parametrize("days", ["10000000", "999999999", "1000000000"])
def test_a_lifetime_past_the_end_of_the_calendar_is_refused(name: str, days: str) -> None:
    assert name in problems(**{name: days})


@pytest.mark.parametrize(
    "name", sorted(INTEGERS - {"TRUSTED_PROXIES", "REFRESH_RACE_LEEWAY_SECONDS"})
)
def test_zero_is_refused_where_it_would_shut_all_out(name: str) -> None:
    assert name in problems(**{name: "0"})


@pytest.mark.parametrize("name", ["DEBUG", "SINGLE_ORGANIZATION"])
@pytest.mark.parametrize("value", ["2", "maybe", "-1", "tru"])
def test_a_flag_is_one_or_zero(name: str, value: str) -> None:
    assert f"{name} must be 1 or 0" in problems(**{name: value})


@pytest.mark.parametrize(
    "changes",
    [
        {"ALLOWED_HOSTS": "unset"},
        {"ALLOWED_HOSTS": " , "},
        {"ALLOWED_HOSTS": "*"},
        {"ALLOWED_HOSTS": "work.example.org, *"},
        {"ALLOWED_HOSTS": "https://work.example.org"},
        {"ALLOWED_HOSTS": "work.example.org:8000"},
        {"ALLOWED_HOSTS": "[::1]:8000"},
        {"ALLOWED_HOSTS": "work.example.org other.example.org"},
        {"ALLOWED_HOSTS": "*.example.org"},
        {"PUBLIC_URL": "http://work.example.org"},
        {"PUBLIC_URL": "http://localhost.evil.example"},
        {"PUBLIC_URL": "http://127.0.0.1.evil.example"},
        {"PUBLIC_URL": "http://10.0.0.1"},
        {"PUBLIC_URL": "work.example.org"},
        {"PUBLIC_URL": "ftp://work.example.org"},
        {"PUBLIC_URL": "https://"},
        {"PUBLIC_URL": "https://work.example.org:99999"},
        {"PUBLIC_URL": "https://[::1"},
        {"PUBLIC_URL": "https://work.example.org?from=mail"},
        {"PUBLIC_URL": "https://work.example.org/#/"},
        {"PUBLIC_URL": "https://ann:secret@work.example.org"},
        {"PUBLIC_URL": "https://work example.org"},
        {"CORS_ALLOWED_ORIGINS": "https://app.example.org?x"},
        {"LOG_FORMAT": "xml"},
        {"REQUEST_LOG": "2"},
        {"DATABASE_URL": "mysql://root@localhost/db"},
        {"DATABASE_URL": "postgresql://localhost"},
        {"DATABASE_URL": "postgresql://localhost/"},
        {"DATABASE_URL": "postgresql://localhost:99999/db"},
        {"DATABASE_URL": "sqlite:///"},
        {"DATABASE_URL": "sqlite:"},
        {"DATABASE_URL": "db.sqlite3"},
        {"EMAIL_URL": "nonsense"},
        {"EMAIL_URL": "smtp://"},
        {"EMAIL_URL": "smtp://mail:99999"},
        {"EMAIL_URL": "file:"},
        {"EMAIL_URL": "http://mail.example.org"},
        {"DEFAULT_FROM_EMAIL": "Hyperspeed"},
        {"DEFAULT_FROM_EMAIL": "Hyperspeed <hyperspeed@example.org"},
        {"DEFAULT_FROM_EMAIL": "Acme, Inc <hyperspeed@example.org>"},
        {"DEFAULT_FROM_EMAIL": "ann@example.org, ben@example.org"},
        {"DEFAULT_FROM_EMAIL": "ann@example.org\nBcc: ben@example.org"},
    ],
)
def test_what_is_unsafe_or_meaningless_is_refused_by_name(changes: dict[str, str]) -> None:
    (name,) = changes
    assert f"- {name} " in problems(**changes)


@pytest.mark.parametrize(
    "changes", [{}, {"SECRET_KEY": "unset"}, {"PUBLIC_URL": "http://work.example.org"}]
)
def test_debug_is_refused_among_the_values_of_production(changes: dict[str, str]) -> None:
    assert "- DEBUG must be 0" in problems(DEBUG="1", **changes)


def test_debug_is_for_development() -> None:
    assert load(DEBUG="1", SECRET_KEY="unset", JWT_SIGNING_KEY="unset")["DEBUG"] is True
    assert load(DEBUG="1", PUBLIC_URL="http://localhost:8000")["DEBUG"] is True


def test_production_logs_json_and_each_request_and_development_text() -> None:
    development = {"DEBUG": "1", "PUBLIC_URL": "unset"}
    told = [load(), load(**development), load(**development, LOG_FORMAT="json", REQUEST_LOG="1")]
    assert [(one["LOG_FORMAT"], one["REQUEST_LOG"]) for one in told] == [
        ("json", True),
        ("text", False),
        ("json", True),
    ]


def test_figures_are_kept_where_a_token_is_set_that_is_a_secret() -> None:
    middleware = "accounts.metrics.MetricsMiddleware"
    off, on = load(), load(METRICS_TOKEN=secrets.token_urlsafe(48))
    assert (off["METRICS_TOKEN"], middleware in off["MIDDLEWARE"]) == ("", False)
    assert middleware in on["MIDDLEWARE"]
    assert "- METRICS_TOKEN is shorter than 32 bytes" in problems(METRICS_TOKEN=WEAK["short"])
    assert "- METRICS_TOKEN must differ" in problems(METRICS_TOKEN=GOOD["SECRET_KEY"])
    assert "- METRICS_TOKEN must differ" in problems(METRICS_TOKEN=GOOD["JWT_SIGNING_KEY"])


@pytest.mark.parametrize("value", ["unset", "", " "])
def test_behind_tls_the_proxies_are_named(value: str) -> None:
    """What is forgotten puts all clients on one limit, and a guess lets them forge addresses."""
    assert "- TRUSTED_PROXIES must say how many" in problems(TRUSTED_PROXIES=value)


@pytest.mark.parametrize("proxies", ["0", "1"])
def test_none_is_a_number_of_proxies_too(proxies: str) -> None:
    assert load(TRUSTED_PROXIES=proxies)["TRUSTED_PROXIES"] == int(proxies)


@pytest.mark.parametrize("hosts", ["a.example.org,b.example.org", ".example.org"])
def test_an_sqlite_file_serves_one_host(hosts: str) -> None:
    file = "sqlite:///work.sqlite3"
    assert "- DATABASE_URL must be postgresql://" in problems(
        DATABASE_URL=file, ALLOWED_HOSTS=hosts
    )
    assert load(DATABASE_URL=file, ALLOWED_HOSTS="work.example.org,WORK.example.org,10.0.0.1,::1")
    assert load(ALLOWED_HOSTS=hosts)


def test_all_problems_are_told_at_once() -> None:
    text = problems(SECRET_KEY="", JWT_SIGNING_KEY="x", ALLOWED_HOSTS="*", PASSWORD_MIN_LENGTH="x")
    for name in ("SECRET_KEY", "JWT_SIGNING_KEY", "ALLOWED_HOSTS", "PASSWORD_MIN_LENGTH"):
        assert f"- {name} " in text


def test_no_password_of_the_database_is_repeated() -> None:
    text = problems(DATABASE_URL="postgresql://hyperspeed:hunter2@db:99999/x", ALLOWED_HOSTS="*")
    assert "hunter2" not in text


def test_the_defaults() -> None:
    settings = load(DATABASE_URL="unset", PUBLIC_URL="unset", TRUSTED_PROXIES="unset")
    numbers = {name: settings[name] for name in INTEGERS & settings.keys()}
    assert numbers == {
        "AUTH_RATE_PER_MINUTE": 30,
        "REGISTRATIONS_PER_HOUR": 20,
        "LOGIN_FAILURES_PER_ACCOUNT": 10,
        "PASSWORD_MIN_LENGTH": 8,
        "TRUSTED_PROXIES": 0,
    }
    assert settings["REFRESH_TOKEN_LIFETIME"] == timedelta(days=7)
    assert settings["SESSION_MAX_AGE"] == timedelta(days=90)
    assert settings["REFRESH_RACE_LEEWAY"] == timedelta(seconds=10)
    assert (settings["SINGLE_ORGANIZATION"], settings["CORS_ALLOWED_ORIGINS"]) == (True, [])
    assert settings["DATABASES"]["default"]["ENGINE"] == "django.db.backends.sqlite3"


@pytest.mark.parametrize("value", ["1", "7"])
def test_passwords_have_eight_characters_at_the_least(value: str) -> None:
    """OWASP ASVS 5.0, 6.2.1."""
    assert "- PASSWORD_MIN_LENGTH must be a whole number from 8" in problems(
        PASSWORD_MIN_LENGTH=value
    )


def test_an_empty_number_is_the_default() -> None:
    assert load(PASSWORD_MIN_LENGTH="")["PASSWORD_MIN_LENGTH"] == 8
    assert load(PASSWORD_MIN_LENGTH="12")["PASSWORD_MIN_LENGTH"] == 12


@pytest.mark.parametrize("name", ["SINGLE_ORGANIZATION", "REQUEST_LOG", "DEFAULT_FROM_EMAIL"])
def test_what_is_empty_is_the_default(name: str) -> None:
    """As of `NAME=` in a file of the environment, and of compose's `${NAME:-}`."""
    assert load(**{name: ""})[name] == load(**{name: "unset"})[name]
    assert load(**{name: ""})[name]


@pytest.mark.parametrize(
    "value",
    [
        *("a@example.org", "<a@example.org>", "Hyperspeed <a@localhost>", "Ünï & Co. <a@b.org>"),
        *('"Acme, Inc" <a@example.org>', "Acme (mail) <a@bücher.example>"),
    ],
)
def test_who_mails_come_from_may_have_a_name(value: str) -> None:
    assert load(DEFAULT_FROM_EMAIL=value)["DEFAULT_FROM_EMAIL"] == value


def test_the_scheme_of_an_address_has_no_case() -> None:
    assert load(PUBLIC_URL="HTTPS://work.example.org")["IS_HTTPS"]
    origins = load(CORS_ALLOWED_ORIGINS="https://App.example.org")["CORS_ALLOWED_ORIGINS"]
    assert origins == ["https://app.example.org"]


def test_over_https_cookies_are_secure_and_browsers_are_told_to_stay() -> None:
    settings = load()
    assert settings["SESSION_COOKIE_SECURE"] is settings["CSRF_COOKIE_SECURE"] is True
    assert settings["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert settings["CSRF_TRUSTED_ORIGINS"] == ["https://work.example.org"]
    assert not settings.get("SECURE_SSL_REDIRECT")


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:8000"])
def test_plain_http_is_for_loopback_hosts(host: str) -> None:
    settings = load(PUBLIC_URL=f"http://{host}", ALLOWED_HOSTS="localhost")
    assert settings["SESSION_COOKIE_SECURE"] is settings["CSRF_COOKIE_SECURE"] is False
    assert settings["SECURE_HSTS_SECONDS"] == 0


@pytest.mark.parametrize(
    ("name", "value", "warnings"),
    [
        ("PUBLIC_URL", "", ["hyperspeed.W001"]),
        ("EMAIL_BACKEND", "accounts.mail.ConsoleBackend", ["hyperspeed.W002"]),
        ("PUBLIC_URL", "https://work.example.org", []),
    ],
)
def test_before_a_deploy_it_is_told_what_production_lacks(
    settings: Any, name: str, value: str, warnings: list[str]
) -> None:
    settings.PUBLIC_URL = GOOD["PUBLIC_URL"]
    setattr(settings, name, value)
    told = [warning.id for warning in run_checks(include_deployment_checks=True)]
    assert [check for check in told if str(check).startswith("hyperspeed.")] == warnings


@pytest.mark.parametrize(("proxies", "is_believed"), [("0", False), ("1", True)])
def test_the_scheme_that_a_proxy_tells_is_believed_where_there_is_one(
    proxies: str, is_believed: bool
) -> None:
    assert bool(load(TRUSTED_PROXIES=proxies)["SECURE_PROXY_SSL_HEADER"]) is is_believed


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("sqlite:///data/work.sqlite3", str(running.BASE_DIR / "data/work.sqlite3")),
        ("sqlite:////var/lib/work.sqlite3", "/var/lib/work.sqlite3"),
        ("sqlite:////var/lib/my%20work.sqlite3", "/var/lib/my work.sqlite3"),
    ],
)
def test_an_sqlite_file(url: str, name: str) -> None:
    database = load(DATABASE_URL=url)["DATABASES"]["default"]
    assert str(database["NAME"]) == name
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in database["OPTIONS"]["init_command"]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://u:pw@db.example.org/work", ["u", "pw", "db.example.org", "", "work"]),
        ("postgres://u:pw@db.example.org:6543/work", ["u", "pw", "db.example.org", "6543", "work"]),
        ("postgresql://u:p%40%2F%3A%23@db/work", ["u", "p@/:#", "db", "", "work"]),
        ("postgresql://u@[::1]:5432/my%20work", ["u", "", "::1", "5432", "my work"]),
        ("postgresql:///work?host=/run/postgresql", ["", "", "/run/postgresql", "", "work"]),
        ("postgresql://u:pw@/work?host=/run/pg&port=5433", ["u", "pw", "/run/pg", "5433", "work"]),
    ],
)
def test_a_postgresql_server(url: str, expected: list[str]) -> None:
    database = load(DATABASE_URL=url)["DATABASES"]["default"]
    found = [database[name] for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME")]
    assert found == expected
    assert database["CONN_MAX_AGE"] == 0
    assert database["OPTIONS"]["pool"]


@pytest.mark.parametrize("query", ["sslmode=verify-full", "sslmode=require&sslrootcert=/ca.pem"])
def test_a_parameter_about_encryption_is_not_dropped_in_silence(query: str) -> None:
    url = f"postgresql://u:pw@db.example.org/work?{query}"
    try:
        options = load(DATABASE_URL=url)["DATABASES"]["default"]["OPTIONS"]
    except ImproperlyConfigured as error:
        assert "DATABASE_URL" in str(error)  # noqa: PT017
    else:
        assert options["sslmode"] == query.split("&", maxsplit=1)[0].split("=")[1]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://u:p%40w@mail.example.org:587", ("mail.example.org", 587, "u", "p@w", True, False)),
        ("smtp://mail.example.org", ("mail.example.org", 587, "", "", True, False)),
        ("smtp://127.0.0.1:25", ("127.0.0.1", 25, "", "", False, False)),
        ("smtps://u:p@mail.example.org", ("mail.example.org", 465, "u", "p", False, True)),
    ],
)
def test_a_mail_server(url: str, expected: tuple[object, ...]) -> None:
    settings = load(EMAIL_URL=url)
    names = ("HOST", "PORT", "HOST_USER", "HOST_PASSWORD", "USE_TLS", "USE_SSL")
    assert tuple(settings[f"EMAIL_{name}"] for name in names) == expected


def test_mail_into_a_folder() -> None:
    assert load(EMAIL_URL="file:///var/mail/out")["EMAIL_FILE_PATH"] == "/var/mail/out"


def test_development_keeps_one_secret_a_name_in_a_private_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    first = {name: Environment({}).secret(name, development_file=file) for name in SECRETS}
    again = {name: Environment({}).secret(name, development_file=file) for name in SECRETS}
    assert first == again
    assert len(set(first.values())) == 2
    assert file.stat().st_mode & 0o077 == 0


def test_no_secret_is_written_in_the_source() -> None:
    for folder in ("config", "accounts", "organizations", "service_accounts"):
        for path in (Path(running.BASE_DIR) / folder).rglob("*.py"):
            assert "django-insecure-" not in path.read_text(encoding="utf-8"), path
