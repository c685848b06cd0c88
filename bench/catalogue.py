"""All rows by name, in the order of the table."""

from dataclasses import dataclass
from functools import partial

import rows_requests


@dataclass
class Row:
    """What measures a row, and whether the short form has it."""

    measure: callable
    short: bool = True


ROWS = {
    **{name: Row(partial(rows_requests.request, name=name)) for name in rows_requests.REQUESTS},
}
