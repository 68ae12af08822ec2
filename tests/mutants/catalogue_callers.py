"""The mutants of what callers are told: of themselves, of their limits, of their tokens."""

from tests.mutants.mutant import Mutant

CHECK = "organizations/services/check.py"

MUTANTS = [
    Mutant(
        "what is left of an account's tries is told",
        "accounts/throttling.py",
        "    if limit.policy:\n",
        "    if True:\n",
        "tests/accounts/test_rate_limit_headers.py",
    ),
    Mutant(
        "a check knows of every organization",
        CHECK,
        "if held.id == organization_id",
        "if held.id",
        "tests/matrix/test_check.py",
    ),
    Mutant(
        "a check does not look at the permission",
        CHECK,
        "        access.require(permission)\n",
        "        access.require()\n",
        "tests/matrix/test_check.py",
    ),
    Mutant(
        "who works in a space need not get in",
        CHECK,
        "    if permission in ORGANIZATION_WIDE:\n",
        "    if permission:\n",
        "tests/organizations/test_check.py",
    ),
    Mutant(
        "a service account hears that it may do what is for people",
        CHECK,
        "more=FOR_PEOPLE if is_partial else",
        "more=",
        "tests/matrix/test_check.py",
    ),
    Mutant(
        "somebody else's roles are shown to who asks who they are",
        "organizations/queries.py",
        "Membership.objects.filter(user=user_id).order_by(*order)",
        "Membership.objects.order_by(*order)",
        "tests/service_accounts/test_whoami.py",
    ),
    Mutant(
        "a token is said to live a day longer",
        "accounts/api.py",
        "            self.headers[EXPIRY_HEADER] = str(days)",
        "            self.headers[EXPIRY_HEADER] = str(days + 1)",
        "tests/service_accounts/test_expiry_header.py",
    ),
]
