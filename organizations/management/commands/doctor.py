from argparse import ArgumentParser, ArgumentTypeError
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

from accounts import checkup, checkup_network
from accounts.checkup import Check, Finding, Level
from accounts.commands import OperatorCommand
from accounts.emails import parse_email
from organizations.checkup import daily_mails, first_account, signups


class Command(OperatorCommand):
    help = "Check the running set-up, and say what to do. Exit code 1 if something is wrong."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--mail", type=_address, metavar="ADDRESS", help="send a test mail")
        parser.add_argument(
            "--url", type=_url, metavar="URL", help="look whether this version answers there"
        )
        parser.add_argument("--json", action="store_true", dest="is_json")

    def handle(self, *, mail: str | None, url: str | None, is_json: bool, **options: Any) -> None:
        findings = list(checkup.examine(_checks(mail, url)))
        if is_json:
            self.print_json([_as_data(finding) for finding in findings])
        else:
            for finding in findings:
                self._print(finding)
        problems = sum(finding.level is Level.FAILURE for finding in findings)
        if problems:
            raise CommandError(f"{problems} thing(s) to mend")

    def _print(self, finding: Finding) -> None:
        self.stdout.write(f"{finding.level:4}  {finding.about}: {finding.message}")
        if finding.advice:
            self.stdout.write(f"      {finding.advice}")


def _checks(address: str | None, url: str | None) -> list[tuple[str, Check]]:
    there = [("public address", partial(checkup_network.public_address, url))] if url else []
    return [
        ("database", checkup.database),
        ("migrations", checkup.migrations),
        ("clock", checkup.clock),
        ("secrets", checkup.secrets),
        ("signing keys", checkup.signing_keys),
        ("PUBLIC_URL", checkup.public_url),
        *there,
        ("proxies", checkup.proxies),
        ("mail", partial(checkup_network.mail, address)),
        ("first account", first_account),
        ("sign-ups", signups),
        ("daily mails", daily_mails),
        ("purge", checkup.purge),
    ]


def _as_data(finding: Finding) -> dict[str, str]:
    return {
        "check": finding.about,
        "level": finding.level.lower(),
        "message": finding.message,
        "what_to_do": finding.advice,
    }


def _address(text: str) -> str:
    try:
        return parse_email(text).address
    except ValidationError as error:
        raise ArgumentTypeError(f"{text!r} is not an e-mail address") from error


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        is_url = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_url = False
    if not is_url:
        raise ArgumentTypeError(f"{text!r} is not a URL such as https://work.example.org")
    return text
