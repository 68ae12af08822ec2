"""manage.py apply_service_accounts: what it makes of a file."""

import re
from pathlib import Path

import pytest

from accounts.models import AuditEvent
from organizations.models import MemberRole, Membership, Organization
from organizations.permissions import Permission
from service_accounts.models import ServiceAccount, ServiceAccountToken
from tests.accounts.commands import Ran, run
from tests.conftest import Actor, make_bot
from tests.factories import OrganizationFactory, make_role

pytestmark = pytest.mark.django_db

TWO = """
[[accounts]]
name = "Builder"
roles = ["reader"]

[[accounts]]
name = "Release bot"
provider = "cursor"
cursor_default_ref = "main"
"""


@pytest.fixture
def file(tmp_path: Path, organization: Organization) -> Path:
    """A file with two accounts, whose role exists."""
    make_role(organization, Permission.BOARD_READ, name="Reader")
    path = tmp_path / "accounts.toml"
    path.write_text(TWO)
    return path


def apply(file: Path, *options: str) -> Ran:
    return run("apply_service_accounts", str(file), *options)


def rewrite(file: Path, *changes: tuple[str, str]) -> Path:
    text = file.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text)
    return file


def roles_of(name: str) -> list[str]:
    held = MemberRole.objects.filter(membership__user__service_account__name=name)
    return list(held.order_by("role__name").values_list("role__name", flat=True))


def everything() -> list[object]:
    """What a run that changes nothing leaves as it is."""
    tables = (ServiceAccount, ServiceAccountToken, MemberRole, AuditEvent)
    return [list(table._default_manager.order_by("pk").values()) for table in tables]


def test_a_setting_that_a_member_typed_is_one_line_of_the_plan(file: Path) -> None:
    """It could clear the operator's terminal, or look like another line."""
    apply(file)
    ServiceAccount.objects.filter(provider="cursor").update(cursor_default_ref="\x1b[2J\n- \x9b")
    (line,) = apply(file, "--dry-run").out.splitlines()
    assert line == r'~ change Release bot: cursor_default_ref "\x1b[2J\n- \x9b" -> "main"'


def test_what_is_missing_is_made_and_its_tokens_are_alone_on_stdout(file: Path) -> None:
    ran = apply(file)
    assert ran.status == 0
    assert re.fullmatch(r"Builder sa_\w{36}\nRelease bot sa_\w{36}\n", ran.out)
    assert ran.err.splitlines() == [
        "+ create Builder: role +Reader",
        '+ create Release bot: provider "cursor", cursor_default_ref "main"',
        "2 changes made",
    ]
    for line in ran.out.splitlines():
        name, _, token = line.rpartition(" ")
        assert Actor(token).get("/me").json()["display_name"] == name


def test_an_account_is_made_as_declared(file: Path, owner: Actor) -> None:
    apply(file)
    bot = ServiceAccount.objects.get(name="Release bot")
    assert (bot.provider, bot.cursor_default_ref, bot.managed_by) == ("cursor", "main", "apply")
    assert (bot.created_by, bot.is_active) == (owner.user, True)
    assert (roles_of("Builder"), roles_of("Release bot")) == (["Reader"], [])
    assert ServiceAccountToken.objects.count() == 2


def test_a_second_time_changes_nothing(file: Path) -> None:
    apply(file)
    before = everything()
    assert apply(file) == (0, "", "nothing to do\n")
    assert apply(file, "--dry-run") == (0, "", "nothing to do\n")
    assert everything() == before


def test_a_dry_run_prints_the_plan_and_tells_drift_by_its_exit_code(file: Path) -> None:
    before = everything()
    ran = apply(file, "--dry-run")
    assert ran.status == 2
    assert ran.out.splitlines()[0] == "+ create Builder: role +Reader"
    assert ran.err == "2 changes to make; nothing was changed\n"
    assert everything() == before


