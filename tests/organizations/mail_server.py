"""A mail server that refuses one step of every mail, or an address."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

GREETING = b"250-here\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n"
GO_ON, FINE = b"354 go on\r\n", b"250 fine\r\n"


@contextmanager
def refusing_mail_server(refusal: str) -> Iterator[int]:
    """The port of a server that answers a command with this: such as `RCPT 550 no relay`, or one
    that names an address: `second@example.com 550 no relay`."""
    refused, _, answer = refusal.partition(" ")

    class Conversation(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            for line in self.rfile:
                reply = _reply(line.decode(), refused, answer)
                self.wfile.write(reply)
                if reply == GO_ON:
                    while self.rfile.readline() not in {b".\r\n", b""}:
                        pass
                    self.wfile.write(FINE)

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


def _reply(line: str, refused: str, answer: str) -> bytes:
    verb = line.split(maxsplit=1)[0].upper()
    if verb == refused or f"<{refused}>" in line:
        return f"{answer}\r\n".encode()
    known = {"EHLO": GREETING, "AUTH": b"235 welcome\r\n", "DATA": GO_ON}
    return known.get(verb, FINE)
