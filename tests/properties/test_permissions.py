"""What roles add up to, in the two places that work it out: one member, and all members."""

from hypothesis import given
from hypothesis import strategies as st

from config.exceptions import Forbidden
from organizations.access import Access, find_access
from organizations.models import MemberRole, Membership, Organization, Role, Space, SpaceRole
from organizations.models.role import permissions_of
from organizations.permissions import Permission
from tests.conftest import Actor
from tests.factories import make_role
from tests.properties.model import KEYS

CODES = [permission.value for permission in Permission]
codes = st.lists(st.sampled_from(CODES) | st.text(max_size=20), max_size=8)
grants = st.lists(st.frozensets(st.sampled_from(Permission), max_size=4), min_size=3, max_size=3)
choices = st.lists(st.booleans(), min_size=3, max_size=3)


@given(codes)
def test_a_role_grants_what_is_known_and_owner_everything(listed: list[str]) -> None:
    granted = permissions_of(is_system=False, codes=listed)
    assert {permission.value for permission in granted} == set(listed) & set(CODES)
    assert permissions_of(is_system=True, codes=listed) == frozenset(Permission)


@given(grants=grants, held=choices, listed=choices, is_closed=st.booleans())
def test_access_to_a_space_is_the_same_whichever_way_it_is_asked(
    member: Actor,
    grants: list[frozenset[Permission]],
    held: list[bool],
    listed: list[bool],
    is_closed: bool,
) -> None:
    access, space = arrange(member, grants, held, listed, is_closed)
    assert access.permissions == frozenset[Permission]().union(
        *(granted for granted, has in zip(grants, held, strict=True) if has)
    )
    is_listed = any(has and on for has, on in zip(held, listed, strict=True))
    may = is_listed if is_closed else Permission.BOARD_READ in access.permissions
    may = may or bool(KEYS & access.permissions)
    assert Space.objects.accessible_to(access).filter(pk=space.pk).exists() == may
    entering = Membership.objects.who_may_enter(space)
    assert entering.filter(user=member.user).exists() == may


@given(held=st.frozensets(st.sampled_from(Permission)), needed=st.sets(st.sampled_from(Permission)))
def test_all_that_is_needed_must_be_held(
    held: frozenset[Permission], needed: set[Permission]
) -> None:
    access = Access(None, None, held, is_owner=False)  # type: ignore[arg-type]
    try:
        access.require(*needed)
    except Forbidden:
        assert needed - held
    else:
        assert not needed - held


def arrange(
    member: Actor,
    grants: list[frozenset[Permission]],
    held: list[bool],
    listed: list[bool],
    is_closed: bool,
) -> tuple[Access, Space]:
    """Three new roles, those that the member holds, and a space with some on its list."""
    organization = Organization.objects.get(name="Acme")
    Role.objects.filter(is_system=False).delete()
    Space.objects.all().delete()
    roles = [
        make_role(organization, *granted, name=f"Role {number}")
        for number, granted in enumerate(grants)
    ]
    membership = Membership.objects.get(user=member.user)
    space = Space.objects.create(organization=organization, name="Launch", has_allow_list=is_closed)
    for role, has, on in zip(roles, held, listed, strict=True):
        if has:
            MemberRole.objects.create(membership=membership, role=role)
        if on and is_closed:
            SpaceRole.objects.create(space=space, role=role)
    access = find_access(user=member.user, organization_id=organization.pk)
    assert access is not None
    return access, space
