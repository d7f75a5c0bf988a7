"""What was estimated, treated and screened out, in the user's language: for `explain`, `profile`, `points` and `rank`."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stadtindex.cli.words import Words
    from stadtindex.publish.explanation import Step
    from stadtindex.publish.ranking import Shortfall

EXACT = 10


def prepared_in_words(step: "Step", language: str, _: "Words") -> Iterator[str]:
    """Say what stands in for a missing value of a parameter, and what the treatment of outliers made of it."""
    from stadtindex.publish.numbers import number

    estimate, treated = step.estimate, step.treated
    if estimate is not None:
        value = number(estimate.value, language, decimals=EXACT)
        text = _("  estimated by {method}: {value}")
        yield text.format(method=imputations_in_words(_)[estimate.method.name], value=value)
        if estimate.age is not None:
            age = number(estimate.age, language, decimals=0)
            yield _("  from an observation {age} periods away").format(age=age)
    if treated is None:
        return
    value = number(treated.value, language, decimals=EXACT)
    if "winsorised" in treated.marks:
        low, high = (number(end, language, decimals=EXACT) for end in (treated.low, treated.high))
        text = _("  winsorised to {value}: the column is held between {low} and {high}")
        yield text.format(value=value, low=low, high=high)
    if "transformed" in treated.marks:
        text = _("  transformed by {curve}: {value}")
        yield text.format(curve=curves_in_words(_)[treated.by.name], value=value)


def shortfalls_in_words(found: "Iterable[Shortfall]", language: str, _: "Words") -> list[str]:
    """Say why a unit was screened out, rule by rule."""
    from stadtindex.publish.numbers import percent

    texts = {
        "applicable": _("no parameter applies to it"),
        "data": _("{share} of the data; at least {minimum} are asked for"),
        "group": _("{share} of the data in {branch}; at least {minimum} are asked for"),
        "non_zero": _("{share} of its values are not zero; at least {minimum} are asked for"),
        "name": _("left out by name"),
    }
    return [
        texts[one.rule].format(
            share=percent(one.share, language),
            minimum=percent(one.minimum, language),
            branch=one.branch.get(language, ""),
        )
        for one in found
    ]


def imputations_in_words(_: "Words") -> Mapping[str, str]:
    """Name every imputation in the user's language."""
    return {
        "NONE": _("nothing"),
        "MEAN": _("the mean of all cities"),
        "MEDIAN": _("the median of all cities"),
        "GROUP_MEAN": _("the mean of the city's group"),
        "GROUP_MEDIAN": _("the median of the city's group"),
        "SIBLINGS": _("the city's other values of the same branch"),
        "NEIGHBOURS": _("the most similar cities"),
        "EM": _("the city's other values (EM)"),
        "LATEST": _("the latest earlier value"),
        "LINEAR": _("a straight line through other periods"),
    }


def curves_in_words(_: "Words") -> Mapping[str, str]:
    """Name every transformation in the user's language."""
    return {"NONE": _("nothing"), "LOG": _("logarithm"), "BOX_COX": _("Box-Cox power")}
