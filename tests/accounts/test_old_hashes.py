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
    verify = argon2.PasswordHasher.verify

    def noting(self: argon2.PasswordHasher, encoded: Any, password: Any) -> Any:
        found.append(str(encoded).split("$")[3])
        return verify(self, encoded, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", noting)
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
        assert status_of(email) == 401
        costs.append(sorted(computed))
        computed.clear()
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
    assert status_of("nobody@example.com") == 401
    assert len(computed) == 4
