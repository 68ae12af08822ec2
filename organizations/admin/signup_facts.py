"""What a decision on a sign-up needs to know, told in words. Each query reads an index, and no more
than a hundred rows of it: more than that is just many."""

import uuid
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.admin_words import age
from accounts.models import User
from organizations.models import MemberRole, Membership, SignupNote, SignupRequest
from organizations.origins import FREE_MAIL, domain_of

MANY = 100
MAX_NAMED = 5
CHANGELIST = "admin:organizations_signuprequest_changelist"
USERS = "admin:accounts_user_changelist"
COLLEAGUES_OF = "colleagues_of"  # the filter of the users, by the id of a request
Status = SignupRequest.Status
WORDS = {Status.PENDING: "waiting", Status.APPROVED: "approved", Status.DENIED: "denied"}


@dataclass(frozen=True)
class Count:
    """How many others there are of a kind, and the list of them."""

    text: str
    url: str
    is_of_users: bool = False


@dataclass(frozen=True)
class DomainFacts:
    """Who else has an address there; of a free-mail domain nothing is counted."""

    name: str
    is_free_mail: bool
    counts: list[Count]
    members: list[User] = field(default_factory=list)
    has_more_members: bool = False


@dataclass(frozen=True)
class NetworkFacts:
    """Who else asked from there."""

    name: str
    counts: list[Count]
    at_this_address: str


def domain_facts(request: SignupRequest) -> DomainFacts:
    name = domain_of(request.user.email_key)
    if name in FREE_MAIL:
        return DomainFacts(name, is_free_mail=True, counts=[])
    others = User.objects.of_domain(name).exclude(pk=request.user_id)
    found = colleagues_of(request)
    members, url = len(found), f"{reverse(USERS)}?{COLLEAGUES_OF}={request.pk}"
    text = f"{many(members)} member{'' if members == 1 else 's'}"
    counts = [Count(text, url, is_of_users=True)] if members else []
    for status in (Status.DENIED, Status.PENDING):
        number = _few_of(others, status).count()
        counts += _count(number, status, domain=name)
    named = User.objects.filter(pk__in=sorted(found)[:MAX_NAMED]).order_by("email_key")
    return DomainFacts(name, False, counts, list(named), has_more_members=members > MAX_NAMED)


def network_facts(request: SignupRequest) -> NetworkFacts | None:
    """None where it is not known from where they asked."""
    if not request.network:
        return None
    counts, at_this_address = list[Count](), 0
    others = SignupRequest.objects.filter(network=request.network).exclude(pk=request.pk)
    for status in (Status.APPROVED, Status.DENIED, Status.PENDING):
        # In the order of the index, or a planner reads the table for what it expects to be common.
        found = others.filter(status=status).order_by("created_at")
        addresses = Counter(found.values_list("ip_address", flat=True)[: MANY + 1])
        at_this_address += addresses[request.ip_address]
        counts += _count(addresses.total(), status, network=request.network)
    return NetworkFacts(request.network, counts, many(at_this_address))


def notes_on(request: SignupRequest) -> tuple[list[SignupNote], bool]:
    """The latest, in the order in which they were written; and whether there are older ones."""
    latest = request.notes.select_related("author").order_by("-created_at", "-pk")
    read = list(latest[: MANY + 1])
    return read[:MANY][::-1], len(read) > MANY


def roles_of(requests: Collection[SignupRequest]) -> dict[uuid.UUID, list[str]]:
    """The roles that the applicants hold by now, by the id of the request."""
    homes = {(one.user_id, one.organization_id): one.pk for one in requests}
    held = MemberRole.objects.filter(membership__user__in=[user for user, _ in homes])
    owner = ("membership__user", "membership__organization")
    roles: dict[uuid.UUID, list[str]] = {}
    for user, organization, name in held.order_by("role__name_key").values_list(
        *owner, "role__name"
    ):
        if (user, organization) in homes:
            roles.setdefault(homes[user, organization], []).append(name)
    return roles


def next_after(request: SignupRequest) -> SignupRequest | None:
    """Who has waited a little less than this one; after the last comes the first again."""
    others = SignupRequest.objects.pending().exclude(pk=request.pk).oldest_first()
    later = Q(created_at__gt=request.created_at) | Q(pk__gt=request.pk)
    after = others.filter(later, created_at__gte=request.created_at).first()
    return after or others.first()


def looking_in_words(others: Iterable[User]) -> str:
    """Empty where nobody else looks."""
    names = [str(user) for user in others]
    if not names:
        return ""
    listed = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    return f"{listed} {'is' if len(names) == 1 else 'are'} looking at this too."


def time_to_undo(request: SignupRequest) -> str:
    """How long the decision can still be undone here, in words; empty if it cannot."""
    now, until = timezone.now(), request.undo_until
    return age(now, until) if until and until > now else ""


def many(number: int) -> str:
    """A number that was counted no further than one above `MANY`."""
    return str(number) if number <= MANY else f"more than {MANY}"


def colleagues_of(request: SignupRequest) -> list[uuid.UUID]:
    """The members at the applicant's domain, up to one more than `MANY`; of a free-mail domain
    none."""
    name = domain_of(request.user.email_key)
    if name in FREE_MAIL:
        return []
    others = User.objects.of_domain(name).exclude(pk=request.user_id)
    approved = _few_of(others, Status.APPROVED).values("pk")
    here = Membership.objects.filter(organization_id=request.organization_id)
    return list(here.filter(user__in=approved).values_list("user_id", flat=True))


def _few_of(others: "QuerySet[User]", status: Status) -> "QuerySet[User]":
    """In the order of the index of domains, for the same reason."""
    return others.filter(signup_status=status).order_by("pk")[: MANY + 1]


def _count(number: int, status: Status, **by: str) -> list[Count]:
    """Nothing for nobody."""
    query = urlencode({"status": status.value, **by})
    url = f"{reverse(CHANGELIST)}?{query}"
    return [Count(f"{many(number)} {WORDS[status]}", url)] if number else []
