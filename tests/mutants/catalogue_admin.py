"""The mutants of the admin's own pages."""

from tests.mutants.mutant import Mutant

MINTING = "service_accounts/admin/minting.py"

OF_THE_ADMIN = [
    Mutant(
        "a card of the admin's home page is for everybody",
        "accounts/admin_home.py",
        " if user.has_perm(maker.permission)]",
        "]",
        "tests/test_admin_home.py",
    ),
    Mutant(
        "a card counts to the end",
        "organizations/admin/home.py",
        "flat=True)[: MAX_COUNTED + 1])",
        "flat=True))",
        "tests/test_admin_home.py",
    ),
    Mutant(
        "who may not issue tokens issues them in the admin",
        MINTING,
        "        if not request.user.has_perm(ISSUE):",
        "        if not request.user.is_staff:",
        "tests/service_accounts/test_tokens_in_admin.py",
    ),
    Mutant(
        "a superuser takes tokens of organizations that they do not belong to",
        MINTING,
        "    if access is None:\n        raise Refusal(",
        "    if access is None and user is None:\n        raise Refusal(",
        "tests/service_accounts/test_tokens_in_admin.py",
    ),
    Mutant(
        "staff take tokens of accounts that may do more than they",
        MINTING,
        "        require_token_grantable(access=access, account=account)",
        "        pass",
        "tests/service_accounts/test_tokens_in_admin.py",
    ),
    Mutant(
        "staff give roles that they do not hold to a new service account",
        "service_accounts/admin/creation.py",
        "        require_grantable(access=access, roles=[role])",
        "        pass",
        "tests/service_accounts/test_create_in_admin.py",
    ),
    Mutant(
        "a form that was sent makes a token again",
        MINTING,
        "        return token_id",
        "        return uuid7()",
        "tests/service_accounts/test_tokens_in_admin.py",
    ),
    Mutant(
        "any id makes a form",
        MINTING,
        "signing.loads(signed, salt=SALT, max_age=FORM_LIVES_SECONDS)",
        "signed",
        "tests/service_accounts/test_tokens_in_admin.py",
    ),
    Mutant(
        "two forms at once make two tokens",
        "service_accounts/services/token.py",
        "        id=token_id or uuid7(),",
        "        id=uuid7(),",
        "tests/service_accounts/test_tokens_in_admin.py",
    ),
    Mutant(
        "a look at the page that asks revokes the token",
        "service_accounts/admin/token.py",
        '        if request.method == "POST":\n            revoke_token',
        "        if request.method:\n            revoke_token",
        "tests/service_accounts/test_tokens_in_admin.py",
    ),
    Mutant(
        "who may only look revokes a token in the admin",
        "service_accounts/admin/token.py",
        "        if not self.has_manage_permission(request):\n            raise PermissionDenied",
        "        if request.user is None:\n            raise PermissionDenied",
        "tests/service_accounts/test_tokens_in_admin.py",
    ),
    Mutant(
        "a look at the page that asks ends the session",
        "accounts/admin.py",
        '        if request.method == "POST":\n            revoke_session',
        "        if request.method:\n            revoke_session",
        "tests/accounts/test_sessions_in_admin.py",
    ),
    Mutant(
        "who may only look ends a session in the admin",
        "accounts/admin.py",
        "        if not self.has_manage_permission(request):\n            raise PermissionDenied",
        "        if request.user is None:\n            raise PermissionDenied",
        "tests/accounts/test_sessions_in_admin.py",
    ),
    Mutant(
        "all rows of a long list are changed at once",
        "accounts/admin_base.py",
        "if self._takes_all(request) and is_longer(queryset, MAX_ACROSS):",
        "if self._takes_all(request) and queryset is None:",
        "tests/accounts/test_sessions_in_admin.py",
    ),
    Mutant(
        "tokens that were ticked are revoked without a question",
        "service_accounts/admin/token.py",
        'if "confirmed" not in request.POST:',
        "if request.POST is None:",
        "tests/service_accounts/test_admin_pages.py",
    ),
    Mutant(
        "a token that was replaced is rotated once more",
        "service_accounts/services/token.py",
        "filter(pk=token.pk, rotated_at__isnull=True)",
        "filter(pk=token.pk)",
        "tests/service_accounts/test_token_lives_in_admin.py tests/service_accounts/test_rotate.py",
    ),
    Mutant(
        "the preview of a decision counts a network to its end",
        "organizations/admin/signup_preview.py",
        'return in_order.values("pk")[: MANY + 1]',
        'return in_order.values("pk")',
        "tests/organizations/test_signup_preview.py",
    ),
    Mutant(
        "pages run scripts of anybody",
        "config/middleware.py",
        "script-src 'self';",
        "script-src *;",
        "tests/accounts/test_admin_hardening.py",
    ),
]
