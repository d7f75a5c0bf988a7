"""What can be wrong with what an edition declares to be uncertain."""

from collections import Counter
from collections.abc import Collection, Iterator

from stadtindex.definitions.edition import Edition
from stadtindex.definitions.finding import Finding
from stadtindex.definitions.locate import Place
from stadtindex.definitions.parameter import Kind
from stadtindex.definitions.uncertainty import (
    CombineDoubt,
    ErrorDoubt,
    NormaliseDoubt,
    RangeDoubt,
    TreatDoubt,
    varied,
)
from stadtindex.definitions.wording import did_you_mean, listed, shown
from stadtindex.engine.errors import EngineError
from stadtindex.engine.recipe import Missing

# Which measure of an error belongs to which kind of parameter.
MEASURES = {
    Kind.COUNT: "relative",
    Kind.RATE: "relative",
    Kind.SHARE: "sample",
    Kind.YES_NO: "flip",
    Kind.LEVELS: "step",
}


def check_doubts(edition: Edition) -> Iterator[Finding]:
    """Check names, levels, kinds and ranges against the tree and the recipe."""
    doubts = edition.doubts
    if not doubts.declared:
        return
    yield from _choices(edition)
    yield from _levels(edition)
    yield from _left_out(edition)
    for kind, error in doubts.errors.items():
        yield from _error(error, kind)
    codes = [parameter.code for parameter in edition.parameters]
    for code, error in doubts.parameters.items():
        if code in codes:
            yield from _error(error, edition.parameter(code).kind)
        else:
            yield _unknown(error.place, code, codes)
    for one in doubts.ranges:
        yield from _range(edition, one)
    for at, found in enumerate(doubts.ranges):
        if (found.parameter, found.option) in [(one.parameter, one.option) for one in doubts.ranges[:at]]:
            yield found.place.at("option").finding(shown(found.option), "every option of a parameter once")


def _unknown(place: Place, code: str, codes: Collection[str]) -> Finding:
    return place.finding(shown(code), f"the code of a parameter; {did_you_mean(code, codes)}")


def _choices(edition: Edition) -> Iterator[Finding]:
    for what, chosen in (("normalise", edition.doubts.normalise), ("treat", edition.doubts.treat)):
        if chosen is not None:
            yield from _named(edition, chosen, edition.doubts.place.at(what))
    imputing = Missing.IMPUTE in (() if edition.doubts.missing is None else edition.doubts.missing.options)
    imputing = imputing or any(edition.leaf_recipe(one).imputes for one in edition.parameters)
    if edition.doubts.impute is not None and not imputing:
        advice = 'a parameter with missing = "impute"; without one, nothing is imputed'
        yield edition.doubts.place.at("impute").finding("alternatives", advice)


def _named(edition: Edition, chosen: NormaliseDoubt | TreatDoubt, place: Place) -> Iterator[Finding]:
    """Check for which parameters a choice is."""
    codes = [parameter.code for parameter in edition.parameters]
    for index, code in enumerate(chosen.parameters):
        if code not in codes:
            yield _unknown(place.at("parameters", index), code, codes)
    if chosen.parameters and chosen.replaces:
        yield place.at("replaces").finding(f"{len(chosen.replaces)} names", "either replaces or parameters")
    used = {edition.leaf_recipe(parameter).normalise.method for parameter in edition.parameters}
    for index, method in enumerate(chosen.replaces):
        if method not in used:
            advice = f"a normalisation that a parameter uses: {listed(sorted(used))}"
            yield place.at("replaces", index).finding(shown(method), advice)


def _levels(edition: Edition) -> Iterator[Finding]:
    names = [level.name for level in edition.levels]
    for what, allowed in (("combine", names[:-1]), ("weights", names[1:])):
        seen: Counter[str] = Counter()
        for one in edition.doubts.combine if what == "combine" else edition.doubts.weights:
            place = one.place.at("level")
            seen[one.level] += 1
            if one.level not in allowed:
                advice = (
                    f"the name of one of the levels {listed(allowed)}; {did_you_mean(one.level, allowed)}"
                )
                yield place.finding(shown(one.level), advice)
            elif seen[one.level] > 1:
                yield place.finding(shown(one.level), "every level once")
            else:
                yield from _alone(edition, one.level, place)
    for choice in edition.doubts.combine:
        yield from _combining(edition, choice)


def _combining(edition: Edition, choice: CombineDoubt) -> Iterator[Finding]:
    """Find ways to combine that need a parameter which the level does not have."""
    level = next((one for one in edition.levels if one.name == choice.level), None)
    for index, option in enumerate(choice.options if level is not None else ()):
        try:
            if level is not None:
                level.combining.check(option)
        except EngineError as error:
            advice = f"a method whose parameters the level has: {error.why}"
            yield choice.place.at("options", index).finding(shown(option), advice)


def _alone(edition: Edition, level: str, place: Place) -> Iterator[Finding]:
    """Find a level that shares its depth in the tree with another one: what varies there varies for both."""
    depths = edition.depths()
    mine = {depth for code, depth in depths.items() if edition.level_of(code).name == level}
    for code, depth in depths.items():
        other = edition.level_of(code).name
        if other != level and depth in mine:
            found = f"{shown(level)}, but {code!r} ({other}) lies equally deep"
            yield place.finding(found, "a level that has its depth in the tree for itself")
            return


def _left_out(edition: Edition) -> Iterator[Finding]:
    left, place = edition.doubts.leave_out, edition.doubts.place.at("leave_out")
    if left is None:
        return
    if (left.level is None) == (len(left.nodes) == 0):
        found = "neither" if left.level is None else "both"
        yield place.finding(found, "either level or nodes")
    names = [level.name for level in edition.levels[1:]]
    if left.level is not None and left.level not in names:
        advice = f"the name of one of the levels {listed(names)}; {did_you_mean(left.level, names)}"
        yield place.at("level").finding(shown(left.level), advice)
    for index, code in enumerate(left.nodes):
        here = place.at("nodes", index)
        if code in left.nodes[:index]:
            yield here.finding(shown(code), "every node once")
        elif code not in edition.order:
            yield here.finding(shown(code), f"the code of a node; {did_you_mean(code, edition.order)}")
        elif not edition.spared(code):
            advice = "a node that weighs more than 0 and has a sibling that does"
            yield here.finding(shown(code), advice)


def _error(error: ErrorDoubt, kind: Kind) -> Iterator[Finding]:
    wanted = MEASURES[kind]
    given = {name: getattr(error, name) for name in dict.fromkeys(MEASURES.values())}
    for name, value in given.items():
        if value is not None and name != wanted:
            yield error.place.at(name).finding(shown(value), f"{wanted} or age, for the kind is {kind}")
    if given[wanted] is None and error.age is None:
        yield error.place.finding("nothing", f"{wanted}, age or both")


def _range(edition: Edition, one: RangeDoubt) -> Iterator[Finding]:
    codes = [parameter.code for parameter in edition.parameters]
    if one.parameter not in codes:
        yield _unknown(one.place.at("parameter"), one.parameter, codes)
        return
    chosen = edition.leaf_recipe(edition.parameter(one.parameter)).normalise
    if getattr(chosen, one.option) is None:
        advice = f"an option that {chosen.method} has a value for"
        yield one.place.at("option").finding(shown(one.option), advice)
        return
    for key, value in (("least", one.least), ("most", one.most)):
        try:
            varied(chosen, one.option, value)
        except EngineError as error:
            yield one.place.at(key).finding(f"{value:g}", f"a number that fits: {error.why}")
