"""Writes the file of answers that `bench/floor` sends."""

# What the floor's own server writes.
FRAMING = ("content-length", "transfer-encoding")


def encoded(recorded):
    """The file's bytes. `recorded` has pairs of a request and its answer."""
    return b"".join(_answer(request, answer) for request, answer in recorded)


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
