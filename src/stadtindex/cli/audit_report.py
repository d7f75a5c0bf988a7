"""The report of a statistical audit, part by part, in the order of the JRC's audits."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from stadtindex.cli import audit_draws, audit_parts
from stadtindex.cli.advice import advice
from stadtindex.cli.blocks import Block, Grid, Heading, Paragraph, Points
from stadtindex.cli.naming import Naming
from stadtindex.cli.sentences import sentence
from stadtindex.cli.show import Column
from stadtindex.cli.words import words

if TYPE_CHECKING:
    from stadtindex.editions.audit import EditionAudit
    from stadtindex.editions.judge import Statement


def report(found: "EditionAudit", statements: "Iterable[Statement]", language: str) -> list[Block]:
    """Write the whole report in one language."""
    _ = words(language)
    naming = Naming(found.release, language, _)
    told = list(statements)
    blocks: list[Block] = [*_head(found, naming)]
    for title, part, tables in (
        (_("1 Conceptual frame"), "frame", audit_parts.frame),
        (_("2 Data"), "data", audit_parts.data),
        (_("3 Statistical coherence"), "coherence", audit_parts.coherence),
        (_("4 Uncertainty of the ranks"), "uncertainty", audit_draws.uncertainty),
        (_("5 Sensitivity to the choices"), "sensitivity", audit_draws.sensitivity),
    ):
        blocks.append(Heading(2, title))
        mine = [statement for statement in told if statement.part.value == part]
        if len(mine) > 0:
            blocks.append(Points(tuple(("", sentence(statement, naming)) for statement in mine)))
        blocks += tables(found, naming)
    return [*blocks, *_conclusions(told, naming), *_reading(naming)]


def _head(found: "EditionAudit", n: Naming) -> Iterator[Block]:
    from stadtindex.publish.numbers import day_in_text, number

    _, edition = n._, found.release.edition
    yield Heading(1, _("Statistical audit: {title}").format(title=n.title(edition.id)))
    text = _("Edition {id}, reference date {day}. Seed {seed}, {draws} draws, {points} base points.")
    yield Paragraph(
        text.format(
            id=edition.id,
            day=day_in_text(edition.reference_date, n.language),
            seed=found.effort.seed,
            draws=number(found.effort.draws, n.language, decimals=0),
            points=number(found.effort.points, n.language, decimals=0),
        )
    )


def _conclusions(told: "list[Statement]", n: Naming) -> Iterator[Block]:
    """Say what speaks for the index, what to mend, and which choice decides."""
    _ = n._
    yield Heading(2, _("6 Conclusions"))
    counts = {
        verdict: sum(s.verdict.value == verdict for s in told) for verdict in ("good", "note", "concern")
    }
    text = _(
        "{good} findings speak for the index, {concern} are a reason for concern, {note} are worth knowing."
    )
    yield Paragraph(text.format(**counts))
    sound = tuple(("", sentence(s, n)) for s in told if s.verdict.value == "good")
    concerns = tuple(("", advice(s, n)) for s in told if s.verdict.value == "concern")
    choice = tuple(
        ("", sentence(s, n)) for s in told if s.says.startswith("decisive") or s.says == "only_choice"
    )
    for title, points in (
        (_("What speaks for it"), sound),
        (_("What to mend, in the order of the parts"), concerns),
        (_("Which choice decides"), choice),
    ):
        if len(points) > 0:
            yield Heading(3, title)
            yield Points(points)


def _reading(n: Naming) -> Iterator[Block]:
    _ = n._
    yield Heading(2, _("How to read this"))
    rows = (
        (_("Correlation r"), _("From −1 to 1, over the units that have both values; parameters as normalised, better is higher.")),
        (_("q"), _("p-value adjusted for the number of pairs tested, valid under any dependence (Benjamini and Yekutieli 2001).")),
        (_("Cronbach's alpha"), _("How far the parts of a group measure one thing; from 0.7 on a group counts as consistent.")),
        (_("Eigenvalues above 1"), _("So many independent things a group contains (Kaiser's rule); found over the units with all values.")),
        (_("Influence"), _("Share of the variance of the whole, over the units that have both scores, that vanishes once the part is known (correlation ratio), scaled to 1 over the parts; correlated parts share it. Paruolo, Saisana and Saltelli (2013).")),
        (_("Interval (90%)"), _("Nine of ten draws lie between its ends.")),
        (_("Total index"), _("Share of the variance in which a choice takes part, alone or with others (Sobol; Jansen's estimator); the first-order index counts what it does alone. Estimates may leave 0 to 1 by their error.")),
    )  # fmt: skip
    yield Grid(_("Terms"), (Column(_("Term")), Column(_("Meaning"))), rows)
    yield Paragraph(
        _(
            "All numbers are in the tables beside this report; audit.json has settings, findings and conclusions."
        )
    )
