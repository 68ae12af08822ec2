"""manage.py apply_service_accounts: which files it takes, and where tokens go."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone

from organizations.models import Organization
from service_accounts.models import ServiceAccount, ServiceAccountToken
from service_accounts.tokens import make_token
from tests.accounts.commands import Ran, run
from tests.conftest import Actor
from tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db

ONE = '[[accounts]]\nname = "Builder"\n'


@pytest.fixture
def folder(tmp_path: Path, organization: Organization) -> Path:
    """An empty folder for tokens."""
    path = tmp_path / "tokens"
    path.mkdir()
    return path


def apply(folder: Path, text: str | bytes, *options: str) -> Ran:
    """Apply a file with this text; tokens go to the folder."""
    file = folder.parent / "accounts"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return run("apply_service_accounts", str(file), "--secret-dir", str(folder), *options)


def test_a_token_goes_to_a_file_for_its_owner_alone(folder: Path) -> None:
    ran = apply(folder, ONE)
    assert (ran.status, ran.out) == (0, "")
    (file,) = folder.iterdir()
    assert (file.name, stat.S_IMODE(file.stat().st_mode)) == ("Builder.token", 0o600)
    token = file.read_text().removesuffix("\n")
    assert Actor(token).get("/me").json()["display_name"] == "Builder"
    assert token not in ran.err


def test_json_holds_no_token_that_is_in_a_file(folder: Path) -> None:
    data = apply(folder, ONE, "--json").data
    assert (data["tokens"][0]["token"], data["tokens"][0]["name"]) == (None, "Builder")
    assert data["tokens"][0]["hint"][-4:] == (folder / "Builder.token").read_text()[-5:-1]


def test_a_second_time_leaves_the_file_alone(folder: Path) -> None:
    apply(folder, ONE)
    token = (folder / "Builder.token").read_text()
    assert apply(folder, ONE).err == "nothing to do\n"
    assert (folder / "Builder.token").read_text() == token


@pytest.mark.parametrize("field", ["revoked_at", "expires_at"])
def test_a_token_that_works_no_more_is_replaced(folder: Path, field: str) -> None:
    OrganizationFactory.create(slug="second")
    apply(folder, f'organization = "second"\n{ONE}')
    ServiceAccountToken.objects.update(**{field: timezone.now()})
    assert apply(folder, f'organization = "acme"\n{ONE}').status == 0
    token = (folder / "Builder.token").read_text().strip()
    assert Actor(token).get("/me").status_code == 200
    assert stat.S_IMODE((folder / "Builder.token").stat().st_mode) == 0o600


def test_a_token_that_the_database_does_not_know_is_never_overwritten(folder: Path) -> None:
    """It may be another instance's, which works there and is nowhere else: DATABASE_URL is wrong.
    One that a run left which broke off looks the same, and is of use to nobody."""
    file, token = folder / "Builder.token", f"{make_token()}\n"
    file.write_text(token)
    ran = apply(folder, ONE)
    assert (ran.status, ran.out, len(ran.err.splitlines())) == (1, "", 1)
    assert "does not know" in ran.err
    assert token.strip() not in ran.err
    assert (file.read_text(), ServiceAccount.objects.count()) == (token, 0)
    file.unlink()
    assert apply(folder, ONE).status == 0


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir, lambda path: path.symlink_to("precious")])
def test_what_is_no_file_is_neither_waited_for_nor_followed(
    folder: Path, make: Callable[[Path], object]
) -> None:
    """A pipe to which nobody writes would hold the lock of the organization for ever."""
    precious = folder / "precious"
    precious.write_text(f"{make_token()}\n")
    make(folder / "Builder.token")
    before = precious.read_text()
    ran = apply(folder, ONE)
    assert (ran.status, "is no regular file; nothing was changed" in ran.err) == (1, True)
    assert precious.read_text() == before
    assert sorted(file.name for file in folder.iterdir()) == ["Builder.token", "precious"]
    assert not ServiceAccount.objects.exists()


def test_a_token_that_works_is_never_overwritten(folder: Path) -> None:
    OrganizationFactory.create(slug="second")
    apply(folder, f'organization = "second"\n{ONE}')
    token = (folder / "Builder.token").read_text()
    ran = apply(folder, f'organization = "acme"\n{ONE}')
    assert (ran.status, "still works" in ran.err) == (1, True)
    assert (folder / "Builder.token").read_text() == token
    assert ServiceAccount.objects.count() == 1


def test_a_file_of_somebody_else_is_never_overwritten(folder: Path) -> None:
    (folder / "Second.token").write_text("precious\n")
    ran = apply(folder, f'{ONE}[[accounts]]\nname = "Second"\n')
    assert (ran.status, "holds no token" in ran.err) == (1, True)
    assert [(file.name, file.read_text()) for file in folder.iterdir()] == [
        ("Second.token", "precious\n")
    ]
    assert not ServiceAccount.objects.exists()


@pytest.mark.parametrize("name", ["../Builder", "a/b", ".hidden", "漢" * 100])
def test_a_name_that_is_no_file_name_is_refused(folder: Path, name: str) -> None:
    ran = apply(folder, f'[[accounts]]\nname = "{name}"\n')
    assert (ran.status, "nothing was changed" in ran.err) == (1, True)
    assert (list(folder.iterdir()), ServiceAccount.objects.count()) == ([], 0)


def test_a_folder_that_cannot_be_written_leaves_all_as_it_was(folder: Path) -> None:
    (folder / "Second.token").mkdir()
    ran = apply(folder, f'{ONE}[[accounts]]\nname = "Second"\n')
    assert (ran.status, "nothing was changed" in ran.err) == (1, True)
    assert [file.name for file in folder.iterdir()] == ["Second.token"]
    assert ServiceAccountToken.objects.count() == 0


def test_a_folder_that_is_not_there_is_told(folder: Path) -> None:
    folder.rmdir()
    ran = apply(folder, ONE)
    assert (ran.status, "is no directory" in ran.err) == (1, True)
    assert not ServiceAccount.objects.exists()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "accounts: "),
        ("[[accounts]]\nname = 1", "name: "),
        ("[[accounts]]\nrole = ['a']\nname = 'A'", "A: unknown key: role"),
        ("orgs = 'a'\naccounts = []", "unknown key: orgs"),
        ("accounts = 1", "accounts: "),
        ("accounts = ['Builder']", "accounts: "),
        ("[[accounts]]\nname = ''", "name: "),
        ('[[accounts]]\nname = "a\\nb"', "account 1: name: "),
        ("[[accounts]]\nname = 'A'\n[[accounts]]\nname = 'a'", "declared more than once: A, a"),
        ("[[accounts]]\nname = 'A'\nroles = 'Reader'", "A: roles: "),
        ("[[accounts]]\nname = 'A'\nroles = [1]", "A: roles: 0: "),
        ("[[accounts]]\nname = 'A'\nis_active = 'no'", "A: is_active: "),
        ("[[accounts]]\nname = 'A'\nexpires_in = '90 days'", "A: expires_in: Not a time span"),
        ("[[accounts]]\nname = 'A'\nexpires_in = 90", "A: expires_in: Not a time span"),
        ("[[accounts]]\nname = 'A'\nprovider = 'other'", "A: provider must be"),
        ("[[accounts]]\nname = 'A'\nopenrouter_model = ''", "A: openrouter_model is empty"),
        ("[[accounts]]\nname = 'A'\nname = 'B'", "neither TOML nor JSON"),
        ('{"accounts": [], "accounts": []}', "twice"),
        ("{" + '"a":[' * 5000, "neither TOML nor JSON"),
        ("a = " + "[" * 5000, "neither TOML nor JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b"#" * 1_000_001, "larger than"),
    ],
)
def test_a_file_that_is_wrong_is_refused_in_one_line(
    folder: Path, text: str | bytes, problem: str
) -> None:
    ran = apply(folder, text, "--prune")
    assert (ran.status, ran.out, len(ran.err.splitlines())) == (1, "", 1)
    assert problem in ran.err
    assert not ServiceAccount.objects.exists()


def test_json_says_the_same(folder: Path) -> None:
    text = '\ufeff {"accounts": [{"name": "Builder", "openrouter_model": "some/model"}]}'
    assert apply(folder, text).err.splitlines()[0] == (
        '+ create Builder: openrouter_model "some/model"'
    )


def test_null_in_json_clears_a_setting(folder: Path) -> None:
    cursor = '{"accounts": [{"name": "A", "provider": "cursor", "cursor_default_ref": %s}]}'
    apply(folder, cursor % '"main"')
    assert apply(folder, cursor % "null").status == 0
    assert ServiceAccount.objects.get().cursor_default_ref == ""


def test_a_file_that_is_not_there_is_told(folder: Path) -> None:
    ran = run("apply_service_accounts", str(folder / "none.toml"))
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.endswith("none.toml: No such file or directory\n")
