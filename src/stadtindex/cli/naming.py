"""How nodes, cities and uncertain choices are called in sentences."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from stadtindex.cli.words import Words

if TYPE_CHECKING:
    from stadtindex.editions.compute import Release

# So many names stand in a sentence; the others are counted.
NAMED = 6


class Naming:
    """Names in one language for one release; `_` translates the messages of the interface."""

    def __init__(self, release: "Release", language: str, _: Words) -> None:
        self.release, self.language, self._ = release, language, _

    def title(self, code: str) -> str:
        """Give the title of a node, without quotes."""
        from stadtindex.publish.ranking import title_of

        titles = title_of(self.release, code)
        return titles.get(self.language) or next(iter(titles.values()), code)

    def node(self, code: str) -> str:
        """Give the title of a node in the quotes of the language."""
        return self._quoted(self.title(code))

    def _quoted(self, text: str) -> str:
        before, after = ("„", "“") if self.language == "de" else ("“", "”")
        return f"{before}{text}{after}"

    def nodes(self, codes: Sequence[str]) -> str:
        """Name nodes, the first of many."""
        return self._few([self.node(code) for code in codes])

    def pairs(self, codes: Sequence[str]) -> str:
        """Name pairs of nodes, written as "one/other"."""
        several = [[self.node(code) for code in pair.split("/")] for pair in codes]
        return self._few([" – ".join(pair) for pair in several])

    def unit(self, unit: str) -> str:
        """Give the name of a city."""
        return self.release.edition.units[unit].name

    def units(self, units: Sequence[str]) -> str:
        """Name cities, the first of many."""
        return self._few([self.unit(unit) for unit in units])

    def _few(self, names: list[str]) -> str:
        if len(names) <= NAMED + 1:
            return self.all_of(names)
        more = self._("{count} more").format(count=len(names) - NAMED)
        return self.all_of([*names[:NAMED], more])

    def all_of(self, names: Sequence[str]) -> str:
        """Write a list with an "and" before the last."""
        if len(names) < 2:
            return "".join(names)
        return self._("{all} and {last}").format(all=", ".join(names[:-1]), last=names[-1])

    def level(self, depth: int) -> str:
        """Name the nodes at a depth of the tree (the root has 0), in the plural."""
        edition, _ = self.release.edition, self._
        if depth == 0:
            return _("the whole index")
        tree = self.release.assembled.tree
        names = dict.fromkeys(
            edition.level_of(node.code).name for node in tree.nodes if tree.depth(node.code) == depth
        )
        known = {
            "domain": _("domains"),
            "indicator": _("indicators"),
            "parameter": _("parameters"),
        }
        titles = {level.name: level.title for level in edition.levels}
        words = []
        for name in names:
            title = titles.get(name)
            words.append(
                known.get(name) or self._quoted(name if title is None else title.best(self.language))
            )
        return self.all_of(words)

    def choice(self, factor: str) -> str:
        """Name an uncertain choice by the name of its factor in `engine.sensitivity.model`."""
        _ = self._
        kind, _gap, depth = factor.rpartition(" ")
        if kind == "weights":
            return _("weights of the {level}").format(level=self.level(int(depth)))
        if kind == "scale":
            return _("scale of {node}").format(node=self.node(depth))
        if kind == "combine":
            return _("aggregation within: {level}").format(level=self.level(int(depth)))
        known = {
            "normalise": _("normalisation of the parameters"),
            "missing": _("rule for missing values"),
            "impute": _("imputation of missing values"),
            "treat": _("treatment of outliers"),
            "leave out": _("leaving out a part of the index"),
            "errors": _("errors of measurement"),
        }
        return known.get(factor, factor)
