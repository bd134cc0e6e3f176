"""
The figures an operator watches, in Prometheus' own form.

Counters are of this process; what the database knows (how long the inbox
waits, say) is read when somebody asks, see web/figures.py.
"""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    start_http_server,
)

REGISTRY = CollectorRegistry(auto_describe=False)

QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
SLOW = (0.01, 0.05, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0)

ACK = Histogram(
    "beautybot_ack_seconds",
    "From the whole head of a delivery to its 200: it is durable by then.",
    ["channel"],
    buckets=QUICK,
    registry=REGISTRY,
)
REFUSED = Counter(
    "beautybot_refused_total",
    "Deliveries that were not taken, by the status they got.",
    ["channel", "status"],
    registry=REGISTRY,
)
TURN = Histogram(
    "beautybot_turn_seconds",
    "How long a turn takes: read, think (rules and the model), act.",
    ["phase"],
    buckets=SLOW,
    registry=REGISTRY,
)
SENDS = Counter(
    "beautybot_sends_total",
    "Messages to clients: sent, or the class of the failure.",
    ["channel", "outcome"],
    registry=REGISTRY,
)
MODEL_CALLS = Counter("beautybot_model_calls_total", "Calls of language models.", registry=REGISTRY)
MODEL_TOKENS = Counter(
    "beautybot_model_tokens_total", "Tokens of language models, both ways.", registry=REGISTRY
)
MODEL_KOPECKS = Counter(
    "beautybot_model_kopecks_total",
    "What language models cost, by the price set.",
    registry=REGISTRY,
)
MODEL_WORDINGS = Counter(
    "beautybot_model_wordings_total",
    "Rewordings of replies: said, unfit or untrue.",
    ["verdict"],
    registry=REGISTRY,
)
MODEL_REFUSED = Counter(
    "beautybot_model_refused_total",
    "Questions to a model that were not asked: the day's budget was spent.",
    ["budget"],
    registry=REGISTRY,
)

INBOX = Gauge("beautybot_inbox_unread", "Deliveries to be read.", registry=REGISTRY)
INBOX_AGE = Gauge(
    "beautybot_inbox_age_seconds", "Since when the oldest unread one waits.", registry=REGISTRY
)
POISON = Gauge("beautybot_inbox_poison", "Deliveries put aside.", registry=REGISTRY)
OUTBOX = Gauge("beautybot_outbox_waiting", "Messages to be sent.", registry=REGISTRY)
OUTBOX_AGE = Gauge(
    "beautybot_outbox_age_seconds", "Since when the oldest unsent one waits.", registry=REGISTRY
)
VISITS = Gauge("beautybot_visits", "Visits in the book.", ["status"], registry=REGISTRY)
WORKERS = Gauge(
    "beautybot_workers", "Workers seen in the last seconds (PostgreSQL).", registry=REGISTRY
)
DISK_FREE = Gauge(
    "beautybot_disk_free_bytes", "Free space beside an SQLite file.", registry=REGISTRY
)


def text() -> bytes:
    """Everything, as a scrape wants it."""
    return generate_latest(REGISTRY)


def serve(host: str, port: int) -> None:
    """Answer scrapes on a port of their own, from a thread: for a worker, which has no web."""
    start_http_server(port, addr=host, registry=REGISTRY)
