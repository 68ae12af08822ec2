"""The page that asks about many sign-ups at once: what staff should know of each, in one line.

One query for all of them. For each it reads an index, and no more than a hundred rows of that, as
the page of one request does (see `signup_facts`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.admin_lists import CountOfFew
from accounts.models import User
from accounts.models.user import EmailDomain
from organizations.admin.signup_facts import MANY, Status, many, roles_of
from organizations.models import Membership, SignupNote, SignupRequest
from organizations.origins import FREE_MAIL, domain_of


@dataclass(frozen=True)
class Row:
    """A request with its latest note; `at_domain` and `in_network` tell of others, in words."""

    request: SignupRequest
    note: str
    at_domain: str
    in_network: str
    roles: str = ""


def rows_of(requests: Iterable[SignupRequest], *, with_roles: bool = False) -> list[Row]:
    """Of these requests, in their order; with what would be lost with the approval, if asked."""
    asked = list(requests)
    roles = roles_of(asked) if with_roles else {}
    counted = SignupRequest.objects.filter(pk__in=[request.pk for request in asked]).annotate(
        members=CountOfFew(_members()),
        denied=CountOfFew(_at_domain(Status.DENIED)),
        waiting=CountOfFew(_at_domain(Status.PENDING)),
        near=CountOfFew(_near()),
        note=Subquery(_notes().values("text")[:1]),
    )
    names = ("members", "denied", "waiting", "near", "note")
    facts = {row["pk"]: row for row in counted.values("pk", *names)}
    return [
        Row(
            request,
            facts[request.pk]["note"] or "",
            _of_domain(request, facts[request.pk]),
            _of_network(request, facts[request.pk]),
            ", ".join(roles.get(request.pk, [])),
        )
        for request in asked
        if request.pk in facts
    ]


def _of_domain(request: SignupRequest, facts: dict[str, int]) -> str:
    name = domain_of(request.user.email_key)
    if name in FREE_MAIL:
        return f"Anybody can have an address at {name}"
    members = "member" if facts["members"] == 1 else "members"
    words = {"members": members, "denied": "denied", "waiting": "waiting"}
    told = [f"{many(facts[key])} {word}" for key, word in words.items() if facts[key]]
    return f"{', '.join(told) or 'Nobody else'} at {name}"


def _of_network(request: SignupRequest, facts: dict[str, int]) -> str:
    if not request.network:
        return "Unknown network"
    near = facts["near"]
    others = f"{many(near)} other request{'' if near == 1 else 's'}" if near else "No other request"
    return f"{others} from this network"


def _at_domain(status: Status, *, depth: int = 1) -> QuerySet[User, Any]:
    """In the order of the index of domains."""
    domain = EmailDomain(_outer("user__email_key", depth))
    others = User.objects.of_domain(domain).exclude(pk=_outer("user_id", depth))
    return others.filter(signup_status=status).order_by("pk").values("pk")[: MANY + 1]


def _members() -> QuerySet[Membership, Any]:
    approved = _at_domain(Status.APPROVED, depth=2)
    here = Membership.objects.filter(organization_id=OuterRef("organization_id"))
    return here.filter(user__in=approved).order_by().values("pk")


def _near() -> QuerySet[SignupRequest, Any]:
    """In the order of the index of networks, and from one to the same one: a planner that takes
    each to have a few rows reads all of the one that has most, and sorts them."""
    network = OuterRef("network")
    others = SignupRequest.objects.filter(network__gte=network, network__lte=network)
    in_order = others.exclude(pk=OuterRef("pk")).order_by("network", "status", "created_at")
    return in_order.values("pk")[: MANY + 1]


def _notes() -> QuerySet[SignupNote]:
    return SignupNote.objects.filter(request=OuterRef("pk")).order_by("-created_at", "-pk")


def _outer(name: str, depth: int) -> OuterRef:
    return OuterRef(name) if depth == 1 else OuterRef(_outer(name, depth - 1))
