"""The tables of each part of the report of an audit."""

import math
from collections.abc import Iterator
from statistics import fmean
from typing import TYPE_CHECKING

from stadtindex.cli.blocks import Block, Grid, Heading
from stadtindex.cli.naming import Naming
from stadtindex.cli.show import Column

if TYPE_CHECKING:
    from stadtindex.editions.audit import EditionAudit

# So many rows of a long table are in the report; all are in the tables beside it.
SHOWN = 12
LEVEL = 0.05


def numeral(value: float, n: Naming, decimals: int = 2) -> str:
    """Write a number; a dash for what is not known."""
    from stadtindex.publish.numbers import number

    return number(float(value) if math.isfinite(value) else None, n.language, decimals=decimals)


def share(value: float, n: Naming, decimals: int = 0) -> str:
    """Write a share as a percentage; a dash for what is not known."""
    from stadtindex.publish.numbers import percent

    return percent(float(value) if math.isfinite(value) else None, n.language, decimals=decimals)


def right(*titles: str) -> tuple[Column, ...]:
    """Make columns of numbers."""
    return tuple(Column(title, right=True) for title in titles)


def frame(found: "EditionAudit", n: Naming) -> Iterator[Block]:
    """Show what each branch consists of, and what it weighs."""
    from stadtindex.editions.weights import leaf_weights

    _, tree, results = n._, found.release.assembled.tree, found.release.results
    weights, grounds = leaf_weights(tree), {ground.domain: ground for ground in found.release.grounds}
    rows = []
    for branch in tree.children(tree.root):
        below = [leaf for leaf in tree.leaves if leaf == branch or _under(found, leaf, branch)]
        some = [weights[leaf] for leaf in below]
        known = [share for share in results.coverage[branch].tolist() if not math.isnan(share)]
        status = _("indicative") if branch in grounds and grounds[branch].indicative else ""
        rows.append(
            (
                n.title(branch),
                str(len(tree.children(branch))),
                str(len(below)),
                share(tree.share(branch), n, 1),
                f"{share(min(some), n, 1)} … {share(max(some), n, 1)}",
                share(fmean(known) if known else math.nan, n),
                status,
            )
        )
    columns = (
        Column(_("Domain")),
        *right(_("Parts"), _("Parameters"), _("Weight"), _("Weight of a parameter"), _("Data")),
    )
    yield Grid(_("Structure: what the index consists of"), (*columns, Column(_("Status"))), tuple(rows))


def _under(found: "EditionAudit", code: str, branch: str) -> bool:
    from stadtindex.editions.judge import ancestors

    return branch in ancestors(found, code)


def data(found: "EditionAudit", n: Naming) -> Iterator[Block]:
    """Show the statistics of every parameter that is flagged."""
    _ = n._
    words = {
        "few_values": _("few values"),
        "many_zeros": _("many zeros"),
        "same_value": _("one value prevails"),
        "constant": _("constant"),
        "skewed": _("outliers"),
    }
    rows = tuple(
        (
            n.title(one.code),
            share(one.data_share, n),
            share(one.zero_share, n),
            share(one.same_share, n),
            numeral(one.skewness, n, 1),
            numeral(one.kurtosis, n, 1),
            str(len(one.outliers)),
            ", ".join(words[flag.name.lower()] for flag in one.flags),
        )
        for one in found.audit.columns
        if len(one.flags) > 0
    )
    numbers = (_("Data"), _("Zeros"), _("Same value"), _("Skewness"), _("Kurtosis"), _("Outliers"))
    if len(rows) > 0:
        columns = (Column(_("Parameter")), *right(*numbers), Column(_("Flags")))
        yield Grid(
            _("Parameters with a flag (as denominated; outliers beyond 1.5 interquartile ranges)"),
            columns,
            rows,
        )


def coherence(found: "EditionAudit", n: Naming) -> Iterator[Block]:
    """Show correlations, consistency, and weights against influence."""
    _ = n._
    yield Heading(3, _("Correlations"))
    yield _matrix(found, n)
    yield _relations(found, n)
    yield from _placements(found, n)
    yield Heading(3, _("Consistency"))
    yield _groups(found, n)
    yield Heading(3, _("Weights and influence"))
    yield from _influence(found, n)


def _matrix(found: "EditionAudit", n: Naming) -> Block:
    _, between = n._, found.audit.branches
    rows = []
    for i, code in enumerate(between.codes[:-1]):
        cells = []
        for j in range(len(between.codes)):
            star = "*" if between.q_dependent[i, j] <= LEVEL else ""
            cells.append("" if i == j else numeral(between.coefficient[i, j], n) + star)
        rows.append((f"{i + 1} {n.title(code)}", *cells))
    heads = [*(str(i + 1) for i in range(len(between.codes) - 1)), _("Whole")]
    title = _("Correlations (Pearson) of the domains with each other and with the whole; * q ≤ 5%")
    return Grid(title, (Column(_("Domain")), *right(*heads)), tuple(rows))


