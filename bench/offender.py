"""Sends one request again and again, until it is killed. A process of its own.

`offender.py PORT FILE` reads the request's bytes from a file. It drops the answers in the kernel,
so that it costs little beside the server, and prints the status of each as a line.
"""

import socket
import sys

import client

BUFFER = bytearray(1 << 20)


def main(port, file):
    """Sends the request on one connection, and on a new one where that was closed."""
    with open(file, "rb") as opened:
        raw = opened.read()
    connection = None
    while True:
        try:
            connection = connection or client.Connection(port)
            connection.socket.sendall(raw)
            print(dropped(connection), flush=True)
        except OSError:
            connection = None


def dropped(connection):
    """Reads the head of an answer, drops its body, and returns its status."""
    status, headers = connection.head()
    if status in (204, 304):
        return status
    framing = {name.lower(): value for name, value in headers}
    if "content-length" in framing:
        missing = int(framing["content-length"]) - len(connection.rest)
        connection.rest = b""
        while missing > 0:
            size = min(missing, len(BUFFER))
            missing -= _drop(connection, size)
    else:
        tail = connection.rest[-5:]
        while tail != b"0\r\n\r\n":
            tail = (tail + connection.read())[-5:]
        connection.rest = b""
    return status


def _drop(connection, size):
    got = connection.socket.recv_into(BUFFER, size, socket.MSG_TRUNC)
    if got == 0:
        raise ConnectionError("the server closed the connection")
    return got


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
