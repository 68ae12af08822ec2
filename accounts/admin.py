"""Sessions in the admin, and the audit trail: see `accounts.admin_audit`."""

import uuid

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from accounts.admin_audit import AuditEventAdmin
from accounts.admin_base import ReadOnlyAdmin, StateFilter, device_in_short
from accounts.admin_bulk import one_by_one
from accounts.admin_filters import OwnerFilter
from accounts.admin_home import describe
from accounts.admin_site import admin_actor
from accounts.admin_words import counted, moment_in_words, moment_of
from accounts.models import AuditEvent, Session, User
from accounts.services.sessions import revoke_session

__all__ = ["AuditEventAdmin", "SessionAdmin"]

# The ledger of refresh tokens is no page for people.
admin.site.unregister(OutstandingToken)
admin.site.unregister(BlacklistedToken)


describe(
    {
        AuditEvent: "Who did what, when and from where.",
        Session: "Where people are logged in; a log-in is ended here.",
    }
)


class SessionStateFilter(StateFilter):
    states = ("live", "ended")


class SessionUserFilter(OwnerFilter):
    title = "user"
    parameter_name = "user"
    owners = User


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    list_display = ("user", "created", "last_used_at", "ip_address", "device", "state")
    list_filter = (SessionUserFilter, SessionStateFilter, "revoked_reason")
    list_select_related = ("user",)
    search_fields = ("user__email_key__startswith", "ip_address")
    search_help_text = "Search by e-mail or IP address (of a long list, the whole address)"
    rest_is_seen_by = (
        "Filter or search to see others;"
        " “End all sessions” in the list of users ends those of one user"
    )
    # Not by last use: an index of what every refresh writes would cost each of them.
    ordering = ("-pk",)
    short_ordering = ("-last_used_at", "-pk")
    sortable_by = ("created",)
    actions = ("end_selected",)
    fields = (
        "user",
        "state_in_words",
        "created_at",
        "last_used_at",
        "expires_at",
        "ip_address",
        "user_agent",
        "ended",
        "revoked_reason",
    )
    readonly_fields = ("state_in_words", "ended")
    ended = moment_of("revoked_at", "ended at", if_none="not yet")

    @admin.display(description="device")
    def device(self, session: Session) -> SafeString:
        return device_in_short(session.user_agent)

    @admin.display(description="state")
    def state(self, session: Session) -> str:
        return "live" if session.is_live(timezone.now()) else "ended"

    @admin.display(description="state")
    def state_in_words(self, session: Session) -> str:
        now, days = timezone.now(), settings.REFRESH_TOKEN_LIFETIME.days
        if session.revoked_at:
            return f"Ended on {moment_in_words(session.revoked_at)}: nobody is logged in by it."
        if not session.is_live(now):
            end = moment_in_words(session.expires_at)
            return f"Ended on {end}, when it had lasted as long as it may."
        if session.ends_at <= now:
            return f"Live, but unused for {days} days: its user has to log in again."
        return (
            "Live: its user is logged in on this device, until they log out, it is ended,"
            f" or it is unused for {days} days; not after {moment_in_words(session.expires_at)}."
        )

    @admin.action(description="End selected sessions", permissions=["manage"])
    def end_selected(
        self, request: HttpRequest, queryset: QuerySet[Session]
    ) -> HttpResponse | None:
        """The page that asks about those that are live; its POST ends them, and counts those that
        nobody else ended meanwhile."""
        now, actor = timezone.now(), admin_actor(request)
        chosen = [one for one in queryset.select_related("user") if one.is_live(now)]
        page = "accounts/session/revoke_selected.html"
        if chosen and (
            asks := self.ask_about(request, "end_selected", chosen, "End sessions", page)
        ):
            return asks
        run = one_by_one(chosen, lambda session: revoke_session(session=session, by=actor))
        if answer := self.tell_run(request, run, "Ended"):
            return answer
        if ended := sum(run.results):
            messages.success(request, f"Ended: {counted(ended, 'session')}.")
        else:
            messages.warning(request, "These sessions have ended already.")
        return None

    def get_urls(self) -> list[URLPattern]:
        revoke = self.admin_site.admin_view(self.revoke_view)
        return [
            path("<uuid:pk>/revoke/", revoke, name="accounts_session_revoke"),
            *super().get_urls(),
        ]

    def revoke_view(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """The page that asks; a POST ends the session."""
        if not self.has_manage_permission(request):
            raise PermissionDenied
        session = get_object_or_404(Session.objects.select_related("user"), pk=pk)
        back = reverse("admin:accounts_session_change", args=[pk])
        if not session.is_live(timezone.now()):
            messages.warning(request, "This session has ended already.")
            return HttpResponseRedirect(back)
        if request.method == "POST":
            if revoke_session(session=session, by=admin_actor(request)):
                messages.success(request, f"Ended: a session of {session.user}.")
            return HttpResponseRedirect(back)
        context = {"title": "End session", "session": session, "back": back}
        return self.own_page(request, "accounts/session/revoke.html", context)
