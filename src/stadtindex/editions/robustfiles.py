"""What a bundle says of how sure its ranks are, as bytes by file name.

    robustness/robustness.json  draws, seed, precision reached, complete or partial, which numerical kernel
    robustness/plan.json        what was drawn anew in every draw, as the engine was told
    robustness/units.csv        per unit: rank, quantiles of rank and score, chances of the first k, tie group
    robustness/nodes.csv        the same quantiles of rank and score at every node below the root
    robustness/ranks.csv        how many draws gave which rank to which unit (or which bin of ranks)
    robustness/pairs.csv        in which share of the draws one unit is ahead of another, or level with it
    robustness/choices.csv      which uncertain choice matters most
    robustness/SHA256SUMS       of the files above

Point results are the same on every machine, draws only on one kernel (METHOD: determinism). Therefore these files have
sums of their own, and the hash of the bundle does not depend on them.
"""

import json
import platform
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from enum import Enum
from hashlib import sha256
from typing import Any

import numpy as np

from stadtindex.editions.code import code_sha256
from stadtindex.editions.compute import Release
from stadtindex.editions.contents import json_bytes, method_of
from stadtindex.editions.doubt import plan_of
from stadtindex.editions.pointfile import number, table
from stadtindex.editions.robustness import Robustness, tie_groups
from stadtindex.engine.uncertainty.counts import EVERY_RANK, RANK_BINS
from stadtindex.engine.uncertainty.plan import Uncertainty
from stadtindex.engine.uncertainty.spread import Spread

FOLDER = "robustness"
ABOUT = "robustness.json"
PLAN = "plan.json"
UNITS = "units.csv"
NODES = "nodes.csv"
RANKS = "ranks.csv"
PAIRS = "pairs.csv"
CHOICES = "choices.csv"
SUMS = "SHA256SUMS"
NAMES = (ABOUT, PLAN, UNITS, NODES, RANKS, PAIRS, CHOICES, SUMS)
FORMAT = 1
QUANTILES = ("q05", "q25", "q50", "q75", "q95")


def files_of(release: Release, found: Robustness) -> dict[str, bytes]:
    """Write every file of the folder, by its name inside; on one kernel the same draws give the same bytes."""
    files = {
        ABOUT: json_bytes(_about(release, found)),
        PLAN: json_bytes(_plain(asdict(found.plan))),
        UNITS: _units(release, found),
        NODES: _nodes(release, found),
        RANKS: _ranks(found.whole),
        PAIRS: _pairs(found.whole),
        CHOICES: _choices(found),
    }
    files[SUMS] = "".join(
        f"{sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items())
    ).encode()
    return files


def basis_of(release: Release) -> str:
    """Hash everything that the draws depend on but seed and number: points, method, plan and code."""
    plan: Uncertainty = plan_of(release.assembled)
    parts = [release.frozen.sha256.encode(), method_of(release), json_bytes(_plain(asdict(plan)))]
    parts += [" ".join(release.assembled.units).encode(), code_sha256().encode()]
    parts += [values.tobytes() for _, values in sorted(release.assembled.denominators.items())]
    return sha256(b"\0".join(parts)).hexdigest()


def _about(release: Release, found: Robustness) -> dict[str, Any]:
    whole, run = found.whole, found.run
    return {
        "format": FORMAT,
        "edition": release.edition.id,
        "basis_sha256": basis_of(release),
        "seed": run.seed,
        "draws": whole.draws,
        "failed": whole.failed,
        "complete": whole.complete,
        "draws_at_most": run.draws,
        "precision_asked": run.precision,
        "monte_carlo_error": None if np.isinf(whole.error) else float(number(whole.error)),
        "monte_carlo_error_is": "the largest standard error of a mean rank, in ranks",
        "top": list(whole.top_ranks),
        "declared": release.edition.doubts.declared,
        "nodes": {
            code: {"draws": spread.draws, "failed": spread.failed}
            for code, spread in found.spreads.items()
            if code != found.root
        },
        "nodes_without": dict(found.failed_nodes),
        "choices": len(found.choices),
        "kernel": kernel_note(),
    }


