"""Weights from components, entropy and CRITIC: what is reported beside the weights, and the awkward inputs."""

import math

import numpy as np
import pytest

from stadtindex.engine import EngineError
from stadtindex.engine.weigh.components import eigen, varimax
from stadtindex.engine.weigh.siblings import Siblings
from stadtindex.engine.weigh.statistical import critic, entropy, pca

GAP = math.nan


def siblings(scores: list[list[float]], weights: list[float] | None = None) -> Siblings:
    table = np.array(scores, dtype=float)
    given = np.ones(table.shape[1]) if weights is None else np.array(weights)
    return Siblings(
        tuple("abcdef"[: table.shape[1]]), tuple(f"u{i}" for i in range(table.shape[0])), table, given
    )


BLOCKS = [[0, 0, 0], [0, 0, 1], [1, 100, 0], [1, 100, 1]]


def test_pca_reports_its_way() -> None:
    found = pca(siblings([*BLOCKS, [GAP, 1, 2]]))
    assert found.complete == 4
    np.testing.assert_allclose(found.eigenvalues, [2.0, 1.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(found.explained, [2 / 3, 1 / 3, 0.0], atol=1e-12)
    np.testing.assert_allclose(found.share, [2 / 3, 1 / 3], atol=1e-12)
    assert found.component.tolist() == [0, 0, 1]
    assert found.findings == ()


def test_pca_keeps_as_many_components_as_asked_for() -> None:
    one = pca(siblings(BLOCKS), components=1)
    np.testing.assert_allclose(one.weights, [0.5, 0.5, 0.0], atol=1e-12)
    assert pca(siblings(BLOCKS), components=99).loadings.shape == (3, 3)


def test_pca_adds_weak_components_until_they_explain_enough() -> None:
    # All correlations -1/9 but for sampling: no eigenvalue stands out, the first alone explains far less than 60 %.
    scores = np.eye(10)
    found = pca(Siblings(tuple("abcdefghij"), tuple("ABCDEFGHIJ"), scores, np.ones(10)))
    assert found.loadings.shape[1] == 9
    np.testing.assert_allclose(found.eigenvalues, [10 / 9] * 9 + [0.0], atol=1e-12)


def test_pca_names_children_that_run_against_the_rest() -> None:
    found = pca(siblings([[0, 0, 9], [1, 1, 4], [2, 3, 2], [3, 3, 1]]))
    assert found.loadings[2, 0] < 0.0
    assert "'c' load negatively" in found.findings[0]
    assert found.weights[2] > 0.0


def test_pca_with_more_children_than_units() -> None:
    found = pca(siblings([[0, 3, 1, 2, 5], [1, 1, 4, 2.5, 1], [2, 0, 2, 9, 3]]))
    assert np.count_nonzero(found.eigenvalues > 1e-12) == 2
    assert math.fsum(found.weights.tolist()) == pytest.approx(1.0, abs=1e-15)


@pytest.mark.parametrize(
    "scores", [[[1, 2]], [[1, 2], [1, 2]], [[GAP, GAP], [GAP, GAP]], [[1, GAP], [2, GAP], [GAP, 1], [GAP, 2]]]
)
def test_pca_without_two_complete_units_counts_all_the_same(scores: list[list[float]]) -> None:
    found = pca(siblings(scores))
    assert found.weights.tolist() == [0.5, 0.5]
    assert "all children count the same" in found.findings[0]


def test_a_single_varying_child_gets_all() -> None:
    group = siblings([[1, 5, 1], [2, 5, 7]], [1, 1, 0])
    for method in (pca, entropy, critic):
        assert method(group).weights.tolist() == [1.0, 0.0, 0.0]
        assert "no weight for 'b'" in method(group).findings[0]


def test_entropy_of_each_child() -> None:
    found = entropy(siblings([[1, 0, 5], [1, 0, GAP], [1, 4, 5], [1, GAP, 15]]))
    assert math.isnan(found.entropy[0])
    assert found.entropy[1] == 0.0
    expected = -(0.4 * math.log(0.2) + 0.6 * math.log(0.6)) / math.log(3.0)
    assert found.entropy[2] == pytest.approx(expected, abs=1e-14)


def test_entropy_leaves_negative_scores_of_uncounted_children_alone() -> None:
    assert entropy(siblings([[1, -5], [2, 5]], [1, 0])).weights.tolist() == [1.0, 0.0]
    with pytest.raises(EngineError, match="entropy weights need scores >= 0, not -5") as caught:
        entropy(siblings([[1, -5], [2, 5]]))
    assert (caught.value.unit, caught.value.node) == ("u0", "b")


def test_critic_reports_contrast_conflict_and_information() -> None:
    found = critic(siblings([[0, 0, 100], [50, 100, 50], [100, 50, 0]]))
    np.testing.assert_allclose(found.contrast, [0.5, 0.5, 0.5], atol=1e-15)
    np.testing.assert_allclose(found.conflict, [2.5, 2.0, 3.5], atol=1e-14)
    np.testing.assert_allclose(found.information, [1.25, 1.0, 1.75], atol=1e-14)


def test_critic_takes_a_pair_without_common_units_for_uncorrelated() -> None:
    found = critic(siblings([[0, GAP], [1, GAP], [GAP, 0], [GAP, 1]]))
    np.testing.assert_allclose(found.conflict, [1.0, 1.0], atol=1e-15)
    assert found.weights.tolist() == [0.5, 0.5]


def test_nothing_varies() -> None:
    for method in (entropy, critic):
        found = method(siblings([[3, 4]], [1, 5]))
        assert found.weights.tolist() == [0.5, 0.5]
        assert len(found.findings) == 1


def test_results_are_frozen() -> None:
    found = pca(siblings(BLOCKS))
    for array in (found.weights, found.loadings, found.component, found.share):
        assert not array.flags.writeable


def test_eigen_of_a_diagonal_and_of_gaps() -> None:
    values, vectors = eigen(np.diag([1.0, 3.0, 2.0]))
    assert values.tolist() == [3.0, 2.0, 1.0]
    assert vectors.tolist() == [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    with pytest.raises(EngineError, match="without gaps"):
        eigen(np.array([[1.0, GAP], [GAP, 1.0]]))


def test_varimax_finds_the_simple_structure_at_any_angle() -> None:
    simple = np.array([[0.9, 0.0], [0.8, 0.0], [0.0, 0.7], [0.0, 0.6], [0.0, 0.0]])
    for degrees in range(0, 360, 15):
        angle = math.radians(degrees)
        turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
        found = varimax(simple @ turn)
        either = found if found[0, 0] > 0.5 else found[:, ::-1]
        np.testing.assert_allclose(either, simple, atol=1e-7)
