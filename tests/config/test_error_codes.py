"""The codes of the errors: stable names, listed once in docs/errors.md."""

import importlib
import pkgutil
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

import accounts
import config
import organizations
import service_accounts
from config.exceptions import DomainError

# These say the same at two doors: a log-in and a registration lack e-mail or password.
SHARED = {"email_and_password_required"}
ROW = re.compile(r"\| `(?P<code>[^`]*)` \| (?P<status>\d+) \|")


def all_errors() -> list[type[DomainError]]:
    """Every refusal of the product that has a code of its own."""
    for package in (config, accounts, organizations, service_accounts):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.startswith(("config.settings", "config.wsgi")):
                importlib.import_module(module.name)
    found = [kind for kind in subclasses(DomainError) if not kind.__module__.startswith("tests")]
    return [kind for kind in found if "code" in vars(kind)]


def subclasses(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for child in kind.__subclasses__():
        yield child
        yield from subclasses(child)


def documented() -> list[tuple[str, int]]:
    """Code and status of every row of the table."""
    text = (Path(settings.BASE_DIR) / "docs" / "errors.md").read_text(encoding="utf-8")
    return [(row["code"], int(row["status"])) for row in ROW.finditer(text)]


def test_every_code_is_listed_with_its_status_and_nothing_else_is() -> None:
    assert set(documented()) == {(kind.code, kind.status) for kind in all_errors()}


def test_every_code_is_listed_once() -> None:
    counts = Counter(code for code, _ in documented())
    assert [code for code, count in counts.items() if count > 1] == []


def test_a_code_stands_for_one_refusal() -> None:
    classes = defaultdict(set)
    for kind in all_errors():
        classes[kind.code].add(kind)
    shared = {code for code, kinds in classes.items() if len(kinds) > 1}
    assert shared == SHARED


def test_codes_are_snake_case() -> None:
    pattern = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
    assert [kind.code for kind in all_errors() if not pattern.fullmatch(kind.code)] == []


@pytest.mark.parametrize(
    ("status", "codes"),
    [
        (401, {"unauthorized", "invalid_credentials", "invalid_refresh_token"}),
        (403, {"forbidden", "not_a_member", "signup_denied", "signups_disabled"}),
        (409, {"email_taken", "service_account_name_taken", "signup_already_resolved"}),
    ],
)
def test_clients_may_rely_on_these(status: int, codes: set[str]) -> None:
    known = {kind.code for kind in all_errors() if kind.status == status}
    assert codes <= known
