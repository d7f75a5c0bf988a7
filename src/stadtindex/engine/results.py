"""What compute gives back: every intermediate table, frozen."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields

from stadtindex.engine.arrays import Bools, Codes, Floats, Ints
from stadtindex.engine.errors import EngineError
from stadtindex.engine.explain import Addend, Explanation, Note
from stadtindex.engine.impute.gaps import Imputed
from stadtindex.engine.recipe import Missing, Recipe
from stadtindex.engine.screen import Screened
from stadtindex.engine.table import Cell
from stadtindex.engine.treat.columns import Treated
from stadtindex.engine.tree import Tree


@dataclass(frozen=True, eq=False)
class Results:
    """Every number on the way to the scores: mappings from a code to a read-only array (n,) over `units`.

    Leaves only: `raw`, `denominated`, `imputed` (the value put in, in denominated units; NaN where none was), `treated`
    (what is normalised), `normalised` (NaN where no value), `cells` (as used: a value without denominator is MISSING, of
    a unit screened out nothing is applicable). Inner nodes only: `combined` (before bonus and normalisation), `bonus`
    (points added), `benchmark` (benefit of the doubt: the best weighted mean of any unit under this unit's weights).
    Every node: `score` (unrounded; what its parent uses), `rounded`, `rank` (0: no score), `weight` (share among all
    siblings), `share` (what it counts in its parent for this unit: sums to 1 over siblings, 0 where dropped or where
    the parent has no combined value), `contribution` (share · score under an arithmetic parent; explain.Addend says what under the others, NaN where no honest number can be given),
    `coverage` (share of the applicable leaf weight below that was measured, 0..1; NaN where nothing applies),
    `applicable` (some leaf below that counts applies), `at_worst` and `at_best` (score if all that is missing, imputed or
    unanswered of this unit were at the worst, at the best of its scale, all scales as measured; they enclose the score
    unless a threshold, scales with different ends, or an aggregation that does not rise with every score (MPI, AMPI) make
    a missing node worth more than its worst, or its best).
    `treatment` reports on every column for which a treatment was chosen, `imputation` on what was filled (None: no gap
    was to be; its units are those that passed the screening), `screened` on the screening (None: nothing was
    asked). A unit that was screened out keeps its place, without score and rank; see `left_out`.
    `constant` are the nodes whose column dropped out for all units, `findings` sentences about the data.
    """

    tree: Tree
    units: tuple[str, ...]
    recipe: Recipe
    raw: Mapping[str, Floats]
    denominated: Mapping[str, Floats]
    imputed: Mapping[str, Floats]
    treated: Mapping[str, Floats]
    normalised: Mapping[str, Floats]
    cells: Mapping[str, Codes]
    combined: Mapping[str, Floats]
    benchmark: Mapping[str, Floats]
    bonus: Mapping[str, Floats]
    score: Mapping[str, Floats]
    rounded: Mapping[str, Floats]
    rank: Mapping[str, Ints]
    weight: Mapping[str, Floats]
    share: Mapping[str, Floats]
    contribution: Mapping[str, Floats]
    coverage: Mapping[str, Floats]
    applicable: Mapping[str, Bools]
    at_worst: Mapping[str, Floats]
    at_best: Mapping[str, Floats]
    treatment: tuple[Treated, ...]
    imputation: Imputed | None
    screened: Screened | None
    constant: tuple[str, ...]
    findings: tuple[str, ...]

    def tables(self) -> dict[str, Mapping[str, Floats | Ints | Bools | Codes]]:
        """Return every table by its field name, each a mapping from code to array (n,); nothing is copied."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if isinstance(value, Mapping)}

    def left_out(self) -> dict[str, str]:
        """Return the units that were screened out, each with the reason, in the order of units."""
        if self.screened is None:
            return {}
        why: dict[str, list[str]] = {unit: [] for unit in self.screened.dropped}
        for failure in self.screened.failures:
            if failure.unit in why:
                why[failure.unit].append(failure.why)
        return {unit: "; ".join(reasons) or "left out by name" for unit, reasons in why.items()}

    def treated_column(self, leaf: str) -> Treated | None:
        """Return the report on the treatment of a leaf; None where none was chosen."""
        return next((done for done in self.treatment if done.node == leaf), None)

    def age_of(self, unit: str, leaf: str) -> float:
        """Return how many periods away the nearest observation is that an imputed value stands on; else NaN."""
        report = self.imputation
        if report is None or unit not in report.units:
            return math.nan
        return float(report.age[report.units.index(unit), report.columns.index(leaf)])

    def explain(self, unit: str, node: str) -> Explanation:
        """Explain the score of one unit at one node; EngineError if there is no such unit or node."""
        if unit not in self.units:
            raise EngineError("the results have no such unit", unit=unit)
        index = self.units.index(unit)
        leaf = self.tree.is_leaf(node)
        return Explanation(
            unit=unit,
            node=node,
            combine=None if leaf else self.recipe.nodes[node].combine,
            addends=tuple(self._addend(index, child) for child in self.tree.children(node)),
            combined=_at(self.combined, node, index),
            benchmark=_at(self.benchmark, node, index),
            bonus=_at(self.bonus, node, index),
            raw=_at(self.raw, node, index),
            denominated=_at(self.denominated, node, index),
            imputed=_at(self.imputed, node, index),
            treated=_at(self.treated, node, index),
            treatment=self.treated_column(node),
            normalise=self.recipe.nodes[node].normalise,
            score=float(self.score[node][index]),
            note=self._note(index, node),
        )

    def _addend(self, index: int, code: str) -> Addend:
        weight = float(self.weight[code][index])
        note = self._note(index, code)
        return Addend(
            code=code,
            score=float(self.score[code][index]),
            weight=weight,
            share=float(self.share[code][index]),
            contribution=float(self.contribution[code][index]),
            cell=Cell(int(self.cells[code][index])) if self.tree.is_leaf(code) else None,
            note=Note.NO_WEIGHT if weight == 0.0 and note is Note.NOTHING else note,
        )

    def _note(self, index: int, code: str) -> Note:
        if self.screened is not None and not self.screened.passes[index]:
            return Note.SCREENED_OUT
        if not self.applicable[code][index]:
            return Note.NOT_APPLICABLE
        if code in self.constant:
            return Note.CONSTANT
        if self.tree.is_leaf(code):
            return self._leaf_note(index, code)
        if not math.isnan(self.score[code][index]):
            return Note.NOTHING
        return self._missing_note(index, code)

    def _leaf_note(self, index: int, code: str) -> Note:
        cell = Cell(int(self.cells[code][index]))
        if cell is Cell.VALUE:
            return Note.NOTHING
        if not math.isnan(self.imputed[code][index]):
            return Note.IMPUTED
        chosen = self.recipe.nodes[code]
        rule = chosen.missing if cell is Cell.MISSING else chosen.unanswered
        return Note.NOT_EVIDENCED if rule is Missing.ZERO else Note.MISSING

    def _missing_note(self, index: int, code: str) -> Note:
        """Say why an inner node to which something applies has no score."""
        counting = [child for child in self.tree.children(code) if self.weight[child][index] > 0.0]
        scored = [child for child in counting if not math.isnan(self.score[child][index])]
        if any(child not in self.constant for child in scored):
            return Note.BELOW_THRESHOLD
        notes = {self._note(index, child) for child in counting} - {Note.NOT_APPLICABLE}
        return Note.CONSTANT if notes == {Note.CONSTANT} else Note.MISSING


def _at(values: Mapping[str, Floats], code: str, index: int) -> float:
    return float(values[code][index]) if code in values else math.nan
