"""The row of two cores against one."""

from statistics import median

import answers
import load
import scenarios
import servers
import traffic
from figures import Figure, Skipped
from reference import Reference


def cores(bench):
    """Two cores against one, divided by the floor's own gain"""
    what = "two cores against one, of the floor's gain"
    if len(servers.EVERY_CORE) < 2:
        yield Skipped("cores", what, "this machine has one core")
        return
    two = pair()
    with servers.Place() as place:
        flags = ("--scenario", place.file("scenario.yaml", scenarios.requests()))
        one = place.callmock(bench.binaries.machine, *flags)
        sent = traffic.commubo(one, Reference(one))
        recorded = place.file("answers", answers.encoded(sent.recorded))
        contestants = {
            "one": one,
            "two": place.callmock(bench.binaries.machine, *flags, cores=two),
            "floor one": place.floor(bench.binaries.floor, recorded),
            "floor two": place.floor(bench.binaries.floor, recorded, cores=two),
        }
        floors = ("floor one", "floor two")
        runs = load.by_turns(contestants, sent, bench, place, floors)
    own, floor = (gain(runs, *names) for names in (("one", "two"), floors))
    yield Figure("cores", what, own / floor, "×", 0.9, 1.0, True, f"{own:.2f} against {floor:.2f}")


def pair():
    """Two cores: beside the load where there are three, else one of them is the load's."""
    beside = [core for core in servers.EVERY_CORE if core not in servers.LOAD_CORES]
    return beside[:2] if len(beside) > 1 else servers.EVERY_CORE[:2]


def gain(runs, one, two):
    """How much faster two cores are."""
    return median(b.rate / a.rate for a, b in zip(runs[one], runs[two]))
