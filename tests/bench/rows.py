"""One row a goal, and the table of them."""
import dataclasses


@dataclasses.dataclass
class Row:
    measure: str
    ours: str
    peer: str
    ratio: float
    goal: float
    at_least: bool = False
    made_of: str = ""  # what our figure consists of
    figures: dict = dataclasses.field(default_factory=dict)

    def held(self):
        return self.ratio >= self.goal if self.at_least else self.ratio <= self.goal

    def cells(self):
        return [self.measure, self.ours, self.peer, f"{self.ratio:.2f}",
                f"{'at least' if self.at_least else 'at most'} {self.goal:g}", "held" if self.held() else "missed"]

    def as_json(self):
        return {**dataclasses.asdict(self), "held": self.held()}


HEAD = ["measure", "ours", "peer", "ratio", "goal", ""]


def lines_of_table(rows):
    table = [HEAD] + [row.cells() for row in rows]
    widths = [max(len(cells[column]) for cells in table) for column in range(len(HEAD))]
    for cells in table:
        yield "  ".join(cell.ljust(width) for cell, width in zip(cells, widths)).rstrip()


def markdown(rows, about):
    yield f"Measured {about}."
    yield ""
    for cells in [HEAD, ["---"] * len(HEAD)] + [row.cells() for row in rows]:
        yield "| " + " | ".join(cells) + " |"
    missed = [row for row in rows if not row.held()]
    if missed:
        yield ""
        yield "Missed:"
        yield ""
        for row in missed:
            yield f"- {row.measure}: {row.made_of or 'the cause is not known'}"
