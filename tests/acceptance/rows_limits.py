"""The limits as they are by default: each row begins with counters at zero.

Tries come with forged addresses: they must not count anew.
"""

from dataclasses import replace

from tests.acceptance.pages import ANONYMOUS, post
from tests.acceptance.people import WRONG, guess
from tests.acceptance.table import Ask, Count, Headers, Row, Step
from tests.environment import IS_LONG

LOGIN, REGISTER, REFRESH = "POST /auth/login", "POST /auth/register", "POST /auth/refresh"
MANY, LIMITED = "too many requests", {429}
FORGED = (
    "1.2.3.4", "5.6.7.8, 9.9.9.9", "::1", "2001:db8::1", "a", "", "unknown", "127.0.0.1",
    "1.2.3.4:80", ",,,", "999.999.999.999", "\xff", "fe80::1%lo",
)  # fmt: skip


def _try(number: int, email: str, status: set[int]) -> Ask:
    address: Headers = (("X-Forwarded-For", FORGED[number % len(FORGED)]),)
    return Ask(
        LOGIN,
        status,
        {"email": email, "password": f"guess {number}"},
        headers=(
            *address,
            ("X-Real-IP", f"10.0.0.{number}"),
            ("Forwarded", f"for=10.0.1.{number}"),
        ),
    )


SPELLINGS = (
    "owner@acme.example",
    "OWNER@acme.example",
    "owner@ACME.EXAMPLE",
    " owner@acme.example ",
)
ONE_ACCOUNT = (
    *(guess("owner", {401}) for _ in range(10)),
    *(guess("owner", LIMITED, says=MANY) for _ in range(5)),
    guess("owner", LIMITED, "<pw>", says=MANY),
)
FORGED_ADDRESSES = (
    *(_try(number, "owner@acme.example", {401}) for number in range(10)),
    *(_try(number, "owner@acme.example", LIMITED) for number in range(10, 20)),
)
SPELLED = (
    *(_try(number, SPELLINGS[number % 4], {401}) for number in range(10)),
    *(_try(number, SPELLINGS[number % 4], LIMITED) for number in range(10, 18)),
)
# What is left is told of the network alone: an account that is locked looks like none.
POLICY: Headers = (("RateLimit-Policy", '"network";q=30;w=60'),)
TOLD = tuple(
    replace(ask, shows=POLICY)
    for ask in (
        *(guess("owner", {401}, twin="left") for _ in range(10)),
        *(guess("nobody", {401}, twin="left") for _ in range(10)),
        guess("owner", LIMITED, says=MANY),
        guess("nobody", LIMITED, says=MANY),
    )
)
UNKNOWN_ACCOUNT = (
    *(_try(number, "nobody@acme.example", {401}) for number in range(10)),
    *(_try(number, "nobody@acme.example", LIMITED) for number in range(10, 15)),
)
ACCOUNTS = 1000 if IS_LONG else 100
SPRAYED = (
    *(_try(number, f"person{number}@acme.example", {401}) for number in range(30)),
    *(_try(number, f"person{number}@acme.example", LIMITED) for number in range(30, ACCOUNTS)),
)
SIGNUPS: tuple[Step, ...] = (
    *(
        Ask(REGISTER, {201}, {"email": f"flood{n}@acme.example", "password": "<pw>"})
        for n in range(20)
    ),
    *(
        Ask(REGISTER, LIMITED, {"email": f"flood{n}@acme.example", "password": "<pw>"}, says=MANY)
        for n in range(20, 200)
    ),
    Count("SELECT count(*) FROM organizations_signuprequest r WHERE r.status = 'pending'", 21),
)
REFRESHED = (
    Ask(REFRESH, {401}, {"refresh_token": "x" * 64}, times=300),
    Ask(REFRESH, LIMITED, {"refresh_token": "x" * 64}, says=MANY, times=10),
    Ask(REFRESH, LIMITED, {"refresh_token": "<owner_refresh>"}, says=MANY),
)
INVITED = (
    Ask("POST /organizations/<org>/invites", {201}, by="owner", times=100),
    Ask("POST /organizations/<org>/invites", LIMITED, by="owner", says=MANY, times=100),
)
MAILED = (
    Ask("POST /auth/password/forgot", {202}, {"email": "owner@acme.example"}, times=5),
    Ask("POST /auth/password/forgot", {202}, {"email": "Owner@ACME.example"}, times=3),
    # What belongs to nobody is answered for, and mailed to nobody.
    Count("SELECT count(*) FROM accounts_passwordreset WHERE user_id = '<owner_hex>'", 5),
)
CHANGED = (
    *(
        Ask(
            "POST /me/password",
            {403},
            {"current_password": "no", "new_password": "<pw> 2"},
            by="owner",
        )
        for _ in range(10)
    ),
    Ask(
        "POST /me/password",
        LIMITED,
        {"current_password": "<pw>", "new_password": "<pw> 2"},
        by="owner",
    ),
    guess("owner", LIMITED, "<pw>", says=MANY),
)
RESET_BY_SUCCESS = (
    *(guess("owner", {401}) for _ in range(9)),
    guess("owner", {200}, "<pw>"),
    *(guess("owner", {401}) for _ in range(10)),
    guess("owner", LIMITED, "<pw>", says=MANY),
)


