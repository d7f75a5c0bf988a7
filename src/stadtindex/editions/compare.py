"""Two releases beside each other: the states that the engine compares, and how far they can be compared at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from stadtindex.definitions.crosswalk import Crosswalk
from stadtindex.definitions.edition import Edition
from stadtindex.definitions.finding import BadInput, Finding
from stadtindex.editions.assemble import Assembled
from stadtindex.editions.compute import Release
from stadtindex.editions.weights import leaf_weights
from stadtindex.engine.attribution.mix import Pair, State
from stadtindex.engine.attribution.split import Attribution, Split

# With a smaller share of the weight measured in both editions, an overall change of rank says nothing about a city.
ENOUGH_REMEASURED = 0.5
DIGITS = 12


@dataclass(frozen=True)
class Comparison:
    """Two releases that can be compared parameter by parameter.

    `carried` gives the older code of every parameter of the newer edition that measures the same; all others belong to
    the method. `remeasured` is the share (0 to 1) of the weight measured anew: the smaller of the two editions' shares.
    """

    before: Release
    after: Release
    carried: Mapping[str, str]
    remeasured: float
    attribution: Attribution

    @property
    def rank_published(self) -> bool:
        """Whether enough was measured anew for a change of the overall rank to be published."""
        return self.remeasured >= ENOUGH_REMEASURED

    def change(self, unit: str, *, own_depth: int = 2) -> "Change":
        """Split the change of one unit; BadInput for a unit that does not have a rank in both editions."""
        for release in (self.before, self.after):
            self._check_ranked(unit, release)
        split = self.attribution.split(unit, own_depth=own_depth)
        return Change(split, self.remeasured, self.rank_published)

    def _check_ranked(self, unit: str, release: Release) -> None:
        """Refuse a unit without a rank: there is nothing from which, or to which, anything could have changed."""
        results, name, edition = release.results, _name(self, unit), release.edition.id
        if unit not in results.units:
            found = f"{name}, which is not among the ranked units of {edition}"
        elif results.rank[results.tree.root][results.units.index(unit)] == 0:
            found = f"{name}, which has no score in {edition}"
        else:
            return
        raise _misfit("unit", found, "a unit with a rank in both editions; without one there is no change")


@dataclass(frozen=True)
class Change:
    """The split of one unit's change; `rank_change` is None where too little was measured anew to publish one."""

    split: Split
    remeasured: float
    rank_published: bool

    @property
    def score_change(self) -> float:
        """Points gained, negative where lost."""
        return self.split.score_after - self.split.score_before

    @property
    def rank_change(self) -> int | None:
        """Ranks lost, negative where gained; None where it is not to be published."""
        return self.split.rank_after - self.split.rank_before if self.rank_published else None


def compare(
    before: Release, after: Release, crosswalk: Crosswalk | None = None, corrected: Release | None = None
) -> Comparison:
    """Compare two releases. `corrected` is a later release of the older edition, whose data count as corrections.

    Two releases of one edition need no crosswalk: what differs in their data are corrections. Without a crosswalk
    between two editions, or with one that does not fit them, BadInput.
    """
    carried = carried_codes(before.edition, after.edition, crosswalk)
    if corrected is not None and corrected.edition.id != before.edition.id:
        raise _misfit("corrected", corrected.edition.id, f"a later release of {before.edition.id}")
    same = before.edition.id == after.edition.id
    mended = after if same else corrected
    pair = Pair(
        state_of(before.assembled),
        state_of(after.assembled),
        carried,
        None if mended is None else state_of(mended.assembled),
    )
    share = 1.0 if same else remeasured(before, after, carried)
    return Comparison(before, after, carried, share, Attribution(pair))


def state_of(assembled: Assembled) -> State:
    """Give what the engine computes from."""
    return State(
        assembled.tree,
        assembled.table,
        assembled.recipe,
        assembled.denominators,
        assembled.bonus,
        assembled.background,
    )


def carried_codes(before: Edition, after: Edition, crosswalk: Crosswalk | None) -> Mapping[str, str]:
    """Give, by its newer code, the older code of every parameter whose values can be compared.

    `same` and `reworded` are carried; what was rescaled, replaced, split or merged is another measurement, and with
    what is new or dropped it belongs to the method.
    """
    old = [parameter.code for parameter in before.parameters]
    new = [parameter.code for parameter in after.parameters]
    if crosswalk is None:
        if before.id != after.id:
            raise _misfit("crosswalk", "none", f"a crosswalk from {before.id} to {after.id}")
        return {code: code for code in new if code in set(old)}
    if (crosswalk.old, crosswalk.new) != (before.id, after.id):
        found = f"a crosswalk from {crosswalk.old} to {crosswalk.new}"
        raise _misfit("crosswalk", found, f"one from {before.id} to {after.id}")
    findings = tuple(crosswalk.gaps(old, new))
    if len(findings) > 0:
        raise BadInput(*findings)
    return crosswalk.comparable()


def remeasured(before: Release, after: Release, carried: Mapping[str, str]) -> float:
    """Say which share (0 to 1) of the weight was measured anew, in the edition where it is less.

    A parameter counts with its share of the whole tree's weight, times the share of the units in both editions that
    have a value in both, the newer one of a later date of data.
    """
    both = [unit for unit in after.assembled.units if unit in set(before.assembled.units)]
    if len(both) == 0:
        return 0.0
    old_weights, new_weights = leaf_weights(before.assembled.tree), leaf_weights(after.assembled.tree)
    old, new = Fraction(0), Fraction(0)
    for code, earlier in carried.items():
        anew = sum(_anew(before.assembled, after.assembled, unit, (earlier, code)) for unit in both)
        share = Fraction(anew, len(both))
        old += share * Fraction(old_weights[earlier])
        new += share * Fraction(new_weights[code])
    # Shares are products of floats: what was measured to exactly one half must not fall below it by rounding.
    return round(float(min(old, new)), DIGITS)


def _anew(before: Assembled, after: Assembled, unit: str, codes: tuple[str, str]) -> bool:
    old, new = before.points.get((unit, codes[0])), after.points.get((unit, codes[1]))
    if old is None or new is None or old.value is None or new.value is None:
        return False
    return new.data_date > old.data_date


def _name(comparison: Comparison, unit: str) -> str:
    for release in (comparison.after, comparison.before):
        if unit in release.edition.units.units:
            return f"{release.edition.units[unit].name} ({unit})"
    return repr(unit)


def _misfit(field: str, found: str, expected: str) -> BadInput:
    return BadInput(Finding("", None, field, found, expected))
