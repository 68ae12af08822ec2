"""A mail server that refuses one step of every mail."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

GREETING = b"250-here\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n"


@contextmanager
def refusing_mail_server(refusal: str) -> Iterator[int]:
    """The port of a server that answers a command with this: such as `RCPT 550 no relay`."""
    refused, _, answer = refusal.partition(" ")

    class Conversation(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            for line in self.rfile:
                verb = line.split()[0].decode().upper()
                self.wfile.write(_reply(verb, refused, answer))

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _reply(verb: str, refused: str, answer: str) -> bytes:
    if verb == refused:
        return f"{answer}\r\n".encode()
    known = {"EHLO": GREETING, "AUTH": b"235 welcome\r\n", "DATA": b"354 go on\r\n"}
    return known.get(verb, b"250 fine\r\n")
