"""A log that nobody reads must not stop the service."""

from __future__ import annotations

import io
import logging
import threading
import time

from beautybot.kit import clock
from beautybot.kit.sink import Unblocked


class Stuck(io.StringIO):
    """A stream that takes nothing until it is freed."""

    def __init__(self) -> None:
        super().__init__()
        self.free = threading.Event()

    def write(self, text: str) -> int:
        self.free.wait(30)
        return super().write(text)


def line(number: int) -> logging.LogRecord:
    return logging.LogRecord("test", logging.INFO, __file__, 0, "line %d", (number,), None)


def test_whoever_logs_never_waits_for_the_sink() -> None:
    """Ten times what may wait, into a stream that hangs: no delay, and an honest count."""
    stream = Stuck()
    handler = Unblocked(logging.StreamHandler(stream), most=500)

    started = clock.monotonic()
    for number in range(5_000):
        handler.emit(line(number))
    took = clock.monotonic() - started
    stream.free.set()
    handler.close()
    while "were dropped" not in stream.getvalue() and clock.monotonic() - started < 60:
        time.sleep(0.05)  # closing waits a moment only; a busy machine needs longer

    written = stream.getvalue()
    assert took < 15  # the stream hangs for thirty seconds
    assert "line 0\n" in written and "line 4999" not in written
    dropped = 5_000 - written.count("line ")
    assert dropped >= 4_400
    assert f"{dropped} log lines were dropped" in written


def test_what_was_dropped_is_told_at_the_end() -> None:
    """Whoever stops before the queue is empty once still tells how many lines are missing."""
    stream = Stuck()
    handler = Unblocked(logging.StreamHandler(stream), most=5)
    for number in range(50):
        handler.emit(line(number))

    closing = threading.Thread(target=handler.close)
    closing.start()
    time.sleep(0.2)  # it waits for a place in the queue, which is full
    stream.free.set()
    closing.join(10)
    handler._thread.join(10)

    assert "log lines were dropped" in stream.getvalue()


def test_the_last_words_are_written() -> None:
    """Stopping gives what waits time to leave."""
    stream = io.StringIO()
    handler = Unblocked(logging.StreamHandler(stream))

    handler.emit(line(7))
    handler.close()

    assert stream.getvalue() == "line 7\n"


def test_a_sink_that_hangs_does_not_hang_the_stop() -> None:
    """Nor does a thread of it keep the process alive."""
    handler = Unblocked(logging.StreamHandler(Stuck()), most=1)
    for number in range(3):
        handler.emit(line(number))

    started = clock.monotonic()
    handler.close()

    assert clock.monotonic() - started < 20  # the stream hangs for thirty
