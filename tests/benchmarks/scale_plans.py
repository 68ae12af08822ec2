"""Which tables were read from end to end, as the server itself counts it."""

import psycopg

LARGE = 2_000
_READS = """
SELECT relname, coalesce(seq_scan, 0) FROM pg_stat_user_tables
WHERE n_live_tup >= %(large)s ORDER BY relname
"""


def whole_reads(url: str) -> dict[str, int]:
    """How often each table of 2,000 rows or more was read as a whole since it was made.

    A server connection tells what it did at the latest when it ends.
    """
    with psycopg.connect(url) as connection:
        rows = connection.execute(_READS, {"large": LARGE}).fetchall()
    return {str(name): int(count) for name, count in rows}
