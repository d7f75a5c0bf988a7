"""What can be wrong with the steps before normalisation and with weighings: what does not go together, or names nothing."""

from collections.abc import Iterator

from stadtindex.definitions.branch import Branch
from stadtindex.definitions.edition import Edition, KindRecipe
from stadtindex.definitions.finding import Finding
from stadtindex.definitions.locate import Place
from stadtindex.definitions.parameter import Parameter
from stadtindex.definitions.wording import did_you_mean, shown
from stadtindex.engine.recipe import Aggregation, Imputation, Impute, Missing, Weighing

BY_GROUP = (Imputation.GROUP_MEAN, Imputation.GROUP_MEDIAN)
OVER_TIME = (Imputation.LATEST, Imputation.LINEAR)


def check_recipe(edition: Edition) -> Iterator[Finding]:
    """Check screening, imputation and weighings of an edition, whatever else is wrong with it."""
    yield from _screen(edition)
    yield from _weighings(edition)
    yield from _groups(edition)
    yield from _periods(edition)
    for parameter in edition.parameters:
        yield from _imputed(edition, parameter)
    yield from _idle(edition)


def _screen(edition: Edition) -> Iterator[Finding]:
    place = edition.place.at("screen")
    branches = {edition.id, *(branch.code for branch in edition.branches)}
    for code in edition.screen.groups:
        if code not in branches:
            advice = f"the code of a branch, or of the edition; {did_you_mean(code, sorted(branches))}"
            yield place.at("groups", code).finding(shown(code), advice)
    for key, units in (("keep", edition.screen.keep), ("drop", edition.screen.drop)):
        for unit in sorted(units):
            if unit not in edition.units:
                advice = f"the id of a unit; {did_you_mean(unit, edition.units.ids)}"
                yield place.at(key).finding(shown(unit), advice)


def _weighings(edition: Edition) -> Iterator[Finding]:
    """Find the benefit of the doubt where children are not combined by an arithmetic mean."""
    expected = (
        'combine = "arithmetic", or another weighing: the benefit of the doubt weighs an arithmetic mean'
    )
    doubtful = Weighing.BENEFIT_OF_THE_DOUBT
    for index, level in enumerate(edition.levels):
        if level.weigh is doubtful and level.combine is not Aggregation.ARITHMETIC:
            place = edition.place.at("levels", index, "weigh")
            yield place.finding(f"{doubtful} with combine {level.combine}", expected)
    for branch in edition.branches:
        level = edition.level_of(branch.code)
        weigh, combine = branch.weigh or level.weigh, branch.combine or level.combine
        told = branch.weigh is not None or branch.combine is not None
        if told and weigh is doubtful and combine is not Aggregation.ARITHMETIC:
            place = branch.place.at("combine" if branch.weigh is None else "weigh")
            yield place.finding(f"{doubtful} with combine {combine}", expected)


def _groups(edition: Edition) -> Iterator[Finding]:
    name, kinds = edition.imputation.groups, edition.units.attribute_kinds
    place = edition.place.at("imputation", "groups")
    if name is not None and name not in kinds:
        yield place.finding(shown(name), f"an attribute of the units; {did_you_mean(name, sorted(kinds))}")
    elif name is not None and kinds[name] == "number":
        yield place.finding(
            shown(name), "an attribute whose values are texts, true or false: names of groups"
        )


def _periods(edition: Edition) -> Iterator[Finding]:
    own, others = edition.imputation.period, edition.imputation.periods
    place = edition.place.at("imputation")
    if len(others) > 0 and own is None:
        yield place.at("period").finding("nothing", "the period of the edition itself, as a number")
    seen = [] if own is None else [own]
    for index, other in enumerate(others):
        if other.period in seen:
            found = f"{other.period:g} a second time"
            yield place.at("periods", index, "period").finding(found, "a period of its own for each")
        seen.append(other.period)


def _imputed(edition: Edition, parameter: Parameter) -> Iterator[Finding]:
    """Check that a parameter whose gaps are imputed has a method, and the method what it needs."""
    if not _asks(edition, parameter):
        return
    place, chosen = parameter.place.at("impute"), edition.impute_of(parameter)
    if chosen is None or chosen.method is Imputation.NONE:
        advice = f"a method, because its gaps are imputed: here, under [kinds.{parameter.kind}], on a branch above or on the last level"
        yield place.finding("nothing" if chosen is None else shown(chosen.method), advice)
    elif chosen.method in BY_GROUP and edition.imputation.groups is None:
        advice = "a table [imputation] with groups, the attribute that gives the group of every unit"
        yield place.finding(shown(chosen.method), advice)
    elif chosen.method in OVER_TIME and len(edition.imputation.periods) == 0:
        advice = "a table [imputation] with period, and one or more [[imputation.periods]]"
        yield place.finding(shown(chosen.method), advice)


def _idle(edition: Edition) -> Iterator[Finding]:
    """Warn of imputations that no gap asks for: without missing or unanswered = impute they do nothing."""
    used = {id(edition.impute_of(parameter)) for parameter in edition.parameters if _asks(edition, parameter)}
    for place, chosen in _imputations(edition):
        if chosen.method is not Imputation.NONE and id(chosen) not in used:
            advice = (
                'missing = "impute" or unanswered = "impute" for a parameter that it is for; or remove it'
            )
            yield place.at("impute").finding(shown(chosen.method), advice, "warning")


def _asks(edition: Edition, parameter: Parameter) -> bool:
    recipe = (parameter, edition.kinds.get(parameter.kind, KindRecipe()), edition.levels[-1])
    missing = next((c.missing for c in recipe if c.missing), None)
    unanswered = next((c.unanswered for c in recipe if c.unanswered), None)
    return Missing.IMPUTE in (missing, unanswered)


def _imputations(edition: Edition) -> Iterator[tuple[Place, Impute]]:
    nodes: tuple[Branch | Parameter, ...] = (*edition.branches, *edition.parameters)
    for node in nodes:
        if node.impute is not None:
            yield node.place, node.impute
    for kind, recipe in edition.kinds.items():
        if recipe.impute is not None:
            yield edition.place.at("kinds", kind), recipe.impute
    last = len(edition.levels) - 1
    if (impute := edition.levels[last].impute) is not None:
        yield edition.place.at("levels", last), impute
