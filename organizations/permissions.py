"""The permission codes."""

from collections.abc import Iterable
from enum import StrEnum


class Permission(StrEnum):
    """The full set; a role holds some of them, Owner all."""

    ORG_MANAGE = "org.manage"
    ORG_MEMBERS_MANAGE = "org.members.manage"
    SPACE_CREATE = "space.create"
    SPACE_DELETE = "space.delete"
    SPACE_MEMBERS_MANAGE = "space.members.manage"
    BOARD_READ = "board.read"
    BOARD_WRITE = "board.write"
    TASKS_READ = "tasks.read"
    TASKS_WRITE = "tasks.write"
    CHAT_READ = "chat.read"
    CHAT_WRITE = "chat.write"
    FILES_READ = "files.read"
    FILES_WRITE = "files.write"
    FILES_DELETE = "files.delete"
    TERMINAL_USE = "terminal.use"
    SSH_CONNECTIONS_MANAGE = "ssh_connections.manage"
    AGENT_TOOLS_INVOKE = "agent.tools.invoke"
    DATASETS_READ = "datasets.read"
    DATASETS_WRITE = "datasets.write"


def permissions_in_words(codes: Iterable[str]) -> str:
    """ "read board, manage organization members": for people; empty for none."""
    return ", ".join(map(_in_words, codes))


def _in_words(code: str) -> str:
    *things, verb = code.replace("_", " ").split(".")
    words = " ".join([verb, *things])
    return words.replace(" org", " organization").replace(" ssh ", " SSH ")
