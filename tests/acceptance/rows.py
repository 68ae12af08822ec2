"""All rows that run against one server with its cast, in an order that spoils nothing."""

from tests.acceptance import (
    rows_admin,
    rows_admin_tokens,
    rows_bodies,
    rows_caller,
    rows_fields,
    rows_headers,
    rows_http,
    rows_organizations,
    rows_passwords,
    rows_people,
    rows_review,
    rows_service_accounts,
    rows_sessions,
    rows_tokens,
)
from tests.acceptance.table import Row

ROWS: list[Row] = [
    *rows_bodies.ROWS,
    *rows_http.ROWS,
    *rows_headers.ROWS,
    *rows_fields.ROWS,
    *rows_passwords.ROWS,
    *rows_sessions.ROWS,
    *rows_tokens.ROWS,
    *rows_people.ROWS,
    *rows_review.ROWS,
    *rows_organizations.ROWS,
    *rows_service_accounts.ROWS,
    *rows_caller.ROWS,
    *rows_admin.ROWS,
    *rows_admin_tokens.ROWS,
]
