"""docs/openapi.yaml: valid, current, and good enough that a typed client can be made from it."""

import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # of drf-spectacular, without types
import pytest
from drf_spectacular.validation import validate_schema

from config.openapi import schema_as_yaml
from tests.docs.schema import AS_WRITTEN as DOCUMENT
from tests.docs.schema import PATH
from tests.factories import PASSWORD
from tests.races.client import Client
from tests.races.databases import fresh_database
from tests.server import serve

pytestmark = pytest.mark.once

METHODS = {"get", "post", "put", "patch", "delete"}
OPERATIONS = [
    operation
    for item in DOCUMENT["paths"].values()
    for method, operation in item.items()
    if method in METHODS
]
PACKAGE = "hyperspeed_client"
EMAIL = "olivia@acme.example"
DIRECT = {"trust_env": False}  # a proxy of the environment has no business on the loopback


def generate(document: Path, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Make a client; a warning is a failure."""
    (folder / "config.yaml").write_text("post_hooks: []\n", encoding="utf-8")  # no formatting
    command = [
        *(sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning"),
        *("--path", str(document), "--config", "config.yaml"),
        *("--meta", "none", "--output-path", PACKAGE),
    ]
    return subprocess.run(
        command, cwd=folder, capture_output=True, encoding="utf-8", check=False, timeout=120
    )


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The client, made and imported."""
    folder = tmp_path_factory.mktemp("client")
    made = generate(PATH, folder)
    assert (made.returncode, made.stderr, made.stdout) == (0, "", "Generating hyperspeed_client\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield importlib.import_module(PACKAGE)


@pytest.fixture(scope="module")
def url(client: ModuleType) -> Iterator[str]:
    """A server with one account on it."""
    with fresh_database() as database, serve(database.url) as server:
        Client(server.url.removeprefix("http://")).register(EMAIL)
        yield server.url


def part(name: str) -> Any:
    """A module of the client."""
    return importlib.import_module(f"{PACKAGE}.{name}")


def log_in(url: str, password: str) -> Any:
    """What the client makes of the answer."""
    body = part("models").LoginInputRequest(email=EMAIL, password=password)
    with part("client").Client(base_url=url, httpx_args=DIRECT) as caller:
        return part("api.auth.log_in").sync(client=caller, body=body)


def get_me(url: str, token: str) -> Any:
    """The caller."""
    make = part("client").AuthenticatedClient
    with make(base_url=url, token=token, httpx_args=DIRECT) as caller:
        return part("api.me.get_me").sync(client=caller)


def list_organizations(url: str, token: str) -> Any:
    """The same with a credential."""
    make = part("client").AuthenticatedClient
    with make(base_url=url, token=token, httpx_args=DIRECT) as caller:
        return part("api.organizations.list_organizations").sync(client=caller)


def test_the_document_is_what_the_application_serves() -> None:
    assert PATH.read_bytes() == schema_as_yaml()


def test_the_document_is_valid() -> None:
    validate_schema(DOCUMENT)  # type: ignore[no-untyped-call]  # by the schema of OpenAPI 3.1


@pytest.mark.parametrize("name", DOCUMENT["components"]["schemas"])
def test_every_schema_in_it_is_valid(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(DOCUMENT["components"]["schemas"][name])


def test_every_operation_has_a_name_of_its_own() -> None:
    assert len({operation["operationId"] for operation in OPERATIONS}) == len(OPERATIONS)


def test_every_path_declares_its_parameters() -> None:
    for path, item in DOCUMENT["paths"].items():
        for operation in item.values():
            declared = [p["name"] for p in operation.get("parameters", []) if p["in"] == "path"]
            assert sorted(declared) == sorted(re.findall(r"\{(\w+)\}", path)), path


@pytest.mark.race
def test_the_client_has_a_function_for_every_operation(client: ModuleType) -> None:
    for operation in OPERATIONS:
        tag = operation["tags"][0].replace("-", "_")
        name = re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", operation["operationId"])
        assert callable(part(f"api.{tag}.{name}").sync_detailed)


@pytest.mark.race
def test_the_client_logs_in_and_lists_organizations(url: str) -> None:
    pair = log_in(url, PASSWORD)
    assert (pair.token_type, pair.expires_in) == ("Bearer", 900)
    listed = list_organizations(url, pair.access_token)
    assert [row.name for row in listed.organizations] == ["Acme"]
    assert listed.can_create_organization is False


@pytest.mark.race
def test_the_client_knows_every_field_of_the_caller(url: str) -> None:
    me = get_me(url, log_in(url, PASSWORD).access_token)
    assert (me.email, me.service_account) == (EMAIL, None)
    assert me.additional_properties == {}


@pytest.mark.race
def test_the_client_knows_the_shape_of_a_refusal(url: str) -> None:
    refusal = log_in(url, "no password of theirs")
    assert isinstance(refusal, part("models").Error)
    assert (refusal.error, refusal.code) == ("invalid credentials", "invalid_credentials")
