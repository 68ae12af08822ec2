"""What a decision on a sign-up needs to know, told in words. Each query reads an index, and no more
than a hundred rows of it: more than that is just many."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.admin_words import age, who
from accounts.audit import Action
from accounts.models import AuditEvent, User
from organizations.models import Membership, Role, SignupNote, SignupRequest
from organizations.origins import FREE_MAIL, domain_of

MANY = 100
MAX_TOLD = 20
CHANGELIST = "admin:organizations_signuprequest_changelist"
Status = SignupRequest.Status
WORDS = {Status.PENDING: "waiting", Status.APPROVED: "approved", Status.DENIED: "denied"}
DECISIONS = (
    Action.SIGNUP_REQUESTED,
    Action.SIGNUP_APPROVED,
    Action.SIGNUP_DENIED,
    Action.SIGNUP_REOPENED,
)


@dataclass(frozen=True)
class Count:
    """How many others there are of a kind, and the list of them, where there is one."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class DomainFacts:
    """Who else has an address there; of a free-mail domain nothing is counted."""

    name: str
    is_free_mail: bool
    counts: list[Count]


@dataclass(frozen=True)
class NetworkFacts:
    """Who else asked from there."""

    name: str
    counts: list[Count]
    at_this_address: str


@dataclass(frozen=True)
class Told:
    """One line of the history."""

    event: AuditEvent
    text: str
    reason: str


def domain_facts(request: SignupRequest) -> DomainFacts:
    name = domain_of(request.user.email_key)
    if name in FREE_MAIL:
        return DomainFacts(name, is_free_mail=True, counts=[])
    others = User.objects.of_domain(name).exclude(pk=request.user_id)
    members = _members(request, others)
    counts = [Count(f"{many(members)} member{'' if members == 1 else 's'}")] if members else []
    for status in (Status.DENIED, Status.PENDING):
        number = _few_of(others, status).count()
        counts += _count(number, status, domain=name)
    return DomainFacts(name, is_free_mail=False, counts=counts)


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


def history_of(request: SignupRequest) -> list[Told]:
    """What happened to the request, from the audit trail, latest first."""
    events = AuditEvent.objects.with_names().filter(target_id=request.pk, action__in=DECISIONS)
    latest = events.order_by("-created_at", "-pk")[:MAX_TOLD]
    return [
        Told(event, _in_words(event, request), str(event.after.get("reason") or ""))
        for event in latest
    ]


def notes_on(request: SignupRequest) -> list[SignupNote]:
    """The latest, in the order in which they were written."""
    latest = request.notes.select_related("author").order_by("-created_at", "-pk")[:MANY]
    return list(latest)[::-1]


def roles_of(request: SignupRequest) -> list[str]:
    """The roles that the applicant holds by now."""
    held = Role.objects.filter(
        organization=request.organization_id, memberships__user=request.user_id
    )
    return list(held.order_by("name_key").values_list("name", flat=True)[:MANY])


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


def _members(request: SignupRequest, others: "QuerySet[User]") -> int:
    approved = _few_of(others, Status.APPROVED).values("pk")
    here = Membership.objects.filter(organization_id=request.organization_id)
    return here.filter(user__in=approved).count()


def _few_of(others: "QuerySet[User]", status: Status) -> "QuerySet[User]":
    """In the order of the index of domains, for the same reason."""
    return others.filter(signup_status=status).order_by("pk")[: MANY + 1]


def _count(number: int, status: Status, **by: str) -> list[Count]:
    """Nothing for nobody."""
    query = urlencode({"status": status.value, **by})
    url = f"{reverse(CHANGELIST)}?{query}"
    return [Count(f"{many(number)} {WORDS[status]}", url)] if number else []


def _in_words(event: AuditEvent, request: SignupRequest) -> str:
    if event.action == Action.SIGNUP_REQUESTED:
        return "Asked to join."
    if event.action == Action.SIGNUP_DENIED:
        return f"Denied by {who(event)}."
    if event.action == Action.SIGNUP_REOPENED:
        is_undone = event.before.get("status") == Status.APPROVED
        return f"{'Approval undone' if is_undone else 'Re-opened'} by {who(event)}."
    if event.actor_id == request.user_id:
        return "Accepted an invite, which approved it."
    return f"Approved by {who(event)}."
