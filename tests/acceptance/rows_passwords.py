"""Log-ins and passwords: what is refused and how, what must be taken, and what is never told."""

from tests.acceptance.pages import OUT, hire, inside
from tests.acceptance.people import alive, dead, guess, join, log_in
from tests.acceptance.table import Ask, Count, Row, Sql, Step
from tests.acceptance.wire import Big

LOGIN, REFRESH = "POST /auth/login", "POST /auth/refresh"
REGISTER, CHANGE = "POST /auth/register", "POST /me/password"
CREDENTIALS = "invalid credentials"
NEW = "another horse, another battery"
INJECTIONS = (
    "' OR '1'='1", "admin'--", "'; DROP TABLE accounts_user; --", "*)(uid=*))(|(uid=*", "{{7*7}}",
    "${7*7}", "<%= 7*7 %>", "{% debug %}", "#{7*7}", "$(id)", "`id`", "|id", "\\", "%s%s%s%n",
    "../../etc/passwd", "keeper@acme.example' AND 1=pg_sleep(9)--", "keeper@acme.example%",
    "keeper@acme.exampl_", "%", "_", "keeper@acme.example\n", "x" * 1000, "x" * 10_000, "@" * 1000,
    "a@" + "b." * 490, "(" * 1000, "a" * 64 + "@x",
)  # fmt: skip
# Too short, on the list, like the address, the product or the organization, too long.
REFUSED = (
    "short", "", "seven77", "password", "12345678", "iloveyou", "PASSWORD123", "Hyperspeed",
    "hyperspeed1", "acmeacme", "Acme1234", "policy@acme.example", "policy@acme.example1",
    "x" * 1025, "x" * 100_000,
)  # fmt: skip
ALLOWED = (
    "x9" * 32, "y7" * 100, "correct horse staple", "  leading and trailing  ", "\U0001f600" * 8,
    "nodigitsatallhere", "p\u00e4ssw\u00f6rter \u4e2d\u6587", "z" * 200, "tab\tand\nnewline inside",
    "'; DROP TABLE x; --",
)  # fmt: skip


def _accepts() -> tuple[Step, ...]:
    """Each is taken as it is: without its last character, or trimmed, it is another."""
    steps: list[Step] = []
    for number, password in enumerate(ALLOWED):
        email = f"allowed{number}@acme.example"
        steps += [
            Ask(REGISTER, {201}, {"email": email, "password": password}),
            Ask(LOGIN, {200}, {"email": email, "password": password}),
            *(
                Ask(LOGIN, {401}, {"email": email, "password": other}, says=CREDENTIALS)
                for other in (password[:-1], password + " ", password.swapcase() + "x")
            ),
        ]
    return tuple(steps)


