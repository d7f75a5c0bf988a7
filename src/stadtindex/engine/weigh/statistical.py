"""Weights that follow from how the children spread and hang together: principal components, entropy, CRITIC.

Each method takes the Siblings and returns a frozen result with `weights` (k,) that sum to 1 and `findings`, sentences
for the reader. Common to all: a child of stated weight 0 stays out; a child that does not vary gets weight 0, with a
finding; one single varying child gets all the weight; where nothing varies (also n = 1) all count the same, with a
finding. The order of the units does not matter, to the last bit.

Reference: OECD/JRC (2008), step 6, doi:10.1787/9789264043466-en.
"""

import math
from dataclasses import dataclass

import numpy as np

from stadtindex.engine.arrays import Bools, Floats, Ints, canonical, present
from stadtindex.engine.elementary import ln
from stadtindex.engine.weigh.components import eigen, varimax, weights_from_loadings
from stadtindex.engine.weigh.siblings import (
    NOISE,
    Siblings,
    correlations,
    equal_instead,
    is_constant,
    left_out,
    spread,
    standard_deviation,
    to_one,
)

# Components are kept from this eigenvalue and this share of the variance on, and until they explain this much.
KAISER, SINGLE, TOGETHER = 1.0, 0.1, 0.6


@dataclass(frozen=True, eq=False)
class ComponentWeights:
    """`weights` (k,) from principal components, and the way to them.

    `codes` are the m children used, `complete` the number of units with all of them. `eigenvalues` (m,) and
    `explained` (m,; shares of the variance) descend; `loadings` and `rotated` (m, c) belong to the c components kept,
    `component` (m,) is the one each child was assigned to, `share` (c,) what each counts. Empty where there was
    nothing to analyse.
    """

    weights: Floats
    codes: tuple[str, ...]
    complete: int
    eigenvalues: Floats
    explained: Floats
    loadings: Floats
    rotated: Floats
    component: Ints
    share: Floats
    findings: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class EntropyWeights:
    """`weights` (k,) from entropy; `entropy` (k,) between 0 and 1 (NaN for a child without weight)."""

    weights: Floats
    entropy: Floats
    findings: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class CriticWeights:
    """`weights` (k,) by CRITIC, and what they are made of.

    `contrast` (k,) is the standard deviation on a scale from 0 to 1, `conflict` (k,) the sum of 1 - correlation with
    the others, `information` (k,) their product; NaN for a child without weight.
    """

    weights: Floats
    contrast: Floats
    conflict: Floats
    information: Floats
    findings: tuple[str, ...]


def pca(siblings: Siblings, components: int | None = None) -> ComponentWeights:
    """Weigh by the squared loadings of rotated principal components, each component by the variance it explains.

    Correlations of the units that have all varying children (listwise). Kept are the components with an eigenvalue
    >= 1 and at least 10 % of the variance, and further ones while they explain less than 60 % together; or as many as
    `components` says, at most all. Varimax rotation; then as in `weights_from_loadings`. Signs do not matter to a
    square: a finding names the children that load negatively on the first component. More children than units is no
    obstacle, perfect collinearity neither.

    References: Nicoletti, Scarpetta and Boylaud (2000), doi:10.1787/215182844604; OECD/JRC (2008), step 6,
    doi:10.1787/9789264043466-en.
    """
    varying = siblings.varying
    complete = present(siblings.scores[:, varying]).all(axis=1) if varying.any() else np.array([], np.bool_)
    used = varying.copy()
    if varying.any():
        rows = siblings.scores[complete]
        used &= np.array([not is_constant(column) for column in rows.T])
    if not used.any():
        weights, finding = equal_instead(siblings, "pca", "fewer than two different units have all children")
        none, no = np.zeros(0), np.zeros((0, 0))
        return ComponentWeights(
            weights, (), 0, none, none, no, no, np.zeros(0, dtype=np.int64), none, (finding,)
        )
    values, vectors = eigen(correlations(siblings.scores[complete][:, used]))
    values = np.maximum(values, 0.0)
    explained = values / values.size
    kept = _kept(values) if components is None else max(1, min(components, values.size))
    loadings: Floats = vectors[:, :kept] * np.sqrt(values[:kept])
    rotated = varimax(loadings)
    found = weights_from_loadings(rotated)
    codes = siblings.named(used)
    against = [repr(code) for code, loading in zip(codes, loadings[:, 0], strict=True) if loading < -NOISE]
    findings = left_out(siblings, used, "pca")
    if len(against) > 0:
        findings += (
            f"pca: {', '.join(against)} load negatively on the first component and are weighed all the same",
        )
    return ComponentWeights(
        weights=spread(found.weights, used),
        codes=codes,
        complete=int(np.count_nonzero(complete)),
        eigenvalues=canonical(values),
        explained=canonical(explained),
        loadings=canonical(loadings),
        rotated=canonical(rotated),
        component=found.component,
        share=found.share,
        findings=findings,
    )