def _relations(found: "EditionAudit", n: Naming) -> Block:
    """Count the pairs of parameters that are related beyond chance, by how near they stand in the tree."""
    from stadtindex.editions.audit_tables import relation
    from stadtindex.engine.diagnose.correlate import pairs_of

    _, tree = n._, found.release.assembled.tree
    kinds = (found.audit.correlations, found.audit.spearman, found.audit.kendall)
    words = {"parent": _("same group"), "branch": _("same domain"), "across": _("different domains")}
    rows = []
    for name, word in words.items():
        counted, pairs = [], 0
        for kind in kinds:
            mine = [pair for pair in pairs_of(kind) if relation(tree, pair.one, pair.other) == name]
            sure = [pair.coefficient for pair in mine if pair.q_dependent <= LEVEL]
            plus, minus = sum(r > 0.0 for r in sure), sum(r < 0.0 for r in sure)
            mean = fmean([pair.coefficient for pair in mine]) if mine else math.nan
            counted += [numeral(mean, n), f"{plus} / {minus}"]
            pairs = len(mine)
        rows.append((word, str(pairs), *counted))
    heads = [_("Pairs")]
    for title in ("Pearson", "Spearman", "Kendall"):
        heads += [title, _("+ / −")]
    title = _(
        "Pairs of parameters: mean coefficient, and how many are related beyond chance (q ≤ 5%), positively / negatively"
    )
    return Grid(title, (Column(_("Both in the")), *right(*heads)), tuple(rows))


def _placements(found: "EditionAudit", n: Naming) -> Iterator[Block]:
    _ = n._
    placed = sorted(found.audit.placements, key=lambda place: place.own - place.other or place.own)
    shown = [place for place in placed if place.strongest != place.branch or place.own < 0.3]
    if len(shown) == 0:
        return
    rows = tuple(
        (
            n.title(place.leaf),
            n.title(place.branch),
            numeral(place.own, n),
            "" if place.strongest == place.branch else n.title(place.strongest),
            "" if place.strongest == place.branch else numeral(place.other, n),
        )
        for place in shown[:SHOWN]
    )
    titles = (_("Parameter"), _("Own domain"), "r", _("Follows more"), "r")
    columns = tuple(Column(title, right=title == "r") for title in titles)
    yield Grid(_("Parameters that do not follow their own domain"), columns, rows)


def _groups(found: "EditionAudit", n: Naming) -> Block:
    _ = n._
    rows = []
    for group in found.audit.groups:
        if len(group.children) < 2:
            continue
        parts = group.components
        cells = (
            ("–", "–", "–")
            if parts is None
            else (str(parts.units), str(parts.kaiser), share(float(parts.explained[0]), n))
        )
        rows.append(
            (n.title(group.node), str(len(group.children)), numeral(group.reliability.alpha, n), *cells)
        )
    heads = (
        _("Parts"),
        _("Alpha"),
        _("Complete units"),
        _("Eigenvalues above 1"),
        _("Explained by the first"),
    )
    title = _("Groups of two parts and more: Cronbach's alpha and principal components")
    return Grid(title, (Column(_("Group")), *right(*heads)), tuple(rows))


def _influence(found: "EditionAudit", n: Naming) -> Iterator[Block]:
    _ = n._
    heads = (_("Weight"), _("Influence"), _("Influence ÷ weight"), "r")
    effect = found.audit.groups[0].influence if len(found.audit.groups) > 0 else None
    for kind, part in ((_("Domain"), effect), (_("Parameter"), found.audit.influence)):
        if part is None:
            continue
        order = sorted(
            range(len(part.nodes)), key=lambda i: -part.ratio[i] if math.isfinite(part.ratio[i]) else math.inf
        )
        cut = order if len(order) <= SHOWN + 1 else [*order[: SHOWN // 2], *order[-SHOWN // 2 :]]
        rows = tuple(
            (
                n.title(part.nodes[i]),
                share(part.weight[i], n, 1),
                share(part.share[i], n, 1),
                numeral(part.ratio[i], n, 1),
                numeral(part.correlation[i], n),
            )
            for i in cut
        )
        title = _("What each part weighs in the whole, and what it does to it")
        if len(cut) < len(order):
            title = _("The same for the parameters farthest above and farthest below their weight")
        yield Grid(title, (Column(kind), *right(*heads)), rows)
