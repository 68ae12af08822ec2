"""A principal."""

from typing import Any, ClassVar

from django.contrib.auth import models as auth
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from accounts.emails import MAX_EMAIL_LENGTH, email_key, parse_email
from accounts.ids import uuid7

MAX_NAME_LENGTH = 200
SERVICE_ACCOUNT = "service account"


class EmailDomain(models.Func):
    """What comes after the @ of a key: `accounts.live_indexes.add_domain_index` holds it."""

    arity = 1
    output_field = models.CharField()
    template = "split_part(%(expressions)s, '@', 2)"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        at = "substr(%(expressions)s, instr(%(expressions)s, '@') + 1)"
        return self.as_sql(compiler, connection, template=at, **context)


def in_words(name: str, email: str) -> str:
    """How everybody is named in the admin: "Ada (ada@example.com)", or by what there is."""
    return f"{name} ({email})" if name and email else name or email


class UserManager(auth.UserManager["User"]):
    """Builds users with their e-mail in its two forms."""

    use_in_migrations = False

    def build(self, email: str, *, password_hash: str, **fields: Any) -> "User":
        """An unsaved user. Raises ValidationError for an unusable e-mail."""
        address, key = parse_email(email)
        return User(email=address, email_key=key, password=password_hash, **fields)

    def create_superuser(  # type: ignore[override]  # the e-mail is the user name
        self, email: str, password: str | None = None, **fields: Any
    ) -> "User":
        """What `manage.py createsuperuser` calls. Raises ValidationError for a bad password."""
        user = self.build(email, password_hash="", is_staff=True, is_superuser=True, **fields)
        if password is not None:
            validate_password(password, user)
        user.set_password(password)
        user.save()
        return user

    def find_by_email(self, email: str) -> "User | None":
        """The user with this address in any spelling."""
        return self.filter(email_key=email_key(email)).first()

    def of_domain(self, domain: str | EmailDomain) -> "models.QuerySet[User]":
        """Those whose address is there; `domain` as in a key, or that of another's key."""
        return self.alias(domain=EmailDomain("email_key")).filter(domain=domain)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email_key=email_key(username or ""))


class User(AbstractBaseUser, auth.PermissionsMixin):
    """A principal: what a request acts as, a person or the face of a service account."""

    class Kind(models.TextChoices):
        HUMAN = "human", "Person"
        SERVICE = "service", "Service account"

    class SignupStatus(models.TextChoices):
        """Whether the account may be used; the sign-up request holds who decided and when."""

        PENDING = "pending"
        APPROVED = "approved"
        DENIED = "denied"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.CharField("e-mail", max_length=MAX_EMAIL_LENGTH, unique=True)
    email_key = models.CharField(max_length=MAX_EMAIL_LENGTH, unique=True, editable=False)
    display_name = models.CharField("name", max_length=MAX_NAME_LENGTH, blank=True, default="")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.HUMAN, editable=False)
    signup_status = models.CharField(
        "sign-up",
        max_length=10,
        choices=SignupStatus.choices,
        default=SignupStatus.APPROVED,
        editable=False,
    )
    is_active = models.BooleanField("active", default=True)
    is_staff = models.BooleanField("staff", default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_seen_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        # In the order of the admin's list, and what few users are.
        indexes = (
            models.Index(fields=("kind", "email"), name="accounts_user_by_kind"),
            models.Index(fields=("signup_status", "kind", "email"), name="accounts_user_by_status"),
            models.Index(
                fields=("kind", "email"),
                condition=models.Q(is_active=False),
                name="accounts_user_disabled",
            ),
            models.Index(
                fields=("kind", "email"),
                condition=models.Q(is_staff=True),
                name="accounts_user_staff",
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="accounts_user_service_is_no_staff",
                condition=models.Q(kind="human") | models.Q(is_staff=False, is_superuser=False),
            ),
        )

    def __str__(self) -> str:
        """For people. Two may have one name, so the e-mail is told too; a program, which names
        itself and has no mail, is told from a person by its last words."""
        if self.is_human:
            return in_words(self.display_name, self.email)
        return in_words(self.display_name or self.email, SERVICE_ACCOUNT)

    def clean(self) -> None:
        """Sets the key for a form that edited the address (createsuperuser)."""
        try:
            self.email, self.email_key = parse_email(self.email)
        except ValidationError as error:
            raise ValidationError({"email": error}) from error

    @property
    def is_pending(self) -> bool:
        """Whether the account still awaits approval."""
        return self.signup_status == self.SignupStatus.PENDING

    @property
    def is_denied(self) -> bool:
        return self.signup_status == self.SignupStatus.DENIED

    @property
    def may_use_admin(self) -> bool:
        """Whether the admin opens: active staff, and nobody who awaits or was refused approval."""
        return self.may_log_in and self.is_staff and not self.is_pending

    @property
    def may_log_in(self) -> bool:
        """Whether a password could open this account."""
        return self.is_active and self.is_human and not self.is_denied

    @property
    def is_human(self) -> bool:
        return self.kind == self.Kind.HUMAN
