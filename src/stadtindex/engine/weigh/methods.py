"""Weighing: how much each child of a node counts.

Every method takes the Siblings (scores (n units, k children), NaN where missing; stated weights (k,)) and the options,
and returns what it finds: weights (k,), or (n, k) where they differ between units, that sum to 1 over the children. A
child of stated weight 0 counts nothing under every method. Re-weighting for what is missing comes after, in
`engine.compute`, which keeps scores as (k, n).

Reference: OECD/JRC (2008), step 6, doi:10.1787/9789264043466-en.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from stadtindex.engine.arrays import Floats
from stadtindex.engine.recipe import Weighing, Weighting
from stadtindex.engine.weigh.balanced import balanced as balance
from stadtindex.engine.weigh.bod import BodWeights
from stadtindex.engine.weigh.favourable import favourable
from stadtindex.engine.weigh.siblings import Siblings
from stadtindex.engine.weigh.statistical import critic as critic_weights
from stadtindex.engine.weigh.statistical import entropy as entropy_weights
from stadtindex.engine.weigh.statistical import pca as pca_weights


@dataclass(frozen=True, eq=False)
class Weighed:
    """`weights` (k,) or (n, k), each summing to 1 over the children; findings for the reader.

    `favourable` is what the benefit of the doubt says besides; None under every other method.
    """

    weights: Floats
    favourable: BodWeights | None = None
    findings: tuple[str, ...] = ()


def given_shares(weights: Floats) -> Floats:
    """Bring the weights (k,) of the tree, which need not sum to 1, to sum 1; at least one is > 0."""
    # Measured in the largest weight: weights of any magnitude, and a sum that cannot overflow.
    shares: Floats = weights / weights.max()
    total = 0.0
    for share in shares.tolist():
        total += share
    return shares / total


def equal_shares(weights: Floats) -> Floats:
    """Let every child of a weight (k,) > 0 count the same, the others nothing."""
    counted = weights > 0.0
    return np.where(counted, 1.0 / np.count_nonzero(counted), 0.0)


def given(siblings: Siblings, options: Weighting) -> Weighed:
    """Use the weights of the tree, which need not sum to 1; the scores are not used."""
    return Weighed(given_shares(siblings.weights))


def equal(siblings: Siblings, options: Weighting) -> Weighed:
    """Let every child count the same, except those of weight 0, which stay out; the scores are not used."""
    return Weighed(equal_shares(siblings.weights))


def pca(siblings: Siblings, options: Weighting) -> Weighed:
    """Weigh by principal components, see `weigh.statistical.pca`."""
    found = pca_weights(siblings, options.components)
    return Weighed(found.weights, findings=found.findings)


def entropy(siblings: Siblings, options: Weighting) -> Weighed:
    """Weigh by entropy, see `weigh.statistical.entropy`."""
    found = entropy_weights(siblings)
    return Weighed(found.weights, findings=found.findings)


def critic(siblings: Siblings, options: Weighting) -> Weighed:
    """Weigh by contrast and conflict, see `weigh.statistical.critic`."""
    found = critic_weights(siblings)
    return Weighed(found.weights, findings=found.findings)


def balanced(siblings: Siblings, options: Weighting) -> Weighed:
    """Weigh so that the stated weights come true as importances, see `weigh.balanced`."""
    found = balance(siblings, options.importance)
    return Weighed(found.weights, findings=found.findings)


def benefit_of_the_doubt(siblings: Siblings, options: Weighting) -> Weighed:
    """Weigh every unit by what favours it most, see `weigh.favourable`; a unit without any score has equal weights."""
    found = favourable(siblings, options)
    nothing = np.isnan(found.score)[:, np.newaxis]
    return Weighed(np.where(nothing, equal_shares(siblings.weights), found.weights), found, found.findings)


Method = Callable[[Siblings, Weighting], Weighed]

WEIGHINGS: dict[Weighing, Method] = {
    Weighing.GIVEN: given,
    Weighing.EQUAL: equal,
    Weighing.PCA: pca,
    Weighing.ENTROPY: entropy,
    Weighing.CRITIC: critic,
    Weighing.BENEFIT_OF_THE_DOUBT: benefit_of_the_doubt,
    Weighing.BALANCED: balanced,
}