def _kept(values: Floats) -> int:
    """Count the components that are kept of those with these eigenvalues (k,), descending."""
    total, kept = float(values.size), 0
    for value in values.tolist():
        strong = value >= KAISER - NOISE and value >= SINGLE * total
        if not strong and math.fsum(values[:kept].tolist()) >= (TOGETHER - NOISE) * total:
            break
        kept += 1
    return kept


def entropy(siblings: Siblings) -> EntropyWeights:
    """Weigh by how unequally a child's scores are distributed: 1 - entropy of each unit's share in their sum.

    Scores >= 0, otherwise EngineError naming unit and node; a score of 0 adds nothing to the entropy. Missing scores
    are left out child by child, the entropy being measured in that of as many equal shares as there are scores. Not
    invariant to shifting a child's scale.

    References: Shannon (1948), doi:10.1002/j.1538-7305.1948.tb01338.x; Hwang and Yoon (1981),
    doi:10.1007/978-3-642-48318-9.
    """
    counted, varying = siblings.counted, siblings.varying
    siblings.refuse((siblings.scores < 0.0) & counted, "entropy weights need scores >= 0, not {x}")
    found = np.full(counted.shape, np.nan)
    for child in np.flatnonzero(varying).tolist():
        found[child] = _entropy(siblings.scores[:, child])
    diversity = np.where(varying, 1.0 - found, 0.0)
    # An entropy this near to 1 is rounding: scores that vary by a millionth of their size.
    diversity = np.where(diversity > NOISE, diversity, 0.0)
    if not (diversity > 0.0).any():
        weights, finding = equal_instead(siblings, "entropy", "no child varies between the units")
        return EntropyWeights(weights, canonical(found), (finding,))
    findings = left_out(siblings, diversity > 0.0, "entropy")
    return EntropyWeights(to_one(diversity), canonical(found), findings)


def _entropy(column: Floats) -> float:
    known = column[present(column)]
    scaled = known / known.max()
    shares = scaled / math.fsum(scaled.tolist())
    positive = shares[shares > 0.0]
    sizes = np.array([float(known.size)])
    return -math.fsum((positive * ln(positive)).tolist()) / float(ln(sizes)[0])


def critic(siblings: Siblings) -> CriticWeights:
    """Weigh by contrast times conflict: standard deviation on a 0-1 scale, times the sum of 1 - correlation.

    Each child is put on a scale from 0 (its worst) to 1 (its best); sample standard deviation (n - 1). Correlations
    are pairwise complete; a pair without correlation (fewer than two common units, or constant among them) counts as
    uncorrelated. If all children are perfectly correlated none has information: all count the same, with a finding.

    Reference: Diakoulaki, Mavrotas and Papayannakis (1995), doi:10.1016/0305-0548(94)00059-H.
    """
    varying = siblings.varying
    if not varying.any():
        weights, finding = equal_instead(siblings, "critic", "no child varies between the units")
        nothing = canonical(np.full(varying.shape, np.nan))
        return CriticWeights(weights, nothing, nothing, nothing, (finding,))
    columns = siblings.scores[:, varying]
    contrast = np.array([_contrast(column) for column in columns.T])
    related = correlations(columns)
    apart = np.where(np.isnan(related), 1.0, 1.0 - related)
    conflict = np.array([math.fsum(row.tolist()) for row in apart])
    information: Floats = contrast * conflict
    parts = (_widened(contrast, varying), _widened(conflict, varying), _widened(information, varying))
    findings = left_out(siblings, varying, "critic")
    if contrast.size == 1:
        return CriticWeights(spread(np.ones(1), varying), *parts, findings)
    if not (information > 0.0).any():
        weights, finding = equal_instead(siblings, "critic", "all children are perfectly correlated")
        return CriticWeights(weights, *parts, (finding,))
    return CriticWeights(spread(to_one(information), varying), *parts, findings)


def _contrast(column: Floats) -> float:
    known = column[present(column)]
    return standard_deviation(known) / float(known.max() - known.min())


def _widened(values: Floats, which: Bools) -> Floats:
    full = np.full(which.shape, np.nan)
    full[which] = values
    return canonical(full)