def kernel_note() -> dict[str, str]:
    """Say what the draws were computed with: on another kernel the last bits of matrix products differ."""
    build: Any = np.show_config(mode="dicts")
    blas = build.get("Build Dependencies", {}).get("blas", {})
    return {
        "numpy": np.__version__,
        "blas": f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip(),
        "machine": platform.machine(),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, Enum) else value


def _units(release: Release, found: Robustness) -> bytes:
    whole = found.whole
    ranks = release.results.rank[found.root]
    header = ["unit", "name", "rank", "group", "ranked", "mean_rank", "mean_rank_error"]
    header += [f"rank_{name}" for name in QUANTILES] + [f"score_{name}" for name in QUANTILES]
    header += ["score_step", *(f"top_{k}" for k in whole.top_ranks)]
    groups = tie_groups(ranks, whole)
    rows = []
    for at, unit in enumerate(whole.units):
        row = [unit, release.edition.units[unit].name, str(int(ranks[at]) or ""), str(groups[at] or "")]
        row += [str(int(whole.ranked[at])), number(whole.mean_rank[at]), number(whole.rank_error[at])]
        row += [number(value) for value in (*whole.rank[:, at], *whole.score[:, at])]
        row += [number(whole.score_width[at]), *(number(value) for value in whole.top[:, at])]
        rows.append(row)
    order = sorted(range(len(rows)), key=lambda at: (int(ranks[at]) or len(rows) + 1, whole.units[at]))
    return table(header, (rows[at] for at in order))


def _nodes(release: Release, found: Robustness) -> bytes:
    header = ["node", "unit", "rank", "group", "ranked", "mean_rank_error"]
    header += [f"rank_{name}" for name in QUANTILES] + [f"score_{name}" for name in QUANTILES]
    return table([*header, "score_step"], _node_rows(release, found))


def _node_rows(release: Release, found: Robustness) -> Iterator[list[str]]:
    for code, spread in found.spreads.items():
        if code == found.root:
            continue
        ranks = release.results.rank[code]
        groups = tie_groups(ranks, spread)
        for at, unit in enumerate(spread.units):
            row = [code, unit, str(int(ranks[at]) or ""), str(groups[at] or "")]
            row += [str(int(spread.ranked[at])), number(spread.rank_error[at])]
            row += [number(value) for value in (*spread.rank[:, at], *spread.score[:, at])]
            yield [*row, number(spread.score_width[at])]


def _ranks(whole: Spread) -> bytes:
    """Write the rank-probability matrix as counts; ranks that a unit never had are left out."""
    n = len(whole.units)
    bins = np.arange(whole.rank_counts.shape[1] + 1)
    # Bin b holds the ranks 1 + ceil(b · n / 1000) to ceil((b + 1) · n / 1000).
    edges = bins if n <= EVERY_RANK else -(-bins * n // RANK_BINS)
    rows = (
        [
            whole.units[at],
            str(int(edges[place]) + 1),
            str(int(edges[place + 1])),
            str(int(whole.rank_counts[at, place])),
        ]
        for at, place in np.argwhere(whole.rank_counts > 0)
    )
    return table(("unit", "rank_from", "rank_to", "draws"), rows)


def _pairs(whole: Spread) -> bytes:
    return table(("unit", "other", "ahead", "level", "behind"), _pair_rows(whole))


def _pair_rows(whole: Spread) -> Iterator[list[str]]:
    units = whole.units
    if whole.pairs is not None:
        for at, (one, other) in enumerate(whole.pairs):
            yield [units[one], units[other], number(whole.ahead[at]), number(whole.level[at]), ""]
        return
    for one in range(len(units)):
        for other in range(one + 1, len(units)):
            shares = (whole.ahead[one, other], whole.level[one, other], whole.ahead[other, one])
            yield [units[one], units[other], *(number(share) for share in shares)]


def _choices(found: Robustness) -> bytes:
    header = ("choice", "first", "first_low", "first_high", "total", "total_low", "total_high")
    rows = (
        [choice.name, *(number(value) for value in (*choice.first, *choice.total))]
        for choice in found.choices
    )
    return table(header, rows)


def document(data: bytes) -> dict[str, Any]:
    """Read one of the JSON files."""
    found: dict[str, Any] = json.loads(data)
    return found