SAME_ANSWER: tuple[Step, ...] = (
    guess("nobody", {401}, says=CREDENTIALS, twin="refusal"),
    guess("keeper", {401}, says=CREDENTIALS, twin="refusal"),
    guess("disabled", {401}, says=CREDENTIALS, twin="refusal"),
    guess("disabled", {401}, "<pw>", says=CREDENTIALS, twin="refusal"),
    guess("pending", {401}, says=CREDENTIALS, twin="refusal"),
    guess("denied", {401}, says=CREDENTIALS, twin="refusal"),
    guess("owner", {401}, says=CREDENTIALS, twin="refusal"),
    *(
        Ask(LOGIN, {401}, {"email": email, "password": "<pw>"}, says=CREDENTIALS, twin="refusal")
        for email in (
            "x",
            "@",
            "no such",
            "\u0131@\u0131",
            "<account_user>",
            "<account>@service-accounts.invalid",
        )
    ),
)
DENIED: tuple[Step, ...] = (
    guess("denied", {403}, "<pw>", says="signup_denied"),
    guess("disabled", {401}, "<pw>", says=CREDENTIALS),
    *dead("denied"),
    *dead("disabled"),
)
CHANGING: tuple[Step, ...] = (
    *join("changer"),
    log_in("changer", "elsewhere"),
    Ask(CHANGE, {400}, {"new_password": NEW}, by="changer"),
    Ask(CHANGE, {400}, {"current_password": None, "new_password": NEW}, by="changer"),
    Ask(
        CHANGE,
        {403},
        {"current_password": "wrong", "new_password": NEW},
        by="changer",
        says=CREDENTIALS,
    ),
    Ask(
        CHANGE,
        {403},
        {"current_password": "<pw> ", "new_password": NEW},
        by="changer",
        says=CREDENTIALS,
    ),
    Ask(CHANGE, {400}, {"current_password": "<pw>", "new_password": "<pw>"}, by="changer"),
    Ask(CHANGE, {400}, {"current_password": "<pw>", "new_password": "short"}, by="changer"),
    Ask(
        CHANGE,
        {400},
        {"current_password": "<pw>", "new_password": "changer@acme.example"},
        by="changer",
    ),
    Ask(CHANGE, {401}, {"current_password": "<pw>", "new_password": NEW}),
    Ask(
        CHANGE, {403}, {"current_password": "<pw>", "new_password": NEW}, by="bot", says="forbidden"
    ),
    log_in("changer", "third"),
    alive("elsewhere"),
    Ask(CHANGE, {204}, {"current_password": "<pw>", "new_password": NEW}, by="changer"),
    alive("changer"),
    *dead("elsewhere"),
    *dead("third"),
    guess("changer", {401}, "<pw>", says=CREDENTIALS),
    Ask(LOGIN, {200}, {"email": "changer@acme.example", "password": NEW}),
)
FORMER: tuple[Step, ...] = (
    *join("former"),
    *hire("former"),
    *(log_in("former", f"former{number}") for number in range(5)),
    Ask(CHANGE, {204}, {"current_password": "<pw>", "new_password": NEW}, by="former"),
    alive("former"),
    *(step for number in range(5) for step in dead(f"former{number}")),
    inside("former", OUT),
)
REHASHED: tuple[Step, ...] = (
    *join("rehashed"),
    Sql("UPDATE accounts_user SET password = '<old_hash>' WHERE id = '<rehashed_id_hex>'"),
    log_in("rehashed", "rehashed_too"),
    alive("rehashed"),
    Ask(REFRESH, {200}, {"refresh_token": "<rehashed_refresh>"}),
    Count("SELECT count(*) FROM accounts_user WHERE password = '<old_hash>'", 0),
)
RESETS = tuple(
    Ask(
        "POST /auth/password/reset",
        {400},
        {"token": token, "new_password": NEW},
        says="invalid or expired token",
    )
    for token in (
        "x",
        "<owner>",
        "<invite_token>",
        "<bot>",
        "<random>",
        "\U0001f600",
        "a" * 100_000,
        "' OR 1=1",
        "%",
    )
)
# Not a 401: nothing of it was hashed. A body of a megabyte is read first; one of two is not.
HUGE = tuple(
    Ask(LOGIN, {status}, Big(b"x", size, head, b'"}'), seconds=seconds, best_of=5)
    for size, status, seconds in (
        (1025, 400, 0.05),
        (2000, 400, 0.05),
        (1_000_000, 400, 1.0),
        (2_400_000, 413, 0.05),
    )
    for head in (
        b'{"email": "keeper@acme.example", "password": "',
        b'{"password": "x", "email": "',
        b'{"email": "keeper@acme.example", "password": "correct horse battery staple',
    )
)
ONE_HASH: tuple[Step, ...] = (
    Count(
        "SELECT count(*) FROM accounts_user WHERE password NOT LIKE '!%'"
        " AND password NOT LIKE 'argon2$argon2id$v=19$m=19456,t=2,p=1$%'",
        0,
    ),
)

ROWS = [
    Row("L01", "why a log-in is refused is not told", SAME_ANSWER),
    Row("L03", "denied and disabled accounts", DENIED),
    Row("L04", "all hashes have one set of parameters", ONE_HASH),
    Row("L05", "passwords of megabytes", HUGE),
    Row(
        "L08",
        "passwords that the policy refuses",
        tuple(
            Ask(
                REGISTER,
                {400},
                {"email": "policy@acme.example", "password": password},
                spoiled="password",
            )
            for password in REFUSED
        ),
    ),
    Row("L09", "passwords that it must take, exactly", _accepts(), writes=True),
    Row("L10", "changing a password", CHANGING, writes=True),
    Row("L11", "a new password ends what the old one opened", FORMER, writes=True),
    Row("L12", "a hash of older parameters", REHASHED, writes=True),
    Row(
        "L14",
        "injections at the log-in",
        tuple(
            Ask(LOGIN, {400, 401}, {"email": text, "password": text[:1000]}) for text in INJECTIONS
        ),
    ),
    Row("L15", "reset tokens that are none", RESETS),
]
