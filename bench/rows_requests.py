"""The rows of one request: callmock against the floor, by turns."""

from statistics import median

import answers
import load
import scenarios
import servers
import traffic
from figures import Figure
from reference import Reference

# name: what is sent, the scenario, and the share of the floor's rate that it must and should reach.
REQUESTS = {
    "alibaba": (traffic.alibaba, scenarios.requests, 0.35, 0.75),
    "commubo": (traffic.commubo, scenarios.requests, 0.40, 0.85),
    "sencloud": (traffic.sencloud, scenarios.requests, 0.40, 0.85),
    "create": (traffic.create, scenarios.pool, 0.25, 0.6),
    "refusal": (traffic.refusal, scenarios.requests, 0.65, 0.9),
}


def request(bench, name):
    """The image's build against the floor, and against a plain build"""
    make, scenario, must, aim = REQUESTS[name]
    with servers.Place() as place:
        file = place.file("scenario.yaml", scenario())
        machine = place.callmock(bench.binaries.machine, "--scenario", file)
        image = place.callmock(bench.binaries.image, "--scenario", file)
        sent = make(machine, None if sent_blind(name) else Reference(machine))
        floor = place.floor(
            bench.binaries.floor, place.file("answers", answers.encoded(sent.recorded))
        )
        answers.check(floor, sent.recorded)
        contestants = {"floor": floor, "machine": machine, "image": image}
        runs = load.by_turns(contestants, sent, bench, place)
    bench.note(f"{name} {summary(runs)}")
    yield Figure(
        name,
        f"{sent.name}, of the floor",
        ratio(runs, "image", "floor"),
        "×",
        must,
        aim,
        True,
        f"{rate(runs, 'image'):,.0f}/s of {rate(runs, 'floor'):,.0f}/s"
        + remark(runs, "image", "floor"),
    )
    yield Figure(
        f"{name}-image",
        f"{sent.name}, the image's build against a plain one",
        ratio(runs, "image", "machine"),
        "×",
        0.90,
        1.0,
        True,
        f"{rate(runs, 'machine'):,.0f}/s, {ratio(runs, 'machine', 'floor'):.3g} of the floor"
        + remark(runs, "image", "machine"),
    )


def sent_blind(name):
    """Whether the row needs no list of calls."""
    return name in ("create", "refusal")


def ratio(runs, one, other):
    """The median over the rounds of one rate against the other's."""
    return median(a.rate / b.rate for a, b in zip(runs[one], runs[other]))


def by_cpu(runs, one, other):
    """The same by processor time: noise from beside matters less to it."""
    return median(b.cpu / a.cpu if a.cpu else 0 for a, b in zip(runs[one], runs[other]))


def remark(runs, one, other):
    """The ratio by processor time, and whether the servers had their core to themselves."""
    least = min(median(run.busy for run in turns) for turns in runs.values())
    noise = f"; noisy: a server had {least:.0%} of its core" if least < 0.8 else ""
    return f"; by processor time {by_cpu(runs, one, other):.2f}{noise}"


def rate(runs, name):
    """The median rate."""
    return median(run.rate for run in runs[name])


def summary(runs):
    """A line about each server, for whoever wants to judge the noise."""
    parts = []
    for name, turns in runs.items():
        rates = [run.rate for run in turns]
        busy = median(run.busy for run in turns)
        samples = sum(run.samples for run in turns)
        parts.append(
            f"{name} {min(rates):,.0f}..{max(rates):,.0f}/s busy {busy:.2f} compared {samples}"
        )
    return "; ".join(parts)
