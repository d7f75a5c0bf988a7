"""What each parameter weighs in the whole."""

from collections.abc import Mapping

from stadtindex.engine.tree import Tree


def leaf_weights(tree: Tree) -> Mapping[str, float]:
    """Give the share of the whole that each leaf has: the product of the shares on the way to the root; they sum to 1."""
    found = {}
    for leaf in tree.leaves:
        share, code = 1.0, leaf
        while (parent := tree.parent(code)) is not None:
            share, code = share * tree.share(code), parent
        found[leaf] = share
    return found
