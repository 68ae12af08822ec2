"""The statements that the product's calls need, by hand. `floor` and `wsgi` run these."""

_PRINCIPAL = """
    u.id, u.is_superuser, u.email, u.email_key, u.display_name, u.kind, u.signup_status,
    u.is_active, u.is_staff, u.created_at, u.last_seen_at
"""
_USER = f"{_PRINCIPAL}, u.password, u.last_login"
PRINCIPAL_COLUMNS, USER_COLUMNS = (
    tuple(name.strip().removeprefix("u.") for name in columns.split(","))
    for columns in (_PRINCIPAL, _USER)
)

SESSION = f"""
SELECT {_PRINCIPAL}
FROM accounts_session s JOIN accounts_user u ON u.id = s.user_id
WHERE s.id = %(session)s AND s.user_id = %(user)s AND s.revoked_at IS NULL
    AND s.expires_at > %(now)s AND u.is_active AND u.signup_status <> 'denied'
"""  # noqa: S608  (nothing but our own columns)

SERVICE_ACCOUNT_TOKEN = f"""
SELECT {_PRINCIPAL}, a.id, a.organization_id, t.id, t.hint, t.last_used_at
FROM service_accounts_serviceaccounttoken t
    JOIN service_accounts_serviceaccount a ON a.id = t.service_account_id
    JOIN accounts_user u ON u.id = a.user_id
WHERE t.digest = %(digest)s AND t.revoked_at IS NULL
    AND (t.expires_at IS NULL OR t.expires_at > %(now)s) AND a.is_active AND u.is_active
"""  # noqa: S608

ORGANIZATIONS = """
SELECT o.id, o.name, o.slug, o.open_signups_enabled, o.intended_public_url, o.created_at
FROM organizations_organization o JOIN organizations_membership m ON m.organization_id = o.id
WHERE m.user_id = %(user)s ORDER BY o.created_at, o.id LIMIT 1001
"""

ACCESS = """
SELECT mr.role_id, r.is_system, r.permissions
FROM organizations_membership m
    LEFT JOIN organizations_memberrole mr ON mr.membership_id = m.id
    LEFT JOIN organizations_role r ON r.id = mr.role_id
WHERE m.user_id = %(user)s AND m.organization_id = %(organization)s
"""

_ENTERED = """
(%(enters_all)s OR s.created_by_id = %(user)s OR (s.has_allow_list AND s.id IN (
    SELECT sr.space_id FROM organizations_spacerole sr
        JOIN organizations_memberrole mr ON mr.role_id = sr.role_id
        JOIN organizations_membership m ON m.id = mr.membership_id
    WHERE m.user_id = %(user)s)) OR (%(enters_open)s AND NOT s.has_allow_list))
"""
_NEWEST_FIRST = " ORDER BY s.created_at DESC, s.id DESC LIMIT 1001"
SPACES = f"""
SELECT s.id, s.organization_id, s.name, s.description, s.created_at
FROM organizations_space s
WHERE s.organization_id = %(organization)s AND {_ENTERED} {_NEWEST_FIRST}
"""  # noqa: S608
SPACE_ACCESS = f"""
SELECT s.id, s.created_at, coalesce({_ENTERED}, false)
FROM organizations_space s WHERE s.organization_id = %(organization)s {_NEWEST_FIRST}
"""  # noqa: S608

SIGNUP_REQUEST = """
SELECT id, organization_id, user_id, status, created_at, ip_address, user_agent, resolved_at,
    resolved_by_id, resolved_through, reason
FROM organizations_signuprequest WHERE user_id = %(user)s LIMIT 1
"""

COUNT = """
INSERT INTO accounts_throttlecounter AS counter (key, count, resets_at)
VALUES (%(key)s, 1, %(resets_at)s)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN counter.resets_at <= %(now)s THEN 1
                 WHEN counter.count > %(maximum)s THEN counter.count
                 ELSE counter.count + 1 END,
    resets_at = CASE WHEN counter.resets_at <= %(now)s THEN excluded.resets_at
                     ELSE counter.resets_at END
RETURNING count, resets_at
"""
KNOW = """
INSERT INTO accounts_throttlecounter (key, count, resets_at) VALUES (%(key)s, 1, %(resets_at)s)
ON CONFLICT (key) DO UPDATE SET resets_at = excluded.resets_at
"""

USER = f"""
SELECT (SELECT k.resets_at FROM accounts_throttlecounter k
    WHERE k.key = %(known)s AND k.resets_at > %(now)s), {_USER}
FROM accounts_user u WHERE u.email_key = %(email)s LIMIT 1
"""  # noqa: S608
# As the product does it: the check that the password still counts, and what a log-in stores.
LOG_IN = """
WITH confirmed AS (
    UPDATE accounts_user SET last_login = %(now)s, last_seen_at = %(now)s
    WHERE id = %(user)s AND is_active AND signup_status <> 'denied' AND password = %(password)s
    RETURNING signup_status
), forgotten AS (
    DELETE FROM accounts_throttlecounter WHERE key = %(tries)s AND EXISTS (SELECT 1 FROM confirmed)
), recorded AS (
    INSERT INTO accounts_auditevent (id, created_at, action, actor_id, actor_email, door,
        credential_kind, credential_id, credential_hint, organization_id, target_kind, target_id,
        before, after, ip_address, user_agent, request_id)
    SELECT %(event)s::uuid, %(now)s, 'login.succeeded', %(user)s, %(email)s, 'api', '', NULL, '',
        NULL, 'user', %(user)s, '{}', '{}', %(address)s::inet, %(agent)s, %(request)s
    FROM confirmed
), started AS (
    INSERT INTO accounts_session (id, user_id, created_at, last_used_at, expires_at, ip_address,
        user_agent, revoked_at, revoked_reason)
    SELECT %(session)s::uuid, %(user)s, %(now)s, %(now)s, %(expires_at)s, %(address)s::inet,
        %(agent)s, NULL, ''
    FROM confirmed
), issued AS (
    INSERT INTO token_blacklist_outstandingtoken (user_id, jti, token, created_at, expires_at)
    SELECT %(user)s, %(digest)s, '', %(now)s, %(token_expires_at)s FROM confirmed
)
SELECT signup_status FROM confirmed
"""

# One statement, one snapshot: the session's row lock, the claim of the spent token, the successor.
ROTATE = """
WITH live AS (
    SELECT id, user_id, expires_at FROM accounts_session
    WHERE id = %(session)s AND revoked_at IS NULL AND expires_at > %(now)s FOR UPDATE
), claimed AS (
    INSERT INTO token_blacklist_blacklistedtoken (token_id, blacklisted_at)
    SELECT o.id, %(now)s FROM token_blacklist_outstandingtoken o, live
    WHERE o.jti = %(spent)s AND o.expires_at > %(now)s
    ON CONFLICT (token_id) DO NOTHING RETURNING token_id
), touched AS (
    UPDATE accounts_session s SET last_used_at = %(now)s FROM live, claimed WHERE s.id = live.id
), issued AS (
    INSERT INTO token_blacklist_outstandingtoken (user_id, jti, token, created_at, expires_at)
    SELECT live.user_id, %(digest)s, '', %(now)s, LEAST(live.expires_at, %(expires_at)s)
    FROM live, claimed RETURNING user_id
)
SELECT u.id, u.is_active, u.signup_status FROM issued JOIN accounts_user u ON u.id = issued.user_id
"""
