"""A small HTTP/1.1 client that shows an answer as it was on the wire."""

import socket
from dataclasses import dataclass, field


@dataclass
class Request:
    """A request without its `Host`, which the connection adds."""

    method: str
    path: str
    headers: dict = field(default_factory=dict)
    body: bytes = b""

    def raw(self, host):
        """The bytes of the request for a host."""
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {host}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.body or self.method in ("POST", "PUT", "PATCH"):
            lines.append(f"Content-Length: {len(self.body)}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + self.body


@dataclass
class Answer:
    """An answer. `chunks` has the sizes of its chunks, or is None where a length was given."""

    status: int
    headers: list
    body: bytes
    chunks: list = None

    def header(self, name):
        """The value of a header, or None."""
        return next((value for known, value in self.headers if known.lower() == name), None)


class Connection:
    """A connection that is kept alive."""

    def __init__(self, port, timeout=60):
        self.host = f"127.0.0.1:{port}"
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def ask(self, request):
        """Sends a request and reads the whole answer."""
        self.send(request)
        return self.answer()

    def send(self, request):
        """Sends a request, and reads nothing."""
        self.socket.sendall(request.raw(self.host))

    def answer(self):
        """Reads the next answer."""
        status, headers = self.head()
        framing = {name.lower(): value for name, value in headers}
        if framing.get("transfer-encoding") == "chunked":
            body, chunks = self._chunked()
            return Answer(status, headers, body, chunks)
        return Answer(status, headers, self._take(int(framing.get("content-length", 0))))

    def first_byte(self):
        """Waits for the first bytes of the next answer, which stay to be read."""
        self._more()

    def head(self):
        """Reads the status and the headers of the next answer."""
        head = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        headers = [tuple(line.split(": ", 1)) for line in head[1:]]
        return int(head[0].split(" ", 2)[1]), headers

    def _chunked(self):
        parts = []
        while True:
            size = int(self._until(b"\r\n").split(b";")[0], 16)
            part = self._take(size)
            self._take(2)
            if size == 0:
                return b"".join(parts), [len(part) for part in parts]
            parts.append(part)

    def _until(self, end):
        while end not in self.rest:
            self._more()
        found, self.rest = self.rest.split(end, 1)
        return found

    def _take(self, length):
        if len(self.rest) < length:
            parts, missing = [self.rest], length - len(self.rest)
            while missing > 0:
                part = self.read()
                parts.append(part)
                missing -= len(part)
            self.rest = b"".join(parts)
        found, self.rest = self.rest[:length], self.rest[length:]
        return found

    def _more(self):
        self.rest += self.read()

    def read(self):
        """The next bytes, whatever they are of."""
        data = self.socket.recv(1 << 18)
        if not data:
            raise ConnectionError("the server closed the connection")
        return data

    def close(self):
        """Closes the connection."""
        self.socket.close()


def ask(port, request, timeout=60):
    """One request on a connection of its own."""
    connection = Connection(port, timeout)
    try:
        return connection.ask(request)
    finally:
        connection.close()
