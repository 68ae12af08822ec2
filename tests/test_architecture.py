"""What holds the code together: who imports whom, and what every view declares."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.permissions import AllowAny
from rest_framework.views import APIView

from accounts.api import ApiView
from organizations.permissions import Permission
from organizations.views.base import OrganizationView
from tests.conftest import make_client
from tests.mutants.__main__ import MUTANTS
from tests.run import TORTURES

ROOT = Path(settings.BASE_DIR)
APPS = ("accounts", "organizations", "service_accounts")
PACKAGES = (*APPS, "config")
ALLOWED = {
    "accounts": {"accounts"},
    "organizations": {"accounts", "organizations"},
    "service_accounts": {"accounts", "organizations", "service_accounts"},
    "config": {"config"},
}
# Whoever calls these needs no credential; every other route under /api/v1 asks for one.
PUBLIC = {
    "api/v1/auth/register",
    "api/v1/auth/login",
    "api/v1/auth/refresh",
    "api/v1/auth/logout",
    "api/v1/auth/password/forgot",
    "api/v1/auth/password/reset",
    "api/v1/public/instance",
}


def sources(*packages: str) -> list[Path]:
    return [path for package in packages for path in (ROOT / package).rglob("*.py")]


def imports_of(path: Path) -> Iterator[tuple[str, ast.stmt]]:
    """Every module that a file imports from, with the statement."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield node.module or "", node
            yield from ((f"{node.module}.{name.name}", node) for name in node.names)
        elif isinstance(node, ast.Import):
            yield from ((name.name, node) for name in node.names)


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_point_one_way(package: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {module}"
        for path in sources(package)
        for module, _ in imports_of(path)
        if (top := module.split(".")[0]) in PACKAGES
        and top not in ALLOWED[package]
        and not (top == "config" and f"{module}.".startswith("config.exceptions."))
        and module != "config"
    ]
    assert wrong == []


@pytest.mark.parametrize("app", APPS)
def test_an_app_imports_the_exceptions_and_nothing_else_of_the_configuration(app: str) -> None:
    modules = {
        node.module
        for path in sources(app)
        for module, node in imports_of(path)
        if module.split(".")[0] == "config" and isinstance(node, ast.ImportFrom)
    }
    assert modules <= {"config.exceptions"}


@pytest.mark.parametrize("package", PACKAGES)
def test_nothing_is_imported_by_a_star_or_relatively(package: str) -> None:
    statements = [
        (path.relative_to(ROOT), node)
        for path in sources(package)
        for _, node in imports_of(path)
        if isinstance(node, ast.ImportFrom)
    ]
    stars = [path for path, node in statements if any(name.name == "*" for name in node.names)]
    assert stars == []
    assert [path for path, node in statements if node.level] == []


def test_no_app_imports_the_tests() -> None:
    found = [
        path.relative_to(ROOT)
        for path in sources(*PACKAGES)
        for module, _ in imports_of(path)
        if module.split(".")[0] == "tests"
    ]
    assert found == []


@pytest.mark.parametrize("word", ["post_save", "pre_save", "m2m_changed", "django.dispatch"])
def test_there_are_no_model_signals(word: str) -> None:
    found = [path for path in sources(*APPS) if word in path.read_text(encoding="utf-8")]
    assert found == []


def all_views() -> list[type[ApiView]]:
    for app in APPS:
        package = importlib.import_module(app)
        for module in pkgutil.walk_packages(package.__path__, f"{app}."):
            importlib.import_module(module.name)
    return [view for view in subclasses(ApiView) if view.__module__.split(".")[0] in APPS]


def subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    for child in kind.__subclasses__():
        yield child
        yield from subclasses(child)


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every route with what answers it."""
    for entry in (resolver or get_resolver()).url_patterns:
        where = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield where, entry.callback
        else:
            yield from routes(entry, where)


def api_routes() -> list[tuple[str, type[APIView]]]:
    found = [(where, getattr(view, "cls", None)) for where, view in routes()]
    return [(where, cls) for where, cls in found if where.startswith("api/v1/") and cls]


def handled(view: type[APIView]) -> set[str]:
    names = ("get", "post", "put", "patch", "delete")
    return {name.upper() for name in names if hasattr(view, name)}


def test_there_are_routes_to_look_at() -> None:
    assert len(api_routes()) >= 11
    assert {"api/v1/me", "api/v1/organizations"} <= {where for where, _ in api_routes()}


def test_every_view_below_an_organization_says_what_each_method_needs() -> None:
    for view in all_views():
        if issubclass(view, OrganizationView) and view is not OrganizationView:
            assert view.needs.keys() == handled(view), view.__name__
            assert set(view.needs.values()) <= {None, *Permission}


def test_every_route_below_an_organization_checks_membership() -> None:
    for where, view in api_routes():
        if "organization_id" in where:
            assert issubclass(view, OrganizationView), where
            assert view.check_permissions is OrganizationView.check_permissions, where


def test_only_the_listed_routes_need_no_credential() -> None:
    public = {
        where
        for where, view in api_routes()
        if not view.authentication_classes
        or not view.permission_classes
        or AllowAny in view.permission_classes
    }
    assert public == PUBLIC


def test_the_listed_routes_look_at_no_credential_at_all() -> None:
    for where, view in api_routes():
        if where in PUBLIC:
            assert list(view.authentication_classes) == [], where


def test_every_other_route_asks_both_authenticators_in_order() -> None:
    expected = ["ServiceAccountTokenAuthentication", "AccessTokenAuthentication"]
    for where, view in api_routes():
        if where not in PUBLIC:
            assert [kind.__name__ for kind in view.authentication_classes] == expected, where


@pytest.mark.django_db
def test_a_route_without_a_credential_answers_401() -> None:
    some_id = "00000000-0000-7000-8000-000000000000"
    for where, view in api_routes():
        if where in PUBLIC:
            continue
        path = re.sub(r"<\w+:\w+>", some_id, where)
        for method in handled(view):
            answer = make_client().generic(method, f"/{path}", "{")
            assert answer.status_code == 401, (method, where)


def test_routes_have_no_trailing_slash() -> None:
    assert [where for where, _ in api_routes() if where.endswith("/")] == []


def test_every_view_is_one_of_ours() -> None:
    assert [view for _, view in api_routes() if not issubclass(view, ApiView)] == []


@pytest.mark.parametrize("name", ["asgi.py", "signals.py", "selectors.py"])
def test_some_files_do_not_exist(name: str) -> None:
    assert [path for path in sources(*PACKAGES) if path.name == name] == []


def test_the_torture_finds_all_that_is_marked_so() -> None:
    """Its short form looks in these folders alone, which takes seconds less."""
    marked = [p for p in sources("tests") if re.search(r"mark\.torture\b", p.read_text("utf-8"))]
    folders = tuple(f"{folder}/" for folder in TORTURES)
    assert len(marked) > 10
    assert [p for p in marked if not str(p.relative_to(ROOT)).startswith(folders)] == []


def test_every_mutant_finds_the_guard_that_it_breaks_once() -> None:
    """Or a guard that was written anew would be broken no more, and nobody would know."""
    found = {one.name: (ROOT / one.file).read_text().count(one.old) for one in MUTANTS}
    assert {name: count for name, count in found.items() if count != 1} == {}
    assert found
