"""The mutants: one guard of the product each, and the tests that must notice its loss."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """`old`, which occurs once in `file`, becomes `new`; then one of `tests` must fail."""

    name: str
    file: str
    old: str
    new: str
    tests: str
    needs_postgresql: bool = False


SESSIONS = "accounts/services/sessions.py"
ROTATION = "accounts/services/rotation.py"
LOGIN = "accounts/services/login.py"
MEMBERSHIP = "organizations/services/membership.py"
SIGNUPS = "organizations/services/signup_request.py"
INVITES = "organizations/services/invite.py"

MUTANTS = [
    Mutant(
        "a log-in counts though the account was closed meanwhile",
        LOGIN,
        " AND is_active AND signup_status <> %(denied)s AND password = %(checked)s",
        "",
        "tests/races/test_login.py",
        needs_postgresql=True,
    ),
    Mutant(
        "a log-in stores its session though it was not confirmed",
        "accounts/compiled.py",
        "SELECT {places} FROM fulfilled)",
        "SELECT {places})",
        "tests/races/test_login.py",
        needs_postgresql=True,
    ),
    Mutant(
        "any number of hashes at once",
        "accounts/passwords.py",
        "_HASHES_AT_ONCE = 2",
        "_HASHES_AT_ONCE = 64",
        "tests/accounts/test_admin_hardening.py",
    ),
    Mutant(
        "the successor is issued whoever claims the token",
        ROTATION,
        "    FROM live, claimed\n    RETURNING user_id",
        "    FROM live\n    RETURNING user_id",
        "tests/races/test_refresh.py",
        needs_postgresql=True,
    ),
    Mutant(
        "a refresh token is not claimed",
        ROTATION,
        "            if cursor.rowcount != 1:",
        "            if cursor.rowcount < 0:",
        "tests/accounts/test_refresh.py",
    ),
    Mutant(
        "a refresh does not wait for a log-out under way",
        ROTATION,
        "    FOR UPDATE OF session\n",
        "",
        "tests/races/test_logout.py",
        needs_postgresql=True,
    ),
    Mutant(
        "the revocation after a theft is rolled back by its own exception",
        SESSIONS,
        "        raise _refusal(token, now, by)",
        "        with transaction.atomic():\n            raise _refusal(token, now, by)",
        "tests/accounts/test_refresh.py",
    ),
    Mutant(
        "a stolen refresh token does not end the session",
        SESSIONS,
        "        if _end(session, Session.RevokedReason.TOKEN_REUSED, actor):",
        "        if session is None:",
        "tests/accounts/test_refresh.py",
    ),
    Mutant(
        "refreshes go past the absolute end of the session",
        "accounts/models/session.py",
        "self.filter(revoked_at__isnull=True, expires_at__gt=now)",
        "self.filter(revoked_at__isnull=True)",
        "tests/accounts/test_refresh.py tests/accounts/test_sessions_list.py",
    ),
    Mutant(
        "the session of an access token is not looked at",
        "accounts/queries.py",
        "Session.objects.live(now)",
        "Session.objects",
        "tests/accounts/test_logout.py",
    ),
    Mutant(
        "a disabled user's access token works",
        "accounts/queries.py",
        ".filter(user__is_active=True)",
        "",
        "tests/accounts/test_access_tokens.py tests/accounts/test_user_admin.py",
    ),
    Mutant(
        "a header may name anything",
        "accounts/access_tokens.py",
        "value != _HEADER or not isinstance",
        "not isinstance",
        "tests/accounts/test_access_tokens.py",
    ),
    Mutant(
        "every spelling of a signature verifies",
        "accounts/access_tokens.py",
        "hmac.compare_digest(_encode(expected), signature)",
        "hmac.compare_digest(expected, base64.urlsafe_b64decode(signature + b'=='))",
        "tests/accounts/test_access_tokens.py",
    ),
    Mutant(
        "access tokens do not expire",
        "accounts/access_tokens.py",
        " and expires > now - leeway",
        "",
        "tests/accounts/test_access_tokens.py",
    ),
    Mutant(
        "tries are counted after the hash",
        LOGIN,
        "    tries.count()\n    user = user_with_email.first(key=key)\n",
        "    user = user_with_email.first(key=key)\n"
        "    passwords.is_password_of(user, password)\n    tries.count()\n",
        "tests/accounts/test_throttling.py",
    ),
    Mutant(
        "unknown addresses are not counted",
        LOGIN,
        "    tries.count()\n    user = user_with_email.first(key=key)\n",
        "    user = user_with_email.first(key=key)\n    if user:\n        tries.count()\n",
        "tests/accounts/test_throttling.py",
    ),
    Mutant(
        "whoever guesses locks the owner out",
        "accounts/throttling.py",
        "        is_known = self._known is not None",
        "        is_known = False",
        "tests/accounts/test_throttling.py",
    ),
    Mutant(
        "a refused try counts on",
        "accounts/throttling.py",
        "                 WHEN counter.count > %(maximum)s THEN counter.count\n",
        "",
        "tests/accounts/test_throttling.py",
    ),
    Mutant(
        "X-Forwarded-For is believed without a proxy",
        "accounts/origin.py",
        "    proxies: int = settings.TRUSTED_PROXIES\n",
        "    proxies: int = settings.TRUSTED_PROXIES or 1\n",
        "tests/accounts/test_client_addresses.py",
    ),
    Mutant(
        "a password is trimmed",
        "accounts/inputs.py",
        "super().__init__(trim_whitespace=False, write_only=True, **kwargs)",
        "super().__init__(trim_whitespace=True, write_only=True, **kwargs)",
        "tests/accounts/test_login.py tests/accounts/test_password_policy.py",
    ),
    Mutant(
        "nobody is hashed against nothing",
        "accounts/passwords.py",
        "    stored = user.password if user is not None and has_password else _dummy_hash()\n",
        "    if user is None or not has_password:\n        return False\n"
        "    stored = user.password\n",
        "tests/accounts/test_throttling.py",
    ),
    Mutant(
        "the unique e-mail is not caught",
        "organizations/services/registration.py",
        "    except IntegrityError as error:\n        raise EmailTaken",
        "    except ZeroDivisionError as error:\n        raise EmailTaken",
        "tests/organizations/test_register.py",
    ),
    Mutant(
        "a changed password leaves the other sessions alive",
        "accounts/services/password.py",
        "        revoke_sessions(user=user, reason=reason, by=by, keep=keep)\n",
        "",
        "tests/accounts/test_change_password.py",
    ),
    Mutant(
        "a reset link works twice",
        "accounts/services/password.py",
        "        if not resets.update(used_at=timezone.now()):\n"
        "            raise InvalidResetToken\n",
        "        resets.update(used_at=timezone.now())\n",
        "tests/races/test_password_reset.py",
        needs_postgresql=True,
    ),
    Mutant(
        "the checksum of a service account token is not looked at",
        "service_accounts/tokens.py",
        "    return raw_token.endswith(checksum(payload))",
        "    return bool(payload)",
        "tests/service_accounts/test_tokens.py tests/service_accounts/test_authentication.py",
    ),
    Mutant(
        "a disabled service account's token works",
        "service_accounts/queries.py",
        " service_account__is_active=True,",
        "",
        "tests/service_accounts/test_authentication.py tests/service_accounts/test_account.py",
    ),
    Mutant(
        "a service account mints credentials",
        "organizations/views/base.py",
        "if method in self.human_only and not self.principal.is_human:",
        "if method in self.human_only and not self.principal:",
        "tests/service_accounts/test_privileges.py",
    ),
    Mutant(
        "a member grants what they do not hold",
        MEMBERSHIP,
        "    for role in roles:\n        access.require(*role.granted)\n",
        "    for role in roles:\n",
        "tests/organizations/test_member_roles.py",
    ),
    Mutant(
        "the last owner can go",
        MEMBERSHIP,
        "    if not others.exists():\n        raise LastOwner\n",
        "    others.exists()\n",
        "tests/organizations/test_member_roles.py",
    ),
    Mutant(
        "the Owner role's row is not locked",
        MEMBERSHIP,
        "    Role.objects.filter(organization_id=organization_id, is_system=True)"
        ".update(is_system=True)\n",
        "",
        "tests/races/test_team.py",
        needs_postgresql=True,
    ),
    Mutant(
        "a decision overrides an earlier one",
        SIGNUPS,
        ".filter(pk=request_id, status=source).update(",
        ".filter(pk=request_id).update(",
        "tests/organizations/test_approve_signup.py tests/organizations/test_signup_decisions.py",
    ),
    Mutant(
        "a denied sign-up keeps its sessions",
        SIGNUPS,
        "        revoke_sessions(user=request.user, reason=denied, by=by)\n",
        "",
        "tests/organizations/test_reopen_in_admin.py",
    ),
    Mutant(
        "an invite is looked at, then used",
        INVITES,
        "    if not claimed.update(accepted_at=now, accepted_by=user):\n"
        "        raise InviteNotFound\n",
        "    claimed.update(accepted_at=now, accepted_by=user)\n",
        "tests/races/test_team.py",
        needs_postgresql=True,
    ),
    Mutant(
        "an invite works for another address",
        INVITES,
        '    if invite.email_key not in {"", address_key}:\n        raise InviteNotForThisUser\n',
        "",
        "tests/organizations/test_accept_invite.py",
    ),
    Mutant(
        "the audit trail can be rewritten",
        "accounts/models/audit.py",
        "    def update(self, **kwargs: Any) -> NoReturn:\n        _refuse()\n\n",
        "",
        "tests/accounts/test_audit.py",
    ),
    Mutant(
        "the audit trail takes any detail",
        "accounts/audit.py",
        "    if unknown := details.keys() - ALLOWED_DETAILS:",
        "    if unknown := details.keys() - details.keys():",
        "tests/accounts/test_audit.py",
    ),
    Mutant(
        "hashes of other parameters are told apart by their time",
        "accounts/passwords.py",
        "    for dummy in _dummies(int(time.monotonic() / _SECONDS_BETWEEN_LOOKS)):",
        "    for dummy in ():",
        "tests/accounts/test_old_hashes.py",
    ),
    Mutant(
        "bodies nest as deep as they like",
        "accounts/parsers.py",
        "            if _is_too_deep(text):",
        "            if False:",
        "tests/config/test_bodies.py",
    ),
    Mutant(
        "a founder who owns nothing more still decides sign-ups",
        "organizations/services/organization.py",
        "    if not user.is_staff:\n        return\n    user.user_permissions",
        "    if True:\n        return\n    user.user_permissions",
        "tests/organizations/test_members.py",
    ),
    Mutant(
        "a mailed link outlives a new password",
        "accounts/models/password_reset.py",
        "        return self.usable(now).filter(user=user).update(used_at=now)",
        "        return 0",
        "tests/accounts/test_reset_password.py",
    ),
    Mutant(
        "runs of apply_service_accounts do not wait for each other",
        "service_accounts/services/apply.py",
        "                _lock(organization)\n",
        "",
        "tests/races/test_apply.py",
        needs_postgresql=True,
    ),
    Mutant(
        "tokens are written after the commit",
        "service_accounts/services/apply.py",
        "                if steps:\n                    deliver(applied)\n",
        "                if steps:\n                    transaction.on_commit("
        "lambda: deliver(applied))\n",
        "tests/service_accounts/test_apply_files.py",
    ),
    Mutant(
        "a dry run is not undone",
        "service_accounts/services/apply.py",
        "                    transaction.set_rollback(True)\n",
        "",
        "tests/service_accounts/test_apply_command.py",
    ),
    Mutant(
        "pruning takes what people made",
        "service_accounts/services/differences.py",
        "Q(managed_by=declaration.managed_by)",
        'Q(managed_by=declaration.managed_by) | Q(managed_by="")',
        "tests/service_accounts/test_apply_command.py",
    ),
    Mutant(
        "two files fight for an account",
        "service_accounts/services/differences.py",
        '    if account.managed_by not in {"", managed_by}:',
        "    if account.managed_by is None:",
        "tests/service_accounts/test_apply_command.py",
    ),
    Mutant(
        "a token that works is overwritten",
        "service_accounts/secret_files.py",
        "    if tokens.filter(digest=digest(found)).exists():",
        "    if tokens is None:",
        "tests/service_accounts/test_apply_files.py",
    ),
    Mutant(
        "a typing error in a file is passed over",
        "service_accounts/declaration.py",
        "    if unknown := sorted(",
        "    if unknown := [] and sorted(",
        "tests/service_accounts/test_apply_files.py",
    ),
    Mutant(
        "a warning is not claimed",
        "service_accounts/services/expiry.py",
        "    return live.update(warned_days=notice.days) == 1",
        "    live.update(warned_days=notice.days)\n    return True",
        "tests/service_accounts/test_expiring.py",
    ),
    Mutant(
        "a token that has a successor alarms people",
        "service_accounts/models.py",
        "            rotated_at__isnull=True,\n",
        "",
        "tests/service_accounts/test_expiring.py",
    ),
    Mutant(
        "a name in a mailed command is not quoted",
        "service_accounts/services/expiry.py",
        "        return shlex.join([",
        '        return " ".join([',
        "tests/service_accounts/test_expiring.py",
    ),
    Mutant(
        "the log tells paths",
        "accounts/routes.py",
        "        return _readable(match.route)",
        "        return request.path_info",
        "tests/accounts/test_request_log.py",
    ),
    Mutant(
        "the log tells a token that is sent as the id of a request",
        "accounts/request_log.py",
        "request_id if len(request_id) <= _MADE_ID_LENGTH else scrubbed(request_id)",
        "request_id",
        "tests/accounts/test_request_log.py",
    ),
    Mutant(
        "a traceback tells secrets",
        "accounts/logs.py",
        "scrubbed(self.formatException(record.exc_info))",
        "self.formatException(record.exc_info)",
        "tests/accounts/test_logs.py",
    ),
    Mutant(
        "anybody may ask for the figures",
        "service_accounts/metrics.py",
        'if not constant_time_compare(token or "", settings.METRICS_TOKEN):',
        "if token is None:",
        "tests/service_accounts/test_metrics.py",
    ),
    Mutant(
        "an event that was rolled back counts",
        "accounts/metrics.py",
        "transaction.on_commit(_events.labels(action).inc)",
        "_events.labels(action).inc()",
        "tests/accounts/test_metrics.py",
    ),
]
