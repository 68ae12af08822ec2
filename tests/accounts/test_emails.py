"""What counts as one e-mail address: the table, and registering by it."""

import pytest
from django.core.exceptions import ValidationError

from accounts.emails import email_key, parse_email
from accounts.models import User
from organizations.models import Organization
from tests.conftest import Actor, refusal
from tests.factories import PASSWORD, UserFactory

LONG_DOMAIN = ".".join(["d" * 61] * 4)

ACCEPTED = [
    ("ann@example.com", "ann@example.com", "ann@example.com"),
    ("  ann@example.com\t\n", "ann@example.com", "ann@example.com"),
    ("Ann@Example.COM", "Ann@example.com", "ann@example.com"),
    ("o'neill+tag@sub.example.co.uk", "o'neill+tag@sub.example.co.uk", None),
    ("!#$%&'*+/=?^_`{|}~-@example.com", "!#$%&'*+/=?^_`{|}~-@example.com", None),
    ("ann@localhost", "ann@localhost", None),
    ("ann@a-b.example", "ann@a-b.example", None),
    ("ann@bücher.example", "ann@xn--bcher-kva.example", None),
    ("ann@BÜCHER.example", "ann@xn--bcher-kva.example", None),
    ("ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example", None),
    ("ann@faß.example", "ann@xn--fa-hia.example", None),
    ("ann@пример.рф", "ann@xn--e1afmkfd.xn--p1ai", None),
    ("ann@例え.jp", "ann@xn--r8jz45g.jp", None),
    (f"{'l' * 64}@example.com", f"{'l' * 64}@example.com", None),
    (f"ann12@{LONG_DOMAIN}", f"ann12@{LONG_DOMAIN}", None),
]

REFUSED = {
    "empty": ["", " ", "@", "ann", "ann@", "@example.com", "example.com"],
    "two signs": ["ann@eve@example.com", '"ann@eve"@example.com', "ann@@example.com"],
    "local part": [".ann@x.co", "ann.@x.co", "a..n@x.co", "a n@x.co", '"ann"@x.co', "a,b@x.co"],
    "non-ASCII local part": [
        "änn@x.co",
        "ａnn@x.co",
        "аnn@x.co",
        "ann\u200b@x.co",
        "аnn@пример.рф",
    ],
    "dotless i": ["\u0131an@x.co", "ann@x\u0131.co", "ann@mıcrosoft.com"],
    "dotted capital I": ["ann@\u0130x.co"],
    "Kelvin sign": ["\u212aim@x.co", "ann@\u212ax.co"],
    "long s": ["\u017fam@x.co", "ann@x\u017f.co"],
    "full width": ["ann@ｘ.co", "ann＠x.co", "ann@x．co"],
    "ligature": ["ann@\ufb01x.co", "o\ufb03ce@x.co"],
    "invisible": [
        *("ann@x.co\u200b", "ann@x\u200b.co", "ann@\u2060x.co", "ann@x\u00ad.co", "ann@x.co\ufeff"),
        *("ann\u200d@x.co", "ann@x\u200d.co", "ann@x.co\u202e", "ann@x\u180e.co"),
    ],
    "Cyrillic in a Latin name": ["ann@аpple.com", "ann@gооgle.com", "ann@eхample.com"],
    "Cyrillic that reads as Latin": ["ann@аррӏе.com", "ann@сосо.com", "ann@xn--80ak6aa92e.com"],
    "Greek in a Latin name": ["ann@gοοgle.com", "ann@αpple.com", "ann@xn--ggle-0nda.com"],
    "line breaks": ["ann@x.co\r\nBcc: eve@x.co", "ann\n@x.co", "ann@x\r.co", "ann@x.co,eve@x.co"],
    "control characters": ["ann\x00@x.co", "ann@x\x00.co", "ann\x1b@x.co", "ann@x.co\x7fx"],
    "domain": [
        *("ann@com", "ann@-x.co", "ann@x-.co", "ann@x..co", "ann@.x.co", "ann@x.co."),
        *("ann@x_y.co", "ann@x y.co", "ann@127.0.0.1", "ann@[127.0.0.1]", "ann@x.co:25"),
        *("ann@xn--.co", "ann@xn--a.co", "ann@ab--cd.co", f"ann@{'d' * 64}.co"),
    ],
    "length": [
        *(f"{'l' * 65}@x.co", f"ann123@{LONG_DOMAIN}x", f"{'l' * 60}@{LONG_DOMAIN}"),
        *(f"{'a' * 10_000}@x.co", f"ann@{'a.' * 5_000}co", "ann@" + "ü" * 10_000 + ".co"),
    ],
}
ALL_REFUSED = [text for texts in REFUSED.values() for text in texts]


@pytest.mark.parametrize(("text", "address", "key"), ACCEPTED)
def test_an_address_has_one_form_and_one_key(text: str, address: str, key: str | None) -> None:
    assert parse_email(text) == (address, key or address.lower())
    assert parse_email(address) == parse_email(text)


@pytest.mark.parametrize("text", ALL_REFUSED)
def test_what_is_no_address_or_imitates_one_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        parse_email(text)
    assert email_key(text) == ""


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", [texts[0] for name, texts in REFUSED.items() if name != "control characters"]
)
def test_nobody_registers_with_it(organization: Organization, text: str) -> None:
    answer = Actor().post("/auth/register", {"email": text, "password": PASSWORD})
    assert answer.status_code == 400
    assert answer.json()["fields"].keys() == {"email"}
    assert User.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("taken", "tried"),
    [
        ("ann@x.co", "ann@X.CO"),
        ("Ann@x.co", "aNN@x.co"),
        ("ann@x.co", " ann@x.co "),
        ("ann@xn--bcher-kva.example", "ann@BÜCHER.example"),
        ("ann@x.co", "ann@x\u3002co"),
    ],
)
def test_one_address_has_one_account(organization: Organization, taken: str, tried: str) -> None:
    UserFactory.create(email=taken)
    answer = Actor().post("/auth/register", {"email": tried, "password": PASSWORD})
    assert refusal(answer) == (409, "email already registered", "email_taken")
    assert User.objects.count() == 2
