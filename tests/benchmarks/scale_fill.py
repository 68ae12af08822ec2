"""Rows of an installation that has been used for long, put in by the database itself."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

Connection = psycopg.Connection[tuple[str, ...]]

LEAST_USERS, LEAST_ROBOTS = 40, 100
TOKENS_OF_A_ROBOT = 100  # most of them revoked: a rotation a week
USERS_OF_A_TENANT = 10
TABLES = (
    "accounts_user",
    "accounts_session",
    "accounts_auditevent",
    "token_blacklist_outstandingtoken",
    "token_blacklist_blacklistedtoken",
    "organizations_organization",
    "organizations_role",
    "organizations_invite",
    "organizations_membership",
    "organizations_memberrole",
    "organizations_signuprequest",
    "service_accounts_serviceaccount",
    "service_accounts_serviceaccounttoken",
)
# An id as `accounts.ids.uuid7` makes them, of a moment `t`; and a moment of the last 90 days, which
# grows with the row's number: rows come in the order of time.
HELPERS = """
CREATE FUNCTION pg_temp.uuid7(t timestamptz) RETURNS uuid LANGUAGE sql VOLATILE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM t) * 1000)::bigint), 12, '0') || '7'
            || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15))::uuid
$$;
CREATE FUNCTION pg_temp.moment(n bigint, total bigint) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT now() - interval '90 days' * (1 - n / total::float8)
$$;
CREATE FUNCTION pg_temp.sha256(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT encode(sha256($1::bytea), 'hex')
$$;
"""
CROWD = """
CREATE TEMP TABLE human AS
    SELECT n, pg_temp.uuid7(pg_temp.moment(n, {users})) id FROM generate_series(1, {users}) n;
CREATE TEMP TABLE robot AS
    SELECT n, pg_temp.uuid7(pg_temp.moment(n, {robots})) id, pg_temp.uuid7(now()) user_id
    FROM generate_series(1, {robots}) n;
CREATE UNIQUE INDEX ON human (n);
CREATE UNIQUE INDEX ON robot (n);
ANALYZE human;
ANALYZE robot;
"""
# Everybody has the founder's password and may read; in every ten one is disabled, denied, pending.
PEOPLE = """
INSERT INTO accounts_user (id, password, is_superuser, email, email_key, display_name, kind,
        signup_status, is_active, is_staff, created_at, last_seen_at)
    SELECT id, founder.password, false, 'crowd' || n || '@example.com',
        'crowd' || n || '@example.com', 'The ' || n || 'th', 'human',
        CASE WHEN n % 10 = 2 THEN 'denied' WHEN n % 10 = 3 THEN 'pending' ELSE 'approved' END,
        n % 10 <> 1, false, pg_temp.moment(n, {users}), now()
    FROM human, (SELECT password FROM accounts_user WHERE email = '{founder}') founder;
INSERT INTO accounts_user (id, password, is_superuser, email, email_key, display_name, kind,
        signup_status, is_active, is_staff, created_at, last_seen_at)
    SELECT user_id, '!', false, id || '@service.invalid', id || '@service.invalid', 'Robot ' || n,
        'service', 'approved', true, false, now(), now()
    FROM robot;
INSERT INTO organizations_membership (id, created_at, user_id, organization_id)
    SELECT pg_temp.uuid7(now()), now(), people.id, organization_id
    FROM (SELECT id FROM human UNION ALL SELECT user_id FROM robot) people,
        organizations_instance;
INSERT INTO organizations_role (id, organization_id, name, name_key, is_system, permissions,
        created_at, updated_at)
    SELECT pg_temp.uuid7(now()), organization_id, 'Reader', 'reader', false, '["board.read"]',
        now(), now()
    FROM organizations_instance;
INSERT INTO organizations_memberrole (membership_id, role_id)
    SELECT m.id, r.id FROM organizations_membership m
    JOIN organizations_role r USING (organization_id) WHERE r.name_key = 'reader';
INSERT INTO organizations_space (id, organization_id, name, description, created_at,
        has_allow_list)
    SELECT pg_temp.uuid7(now()), organization_id, 'Space ' || n, '', now(), false
    FROM organizations_instance, generate_series(1, 20) n;
INSERT INTO organizations_signuprequest (id, status, created_at, ip_address, network, user_agent,
        resolved_at, resolved_through, reason, organization_id, user_id)
    SELECT pg_temp.uuid7(u.created_at), signup_status, u.created_at, '203.0.113.7',
        '203.0.113.0/24', 'Firefox',
        CASE WHEN signup_status <> 'pending' THEN now() END, '', '', organization_id, u.id
    FROM human JOIN accounts_user u USING (id), organizations_instance;
"""
# What is there where each may found an organization; half of the invites were accepted.
TENANTS = """
INSERT INTO organizations_organization (id, name, slug, open_signups_enabled, created_at)
    SELECT pg_temp.uuid7(t), 'Tenant ' || n, 'tenant-' || n, true, t
    FROM (SELECT n, pg_temp.moment(n, {tenants}) t FROM generate_series(1, {tenants}) n) r;
INSERT INTO organizations_role (id, organization_id, name, name_key, is_system, permissions,
        created_at, updated_at)
    SELECT pg_temp.uuid7(created_at), id, 'Owner', 'owner', true, '[]', created_at, created_at
    FROM organizations_organization WHERE slug LIKE 'tenant-%';
INSERT INTO organizations_invite (id, organization_id, email, email_key, digest, created_by_id,
        created_at, expires_at, accepted_at)
    SELECT pg_temp.uuid7(u.created_at), organization_id, 'guest' || n || '@example.com',
        'guest' || n || '@example.com', pg_temp.sha256('invite' || n), u.id, u.created_at,
        u.created_at + interval '7 days', CASE WHEN n % 2 = 0 THEN u.created_at END
    FROM human JOIN accounts_user u USING (id), organizations_instance;
INSERT INTO django_admin_log (action_time, object_id, object_repr, action_flag, change_message,
        content_type_id, user_id)
    SELECT now(), human.id, 'crowd' || n, 2, 'approved', 1, u.id
    FROM human, accounts_user u WHERE is_superuser;
"""
# Every fourth session was ended by its user. Of the ledger's rows one in fifty is unspent.
LOG_INS = """
INSERT INTO accounts_session (id, user_id, created_at, last_used_at, expires_at, ip_address,
        user_agent, revoked_at, revoked_reason)
    SELECT pg_temp.uuid7(t), human.id, t, t, t + interval '90 days',
        '10.0.0.0'::inet + (r.n * 7919) % 16777216, 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0',
        CASE WHEN r.n % 4 = 0 THEN t + interval '7 days' END,
        CASE WHEN r.n % 4 = 0 THEN 'logged_out' ELSE '' END
    FROM (SELECT n, pg_temp.moment(n, {rows}) t FROM generate_series(1::bigint, {rows}) n) r
    JOIN human ON human.n = 1 + (r.n * 31) % {users};
INSERT INTO token_blacklist_outstandingtoken (token, created_at, expires_at, user_id, jti)
    SELECT '', now(), now() + interval '7 days' * (r.n / {rows}::float8), human.id,
        pg_temp.sha256('refresh' || r.n)
    FROM generate_series(1::bigint, {rows}) r(n) JOIN human ON human.n = 1 + (r.n * 31) % {users};
INSERT INTO token_blacklist_blacklistedtoken (token_id, blacklisted_at)
    SELECT id, now() FROM token_blacklist_outstandingtoken WHERE id % 50 <> 0;
"""
MACHINES_AND_TRAIL = """
INSERT INTO service_accounts_serviceaccount (id, name, name_key, created_at, is_active, provider,
        openrouter_model, cursor_default_repo_url, cursor_default_ref, organization_id, user_id)
    SELECT robot.id, 'Robot ' || n, 'robot ' || n, now(), true, 'openrouter', 'some/model', '', '',
        organization_id, user_id
    FROM robot, organizations_instance;
INSERT INTO service_accounts_serviceaccounttoken (id, digest, hint, created_at, revoked_at,
        expires_at, service_account_id, name)
    SELECT pg_temp.uuid7(t), pg_temp.sha256('sa' || r.n), 'sa_…' || right(md5(r.n::text), 4), t,
        CASE WHEN r.n % {tokens} > 2 THEN t + interval '1 day' END,
        CASE WHEN r.n % 7 = 0 THEN now() + interval '60 days' * (r.n / {rows}::float8) END,
        robot.id, 'Deploy ' || r.n
    FROM (SELECT n, pg_temp.moment(n, {rows}) t FROM generate_series(1::bigint, {rows}) n) r
    JOIN robot ON robot.n = 1 + r.n % {robots};
INSERT INTO accounts_auditevent (id, created_at, action, actor_id, actor_email, door,
        credential_kind, credential_hint, target_kind, target_id, before, after, ip_address,
        user_agent, request_id)
    SELECT pg_temp.uuid7(t), t,
        CASE WHEN r.n % 10 = 0 THEN 'session.revoked' WHEN r.n % 10 = 1 THEN 'login.failed'
            ELSE 'login.succeeded' END, human.id,
        'crowd' || human.n || '@example.com', 'api', '', '', 'user', human.id, '{{}}', '{{}}',
        '10.0.0.0'::inet + (r.n * 7919) % 16777216, 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0',
        substr(md5(r.n::text), 1, 16)
    FROM (SELECT n, pg_temp.moment(n, {rows}) t FROM generate_series(1::bigint, {rows}) n) r
    JOIN human ON human.n = 1 + (r.n * 31) % {users};
"""
# Past everything that is kept, each with a spent token.
EXPIRED = """
INSERT INTO accounts_session (id, user_id, created_at, last_used_at, expires_at, user_agent,
        revoked_reason)
    SELECT pg_temp.uuid7(t), human.id, t, t, t + interval '90 days', 'Firefox', ''
    FROM (SELECT n, now() - interval '200 days' + n * interval '1 second' t
        FROM generate_series(1, {rows}) n) r
    JOIN people human ON human.n = 1 + r.n % (SELECT count(*) FROM people);
INSERT INTO token_blacklist_outstandingtoken (token, created_at, expires_at, user_id, jti)
    SELECT '', now(), now() - interval '1 day', human.id, pg_temp.sha256('expired' || r.n)
    FROM generate_series(1, {rows}) r(n)
    JOIN people human ON human.n = 1 + r.n % (SELECT count(*) FROM people);
INSERT INTO token_blacklist_blacklistedtoken (token_id, blacklisted_at)
    SELECT id, now() FROM token_blacklist_outstandingtoken WHERE expires_at < now();
"""
CONSTRAINTS = """
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
    format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname,
        pg_get_constraintdef(oid))
