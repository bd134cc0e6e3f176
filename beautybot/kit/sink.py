"""
Log lines on their way out: a terminal that hangs or a full disk must not stop the service.

Lines wait in a queue for a thread of their own.  When the sink does not take
them, and the queue is full, lines are dropped and counted; the count is
written when the sink lives again.
"""

from __future__ import annotations

import logging
import queue
import threading

MOST = 10_000
LAST_WORDS_S = 2.0


class Unblocked(logging.Handler):
    """Hands records to another handler from a thread; never waits for it."""

    def __init__(self, sink: logging.Handler, *, most: int = MOST) -> None:
        super().__init__()
        self.dropped = 0
        self._sink = sink
        self._waiting: queue.Queue[logging.LogRecord | None] = queue.Queue(most)
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._waiting.put_nowait(record)
        except queue.Full:
            self.dropped += 1

    def close(self) -> None:
        """Write what waits, for at most two seconds."""
        try:
            self._waiting.put(None, timeout=LAST_WORDS_S)
            self._thread.join(LAST_WORDS_S)
        except queue.Full:
            pass  # the sink hangs: its lines end with us
        super().close()

    def _run(self) -> None:
        last = False
        while not last:
            record = self._waiting.get()
            if record is not None:
                self._sink.handle(record)
            last = record is None
            if self.dropped and (last or self._waiting.empty()):
                self._sink.handle(self._confession())

    def _confession(self) -> logging.LogRecord:
        lost, self.dropped = self.dropped, 0
        return logging.LogRecord(
            __name__, logging.WARNING, __file__, 0, "%d log lines were dropped", (lost,), None
        )
