"""States that a process which dies in the middle could leave, and must not.

Each query counts rows that contradict others. They hold where everybody registers at the API, and
no session ends.
"""

import sqlite3
from contextlib import closing
from urllib.parse import urlsplit

import psycopg

HALVES = {
    "a session with no live refresh token, or with two": """
        SELECT count(*) FROM (
            SELECT u.id,
                (SELECT count(*) FROM accounts_session s WHERE s.user_id = u.id) AS sessions,
                (SELECT count(*) FROM token_blacklist_outstandingtoken t WHERE t.user_id = u.id
                 AND NOT EXISTS (SELECT 1 FROM token_blacklist_blacklistedtoken b
                                 WHERE b.token_id = t.id)) AS tokens
            FROM accounts_user u) AS counted
        WHERE sessions != tokens""",
    "a session without the audit row of its beginning": """
        SELECT count(*) FROM (
            SELECT u.id,
                (SELECT count(*) FROM accounts_session s WHERE s.user_id = u.id) AS sessions,
                (SELECT count(*) FROM accounts_auditevent e WHERE e.target_id = u.id
                 AND e.action IN ('login.succeeded', 'user.registered')) AS beginnings
            FROM accounts_user u) AS counted
        WHERE sessions != beginnings""",
    "a pending user without a pending request": """
        SELECT count(*) FROM accounts_user u WHERE u.signup_status = 'pending' AND NOT EXISTS
        (SELECT 1 FROM organizations_signuprequest r
         WHERE r.user_id = u.id AND r.status = 'pending')""",
    "a request whose status is not its user's": """
        SELECT count(*) FROM organizations_signuprequest r JOIN accounts_user u ON u.id = r.user_id
        WHERE r.status != u.signup_status""",
    "an approved user who is no member": """
        SELECT count(*) FROM accounts_user u WHERE u.signup_status = 'approved' AND NOT EXISTS
        (SELECT 1 FROM organizations_membership m WHERE m.user_id = u.id)""",
    "a member who was not let in": """
        SELECT count(*) FROM organizations_membership m
        JOIN accounts_user u ON u.id = m.user_id WHERE u.signup_status != 'approved'""",
    "an approval without its audit row": """
        SELECT count(*) FROM organizations_signuprequest r WHERE r.status = 'approved'
        AND NOT EXISTS (SELECT 1 FROM accounts_auditevent e
         WHERE e.action = 'signup.approved' AND e.target_id = r.id)""",
    "a membership without its audit row": """
        SELECT count(*) FROM organizations_membership m WHERE NOT EXISTS
        (SELECT 1 FROM organizations_memberrole o WHERE o.membership_id = m.id)
        AND NOT EXISTS (SELECT 1 FROM accounts_auditevent e
         WHERE e.action = 'member.added' AND e.target_id = m.user_id)""",
    "a used invite whose user is no member": """
        SELECT count(*) FROM organizations_invite i WHERE i.accepted_at IS NOT NULL AND NOT EXISTS
        (SELECT 1 FROM organizations_membership m WHERE m.user_id = i.accepted_by_id)""",
    "a used invite without its audit row, or an unused one with it": """
        SELECT count(*) FROM organizations_invite i WHERE (i.accepted_at IS NULL)
        = EXISTS (SELECT 1 FROM accounts_auditevent e
         WHERE e.action = 'invite.accepted' AND e.target_id = i.id)""",
    "a member by invite whose invite is not used": """
        SELECT count(*) FROM organizations_signuprequest r WHERE r.resolved_through = 'invite'
        AND NOT EXISTS (SELECT 1 FROM organizations_invite i WHERE i.accepted_by_id = r.user_id)""",
}

# One of each kind, made on purpose: the queries above must see them.
DAMAGES = {
    "a session with no live refresh token, or with two": "DELETE FROM"
    " token_blacklist_outstandingtoken WHERE id NOT IN"
    " (SELECT token_id FROM token_blacklist_blacklistedtoken)",
    "a session without the audit row of its beginning": "DELETE FROM accounts_auditevent"
    " WHERE action IN ('login.succeeded', 'user.registered')",
    "a pending user without a pending request": "DELETE FROM organizations_signuprequest"
    " WHERE status = 'pending'",
    "a request whose status is not its user's": "UPDATE accounts_user"
    " SET signup_status = 'denied' WHERE signup_status = 'pending'",
    "an approved user who is no member": "UPDATE accounts_user SET signup_status = 'approved'",
    "a member who was not let in": "UPDATE accounts_user SET signup_status = 'pending'",
    "an approval without its audit row": "DELETE FROM accounts_auditevent"
    " WHERE action = 'signup.approved'",
    "a membership without its audit row": "DELETE FROM accounts_auditevent"
    " WHERE action = 'member.added'",
    "a used invite whose user is no member": "UPDATE organizations_invite"
    " SET accepted_by_id = (SELECT id FROM accounts_user WHERE signup_status = 'pending' LIMIT 1)",
    "a used invite without its audit row, or an unused one with it": "UPDATE"
    " organizations_invite SET accepted_at = NULL",
    "a member by invite whose invite is not used": "UPDATE organizations_invite"
    " SET accepted_by_id = NULL",
}


def halves_in(url: str, damage: str = "") -> dict[str, int]:
    """How many rows contradict others, by the kind of contradiction, where there are any.

    `damage` is a statement that is run before, and rolled back.
    """
    with closing(_connect(url)) as connection:
        if damage:
            connection.execute(damage)
        counts = {name: _number(connection, query) for name, query in HALVES.items()}
        connection.rollback()
    return {name: count for name, count in counts.items() if count}


def forget_tries(url: str) -> None:
    """Empty the counters: an hour's invites are made in a minute here."""
    with closing(_connect(url)) as connection:
        connection.execute("DELETE FROM accounts_throttlecounter")
        connection.commit()


def _number(connection: "sqlite3.Connection | psycopg.Connection", query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _connect(url: str) -> "sqlite3.Connection | psycopg.Connection":
    if url.startswith("sqlite:"):
        return sqlite3.connect(urlsplit(url).path[1:], timeout=20)
    return psycopg.connect(url)
