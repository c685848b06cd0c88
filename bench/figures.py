"""Figures with their bounds, and the tables of them."""

import json
from dataclasses import asdict, dataclass


@dataclass
class Figure:
    """A measured value. A bound is None where none is set."""

    row: str
    what: str
    value: float
    unit: str
    must: float = None
    aim: float = None
    # Whether more is better.
    more: bool = False
    note: str = ""
    # Whether the short form has it: it has ratios and sizes.
    holds_in_short: bool = True

    def eased(self):
        """The bound of the short form: half of a lower one, twice an upper one."""
        if self.must is not None:
            self.must = self.must / 2 if self.more else self.must * 2
        return self

    @property
    def missed(self):
        """Whether the must is missed."""
        return not self._within(self.must)

    @property
    def state(self):
        """What the table says of it."""
        if self.must is None:
            return ""
        return "MISSED" if self.missed else "aim" if self._meets_aim() else "must"

    def _meets_aim(self):
        return self.aim is not None and self._within(self.aim)

    def _within(self, bound):
        if bound is None:
            return True
        return self.value >= bound if self.more else self.value <= bound

    def shown(self, value):
        """A value with the figures that matter, and its unit."""
        if value is None:
            return ""
        text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
        return f"{text} {self.unit}".rstrip()


@dataclass
class Skipped:
    """A row that cannot be measured here, and why."""

    row: str
    what: str
    why: str
    state: str = "skipped"
    missed: bool = False
    holds_in_short: bool = True

    def eased(self):
        """It has no bound."""
        return self


@dataclass
class Failed(Skipped):
    """A row whose measurement failed, or whose answers were wrong."""

    state: str = "FAILED"
    missed: bool = True


HEADS = ("what", "measured", "must", "aim", "", "")


def cells(figure):
    """The cells of a figure."""
    if isinstance(figure, Skipped):
        return (figure.what, "", "", "", figure.state, figure.why)
    sign = "≥ " if figure.more else "≤ "
    must, aim = (
        sign + figure.shown(bound) if bound is not None else ""
        for bound in (figure.must, figure.aim)
    )
    return (figure.what, figure.shown(figure.value), must, aim, figure.state, figure.note)


def table(figures, markdown):
    """The figures as a table."""
    rows = [HEADS, *map(cells, figures)]
    if markdown:
        lines = ["| " + " | ".join(row) + " |" for row in rows]
        return "\n".join([lines[0], "|" + " --- |" * len(HEADS), *lines[1:]])
    widths = [max(len(row[n]) for row in rows) for n in range(len(HEADS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows
    )


def write(path, figures, about):
    """Writes the figures as JSON."""
    with open(path, "w", encoding="utf-8") as file:
        json.dump({**about, "figures": [asdict(figure) for figure in figures]}, file, indent=1)
        file.write("\n")


def keep(path, head, figures):
    """Writes the figures between the marks of a page."""
    begin, end = "<!-- latest -->\n", "<!-- /latest -->"
    with open(path, encoding="utf-8") as file:
        text = file.read()
    before, rest = text.split(begin)
    after = rest.split(end)[1]
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{before}{begin}{head}.\n\n{table(figures, True)}\n{end}{after}")
