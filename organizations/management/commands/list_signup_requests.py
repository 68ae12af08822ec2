from argparse import ArgumentParser
from typing import Any

from accounts.commands import OperatorCommand, in_table, timestamp
from organizations.models import SignupRequest


class Command(OperatorCommand):
    help = "List sign-up requests, oldest first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        choices = [*SignupRequest.Status.values, "all"]
        parser.add_argument("--status", choices=choices, default="pending")
        parser.add_argument("--json", action="store_true", help="print a JSON array")

    def handle(self, *, status: str, json: bool, **options: Any) -> None:
        requests = SignupRequest.objects.select_related("user", "resolved_by").oldest_first()
        if status != "all":
            requests = requests.filter(status=status)
        if json:
            self.print_json([_row(request) for request in requests])
            return
        header = ("E-MAIL", "NAME", "STATUS", "REQUESTED", "FROM", "DECIDED BY", "DECIDED")
        self.print_table(header, [_cells(request) for request in requests])


def _row(request: SignupRequest) -> dict[str, str | None]:
    return {
        "id": str(request.pk),
        "email": request.user.email,
        "display_name": request.user.display_name or None,
        "status": request.status,
        "created_at": timestamp(request.created_at),
        "ip_address": request.ip_address,
        "resolved_at": timestamp(request.resolved_at),
        "resolved_by": request.resolved_by.email if request.resolved_by else None,
    }


def _cells(request: SignupRequest) -> tuple[str, ...]:
    return (
        request.user.email,
        request.user.display_name or "-",
        request.status,
        in_table(request.created_at, ""),
        request.ip_address or "-",
        request.decided_by or "-",
        in_table(request.resolved_at, "-"),
    )
