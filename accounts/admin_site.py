"""The admin's site: its name, and a log-in that counts with the API's."""

import math
from typing import Any, cast

from django.contrib.admin import AdminSite as DjangoAdminSite
from django.contrib.admin.forms import AdminAuthenticationForm, AdminPasswordChangeForm
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse_lazy
from django.utils import timezone

from accounts import passwords, throttling
from accounts.actor import Actor, Door
from accounts.admin_home import add_purposes, cards_for
from accounts.audit import Action, acting_as, record
from accounts.models import PasswordReset, Session, User
from accounts.origin import origin_of
from accounts.services.login import InvalidCredentials, check_credentials
from accounts.services.sessions import revoke_sessions
from config.exceptions import TooManyRequests

UNUSED_PAGES = {"autocomplete", "view_on_site"}
NOT_LET_IN = (
    "Please enter the correct e-mail and password of a staff account."
    " In the password, capital letters count."
)


def admin_actor(request: HttpRequest) -> Actor:
    """Who acts in the admin, for services and the audit trail."""
    user = request.user if isinstance(request.user, User) else None
    return Actor(
        door=Door.ADMIN,
        origin=origin_of(request),
        user=user,
        request_id=request.META["REQUEST_ID"],
    )


class StaffLoginForm(AdminAuthenticationForm):
    """Checks e-mail and password as the API does, under the same limits."""

    throttled_for: int | None = None

    def clean(self) -> dict[str, Any]:
        email = self.cleaned_data.get("username")
        password = self.cleaned_data.get("password")
        if email and password and self.request is not None:
            try:
                self.user_cache = check_credentials(
                    email=email, password=password, by=admin_actor(self.request)
                )
            except InvalidCredentials as error:
                raise self.get_invalid_login_error() from error
            except TooManyRequests as error:
                self.throttled_for = error.retry_after
                raise _throttled(error) from error
            self.confirm_login_allowed(self.user_cache)
            actor = acting_as(admin_actor(self.request), self.user_cache)
            record(Action.LOGIN_SUCCEEDED, by=actor, target=self.user_cache)
        return self.cleaned_data

    def get_invalid_login_error(self) -> ValidationError:
        """In Django's own words the e-mail may be case-sensitive, too."""
        return ValidationError(NOT_LET_IN, code="invalid_login")

    def confirm_login_allowed(self, user: AbstractBaseUser) -> None:
        """Raises ValidationError for everybody but approved staff."""
        if not (isinstance(user, User) and user.may_use_admin):
            raise self.get_invalid_login_error()


class StaffPasswordForm(AdminPasswordChangeForm):
    """Tries of the old password count with the log-ins of the account."""

    def __init__(self, *args: Any, network: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.network = network

    def clean_old_password(self) -> str:
        tries = throttling.LoginTries.of(self.user.email_key, self.network)
        try:
            tries.count()
        except TooManyRequests as error:
            raise _throttled(error) from error
        old_password: str = self.cleaned_data["old_password"]
        if not passwords.is_password_of(self.user, old_password):
            raise ValidationError(self.error_messages["password_incorrect"], "password_incorrect")
        tries.succeed()
        return old_password


class StaffPasswordView(PasswordChangeView):
    """Ends all sessions of the API: whoever knows the old password is out."""

    form_class = StaffPasswordForm
    success_url = reverse_lazy("admin:password_change_done")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "network": origin_of(self.request).network}

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        user, actor = form.user, admin_actor(self.request)
        user.password = passwords.hash_password(form.cleaned_data["new_password1"])
        with transaction.atomic():
            user.save(update_fields=["password"])
            update_session_auth_hash(self.request, user)
            PasswordReset.objects.void(user, timezone.now())
            record(Action.PASSWORD_CHANGED, by=actor, target=user)
            reason = Session.RevokedReason.PASSWORD_CHANGED
            revoke_sessions(user=user, reason=reason, by=actor)
        return HttpResponseRedirect(self.get_success_url())


def _throttled(error: TooManyRequests) -> ValidationError:
    seconds = error.retry_after or 0
    wait = f"{seconds} seconds" if seconds < 2 * 60 else f"{math.ceil(seconds / 60)} minutes"
    text = f"Too many tries. Please wait {wait}."
    return ValidationError(text, code="throttled")


class AdminSite(DjangoAdminSite):
    """Hyperspeed's admin."""

    site_header = "Hyperspeed"
    site_title = "Hyperspeed"
    index_title = "Administration"
    site_url = None
    login_form = StaffLoginForm
    logout_template = "admin/logged_out.html"

    def has_permission(self, request: HttpRequest) -> bool:
        """Asked on every page, so that a session ends with what let it in."""
        return isinstance(request.user, User) and request.user.may_use_admin

    def get_urls(self) -> list[Any]:
        """Without two addresses of Django's that no page of ours leads to: they answer whoever is
        staff, and some questions with an error 500."""
        return [url for url in super().get_urls() if getattr(url, "name", "") not in UNUSED_PAGES]

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """The home page: what waits, and the way to every list."""
        cards = cards_for(request.user) if isinstance(request.user, User) else []
        page = super().index(request, {**(extra_context or {}), "cards": cards})
        add_purposes((page.context_data or {})["app_list"])
        return page

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The log-in page; 429 with Retry-After while the limits hold."""
        response = super().login(request, extra_context)
        if request.method == "POST" and response.status_code == 302:
            request.session.cycle_key()  # Django keeps it when the same person logs in again
        context = getattr(response, "context_data", None) or {}
        form = context.get("form")
        if isinstance(form, StaffLoginForm) and form.throttled_for is not None:
            response.status_code = TooManyRequests.status
            response["Retry-After"] = str(form.throttled_for)
        return response

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """The page on which staff change their own password."""
        context = {**self.each_context(request), **(extra_context or {})}
        view = StaffPasswordView.as_view(
            template_name="registration/password_change_form.html", extra_context=context
        )
        return cast("TemplateResponse", view(request))