def test_a_dry_run_refuses_what_a_run_refuses(file: Path) -> None:
    rewrite(file, ("reader", "Owner"))
    assert apply(file, "--dry-run") == (1, "", "service accounts cannot be owners\n")


def test_roles_are_made_equal_to_the_file(file: Path, organization: Organization) -> None:
    token = apply(file).out.split()[1]
    make_role(organization, Permission.SPACE_CREATE, name="Maker")
    ran = apply(rewrite(file, ('["reader"]', '["Maker"]')))
    assert ran.err.startswith("~ change Builder: role +Maker, role -Reader\n")
    assert (ran.status, ran.out, roles_of("Builder")) == (0, "", ["Maker"])
    assert Actor(token).get(f"/organizations/{organization.pk}/spaces").status_code == 403
    assert AuditEvent.objects.filter(action="member.roles_changed", door="command").count() == 1


def test_no_roles_means_none_and_silence_leaves_them(file: Path) -> None:
    apply(file)
    rewrite(file, ('roles = ["reader"]', ""))
    assert (apply(file).err, roles_of("Builder")) == ("nothing to do\n", ["Reader"])
    rewrite(file, ('name = "Builder"', 'name = "Builder"\nroles = []'))
    assert (apply(file).status, roles_of("Builder")) == (0, [])


def test_settings_are_changed_and_the_rest_stays(file: Path) -> None:
    tokens = apply(file).out.split()
    ran = apply(rewrite(file, ("main", "next"), ('"Builder"', '"builder"')))
    assert ran.err.splitlines() == [
        '~ change Builder: name "Builder" -> "builder"',
        '~ change Release bot: cursor_default_ref "main" -> "next"',
        "2 changes made",
    ]
    assert ServiceAccount.objects.get(name_key="builder").name == "builder"
    assert [Actor(tokens[place]).get("/me").status_code for place in (1, 4)] == [200, 200]


def test_who_is_disabled_by_hand_stays_so_until_the_file_says_otherwise(file: Path) -> None:
    """Somebody in an emergency must not be undone by the next start of a replica."""
    token = apply(file).out.split()[1]
    ServiceAccount.objects.filter(name="Builder").update(is_active=False)
    assert apply(file).err == "nothing to do\n"
    assert Actor(token).get("/me").status_code == 401
    apply(rewrite(file, ('name = "Builder"', 'name = "Builder"\nis_active = true')))
    assert Actor(token).get("/me").status_code == 200


def test_an_account_may_be_made_disabled(file: Path) -> None:
    rewrite(file, ('name = "Builder"', 'name = "Builder"\nis_active = false'))
    token = apply(file).out.split()[1]
    assert Actor(token).get("/me").status_code == 401
    assert apply(file).err == "nothing to do\n"


def test_an_expiry_is_of_the_token_that_comes_with_the_account(file: Path) -> None:
    rewrite(file, ('name = "Builder"', 'name = "Builder"\nexpires_in = "90d"'))
    expiries = [token["expires_at"] for token in apply(file, "--json").data["tokens"]]
    assert (expiries[0].endswith("Z"), expiries[1]) == (True, None)
    assert apply(file).err == "nothing to do\n"


def test_pruning_disables_what_the_file_no_longer_declares(file: Path) -> None:
    tokens = apply(file).out.split()
    file.write_text('[[accounts]]\nname = "Builder"\n')
    assert apply(file).err == "nothing to do\n"
    assert apply(file, "--prune", "--dry-run").status == 2
    ran = apply(file, "--prune")
    line = "- disable Release bot: is_active true -> false"
    assert (ran.status, ran.out, ran.err) == (0, "", f"{line}\n1 change made\n")
    assert [Actor(tokens[place]).get("/me").status_code for place in (1, 4)] == [200, 401]
    assert apply(file, "--prune").err == "nothing to do\n"


