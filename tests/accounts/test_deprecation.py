"""A call that goes away says so, in its answers and in the document. (None does today.)"""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import path
from drf_spectacular.generators import SchemaGenerator
from pytest_django import Settings
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

from accounts.api import Answer, ApiView
from accounts.deprecation import Deprecation
from accounts.openapi import operation
from accounts.permissions import HumanOnly
from accounts.serializers import OkOutput
from config.openapi import get_schema
from tests.conftest import Actor

SINCE, SUNSET = dt.date(2026, 1, 31), dt.date(2026, 7, 31)
LINK = "https://work.example.org/changes#old"
OLD = Deprecation(since=SINCE, sunset=SUNSET, link=LINK)
FIELDS = {
    "Deprecation": "@1769817600",
    "Sunset": "Fri, 31 Jul 2026 00:00:00 GMT",
    "Link": f'<{LINK}>; rel="deprecation", <{LINK}>; rel="sunset"',
}


class OldView(ApiView):
    """GET goes away, POST stays."""

    permission_classes = (IsAuthenticated, HumanOnly)

    @operation("getOld", "What was", deprecation=OLD)
    def get(self, request: Request) -> Answer:
        return Answer({})

    @operation("postOld", "What stays", answer=OkOutput)
    def post(self, request: Request) -> Answer:
        return Answer({"ok": True})


urlpatterns = [path("api/v1/old", OldView.as_view())]


@pytest.fixture
def served(settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__


def fields_of(answer: Any) -> dict[str, str]:
    return {name: answer[name] for name in FIELDS if name in answer}


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_answers_tell_since_when_until_when_and_where_to_read_more(
    owner: Actor, served: None, method: str
) -> None:
    answer = owner.send(method, "/old")
    assert (answer.status_code, fields_of(answer)) == (200, FIELDS)


@pytest.mark.django_db
def test_refusals_tell_it_too(bot: Actor, served: None) -> None:
    answers = [bot.get("/old"), Actor().get("/old"), Actor().get("/old", accept="text/html")]
    assert [answer.status_code for answer in answers] == [403, 401, 406]
    assert [fields_of(answer) for answer in answers] == [FIELDS] * 3


@pytest.mark.django_db
def test_the_other_methods_of_its_path_do_not(owner: Actor, served: None) -> None:
    answers = [owner.send("POST", "/old"), owner.send("DELETE", "/old")]
    assert [answer.status_code for answer in answers] == [200, 405]
    assert [fields_of(answer) for answer in answers] == [{}, {}]


@pytest.mark.django_db
def test_nothing_else_is_deprecated(owner: Actor) -> None:
    assert fields_of(owner.get("/me")) == {}
    calls = [call for item in get_schema()["paths"].values() for call in item.values()]
    assert [call["operationId"] for call in calls if "deprecated" in call] == []


@pytest.mark.once
def test_the_document_says_so() -> None:
    generator = SchemaGenerator(patterns=urlpatterns)  # type: ignore[no-untyped-call]
    document = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    call = document["paths"]["/api/v1/old"]
    assert call["get"]["deprecated"] is True
    assert "stops working on 2026-07-31" in call["get"]["description"]
    assert LINK in call["get"]["description"]
    assert "deprecated" not in call["post"]


@pytest.mark.once
def test_what_ends_before_it_is_deprecated_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="ends later"):
        Deprecation(since=SUNSET, sunset=SINCE, link=LINK)


@pytest.mark.django_db
def test_a_page_of_another_origin_may_read_it(client: Client) -> None:
    headers = {"origin": "https://app.example.org"}
    answer = client.get("/api/v1/public/instance", headers=headers)
    assert FIELDS.keys() <= set(answer["Access-Control-Expose-Headers"].split(", "))
