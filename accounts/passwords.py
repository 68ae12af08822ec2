"""Hashing and checking passwords with bounded memory and without telling accounts apart."""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache
from typing import ParamSpec, TypeVar

import argon2
from django.contrib.auth import hashers

from accounts.models import User
from config.exceptions import ServiceUnavailable

# A hash takes 19 MiB, and the allocator may keep them for the thread that had them. Two threads of
# their own keep a process under 40 MiB, whoever asks, and there are only so many cores.
_HASHES_AT_ONCE = 2
_MAX_WAIT_SECONDS = 10
_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")

MAX_PASSWORD_LENGTH = 1024
_ALGORITHM = "argon2"  # as Django calls our hasher

# Sets of hash parameters that stored passwords have beside today's.
_MAX_OLD_SETS = 3
_MAX_COST = 1024 * 1024  # KiB times passes; five times that of Django's own parameters
_SECONDS_BETWEEN_LOOKS = 60


def hash_password(raw_password: str) -> str:
    """The stored form. Call it outside transactions: it takes tens of milliseconds."""
    return _compute(hashers.make_password, raw_password)


def is_password_of(user: User | None, raw_password: str) -> bool:
    """Whether this is the user's password; costs the same for everybody, also for nobody.

    A user without a usable password (a service account) is measured against a dummy hash, as an
    unknown user is, so that the time tells nothing (OWASP ASVS 5.0, 6.3.8). As long as hashes with
    other parameters are stored, each check computes one hash of every set, of up to three.
    """
    if len(raw_password) > MAX_PASSWORD_LENGTH:  # nobody's, and not worth a hash
        return False
    has_password = user is not None and _is_readable(user.password)
    stored = user.password if user is not None and has_password else _dummy_hash()
    is_match = _compute(hashers.check_password, raw_password, stored)
    for dummy in _dummies(int(time.monotonic() / _SECONDS_BETWEEN_LOOKS)):
        if _parameters(dummy) != _parameters(stored):
            _compute(hashers.check_password, raw_password, dummy)
    return is_match and has_password


def is_outdated(encoded: str) -> bool:
    """Whether a stored hash was made with other parameters than today's."""
    return hashers.identify_hasher(encoded).must_update(encoded)


def is_hashed_anew(user: User, raw_password: str) -> bool:
    """Whether what is stored has changed since the user was read, and is this password's still: a
    log-in has made a new hash meanwhile. The user has it then."""
    stored = User.objects.filter(pk=user.pk).exclude(password=user.password).first()
    if stored is None or not is_password_of(stored, raw_password):
        return False
    user.password = stored.password
    return True


@cache
def _dummy_hash() -> str:
    return hash_password("nobody has this password")


@lru_cache(maxsize=1)
def _dummies(_look: int) -> list[str]:
    """A dummy hash of each set of parameters in use; `_look` numbers the looks at the database."""
    dummies, last = [_dummy_hash()], _dummy_hash()
    others = User.objects.filter(password__startswith=f"{_ALGORITHM}$").order_by()
    for _ in range(_MAX_OLD_SETS):
        others = others.exclude(password__startswith=_parameters(last) + "$")
        last = others.values_list("password", flat=True).first() or ""
        if _is_readable(last):
            dummies.append(_parameters(last) + _dummy_end())
    return dummies


def _is_readable(encoded: str) -> bool:
    """Whether it is a hash of our kind that can be computed; damage must not be an error."""
    try:
        found = argon2.extract_parameters(encoded.removeprefix(_ALGORITHM))
    except (argon2.exceptions.InvalidHash, UnicodeError):
        return False
    is_ours = encoded.startswith(f"{_ALGORITHM}$") and found.type is argon2.Type.ID
    return is_ours and 0 < found.memory_cost * found.time_cost <= _MAX_COST


def _parameters(encoded: str) -> str:
    """All but the salt and the hash."""
    return encoded.rsplit("$", 2)[0]


def _dummy_end() -> str:
    return _dummy_hash().removeprefix(_parameters(_dummy_hash()))


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_HASHES_AT_ONCE, thread_name_prefix="hash")


def _renew_threads() -> None:
    """Made before anybody asks: so there is one pool. Its threads start when they are needed."""
    _threads.cache_clear()
    _threads()


_renew_threads()
os.register_at_fork(after_in_child=_renew_threads)  # a child has no threads of its parent


def _compute(
    function: Callable[_Arguments, _Result], *args: _Arguments.args, **options: _Arguments.kwargs
) -> _Result:
    """Wait for a hash; raises ServiceUnavailable when too many others are before it, and when no
    thread can start: the process is ending, or may have no more of them."""
    try:
        hashing = _threads().submit(function, *args, **options)
    except RuntimeError:
        raise ServiceUnavailable from None
    try:
        return hashing.result(_MAX_WAIT_SECONDS)
    except TimeoutError:
        hashing.cancel()
        raise ServiceUnavailable from None
