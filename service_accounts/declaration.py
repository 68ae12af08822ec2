"""The file that declares service accounts: TOML or JSON, checked whole before anything is touched.

docs/service-accounts.md tells operators what it holds.
"""

import datetime as dt
import json
import tomllib
from argparse import ArgumentTypeError
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rest_framework import serializers

from accounts.commands import duration
from accounts.inputs import InputSerializer, NameField
from config.exceptions import DomainError
from organizations.models.role import MAX_ROLE_NAME_LENGTH
from service_accounts.models import MAX_SERVICE_ACCOUNT_NAME_LENGTH, ServiceAccount
from service_accounts.serializers import ServiceAccountChangeInput

MAX_BYTES = 1_000_000
DEFAULT_MANAGER = "apply"


class InvalidDeclaration(DomainError):
    """Said on a command line alone, so it has no code of its own."""

    error = "the file is not acceptable"


@dataclass(frozen=True, slots=True)
class DeclaredAccount:
    """What a file says of one account. What it does not mention is left as it is."""

    name: str
    settings: Mapping[str, str | bool]
    roles: Sequence[str] | None
    expires_in: dt.timedelta | None

    @property
    def key(self) -> str:
        """What is unique in the organization."""
        return self.name.casefold()


@dataclass(frozen=True, slots=True)
class Declaration:
    """One file: which accounts one organization has. `managed_by` tells several files apart."""

    organization: str | None
    managed_by: str
    accounts: Sequence[DeclaredAccount]


class SpanField(serializers.Field[dt.timedelta, Any, str, Any]):
    """A time span such as 90d, 24h or 30m."""

    default_error_messages = {"span": "Not a time span such as 90d, 24h or 30m."}

    def to_internal_value(self, data: object) -> dt.timedelta:
        try:
            return duration(data if isinstance(data, str) else "")
        except ArgumentTypeError:
            self.fail("span")


class _FileInput(InputSerializer):
    organization = NameField(required=False)
    managed_by = NameField(max_length=MAX_SERVICE_ACCOUNT_NAME_LENGTH, default=DEFAULT_MANAGER)
    accounts = serializers.ListField(child=serializers.DictField())


class _AccountInput(ServiceAccountChangeInput):
    name = NameField(max_length=MAX_SERVICE_ACCOUNT_NAME_LENGTH)
    roles = serializers.ListField(child=NameField(max_length=MAX_ROLE_NAME_LENGTH), required=False)
    expires_in = SpanField(required=False)


def parse_declaration(content: bytes) -> Declaration:
    """Raises InvalidDeclaration, also for a key that it does not know: that is a typing error."""
    data = _checked(_FileInput, _read(content), where="")
    accounts = [_account(number, entry) for number, entry in enumerate(data["accounts"], 1)]
    counts = Counter(account.key for account in accounts)
    if twice := [account.name for account in accounts if counts[account.key] > 1]:
        raise InvalidDeclaration(error=f"declared more than once: {', '.join(twice)}")
    return Declaration(data.get("organization"), data["managed_by"], accounts)


def _read(content: bytes) -> object:
    """JSON begins with a brace, which TOML cannot."""
    if len(content) > MAX_BYTES:
        raise InvalidDeclaration(error=f"the file is larger than {MAX_BYTES} bytes")
    try:
        text = content.decode("utf-8-sig")
        if text.lstrip().startswith("{"):
            return json.loads(text, object_pairs_hook=_without_doubles)
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # Of the text of an error in UTF-8, the part that quotes the file is left out.
        problem = "not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
        raise InvalidDeclaration(error=f"the file is neither TOML nor JSON: {problem}") from error


def _without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """As TOML has it: a key that stands there twice is a mistake."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands in one object twice")
    return found


def _account(number: int, entry: dict[str, object]) -> DeclaredAccount:
    name = entry.get("name")
    where = name if isinstance(name, str) and name.isprintable() else f"account {number}"
    data = _checked(_AccountInput, entry, where=f"{where}: ")
    name, roles, expires_in = (data.pop(key, None) for key in ("name", "roles", "expires_in"))
    is_cursor = data.get("provider") == ServiceAccount.Provider.CURSOR
    if data.get("openrouter_model") == "" and not is_cursor:
        raise InvalidDeclaration(error=f"{where}: openrouter_model is empty: leave it out")
    return DeclaredAccount(name, data, roles, expires_in)


def _checked(kind: type[InputSerializer], data: object, *, where: str) -> dict[str, Any]:
    form = kind(data=data)
    if unknown := sorted(set(data if isinstance(data, dict) else ()) - set(form.fields)):
        raise InvalidDeclaration(error=f"{where}unknown key: {', '.join(unknown)}")
    try:
        if form.is_valid():
            return dict(form.validated_data)
    except DomainError as error:
        raise InvalidDeclaration(error=f"{where}{error.error}") from error
    raise InvalidDeclaration(error=f"{where}{'; '.join(_problems(form.errors))}")


def _problems(errors: object, path: str = "") -> list[str]:
    """The messages of a serializer, each with the key that it is about."""
    if isinstance(errors, Mapping):
        parts = [
            (key if isinstance(key, str) else str(key), value) for key, value in errors.items()
        ]
        return [
            line
            for key, value in parts
            for line in _problems(value, path if key == "non_field_errors" else f"{path}{key}: ")
        ]
    return [f"{path}{message}" for message in errors] if isinstance(errors, list) else []
