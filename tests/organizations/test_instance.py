"""GET /public/instance."""

import tomllib
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from organizations.models import Organization
from tests.conftest import Actor
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_a_fresh_instance_needs_its_organization(anonymous: Actor) -> None:
    answer = anonymous.get("/public/instance")
    assert answer.status_code == 200
    assert answer.json().keys() == {
        "version",
        "git_sha",
        "needs_organization_setup",
        "public_app_url",
    }
    assert answer.json()["needs_organization_setup"] is True


def test_once_set_up_it_does_not(anonymous: Actor, organization: Organization) -> None:
    assert anonymous.get("/public/instance").json()["needs_organization_setup"] is False


def test_a_superuser_alone_is_no_set_up(anonymous: Actor) -> None:
    UserFactory.create(is_staff=True, is_superuser=True)
    assert User.objects.exists()
    assert anonymous.get("/public/instance").json()["needs_organization_setup"] is True


def test_the_version_is_the_projects(anonymous: Actor) -> None:
    project = tomllib.loads((Path(django_settings.BASE_DIR) / "pyproject.toml").read_text())
    body = anonymous.get("/public/instance").json()
    assert body["version"] == project["project"]["version"]
    assert body["git_sha"]


@pytest.mark.parametrize(("url", "shown"), [("", False), ("https://work.example.org", True)])
def test_the_public_address_is_told_where_it_is_known(
    anonymous: Actor, settings: Settings, url: str, shown: bool
) -> None:
    settings.PUBLIC_URL = url
    body = anonymous.get("/public/instance").json()
    assert ("public_app_url" in body) is shown
    assert body.get("public_app_url", "") == url


@pytest.mark.parametrize("header", ["Bearer stale.access.token", "Bearer sa_x", "Basic YTpi"])
def test_a_stale_authorization_header_is_not_looked_at(header: str) -> None:
    assert Actor().get("/public/instance", authorization=header).status_code == 200


def test_nothing_of_the_organization_is_told(anonymous: Actor, organization: Organization) -> None:
    text = anonymous.get("/public/instance").content.decode()
    assert "Acme" not in text
    assert str(organization.pk) not in text


def test_it_takes_one_query(
    anonymous: Actor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        anonymous.get("/public/instance")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_it_can_only_be_read(anonymous: Actor, method: str) -> None:
    assert anonymous.send(method, "/public/instance", "{}").status_code == 405