STRANGER, HOME, ELSEWHERE = "127.0.0.1", "127.0.0.2", "127.0.0.3"


def _from(source: str, ask: Ask) -> Ask:
    return replace(ask, source=source)


# Who guesses at a stranger's password locks strangers out, for a while, and not the person at home.
LOCKED_OUT: tuple[Step, ...] = (
    _from(HOME, guess("owner", {200}, "<pw>")),
    *(_from(STRANGER, guess("owner", {401})) for _ in range(10)),
    *(
        _from(source, replace(guess("owner", LIMITED, "<pw>", says=MANY), waits=15 * 60))
        for source in (STRANGER, ELSEWHERE)
    ),
    _from(HOME, guess("owner", {200}, "<pw>")),
    # At home, too, guesses are counted.
    *(_from(HOME, guess("owner", {401})) for _ in range(10)),
    _from(HOME, guess("owner", LIMITED, "<pw>", says=MANY)),
)


def _knock(status: set[int], password: str = WRONG) -> Ask:
    """A log-in at the admin's door."""
    fields = (("username", "boss@acme.example"), ("password", password))
    return post("login/", fields, status, ANONYMOUS)


TWO_DOORS = (
    *(step for _ in range(5) for step in (guess("boss", {401}), _knock({200}))),
    guess("boss", LIMITED, says=MANY),
    _knock(LIMITED),
    guess("boss", LIMITED, "<pw>", says=MANY),
    _knock(LIMITED, "<pw>"),
)
LOCK = Row("H03", "the owner of an account that a stranger has locked", LOCKED_OUT, writes=True)
ROWS = [
    Row("L13", "the API's door and the admin's count together", TWO_DOORS),
    Row("H01", "wrong passwords for one account", ONE_ACCOUNT),
    Row("H01b", "wrong passwords for one account in its spellings", SPELLED),
    Row("H01c", "an unknown account is limited as a known one", UNKNOWN_ACCOUNT),
    Row("H02", "another forged address each time", FORGED_ADDRESSES),
    Row("H03b", "a good log-in resets its own account's counter", RESET_BY_SUCCESS, writes=True),
    Row("H05", "one password against many accounts", SPRAYED),
    Row("H06", "a flood of sign-ups", SIGNUPS, writes=True),
    Row("H06b", "a flood of invites", INVITED, writes=True),
    Row("H07", "a flood of refreshes", REFRESHED),
    Row("H08", "a flood of mails to one address", MAILED, writes=True),
    Row("H09", "what is left of a limit tells no account from another", TOLD),
    Row("L10b", "guessing at the change of a password", CHANGED),
]
