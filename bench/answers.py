"""Writes the file of answers that `bench/floor` sends."""

import client

# What the floor's own server writes.
FRAMING = ("content-length", "transfer-encoding")


def encoded(recorded):
    """The file's bytes. `recorded` has pairs of a request and its answer."""
    return b"".join(_answer(request, answer) for request, answer in recorded)


def check(floor, recorded):
    """Asks a floor for each answer once, and fails where one is not as it was recorded."""
    for request, answer in recorded:
        found = client.ask(floor.port, request)
        if _plain(found) != _plain(answer):
            raise RuntimeError(f"the floor is wrong: {found} is not {answer}")


def _plain(answer):
    headers = sorted((name.lower(), value) for name, value in answer.headers)
    return answer.status, headers, answer.body, answer.chunks


def _answer(request, answer):
    headers = [(name, value) for name, value in answer.headers if name.lower() not in FRAMING]
    path = request.path.split("?")[0]
    chunks = answer.chunks or []
    head = (
        f"{request.method} {path} {answer.status} {len(headers)} {len(chunks)} {len(answer.body)}\n"
    )
    lines = "".join(f"{name}: {value}\n" for name, value in headers)
    sizes = " ".join(map(str, chunks)) + "\n" if chunks else ""
    return (head + lines).encode("latin-1") + sizes.encode() + answer.body + b"\n"
