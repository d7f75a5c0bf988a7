"""What a methodologist should do about each concern of an audit, in one sentence."""

from typing import TYPE_CHECKING

from stadtindex.cli.naming import Naming
from stadtindex.cli.sentences import Facts

if TYPE_CHECKING:
    from stadtindex.editions.judge import Statement


def advice(statement: "Statement", n: Naming) -> str:
    """Say what to do about a concern."""
    f = Facts(statement.facts, n)
    if statement.says in ("branches", "branches_in_whole", "influence", "placed"):
        return _whole(statement.says, f, n)
    if statement.part.value == "coherence":
        return _pairs(statement.says, f, n)
    if statement.part.value == "data":
        return _data(statement.says, f, n)
    return _frame(statement.says, f, n)


def _frame(says: str, f: Facts, n: Naming) -> str:
    _ = n._
    if says == "weights_of_parameters":
        text = _(
            "Weigh parameters on purpose: today one counts {times} times as much as another, mostly because it has fewer siblings."
        )
        return text.format(times=f.number("times", 1))
    if says == "few_parameters":
        text = _("Measure {nodes} by more parameters, or let it weigh less.")
        return text.format(nodes=n.nodes(f.several("nodes")))
    if says == "indicative":
        text = _("Do not take the overall rank as established as long as these are only indicative: {nodes}.")
        return text.format(nodes=n.nodes(f.several("nodes")))
    if says == "inside":
        text = _("Look at {units}: the published rank is not what most draws say.")
        return text.format(units=n.units(f.several("units")))
    return _("State what is uncertain in a way that can be drawn; until then a rank has no error bar.")


def _data(says: str, f: Facts, n: Naming) -> str:
    _ = n._
    if says == "cells":
        return _("Collect more data before ranking: {share} of the cells is too little.").format(
            share=f.percent("share")
        )
    if says == "thin_units":
        text = _("Collect what {units} lack, or show them apart: what they have decides alone.")
        return text.format(units=n.units(f.several("units")))
    texts = {
        "few_values": _("Find fuller sources for these, or leave them out: {nodes}."),
        "constant": _(
            "Measure these by degree or drop them, for among those who have a value they tell nobody apart: {nodes}."
        ),
        "same_value": _("Ask more finely here, where most units look alike: {nodes}."),
        "skewed": _("Treat the outliers of {nodes}: winsorise them, or use a logarithmic scale."),
    }
    return texts[says].format(nodes=n.nodes(f.several("exposed" if says == "skewed" else "nodes")))


def _whole(says: str, f: Facts, n: Naming) -> str:
    _ = n._
    if says == "placed":
        text = _("Check whether these belong where they are: {nodes}.")
        return text.format(nodes=n.nodes(f.several("nodes")))
    if says == "branches":
        text = _("Publish {pairs} side by side: in the mean what one gains the other loses.")
        return text.format(pairs=n.pairs(f.several("against")))
    if says == "branches_in_whole":
        text = _("Name the rank in {least} beside the overall rank, which says next to nothing about it.")
        return text.format(least=n.node(f.text("least")))
    text = _(
        "If weights are meant as importance, balance them: {most} moves the ranking more than its weight says, {least} less."
    )
    return text.format(most=n.node(f.text("most")), least=n.node(f.text("least")))


def _pairs(says: str, f: Facts, n: Naming) -> str:
    _ = n._
    texts = {
        "opposed": _("Decide what these are to say together, for in the mean they cancel out: {pairs}."),
        "same_within": _("Keep one of two, or halve their weights: {pairs}."),
        "same_across": _("One thing is counted in two places; decide where it belongs: {pairs}."),
        "inflated": _("Drop what its siblings already say: {pairs}."),
    }
    return texts[says].format(pairs=n.pairs(f.several("pairs")))
