"""The binaries that are measured: built here, or named by the environment."""

import os
import platform
import re
import subprocess
from dataclasses import dataclass

BENCH = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.dirname(BENCH)


@dataclass
class Binaries:
    """Paths of callmock for this machine, callmock as the image has it, and the floor."""

    machine: str
    image: str
    floor: str


def binaries():
    """Takes each binary from its variable, or builds it."""
    return Binaries(
        os.environ.get("BENCH_CALLMOCK") or machine(),
        os.environ.get("BENCH_IMAGE") or image(),
        os.environ.get("BENCH_FLOOR") or floor(),
    )


def machine():
    """Builds callmock for this machine."""
    return cargo(PROJECT, "callmock")


def floor():
    """Builds the floor."""
    return cargo(os.path.join(BENCH, "floor"), "callmock-floor")


def flags():
    """The compiler's flags of the image's build."""
    command = [os.path.join(PROJECT, "packaging", "rustflags")]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def image(compiler_flags=None, folder=None):
    """Builds callmock as the Dockerfile does: for its target, with its compiler flags or others."""
    with open(os.path.join(PROJECT, "Dockerfile"), encoding="utf-8") as file:
        text = file.read()
    target = re.search(r'target="?\$\(uname -m\)(-[a-z0-9-]+)', text)
    if target is None:
        raise SystemExit("bench: the Dockerfile names no target: set BENCH_IMAGE")
    triple = platform.machine() + target[1]
    return cargo(PROJECT, "callmock", triple, compiler_flags or flags(), folder)


def cargo(project, name, target="", compiler_flags="", folder=None):
    """A release build, in a folder of its own or the usual one. Returns the path of the binary."""
    environment = dict(os.environ)
    if compiler_flags:
        environment["CARGO_ENCODED_RUSTFLAGS"] = compiler_flags
    if folder:
        environment["CARGO_TARGET_DIR"] = folder
    environment.pop("CARGO_BUILD_TARGET", None)
    command = ["cargo", "build", "--release", "--locked", *(["--target", target] if target else [])]
    print(f"building {name} {target}".rstrip(), flush=True)
    subprocess.run(command, cwd=project, env=environment, check=True)
    built = os.path.join(project, environment.get("CARGO_TARGET_DIR") or "target")
    return os.path.join(built, target, "release", name)


def commit():
    """The commit of the sources, and whether they differ from it."""
    try:
        text = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=10"],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return text.strip()


def hardware():
    """The machine in one line."""
    model = "unknown processor"
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / (1 << 30)
    return f"{os.cpu_count()} x {model}, {memory:.0f} GiB, Linux {platform.release()}"
