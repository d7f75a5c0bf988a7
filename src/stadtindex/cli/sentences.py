"""The conclusions of an audit as sentences: one function per part of the report, one template per statement."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from stadtindex.cli.naming import Naming

if TYPE_CHECKING:
    from stadtindex.editions.judge import Fact, Statement


class Facts:
    """The facts of one statement, written for a reader."""

    def __init__(self, facts: "Mapping[str, Fact]", naming: Naming) -> None:
        self.raw, self.naming = facts, naming

    def several(self, name: str) -> tuple[str, ...]:
        """Give a fact that is a list."""
        value = self.raw[name]
        return value if isinstance(value, tuple) else ()

    def text(self, name: str) -> str:
        """Give a fact that is a code or an id."""
        return str(self.raw[name])

    def number(self, name: str, decimals: int = 0) -> str:
        """Write a number."""
        from stadtindex.publish.numbers import number

        value = self.raw[name]
        return number(
            float(value) if isinstance(value, int | float) else None, self.naming.language, decimals=decimals
        )

    def percent(self, name: str, decimals: int = 0) -> str:
        """Write a share as a percentage."""
        from stadtindex.publish.numbers import percent

        value = self.raw[name]
        return percent(
            float(value) if isinstance(value, int | float) else None, self.naming.language, decimals=decimals
        )

    def is_empty(self, name: str) -> bool:
        """Say whether a list has nothing in it."""
        return len(self.several(name)) == 0


def sentence(statement: "Statement", naming: Naming) -> str:
    """Write a statement as a sentence, or several."""
    facts = Facts(statement.facts, naming)
    return WORDS[statement.part.value](statement.says, facts, naming)


def _frame(says: str, f: Facts, n: Naming) -> str:
    _ = n._
    if says == "shape":
        text = _("{units} units are compared by {parameters} parameters in {branches} domains.")
        return text.format(
            units=f.number("units"), parameters=f.number("parameters"), branches=f.number("branches")
        )
    if says == "weights_of_parameters":
        text = _(
            "A single parameter weighs between {low} ({least}) and {high} ({most}) of the whole: a factor of {times}."
        )
        shares = {"low": f.percent("least_weight", 1), "high": f.percent("most_weight", 1)}
        names = {"least": n.node(f.text("least")), "most": n.node(f.text("most"))}
        return text.format(times=f.number("times", 1), **shares, **names)
    if says == "few_parameters":
        text = _("With fewer than {least} parameters, {nodes} hangs on single files.")
        if len(f.several("nodes")) > 1:
            text = _("With fewer than {least} parameters each, {nodes} hang on single files.")
        return text.format(least=f.number("least"), nodes=n.nodes(f.several("nodes")))
    text = _(
        "By the edition's own rule {nodes} stands on too few well-founded parameters and is indicative only."
    )
    if len(f.several("nodes")) > 1:
        text = _(
            "By the edition's own rule {nodes} stand on too few well-founded parameters and are indicative only."
        )
    return text.format(nodes=n.nodes(f.several("nodes")))


def _data(says: str, f: Facts, n: Naming) -> str:
    _ = n._
    if says == "cells":
        text = _(
            "{share} of the applicable cells have a value ({value} of {cells} cells; {missing} missing, {unanswered} unanswered, {na} not applicable)."
        )
        counts = {name: f.number(name) for name in ("value", "cells", "missing", "unanswered")}
        return text.format(share=f.percent("share", 1), na=f.number("not_applicable"), **counts)
    if says == "thin_units":
        if f.is_empty("units"):
            return _("Every unit has values for at least {least} of what applies to it.").format(
                least=f.percent("least")
            )
        text = _("{count} of {of} units have less than {least} of their data: {units}.")
        return text.format(
            count=f.number("count"),
            of=f.number("of"),
            least=f.percent("least"),
            units=n.units(f.several("units")),
        )
    if says == "skewed":
        text = _("{count} parameters have outliers or a long tail: {nodes}.")
        told = text.format(count=f.number("count"), nodes=n.nodes(f.several("nodes")))
        if f.is_empty("exposed"):
            return (
                told
                + " "
                + _("None of them is scaled by its extremes, so no other unit's score moves with them.")
            )
        text = _(
            "Of these, {nodes} are scaled by their extremes without treatment: one unit's value moves the scores of all."
        )
        return told + " " + text.format(nodes=n.nodes(f.several("exposed")))
    texts = {
        "few_values": _(
            "{count} of {of} parameters have values for less than 65 per cent of the units: {nodes}."
        ),
        "constant": _(
            "{count} of {of} parameters have the same value wherever there is one; only having one at all makes a difference: {nodes}."
        ),
        "same_value": _(
            "In {count} of {of} parameters more than half of the units have one and the same value: {nodes}."
        ),
        "many_zeros": _("In {count} of {of} parameters more than half of the values are zero: {nodes}."),
    }
    return texts[says].format(count=f.number("count"), of=f.number("of"), nodes=n.nodes(f.several("nodes")))


def _coherence(says: str, f: Facts, n: Naming) -> str:
    _ = n._
    if says == "branches":
        text = _(
            "Of {of} pairs of domains {sure} are positively related beyond chance (q ≤ 5%, Benjamini-Yekutieli)."
        )
        told = text.format(of=f.number("of"), sure=f.number("sure"))
        if f.is_empty("against"):
            return told + " " + _("None is negatively related beyond chance.")
        return (
            told
            + " "
            + _("Negatively related are {pairs}: what one gains the other loses.").format(
                pairs=n.pairs(f.several("against"))
            )
        )
    if says == "branches_in_whole":
        text = _("The whole follows {most} most (r = {most_r}) and {least} least (r = {least_r}).")
        names = {name: n.node(f.text(name)) for name in ("most", "least")}
        return text.format(most_r=f.number("most_r", 2), least_r=f.number("least_r", 2), **names)
    if says == "influence":
        text = _(
            "{most} has {most_share} of the influence on the whole, its weight says {most_weight}; {least} has {least_share} instead of {least_weight}."
        )
        names = {name: n.node(f.text(name)) for name in ("most", "least")}
        shares = {
            f"{name}_{what}": f.percent(f"{name}_{what}")
            for name in ("most", "least")
            for what in ("share", "weight")
        }
        return text.format(**names, **shares)
    if says == "influence_as_stated":
        text = _("The influence of every domain is near its weight: {least} to {most} times what it says.")
        return text.format(least=f.number("least", 1), most=f.number("most", 1))
    if says in ("placed", "weakly_related", "consistent", "dimensions"):
        return _structure(says, f, n)
    if says == "no_redundancy":
        text = _(
            "No two parameters say the same (no |r| above {limit}), and none is a combination of its siblings."
        )
        return text.format(limit=f.number("limit", 1))
    texts = {
        "opposed": _("Within a group these work against each other and cancel out: {pairs}."),
        "same_within": _("Within a group these say the same and count twice: {pairs}."),
        "same_across": _("In different groups these say the same: {pairs}."),
        "inflated": _("Nearly a combination of their siblings (variance inflation above 10) are {pairs}."),
    }
    return texts[says].format(pairs=n.pairs(f.several("pairs")))


def _structure(says: str, f: Facts, n: Naming) -> str:
    _ = n._
    if says == "placed":
        text = _("{own} of {of} parameters follow their own domain more than any other.")
        told = text.format(own=f.number("own"), of=f.number("of"))
        if f.is_empty("nodes"):
            return told
        return (
            told + " " + _("Another domain is followed by {nodes}.").format(nodes=n.nodes(f.several("nodes")))
        )
    if says == "weakly_related":
        text = _("Hardly related to their own domain (r below {least}): {nodes}.")
        return text.format(least=f.number("least", 1), nodes=n.nodes(f.several("nodes")))
    if says == "consistent":
        text = _("{consistent} of {of} groups are consistent (Cronbach's alpha at least {least}).")
        told = text.format(consistent=f.number("consistent"), of=f.number("of"), least=f.number("least", 1))
        if f.is_empty("nodes"):
            return told
        more = _("The others add up different things, which their score then hides: {nodes}.")
        return told + " " + more.format(nodes=n.nodes(f.several("nodes")))
    text = _(
        "The domains span {components} dimensions (eigenvalues above 1); the first explains {explained} of their variance."
    )
    if f.raw["components"] == 1:
        text = _(
            "The domains span one dimension (one eigenvalue above 1), which explains {explained} of their variance."
        )
    return text.format(components=f.number("components"), explained=f.percent("explained"))


def _uncertainty(says: str, f: Facts, n: Naming) -> str:
    _ = n._
    if says == "unavailable":
        return _("The uncertainty could not be drawn: {why}.").format(why=f.text("why"))
    if says == "intervals":
        text = _(
            "In {draws} draws half of the units keep their rank within {median} places (90 per cent interval); {firm} of {of} within {width}. The mean ranks are exact to {error} ranks (standard error)."
        )
        counts = {name: f.number(name) for name in ("draws", "firm", "of", "width", "median")}
        return text.format(error=f.number("error", 2), **counts)
    if says == "inside":
        text = _("The published rank of {inside} of {of} units lies within their 90 per cent interval.")
        told = text.format(inside=f.number("inside"), of=f.number("of"))
        if f.is_empty("units"):
            return told
        return told + " " + _("Outside lie {units}.").format(units=n.units(f.several("units")))
    if f.raw["k"] == 1:
        text = _("{best} is first in {chance} of the draws.")
        return text.format(best=n.unit(f.text("best")), chance=f.percent("chance"))
    text = _("Sure of a place among the first {k} (in at least {level} of the draws): {units}.")
    if f.is_empty("units"):
        text = _("Nobody is sure of a place among the first {k} (in at least {level} of the draws).")
    return text.format(k=f.number("k"), level=f.percent("level"), units=n.units(f.several("units")))


def _sensitivity(says: str, f: Facts, n: Naming) -> str:
    _ = n._
    if says == "left_out":
        text = _(
            "Leaving out {node} moves the ranking most: by {mean} ranks on average, {unit} by {largest}."
        )
        return text.format(
            node=n.node(f.text("node")),
            mean=f.number("mean", 1),
            unit=n.unit(f.text("unit")),
            largest=f.number("largest"),
        )
    return decisive_sentence(says, f, n)


def decisive_sentence(says: str, f: Facts, n: Naming) -> str:
    """Say which uncertain choice matters most, and how sure that is."""
    _ = n._
    numbers = {"total": f.percent("total"), "low": f.percent("low"), "high": f.percent("high")}
    numbers |= {"choice": n.choice(f.text("factor")), "shift": f.number("shift", 1)}
    if says == "only_choice":
        return _(
            "The only uncertain choice is: {choice}. On average it moves a unit by {shift} ranks."
        ).format(**numbers)
    text = _(
        "The choice that matters most is: {choice}. It takes part in {total} ({low} to {high}) of the variance of the mean rank shift, which is {shift} ranks on average."
    )
    if says == "decisive_perhaps":
        text = _(
            "The choice that seems to matter most is: {choice}. It takes part in {total} ({low} to {high}) of the variance of the mean rank shift, which is {shift} ranks on average; {second} may matter as much."
        )
        numbers |= {"second": n.choice(f.text("second"))}
    return text.format(**numbers)


WORDS: dict[str, Callable[[str, Facts, Naming], str]] = {
    "frame": _frame,
    "data": _data,
    "coherence": _coherence,
    "uncertainty": _uncertainty,
    "sensitivity": _sensitivity,
}
