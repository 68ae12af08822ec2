"""Passwords whose hash was made with other parameters than today's."""

from collections.abc import Iterator
from typing import Any

import argon2
import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher

from accounts import passwords
from accounts.models import User
from tests.conftest import Actor
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


class CheapHasher(Argon2PasswordHasher):
    """An earlier version's parameters."""

    time_cost, memory_cost, parallelism = 1, 8192, 1


@pytest.fixture(autouse=True)
def forget_looks() -> Iterator[None]:
    """What is stored is looked at once a minute."""
    passwords._dummies.cache_clear()
    yield
    passwords._dummies.cache_clear()


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The parameters of the hashes that are computed."""
    found: list[str] = []
    passwords._dummy_hash()  # made once a process
    verify, make = argon2.PasswordHasher.verify, Argon2PasswordHasher.encode

    def noting(self: argon2.PasswordHasher, encoded: Any, password: Any) -> Any:
        found.append(str(encoded).split("$")[3])
        return verify(self, encoded, password)

    def noting_new(self: Argon2PasswordHasher, *arguments: Any) -> str:
        found.append("a new one")
        return make(self, *arguments)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", noting)
    monkeypatch.setattr(Argon2PasswordHasher, "encode", noting_new)
    return found


def old_user(hasher: Argon2PasswordHasher, **fields: Any) -> User:
    user: User = UserFactory.create(**fields)
    User.objects.filter(pk=user.pk).update(password=hasher.encode(PASSWORD, hasher.salt()))
    return user


def status_of(email: str, word: str = "wrong password") -> int:
    return int(Actor().post("/auth/login", {"email": email, "password": word}).status_code)


@pytest.mark.parametrize("hasher", [CheapHasher(), Argon2PasswordHasher()])
def test_a_wrong_password_costs_the_same_hashes_whoever_it_is_for(
    hasher: Argon2PasswordHasher, computed: list[str]
) -> None:
    emails = ["nobody@example.com", UserFactory.create().email, old_user(hasher).email]
    emails.append(old_user(hasher, is_active=False).email)
    costs = []
    for email in emails:
        computed.clear()
        assert status_of(email) == 401
        costs.append(sorted(computed))
    assert len(costs[0]) == len(set(costs[0])) == 2
    assert costs == [costs[0]] * len(emails)


def test_it_costs_one_hash_when_no_old_ones_are_left(computed: list[str]) -> None:
    user = old_user(CheapHasher())
    assert status_of(user.email, PASSWORD) == 200
    passwords._dummies.cache_clear()
    computed.clear()
    assert [status_of(user.email), len(computed)] == [401, 1]
    assert [status_of("nobody@example.com"), len(computed)] == [401, 2]


def test_no_number_of_old_parameters_makes_a_try_expensive_without_end(
    computed: list[str],
) -> None:
    for memory in range(8, 16):
        hasher = CheapHasher()
        hasher.memory_cost = memory * 1024
        old_user(hasher)
    computed.clear()
    assert status_of("nobody@example.com") == 401
    assert len(computed) == 4


DAMAGED = [
    "",
    "junk",
    "argon2$",
    "argon2$junk",
    "argon2$argon2id$v=19$m=x,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g",
    "argon2$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ",
    "argon2$argon2id$v=19$m=19456,t=4000000,p=1$c2FsdHNhbHQ$aGFzaGhhc2g",
    "pbkdf2_sha256$1000000$c2FsdHNhbHQ$aGFzaGhhc2g",
    "argon2$argon2id$v=19$m=0,t=0,p=0$c2FsdHNhbHQ$aGFzaGhhc2g",
]


@pytest.mark.parametrize("stored", DAMAGED)
def test_a_damaged_hash_is_no_password_and_harms_nobody_else(
    stored: str, computed: list[str]
) -> None:
    damaged, other = UserFactory.create(), UserFactory.create()
    User.objects.filter(pk=damaged.pk).update(password=stored)
    for email in (damaged.email, other.email, "nobody@example.com"):
        computed.clear()
        assert [status_of(email), len(computed)] == [401, 1]
    assert status_of(damaged.email, PASSWORD) == 401
    assert status_of(other.email, PASSWORD) == 200
