"""All rows by name, in the order of the table."""

from dataclasses import dataclass
from functools import partial

import peers
import rows_cores
import rows_created
import rows_journal
import rows_million
import rows_neighbours
import rows_requests
import rows_right
import rows_small
import rows_start


@dataclass
class Row:
    """What measures a row, and whether the short form has it."""

    measure: callable
    short: bool = True
    about: str = ""

    @property
    def says(self):
        """What it measures, in a line."""
        return self.about or self.measure.__doc__


def request(name):
    """The row of a request."""
    about = f"{rows_requests.REQUESTS[name][0].__doc__[:-1]}, against the floor"
    return Row(partial(rows_requests.request, name=name), True, about)


def beside(name):
    """The row of a neighbour."""
    about = f"A neighbour's median during {rows_neighbours.OFFENCES[name][0].__doc__}"
    measure = partial(rows_neighbours.neighbour, name=name)
    return Row(measure, name != "snapshot", about)


ROWS = {
    "right": Row(rows_right.right),
    **{name: request(name) for name in rows_requests.REQUESTS},
    "growth": Row(rows_created.growth),
    "cores": Row(rows_cores.cores),
    "start": Row(rows_start.start),
    "idle": Row(rows_start.idle),
    "size": Row(rows_start.size),
    "exec": Row(rows_start.execute, short=False),
    "ready": Row(rows_million.ready),
    "hours": Row(rows_million.hours),
    "pages": Row(rows_million.pages, short=False),
    "deep": Row(rows_million.deep),
    "whole": Row(rows_million.whole, short=False),
    "fork": Row(rows_created.fork),
    "journal": Row(rows_journal.journal, short=False),
    **{f"beside-{name}": beside(name) for name in rows_neighbours.OFFENCES},
    "small": Row(rows_small.small, short=False),
    # Only when it is asked for.
    "peers": Row(peers.peers),
}
