"""What can be wrong with an edition as a whole: recipe, denominators, bonus, universe; and what is doubtful in it."""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from stadtindex.definitions.edition import SCALE_OF_KIND, DenominatorColumn, Edition
from stadtindex.definitions.finding import Finding
from stadtindex.definitions.nodes_check import References, check_measure, check_rule
from stadtindex.definitions.wording import did_you_mean, listed, shown

LARGEST_BONUS_SHARE = 0.05


def check_whole(edition: Edition, known: References, *, partial: bool) -> Iterator[Finding]:
    """Check what concerns the edition as a whole; where it is `partial`, only what its own parts can tell."""
    yield from _levels(edition)
    yield from _columns(edition, known)
    yield from _bonus(edition, known)
    yield from _circles(edition)
    rule = edition.universe.rule
    mistakes = (
        list(check_rule(rule, edition.place.at("universe", "rule"), known, answers=False)) if rule else []
    )
    yield from mistakes
    if not partial and not mistakes:
        yield from _universe(edition)
    if not partial:
        yield from _warnings(edition)


def _levels(edition: Edition) -> Iterator[Finding]:
    place = edition.place.at("levels")
    names = [level.name for level in edition.levels]
    for index, name in enumerate(names):
        if name in names[:index]:
            yield place.at(index, "name").finding(shown(name), "a name of its own for every level")
    for index, level in enumerate(edition.levels[:-1]):
        for key in ("missing", "unanswered", "impute", "treat"):
            value = getattr(level, key)
            if value is not None:
                advice = f"{key} on the level of the parameters, {edition.levels[-1].name}, or under [kinds]"
                yield place.at(index, key).finding(shown(getattr(value, "method", value)), advice)
    for parameter in edition.parameters:
        choices = (parameter.normalise, edition.levels[-1].normalise)
        kind = edition.kinds.get(parameter.kind)
        if parameter.kind not in SCALE_OF_KIND and not any(choices) and not (kind and kind.normalise):
            advice = f"a normalisation: here, or for all of this kind under [kinds.{parameter.kind}]"
            yield parameter.place.at("normalise").finding("nothing", advice)


def _columns(edition: Edition, known: References) -> Iterator[Finding]:
    seen: set[str] = set()
    for column in edition.denominators:
        yield from _origin(column, known)
        if column.code in known.codes or column.code in seen:
            advice = "a code that no node and no other denominator has"
            yield column.place.at("code").finding(shown(column.code), advice)
        seen.add(column.code)
        if column.attribute is not None and column.attribute not in edition.units.attribute_kinds:
            advice = (
                f"an attribute of the units; {did_you_mean(column.attribute, edition.units.attribute_kinds)}"
            )
            yield column.place.at("attribute").finding(shown(column.attribute), advice)
        elif column.attribute is not None and edition.units.attribute_kinds[column.attribute] != "number":
            yield column.place.at("attribute").finding(
                shown(column.attribute), "an attribute whose values are numbers"
            )


def _origin(column: DenominatorColumn, known: References) -> Iterator[Finding]:
    """Check where a denominator is from: an attribute, a measure of a source, or the points files alone."""
    if column.attribute is not None and column.source is not None:
        advice = "either an attribute or a source; remove one"
        yield column.place.at("source").finding(shown(column.source), advice)
    if (column.source is None) != (column.measure is None):
        key = "measure" if column.measure is None else "source"
        yield column.place.at(key).finding("nothing", "source and measure together, or neither")
    yield from check_measure(column.source, column.measure, column.place, known.sources)


def _circles(edition: Edition) -> Iterator[Finding]:
    """Find parameters that apply only if another one does, which applies only if the first one does."""
    asked = {p.code: p.applies_if.rule.answers() for p in edition.parameters if p.applies_if is not None}
    try:
        TopologicalSorter(asked).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        place = edition.parameter(circle[0]).place.at("applies_if")
        yield place.finding(" asks for ".join(circle), "rules that do not ask for each other in a circle")


def _bonus(edition: Edition, known: References) -> Iterator[Finding]:
    most = LARGEST_BONUS_SHARE * (edition.scale.upper - edition.scale.lower)
    taken = {column.code for column in edition.denominators} | known.codes
    for branch in edition.branches:
        if branch.bonus is None:
            continue
        place = branch.place.at("bonus")
        if branch.bonus.cap > most:
            yield place.at("cap").finding(f"{branch.bonus.cap:g}", f"at most {most:g}, 5 % of the scale")
        if branch.bonus.parameter in taken:
            yield place.at("parameter").finding(shown(branch.bonus.parameter), "a code used for nothing else")
        taken.add(branch.bonus.parameter)


def _universe(edition: Edition) -> Iterator[Finding]:
    rule, at = edition.universe.rule, edition.universe.at
    place = edition.place.at("universe", "rule")
    if rule is not None:
        open_ = [
            unit.id
            for unit in edition.units
            if unit.exists(at) and edition.units.holds(rule, unit.id, at=at) is None
        ]
        if open_:
            advice = f"a value on {at} for all of {', '.join(rule.names())}; add facts to attributes.csv or change at"
            yield place.finding(f"no answer for {len(open_)} units: {listed(open_)}", advice)
    if not edition.ranked:
        yield place.finding(f"no unit on {at}", "a rule that holds for one unit or more")
    for column in edition.denominators:
        yield from _filled(edition, column)


def _filled(edition: Edition, column: DenominatorColumn) -> Iterator[Finding]:
    if (
        column.attribute is None
        or column.at is None
        or edition.units.attribute_kinds.get(column.attribute) != "number"
    ):
        return
    place = column.place.at("attribute")
    values = {unit: edition.units.attribute(unit, column.attribute, at=column.at) for unit in edition.ranked}
    absent = [unit for unit, value in values.items() if value is None]
    if absent:
        advice = "a value for every ranked unit; add facts to attributes.csv or change at"
        yield place.finding(
            f"no {column.attribute} on {column.at} for {len(absent)} units: {listed(absent)}", advice
        )
    not_positive = [unit for unit, value in values.items() if isinstance(value, float) and value <= 0]
    if not_positive:
        yield place.finding(f"0 or less for {listed(not_positive)}", "a number more than 0 to divide by")


def _warnings(edition: Edition) -> Iterator[Finding]:
    if edition.grading.maximum_age_years is None and not edition.grading.minimum_parameters:
        advice = "a table [grading]; without it no data are too old and no domain is too thin"
        yield edition.place.at("grading").finding("nothing", advice, "warning")
    used = {parameter.denominator.column for parameter in edition.parameters if parameter.denominator}
    for column in edition.denominators:
        if column.code not in used:
            advice = "a parameter that is divided by it; or remove it"
            yield column.place.at("code").finding(shown(column.code), advice, "warning")
    units = {parameter.unit.code for parameter in edition.parameters}
    for code in edition.quantities:
        if code not in units:
            advice = "a parameter with this unit; or remove it"
            yield edition.place.at("quantities", code).finding(shown(code), advice, "warning")
    yield from _thin(edition)


def _thin(edition: Edition) -> Iterator[Finding]:
    """Warn of domains that are indicative by design: too few parameters, however good the data."""
    least = edition.grading.minimum_parameters
    below: dict[str, int] = {}
    for parameter in edition.parameters:
        domain = edition.domain_of(parameter.code).code
        below[domain] = below.get(domain, 0) + 1
    for branch in edition.branches:
        if branch.parent == edition.id and below.get(branch.code, 0) < least:
            advice = f"{least} parameters or more, else the domain is always indicative"
            yield branch.place.finding(f"{below.get(branch.code, 0)} parameters", advice, "warning")
