"""Which passwords may be chosen, asked through POST /auth/register."""

import copy

import pytest
from pytest_django import Settings

from accounts.models import User
from organizations.models import Organization
from tests.conftest import Actor, Answer

pytestmark = pytest.mark.django_db


def register(password: str, **changes: str) -> Answer:
    body = {"email": "annabel@meadowlark.example", "name": "Annabel Fernandez", **changes}
    return Actor().post("/auth/register", {**body, "password": password})


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "blank"),
        ("x", "password_too_short"),
        ("zq3!vk9", "password_too_short"),
        ("\U0001f600" * 7, "password_too_short"),
        ("x" * 1025, "password_too_long"),
        ("password", "password_too_common"),
        ("PassWord", "password_too_common"),
        ("iloveyou1", "password_too_common"),
        ("trustno1", "password_too_common"),
        ("annabel@meadowlark.example", "password_too_similar"),
        ("xx annabel@meadowlark.example xx and more", "password_too_similar"),
        ("Annabel1", "password_too_similar"),
        ("annabel.", "password_too_similar"),
        ("Meadowlark1", "password_too_similar"),
        ("Fernandez", "password_too_similar"),
        ("annabel fernandez", "password_too_similar"),
        ("ANNABELFERNANDEZ", "password_too_similar"),
        ("hyperspeed", "password_too_similar"),
        ("Hyperspeed1!", "password_too_similar"),
    ],
)
def test_a_guessable_password_is_refused_with_a_code(
    organization: Organization, password: str, code: str
) -> None:
    answer = register(password)
    assert answer.status_code == 400
    assert code in answer.json()["fields"]["password"]
    assert not User.objects.filter(email_key="annabel@meadowlark.example").exists()


def test_all_problems_are_listed(organization: Organization) -> None:
    codes = register("annabel").json()["fields"]["password"]
    assert set(codes) == {"password_too_short", "password_too_common", "password_too_similar"}


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "x7" * 32,
        "long and longer " * 12 + "end",
        "ünïcödé words",
        "\U0001f600\U0001f40e\U0001f50b\U0001f4ce\U0001f600\U0001f40e\U0001f50b\U0001f9f7",
        "nodigitshere at all",
        "48151623427",
        " leading and trailing ",
        "tab\tand\nnewline",
        "密码密码很长的密码",
        "annabel met a stranger in 1984",
        "zq3!vk98",
    ],
)
def test_there_are_no_rules_of_composition(organization: Organization, password: str) -> None:
    assert register(password).status_code == 201
    body = {"email": "annabel@meadowlark.example", "password": password}
    assert Actor().post("/auth/login", body).status_code == 200
    assert Actor().post("/auth/login", {**body, "password": password[:-1]}).status_code == 401


def test_an_unrelated_passphrase_is_not_similar_because_it_has_the_same_letters(
    organization: Organization,
) -> None:
    answer = register("konrad oasis nike hearts", name="Christopher Anderson")
    assert answer.status_code == 201


@pytest.mark.parametrize("length", [8, 1024])
def test_the_bounds_themselves_are_allowed(organization: Organization, length: int) -> None:
    password = "".join(chr(0x4E00 + number) for number in range(length))
    assert register(password).status_code == 201


@pytest.mark.parametrize("password", ["Northwind Traders", "northwind-traders", "northwind1"])
def test_the_first_account_may_not_use_its_organizations_name(db: None, password: str) -> None:
    answer = register(password, organization_name="Northwind Traders")
    assert answer.json()["fields"] == {"password": ["password_too_similar"]}
    assert not Organization.objects.exists()


@pytest.mark.parametrize("password", ["Northwind Traders", "northwind-traders", "northwind1"])
def test_nor_may_those_who_join_it(organization: Organization, password: str) -> None:
    Organization.objects.update(name="Northwind Traders")
    answer = register(password)
    assert answer.status_code == 400
    assert answer.json()["fields"] == {"password": ["password_too_similar"]}
    assert User.objects.count() == 1


def test_the_message_tells_the_minimum_that_is_configured(
    organization: Organization, settings: Settings
) -> None:
    validators = copy.deepcopy(settings.AUTH_PASSWORD_VALIDATORS)
    for validator in validators:
        if "OPTIONS" in validator:
            validator["OPTIONS"]["min_length"] = 12
    settings.AUTH_PASSWORD_VALIDATORS, settings.PASSWORD_MIN_LENGTH = validators, 12
    answer = register("zq3!vk9~pw2")
    assert answer.json()["error"] == "email and password (min 12 chars) required"
    assert answer.json()["code"] == "email_and_password_required"
    assert register("zq3!vk9~pw2x").status_code == 201
