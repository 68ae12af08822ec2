"""Tokens in files, one each: readable by their owner alone, and whole or not there."""

import os
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

from django.core.management.base import CommandError
from django.utils import timezone

from accounts.tokens import digest
from service_accounts.models import ServiceAccountToken
from service_accounts.tokens import is_well_formed

_LONGEST_TOKEN = 200


def write_secrets(folder: Path, secrets: Mapping[str, str]) -> None:
    """Write each secret to `folder`/NAME.token with mode 0600, on the disk before this returns.

    All or none: what was written goes when one fails. Call it in the transaction that makes the
    tokens. Only a token that this database knows to work no longer is replaced. One that it does
    not know stays: what a run left that broke off looks like what is the only copy of another
    instance's. Raises CommandError for whatever stays, or for what cannot be written.
    """
    written: list[Path] = []
    try:
        for name, secret in secrets.items():
            path = _path(folder, name)
            _require_replaceable(path)
            _write(path, secret)
            written.append(path)
        _sync_folder(folder)
    except (OSError, CommandError) as error:
        for path in written:
            path.unlink(missing_ok=True)
        if isinstance(error, CommandError):
            raise
        problem = f"{error.strerror}; nothing was changed"
        raise CommandError(f"the tokens could not be written to {folder}: {problem}") from error


def _path(folder: Path, name: str) -> Path:
    if "/" in name or name.startswith("."):
        raise CommandError(f"{name!r} cannot be the name of a file; nothing was changed")
    return folder / f"{name}.token"


def _require_replaceable(path: Path) -> None:
    try:
        found = _read(path)
    except FileNotFoundError:
        return
    if not is_well_formed(found):
        raise CommandError(f"{path} is there already, and holds no token; nothing was changed")
    token = ServiceAccountToken.objects.filter(digest=digest(found)).first()
    if token is None:
        raise CommandError(
            f"{path} holds a token that this database does not know: is it the right database? If"
            " nothing uses the token, remove the file; nothing was changed"
        )
    if token.status(timezone.now()) == "active":
        raise CommandError(f"{path} holds a token that still works; nothing was changed")


def _read(path: Path) -> str:
    """Its beginning. Waits for nobody, as a pipe would, and follows no link."""
    if not stat.S_ISREG(path.lstat().st_mode):
        raise CommandError(f"{path} is no regular file; nothing was changed")
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "rb") as file:
        return file.read(_LONGEST_TOKEN).decode("utf-8", "replace").strip()


def _write(path: Path, secret: str) -> None:
    """In a file of another name (mode 0600), which then takes the place."""
    descriptor, other = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".new")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"{secret}\n")
            file.flush()
            os.fsync(descriptor)
        Path(other).replace(path)
    except OSError:
        Path(other).unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    """So that the names, too, are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
