"""The engine's source: what would make a result depend on the machine, or reach the world outside, is not in it."""

import ast
from pathlib import Path

import pytest

import stadtindex.engine

HERE = Path(stadtindex.engine.__file__).parent
FILES = sorted(HERE.rglob("*.py"))


def module(path: Path) -> str:
    """The name inside the engine: `compute`, `treat.columns`, `treat` for the package itself."""
    parts = path.relative_to(HERE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module(path): path for path in FILES}

# Sums in an order of numpy's choosing, BLAS, and functions whose last bit differs between processors.
MACHINE = {
    *("dot", "matmul", "einsum", "inner", "outer", "vdot", "tensordot", "linalg", "average"),
    *("sum", "nansum", "mean", "nanmean", "std", "var", "nanstd", "nanvar", "cumsum", "prod", "reduceat"),
    *(
        "exp",
        "log",
        "log2",
        "log10",
        "log1p",
        "expm1",
        "power",
        "float_power",
        "hypot",
        "cbrt",
        "round",
        "around",
    ),
}
OUTSIDE = {
    "open",
    "print",
    "input",
    "eval",
    "exec",
    "random",
    "time",
    "os",
    "sys",
    "io",
    "pathlib",
    "logging",
}


def names(tree: ast.AST) -> set[str]:
    called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return called | {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def machine_dependent(source: str) -> set[str]:
    tree = ast.parse(source)
    # The engine's own ln and exp are imported by name, and a recipe's options may be called log or mean.
    found = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in MACHINE
        and not (isinstance(node.value, ast.Name) and node.value.id in ("self", "options"))
        and not (isinstance(node.value, ast.Attribute) and node.value.attr == "options")
    }
    builtin = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} & {"sum", "pow"}
    operators = {"@" for node in ast.walk(tree) if isinstance(node, ast.MatMult)}
    powers = {
        "**" for node in ast.walk(tree) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow)
    } - ({"**"} if "10**decimals" in source else set())
    return found | builtin | operators | powers


def reached(start: str) -> set[str]:
    """The modules of the engine that a module imports, directly or through others."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        tree = ast.parse(MODULES[name].read_text(encoding="utf-8"))
        froms = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        inside = [
            name.removeprefix("stadtindex.engine.") for name in froms if name.startswith("stadtindex.engine.")
        ]
        waiting += [*inside, *(name.rpartition(".")[0] for name in inside if "." in name)]
    return seen


# A point result must be equal to the last bit on every machine: all that compute reaches, and the steps before it.
# What draws at random or describes the data (uncertainty, sensitivity, influence, diagnosis) is equal within its error.
STEPS_BEFORE = ("impute", "screen", "treat", "moments", "weigh.components", "weigh.statistical")
POINT = reached("compute") | {name for name in MODULES if name.startswith(STEPS_BEFORE)}


@pytest.mark.parametrize("path", [path for name, path in MODULES.items() if name in POINT], ids=module)
def test_nothing_depends_on_the_machine(path: Path) -> None:
    assert machine_dependent(path.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize("path", FILES, ids=module)
def test_nothing_reaches_outside(path: Path) -> None:
    # Chance enters as a Generator of the caller or is made from the caller's seed: `np.random` as such is no leak there.
    chance = set() if module(path) in POINT else {"random"}
    assert names(ast.parse(path.read_text(encoding="utf-8"))) & (OUTSIDE - chance) == set()


def test_chance_is_never_hidden() -> None:
    """No generator without a seed: neither numpy's global state nor default_rng stands anywhere in the engine."""
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Attribute)
                and node.value.attr == "random"
            ):
                assert node.attr in {"Generator", "Philox"}, f"{path.name}:{node.lineno} {node.attr}"


@pytest.mark.parametrize("line", ["a @ b", "x.sum()", "np.exp(x)", "x ** 2", "sum(x)", "np.dot(a, b)"])
def test_the_search_finds_what_it_looks_for(line: str) -> None:
    assert machine_dependent(line) != set()


@pytest.mark.parametrize("path", FILES, ids=module)
def test_modules_stay_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


def test_the_front_door_names_exactly_what_it_imports() -> None:
    tree = ast.parse((HERE / "__init__.py").read_text(encoding="utf-8"))
    imported = {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert imported == set(stadtindex.engine.__all__)
