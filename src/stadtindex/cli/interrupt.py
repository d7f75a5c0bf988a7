"""A polite end of long work: Ctrl-C or SIGTERM asks it to stop at the next safe point, a second one stops at once."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Request:
    """Whether somebody has asked to stop, and with which signal."""

    def __init__(self) -> None:
        self.signal: int | None = None

    @property
    def made(self) -> bool:
        """Whether it was asked to stop."""
        return self.signal is not None

    @property
    def exit_code(self) -> int:
        """Give the exit code by which a shell knows the signal; 0 where there was none."""
        return 0 if self.signal is None else 128 + self.signal

    def note(self, number: int, _: FrameType | None) -> None:
        """Remember the first signal; at the second, stop at once."""
        if self.signal is not None:
            raise KeyboardInterrupt
        self.signal = number


@contextmanager
def interruptible() -> Iterator[Request]:
    """Turn the first Ctrl-C or SIGTERM into a request, as long as the work lasts."""
    request = Request()
    before = {number: signal.signal(number, request.note) for number in SIGNALS}
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
