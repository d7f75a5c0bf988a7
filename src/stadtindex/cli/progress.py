"""Progress of long work on one line of stderr, and only where a person watches."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

CLEAR = "\r\x1b[2K"


@contextmanager
def watching() -> Iterator[Callable[[str, int], None]]:
    """Give a function that says what is being worked on and how much is done; the line is cleared at the end."""
    shown = sys.stderr.isatty()

    def tell(what: str, done: int) -> None:
        if shown:
            sys.stderr.write(f"{CLEAR}{what}: {done:,}")
            sys.stderr.flush()

    try:
        yield tell
    finally:
        if shown:
            sys.stderr.write(CLEAR)
            sys.stderr.flush()


@contextmanager
def bar(total: int) -> Iterator[Callable[[int], None]]:
    """Show a bar on stderr where a person watches; gives a function that says how much of the total is done."""
    if not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=total)
        yield lambda done: shown.update(task, completed=done)
