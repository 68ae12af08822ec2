"""What the home page of the admin says of sign-ups."""

from django.urls import reverse
from django.utils import timezone

from accounts.admin_home import MAX_COUNTED, Card, Line, Tone, bounded, describe, home_card
from accounts.admin_words import age
from accounts.models import User
from organizations.models import Invite, Organization, Role, SignupRequest

QUEUE = "admin:organizations_signuprequest_changelist"
PAGE = "admin:organizations_signuprequest_change"
VIEW = "organizations.view_signuprequest"
MAX_DECISIONS = 5

describe(
    {
        Invite: "Who was invited, and by whom; an invite is revoked here.",
        Organization: "Their names and addresses, and whether anybody may sign up.",
        Role: "What members may do, and how many hold it.",
        SignupRequest: "Who asks to join; they are approved or denied here.",
        User: "People and programs; an account is shut, opened or made staff here.",
    }
)


@home_card(VIEW, place=10)
def pending_signups(_user: User) -> Card:
    """How many wait, and since when."""
    oldest_first = SignupRequest.objects.pending().oldest_first()
    waiting = list(oldest_first.values_list("created_at", flat=True)[: MAX_COUNTED + 1])
    says = "Nobody is waiting for approval."
    if waiting:
        since = age(waiting[0], timezone.now())
        of_one = f"person has waited for approval for {since}."
        of_many = f"people wait for approval; the oldest for {since}."
        says = of_one if len(waiting) == 1 else of_many
    return Card(
        title="Sign-ups",
        figure=bounded(len(waiting)) if waiting else "",
        says=says,
        links={"Open the queue": reverse(QUEUE)},
        tone=Tone.WAITING if waiting else Tone.CALM,
    )


@home_card(VIEW, place=20)
def recent_decisions(_user: User) -> Card:
    """The latest, by whoever made them."""
    latest = SignupRequest.objects.decided().select_related("user", "resolved_by")
    lines = [
        Line(decided.user.email, reverse(PAGE, args=[decided.pk]), decided.decision)
        for decided in latest[:MAX_DECISIONS]
    ]
    queue = reverse(QUEUE)
    return Card(
        title="Recent decisions",
        says="" if lines else "No sign-up was decided yet.",
        links={"All approved": f"{queue}?status=approved", "All denied": f"{queue}?status=denied"},
        lines=lines,
    )
