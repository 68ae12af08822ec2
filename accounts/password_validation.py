"""The password policy (NIST SP 800-63B §3.1.1.2: length and blocklists, no composition rules)."""

from difflib import SequenceMatcher

from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.passwords import MAX_PASSWORD_LENGTH

PRODUCT_NAME = "hyperspeed"
MAX_SIMILARITY = 0.7
MIN_WORD_LENGTH = 4
MAX_COMPARED_LENGTH = 64


class LengthValidator:
    """From `min_length` to 1,024 characters, counted as received."""

    def __init__(self, min_length: int) -> None:
        self.min_length = min_length

    def validate(self, password: str, user: User | None = None) -> None:
        """Raises ValidationError password_too_short or password_too_long."""
        if len(password) < self.min_length:
            raise ValidationError(
                f"This password has fewer than {self.min_length} characters.",
                code="password_too_short",
            )
        if len(password) > MAX_PASSWORD_LENGTH:
            raise ValidationError(
                f"This password has more than {MAX_PASSWORD_LENGTH} characters.",
                code="password_too_long",
            )

    def get_help_text(self) -> str:
        return f"At least {self.min_length} characters."


class ContextValidator:
    """Refuses what an attacker tries first: the address, the names, the product.

    Beside the user's own values it looks at `user.password_context`, words that a caller attached
    (the organization's name).
    """

    def __init__(self, min_length: int) -> None:
        self.min_length = min_length

    def validate(self, password: str, user: User | None = None) -> None:
        """Raises ValidationError password_too_similar."""
        folded = password.casefold()
        if any(self._gives_away(word.casefold(), folded) for word in self.get_words(user)):
            raise ValidationError(
                "This password is too similar to the e-mail address, the name or the organization.",
                code="password_too_similar",
            )

    def get_help_text(self) -> str:
        return "Not similar to the e-mail address, the name or the organization."

    def get_words(self, user: User | None) -> list[str]:
        """What the password must not resemble."""
        return _context(user)

    def _gives_away(self, word: str, password: str) -> bool:
        if len(word) < MIN_WORD_LENGTH:
            return False
        if word in password:
            rest = password.replace(word, "")
            return "@" in word or len(rest) < self.min_length
        # Comparing is quadratic: long phrases are compared word by word, and a password of
        # another length class cannot be similar.
        if len(word) > MAX_COMPARED_LENGTH or len(password) > 2 * len(word):
            return False
        matcher = SequenceMatcher(None, password, word, autojunk=False)
        return matcher.ratio() >= MAX_SIMILARITY


def _context(user: User | None) -> list[str]:
    if user is None:
        return [PRODUCT_NAME]
    local, _, domain = user.email.partition("@")
    extra: tuple[str, ...] = getattr(user, "password_context", ())
    phrases = [local, user.display_name, *extra]
    words = [word for phrase in phrases for word in phrase.split()]
    return [PRODUCT_NAME, user.email, domain.split(".")[0], *phrases, *words]
