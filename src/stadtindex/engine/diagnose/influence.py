"""Influence: what each node really does to the index, set against the weight it was given."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stadtindex.engine.arrays import Floats, canonical, present
from stadtindex.engine.diagnose.pairwise import correlations
from stadtindex.engine.diagnose.smooth import correlation_ratio
from stadtindex.engine.errors import EngineError
from stadtindex.engine.results import Results


@dataclass(frozen=True, eq=False)
class Influence:
    """Influence of `nodes` (k,) on the score of the node `on`; arrays (k,), NaN where it cannot be said.

    `weight` is the stated weight: the weights used on the way up, multiplied, averaged over the units, and scaled to
    sum to 1 over the nodes. `correlation` is Pearson's (-1..1). `main_effect` (0..1) is the correlation ratio: the part
    of the variance of the score that would vanish, were the node known. `share` is the main effect scaled to sum to 1
    over the nodes; `ratio` is share / weight: 1 as stated, 2 twice as influential, 0.5 half (NaN for weight 0).
    """

    on: str
    nodes: tuple[str, ...]
    weight: Floats
    correlation: Floats
    main_effect: Floats
    share: Floats
    ratio: Floats

    def gap(self) -> float:
        """Return the largest distance of a share from its weight (0..1); NaN if no share is known."""
        apart = np.abs(self.share - self.weight)
        known = apart[present(apart)]
        return float(known.max()) if known.size > 0 else math.nan


def influence(results: Results, nodes: Sequence[str] | None = None, on: str | None = None) -> Influence:
    """Measure the influence of nodes (default: all leaves) on a score (default: the root's).

    All nodes must lie below `on` (EngineError naming the node), best all on one level. Only units that have both
    scores count; a node whose column dropped out has no influence known (NaN), one whose score is constant has 0.
    Correlated nodes share influence: the shares say which nodes the ranking follows, not what causes it.

    Reference: Paruolo, Saisana and Saltelli (2013), Ratings and rankings: voodoo or science?,
    doi:10.1111/j.1467-985X.2012.01059.x.
    """
    top = results.tree.root if on is None else on
    chosen = results.tree.leaves if nodes is None else tuple(nodes)
    weight = np.array([_weight(results, code, top) for code in chosen])
    target = results.score[top]
    scores = np.array([results.score[code] for code in chosen]).reshape(len(chosen), target.size)
    correlation = correlations(
        scores, np.broadcast_to(target, scores.shape), present(scores) & present(target)
    )
    effect = np.array([correlation_ratio(score, target) for score in scores])
    weight, share = _to_one(weight), _to_one(effect)
    ratio = np.divide(share, weight, out=np.full_like(share, np.nan), where=weight > 0.0)
    return Influence(top, chosen, *(canonical(each) for each in (weight, correlation, effect, share, ratio)))


def _weight(results: Results, code: str, top: str) -> float:
    """Return the mean over the units of the product of the weights from a node up to `top`."""
    product, at = np.ones(len(results.units)), code
    results.tree.node(top)
    while at != top:
        product = product * results.weight[at]
        above = results.tree.parent(at)
        if above is None:
            raise EngineError(f"does not lie below {top!r}, whose score is looked at", node=code)
        at = above
    return math.fsum(product.tolist()) / product.size


def _to_one(values: Floats) -> Floats:
    total = math.fsum(values[present(values)].tolist())
    return values / total if total > 0.0 else np.full_like(values, np.nan)
