"""Time-ordered identifiers (RFC 9562)."""

import time
import uuid

from accounts.ids import uuid7


def test_an_id_is_a_version_7_uuid_of_this_moment() -> None:
    before = time.time_ns() // 1_000_000
    value = uuid7()
    after = time.time_ns() // 1_000_000
    assert (value.version, value.variant) == (7, uuid.RFC_4122)
    assert before <= value.int >> 80 <= after


def test_ids_sort_by_the_time_of_their_creation() -> None:
    ids = []
    for _ in range(50):
        ids.append(uuid7())
        time.sleep(0.000_5)
    assert ids == sorted(ids)
    assert [str(value) for value in ids] == sorted(str(value) for value in ids)


def test_ids_are_unique() -> None:
    assert len({uuid7() for _ in range(10_000)}) == 10_000


def test_the_random_part_is_random() -> None:
    tails = [uuid7().int & ((1 << 62) - 1) for _ in range(200)]
    ones = [sum(tail >> bit & 1 for tail in tails) for bit in range(62)]
    assert all(40 < count < 160 for count in ones)
