"""The tables of the report of an audit that rest on draws: ranks under uncertainty, and the choices behind them."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from stadtindex.cli.audit_parts import SHOWN, numeral, right, share
from stadtindex.cli.blocks import Block, Grid, Paragraph, Points
from stadtindex.cli.naming import Naming
from stadtindex.cli.show import Column

if TYPE_CHECKING:
    from stadtindex.editions.audit import EditionAudit


def uncertainty(found: "EditionAudit", n: Naming) -> Iterator[Block]:
    """Show what was drawn, and the ranks that came of it."""
    from stadtindex.publish.ranking import decimals_of

    _, spread = n._, found.spread
    yield Paragraph(_("Drawn anew in every draw, all at once:"))
    yield Points(tuple(("", text) for text in assumptions(found, n)))
    if spread is None:
        return
    ranks = found.release.results.rank[found.release.edition.id]
    order = sorted(range(len(spread.units)), key=lambda i: (ranks[i] == 0, ranks[i], spread.units[i]))
    top, decimals = spread.top_ranks[-1], decimals_of(found.release)
    rows = tuple(
        (
            str(int(ranks[i])) if ranks[i] > 0 else "–",
            n.unit(spread.units[i]),
            numeral(spread.rank[2, i], n, 0),
            f"{numeral(spread.rank[0, i], n, 0)} … {numeral(spread.rank[4, i], n, 0)}",
            f"{numeral(spread.score[0, i], n, decimals)} … {numeral(spread.score[4, i], n, decimals)}",
            share(float(spread.top_probability(top)[i]), n),
            str(int(spread.group[i])) if spread.group[i] > 0 else "–",
        )
        for i in order
    )
    heads = (
        _("Median"),
        _("Interval (90%)"),
        _("Score, interval (90%)"),
        _("First {k}").format(k=top),
        _("Tie group"),
    )
    columns = (Column(_("Rank"), right=True), Column(_("Unit")), *right(*heads))
    yield Grid(
        _(
            "Ranks under uncertainty (a tie group ends where its first unit is ahead in 95 per cent of the draws)"
        ),
        columns,
        rows,
    )


def assumptions(found: "EditionAudit", n: Naming) -> Iterator[str]:
    """Say in sentences what the plan of the uncertainty draws."""
    _, plan = n._, found.plan
    for noise in plan.weights:
        level = n.level(noise.depth)
        if noise.share is not None:
            yield _("Weights of the {level}: each by up to ±{share} of itself.").format(
                level=level, share=share(noise.share, n)
            )
        else:
            text = _(
                "Weights of the {level}: Dirichlet distribution around the stated ones, concentration {c}."
            )
            yield text.format(level=level, c=numeral(noise.concentration or 0.0, n, 0))
    for choice in plan.combine:
        names = ", ".join(choice.options)
        yield _("Aggregation within {level}: {names}.").format(level=n.level(choice.depth), names=names)
    yield from _about_leaves(found, n)
    if len(plan.leave_out) > 0:
        yield _("None or one of {count} parts is left out.").format(count=len(plan.leave_out))
    if len(plan.errors) > 0:
        yield _("Errors of measurement in {count} parameters.").format(count=len(plan.errors))


def _about_leaves(found: "EditionAudit", n: Naming) -> Iterator[str]:
    """Name the alternatives of the steps before the parameters are combined."""
    _, plan = n._, found.plan
    steps = (
        (_("Treatment of outliers: {names}."), [options.method.value for options in plan.treat]),
        (_("Imputation of missing values: {names}."), [options.method.value for options in plan.impute]),
        (_("Normalisation of the parameters: {names}."), [scale.method.value for scale in plan.normalise]),
        (_("Missing values: {names}."), [rule.value for rule in plan.missing]),
    )
    for text, names in steps:
        if len(names) > 0:
            yield text.format(names=", ".join(names))


def sensitivity(found: "EditionAudit", n: Naming) -> Iterator[Block]:
    """Show how much each choice moves the ranking, and what leaving a part out would do."""
    _, known = n._, found.sensitivity
    if known is not None and found.decisive is not None and len(found.decisive.factors) > 0:
        at = known.outputs.index(found.decisive.output)
        rows = []
        for strength in found.decisive.factors:
            i = known.factors.index(strength.factor)
            first = share(float(known.first.value[i, at]), n)
            between = (
                f"{share(float(known.first.low[i, at]), n)} … {share(float(known.first.high[i, at]), n)}"
            )
            total = f"{share(strength.low, n)} … {share(strength.high, n)}"
            rows.append((n.choice(strength.factor), first, between, share(strength.total, n), total))
        heads = (_("First-order"), _("Interval (90%)"), _("Total"), _("Interval (90%)"))
        title = _("Sobol indices of the mean absolute rank shift, {builds} builds").format(
            builds=numeral(known.builds, n, 0)
        )
        yield Grid(title, (Column(_("Choice")), *right(*heads)), tuple(rows))
    gone, tree = found.left_out, found.release.assembled.tree
    parents = {code: tree.parent(code) or code for code in gone.nodes}
    order = sorted(
        range(len(gone.nodes)),
        key=lambda i: -gone.mean_shift[i] if math.isfinite(gone.mean_shift[i]) else 1.0,
    )
    left = tuple(
        (
            n.title(gone.nodes[i]),
            n.title(parents[gone.nodes[i]]),
            numeral(gone.mean_shift[i], n, 1),
            numeral(gone.largest_shift[i], n, 0),
        )
        for i in order[:SHOWN]
    )
    if len(left) > 0:
        columns = (
            Column(_("Part")),
            Column(_("Part of")),
            *right(_("Mean rank change"), _("Largest rank change")),
        )
        yield Grid(_("The index without one part: the parts that move it most"), columns, left)