def test_pruning_spares_what_people_made_and_what_other_files_declare(
    file: Path, bot: Actor, tmp_path: Path
) -> None:
    other = tmp_path / "other.toml"
    other.write_text('managed_by = "other"\n[[accounts]]\nname = "Watcher"\n')
    apply(file)
    apply(other)
    file.write_text("accounts = []")
    assert apply(file, "--prune").err.endswith("2 changes made\n")
    active = ServiceAccount.objects.filter(is_active=True).order_by("name")
    assert [account.name for account in active] == ["Bot", "Watcher"]


def test_pruning_stays_in_the_organization(file: Path, organization: Organization) -> None:
    make_bot(OrganizationFactory.create(slug="second"), name="Far")
    ServiceAccount.objects.update(managed_by="apply")
    file.write_text('organization = "acme"\naccounts = []')
    assert apply(file, "--prune").err == "nothing to do\n"


def test_what_a_person_made_becomes_the_files_when_it_is_named(file: Path, bot: Actor) -> None:
    file.write_text('[[accounts]]\nname = "Bot"\n')
    assert apply(file).err.startswith('~ change Bot: managed_by "" -> "apply"\n')
    assert bot.get("/me").status_code == 200
    assert ServiceAccountToken.objects.count() == 1


def test_two_files_do_not_fight_for_an_account(file: Path) -> None:
    apply(file)
    before = everything()
    file.write_text(f'managed_by = "other"\n{TWO}')
    assert apply(file) == (1, "", "Builder is managed by apply\n")
    assert everything() == before


def test_who_was_removed_is_a_member_again(file: Path) -> None:
    token = apply(file).out.split()[1]
    Membership.objects.filter(user__service_account__name="Builder").delete()
    assert apply(file).err.startswith("~ change Builder: member again, role +Reader\n")
    assert Actor(token).get("/organizations").json()["organizations"] != []
    assert apply(file).err == "nothing to do\n"


@pytest.mark.parametrize("role", ["Nobody", "Owner"])
def test_a_role_that_cannot_be_given_leaves_all_as_it_was(file: Path, role: str) -> None:
    apply(file)
    before = everything()
    ran = apply(rewrite(file, ("reader", role), ("main", "next")))
    expected = {"Nobody": "unknown role: Nobody\n", "Owner": "service accounts cannot be owners\n"}
    assert (ran.status, ran.out, ran.err) == (1, "", expected[role])
    assert everything() == before


def test_openrouter_needs_a_model(file: Path) -> None:
    apply(file)
    ran = apply(rewrite(file, ('"cursor"', '"openrouter"')))
    assert (ran.status, ran.out) == (1, "")
    assert "openrouter_model is required" in ran.err


def test_json_has_a_stable_shape(file: Path) -> None:
    data = apply(file, "--json").data
    assert [change.keys() for change in data["changes"]] == [{"action", "name", "details"}] * 2
    assert data["tokens"][0].keys() == {"name", "token", "hint", "expires_at"}
    assert Actor(data["tokens"][0]["token"]).get("/me").status_code == 200
    assert apply(file, "--json").data == {"changes": [], "tokens": []}


def test_the_plan_in_json_holds_no_token(file: Path) -> None:
    ran = apply(file, "--json", "--dry-run")
    assert (ran.status, ran.data["tokens"], len(ran.data["changes"])) == (2, [], 2)


def test_the_organization_is_named_where_there_are_several(file: Path) -> None:
    OrganizationFactory.create(slug="second")
    assert (apply(file).status, ServiceAccount.objects.count()) == (1, 0)
    file.write_text(f'organization = "acme"\n{TWO}')
    assert apply(file).status == 0
    file.write_text(f'organization = "nowhere"\n{TWO}')
    assert apply(file).err == "no organization has the slug nowhere\n"


def test_what_was_done_is_in_the_audit_trail(file: Path) -> None:
    apply(file)
    actions = AuditEvent.objects.filter(door="command").values_list("action", flat=True)
    assert {"service_account.created", "token.issued"} <= set(actions)