FROM pg_constraint
WHERE contype IN ('f', 'u', 'p') AND (conrelid = ANY(%(tables)s::regclass[])
    OR confrelid = ANY(%(tables)s::regclass[]))
ORDER BY contype = 'f', conrelid
"""
INDEXES = """
SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
FROM pg_index WHERE indrelid = ANY(%(tables)s::regclass[])
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""


def fill(url: str, *, rows: int, users: int, founder: str) -> None:
    """Add `rows` sessions, rows of the ledger, tokens of service accounts and audit events.

    They belong to an instance that `founder` (an e-mail) has set up, and to so many users (40 at
    least) with the founder's password: crowd1@example.com and on.
    """
    users = max(users, LEAST_USERS)
    numbers = {
        "rows": rows,
        "users": users,
        "tenants": users // USERS_OF_A_TENANT,
        "robots": max(rows // TOKENS_OF_A_ROBOT, LEAST_ROBOTS),
        "tokens": TOKENS_OF_A_ROBOT,
        "founder": founder,
    }
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '512MB'")
        connection.execute("SET work_mem = '128MB'")
        with without_indexes(connection):
            for script in (HELPERS, CROWD, PEOPLE, TENANTS, LOG_INS, MACHINES_AND_TRAIL):
                connection.execute(script.format(**numbers).encode())
        connection.execute("VACUUM ANALYZE")


def fill_expired(url: str, rows: int) -> None:
    """Add `rows` sessions that ended long ago, each with a spent refresh token that expired."""
    people = "CREATE TEMP TABLE people AS SELECT row_number() OVER () n, id FROM accounts_user"
    with psycopg.connect(url, autocommit=True) as connection:
        for script in (HELPERS, people, EXPIRED):
            connection.execute(script.format(rows=rows).encode())
        connection.execute("VACUUM ANALYZE")


@contextmanager
def without_indexes(connection: Connection) -> Iterator[None]:
    """To build an index at the end takes a fraction of the time of keeping it."""
    values = {"tables": list(TABLES)}
    constraints = connection.execute(CONSTRAINTS, values).fetchall()
    indexes = connection.execute(INDEXES, values).fetchall()
    for drop, _ in [*indexes, *reversed(constraints)]:
        connection.execute(drop.encode())
    yield
    for _, add in [*constraints, *indexes]:
        connection.execute(add.encode())
