"""What `manage.py doctor` tries over the network: a mail, and the public address."""

import http.client
import json
import smtplib
import socket
import ssl
import urllib.error
import urllib.request
from contextlib import closing
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from accounts.checkup import Finding, fail, fine, skip, warn
from accounts.logs import scrubbed

SECONDS = 10
LONGEST_TEXT = 200
_CONSOLE = "accounts.mail.ConsoleBackend"


def mail(address: str | None) -> Finding:
    """Send one to the address, now and not in the background. None: nothing is sent."""
    about = "mail"
    if settings.EMAIL_BACKEND == _CONSOLE:
        return warn(
            about,
            "EMAIL_URL is console: mails, with the tokens in them, go to the log alone",
            "Set it to a mail server, such as smtp://user:password@mail.example.org:587.",
        )
    if address is None:
        return skip(about, "not tried", "Send one: --mail ADDRESS.")
    text = "Mails of this Hyperspeed arrive. Nothing is to be done.\n"
    try:
        with closing(get_connection()) as connection:
            subject = "Hyperspeed: a test mail"
            EmailMessage(subject, text, None, [address], connection=connection).send()
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return fail(about, f"not sent: {_mail_problem(error)}", "Mend EMAIL_URL.")
    return fine(about, f"handed over for {address}: look whether it arrives")


def _mail_problem(error: Exception) -> str:  # noqa: PLR0911  (a table)
    match error:
        case smtplib.SMTPAuthenticationError():
            return f"the server refuses user and password ({error.smtp_code})"
        case smtplib.SMTPSenderRefused():
            reply = _reply(error.smtp_code, error.smtp_error)
            return f"the server refuses the sender, DEFAULT_FROM_EMAIL: {reply}"
        case smtplib.SMTPRecipientsRefused():
            reply = _reply(*next(iter(error.recipients.values())))
            return f"the server refuses the address: {reply}"
        case smtplib.SMTPResponseException():
            return f"the server says {_reply(error.smtp_code, error.smtp_error)}"
        case smtplib.SMTPNotSupportedError():
            return "the server lacks STARTTLS or log-in (smtps: for TLS from the start, port 465)"
        case smtplib.SMTPException():
            return "the server ended the conversation"
    return _network_problem(error)


def _reply(code: int, text: bytes | str) -> str:
    words = text.decode(errors="replace") if isinstance(text, bytes) else text
    password = settings.EMAIL_HOST_PASSWORD
    told = scrubbed(words.replace(password, "[secret]") if password else words)
    printable = "".join(letter if letter.isprintable() else " " for letter in told)
    return f"{code} {printable[:LONGEST_TEXT]}"


def _network_problem(error: object) -> str:  # noqa: PLR0911  (a table)
    match error:
        case ssl.SSLCertVerificationError():
            return f"its certificate is not good ({error.verify_message})"
        case ssl.SSLError():
            return "it speaks no TLS that we understand on this port"
        case socket.gaierror():
            return "its name is not known"
        case ConnectionRefusedError():
            return "nothing listens there"
        case TimeoutError():
            return f"it did not answer within {SECONDS} seconds"
        case OSError() if error.strerror:
            return error.strerror
    return type(error).__name__


def public_address(url: str) -> Finding:
    """Whether this version answers at `url`, an http(s) base URL."""
    about = "public address"
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/health", timeout=SECONDS) as answer:  # noqa: S310
            health: Any = json.loads(answer.read(10_000))
        found = (str(health["version"]), str(health["git_sha"]))
    except urllib.error.HTTPError as error:
        advice = "400: add its name to ALLOWED_HOSTS. 502, 503, 504: the proxy reaches no server."
        return fail(about, f"/health answers {error.code}", advice)
    except urllib.error.URLError as error:
        advice = "Look at the name, the proxy and its certificate."
        return fail(about, f"not reached: {_network_problem(error.reason)}", advice)
    except (OSError, http.client.HTTPException, ValueError, TypeError, KeyError):
        advice = "Let the proxy pass all paths to Hyperspeed."
        return fail(about, "something else than Hyperspeed answers", advice)
    if found != (settings.VERSION, settings.GIT_SHA):
        message = f"version {found[0]} ({found[1]}) runs there, and this is {settings.VERSION}"
        return fail(about, f"{message} ({settings.GIT_SHA})", "Restart the server.")
    return fine(about, f"version {found[0]} answers")
