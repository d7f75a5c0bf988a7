"""The sheet on which compute works: one row per node, one column per unit, for every intermediate quantity."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from stadtindex.engine.arrays import Bools, Codes, Floats, Ints, canonical
from stadtindex.engine.impute.gaps import Imputed
from stadtindex.engine.inputs import Inputs
from stadtindex.engine.rank import rank, round_once
from stadtindex.engine.results import Results
from stadtindex.engine.screen import Screened
from stadtindex.engine.table import Cell
from stadtindex.engine.treat.columns import Treated


class Workings:
    """Matrices (nodes, units) that are filled node by node, children before parents, and published once.

    `considered` says where a node stands to count: something below it applies, and its column has not dropped out.
    Where it is considered and has no score, it is missing.
    """

    def __init__(self, given: Inputs) -> None:
        codes = [node.code for node in given.tree.nodes]
        shape = (len(codes), len(given.table.units))
        self.given = given
        self.row = {code: row for row, code in enumerate(codes)}
        self.raw = np.full(shape, np.nan)
        self.denominated = np.full(shape, np.nan)
        self.imputed = np.full(shape, np.nan)
        self.treated = np.full(shape, np.nan)
        self.benchmark = np.full(shape, np.nan)
        self.normalised = np.full(shape, np.nan)
        self.cells = np.full(shape, Cell.VALUE, dtype=np.int8)
        self.combined = np.full(shape, np.nan)
        self.bonus = np.zeros(shape)
        self.score = np.full(shape, np.nan)
        self.weight = np.ones(shape)
        self.share = np.ones(shape)
        self.contribution = np.zeros(shape)
        self.coverage = np.full(shape, np.nan)
        self.applicable = np.zeros(shape, dtype=np.bool_)
        self.considered = np.zeros(shape, dtype=np.bool_)
        self.at_worst = np.full(shape, np.nan)
        self.at_best = np.full(shape, np.nan)
        self.treatment: list[Treated] = []
        self.imputation: Imputed | None = None
        self.screened: Screened | None = None
        self.constant: list[str] = []
        self.findings: list[str] = []

    def publish(self) -> Results:
        """Round once, rank, and freeze everything in canonical form."""
        tree, recipe = self.given.tree, self.given.recipe
        top = self.row[tree.root]
        scored = ~np.isnan(self.score[top])
        self.share[top] = scored
        self.contribution[top] = np.where(scored, self.score[top], 0.0)
        rounded = canonical(round_once(self.score, recipe.decimals))
        ranks = np.array([rank(row) for row in rounded])
        leaves = tree.leaves
        inner = tuple(node.code for node in tree.nodes if not tree.is_leaf(node.code))
        everywhere = tuple(self.row)
        return Results(
            tree=tree,
            units=self.given.table.units,
            recipe=recipe,
            raw=self._floats(self.raw, leaves),
            denominated=self._floats(self.denominated, leaves),
            imputed=self._floats(self.imputed, leaves),
            treated=self._floats(self.treated, leaves),
            normalised=self._floats(self.normalised, leaves),
            cells=self._codes(self.cells, leaves),
            combined=self._floats(self.combined, inner),
            benchmark=self._floats(self.benchmark, inner),
            bonus=self._floats(self.bonus, inner),
            score=self._floats(self.score, everywhere),
            rounded=self._floats(rounded, everywhere),
            rank=self._ints(ranks, everywhere),
            weight=self._floats(self.weight, everywhere),
            share=self._floats(self.share, everywhere),
            contribution=self._floats(self.contribution, everywhere),
            coverage=self._floats(self.coverage, everywhere),
            applicable=self._bools(self.applicable, everywhere),
            at_worst=self._floats(self.at_worst, everywhere),
            at_best=self._floats(self.at_best, everywhere),
            treatment=tuple(self.treatment),
            imputation=self.imputation,
            screened=self.screened,
            constant=tuple(self.constant),
            findings=tuple(self.findings),
        )

    def _floats(self, matrix: Floats, codes: tuple[str, ...]) -> Mapping[str, Floats]:
        kept = canonical(matrix)
        return MappingProxyType({code: kept[self.row[code]] for code in codes})

    def _ints(self, matrix: Ints, codes: tuple[str, ...]) -> Mapping[str, Ints]:
        matrix.flags.writeable = False
        return MappingProxyType({code: matrix[self.row[code]] for code in codes})

    def _bools(self, matrix: Bools, codes: tuple[str, ...]) -> Mapping[str, Bools]:
        matrix.flags.writeable = False
        return MappingProxyType({code: matrix[self.row[code]] for code in codes})

    def _codes(self, matrix: Codes, codes: tuple[str, ...]) -> Mapping[str, Codes]:
        matrix.flags.writeable = False
        return MappingProxyType({code: matrix[self.row[code]] for code in codes})
