"""What the rules understand of written-down cases; see README.md beside this file."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable
from pathlib import Path

from beautybot.cli.understand import answer, lexicon_of_file
from benchmarks.understanding import cases, peers, scores, speed
from benchmarks.understanding.cases import DATA, HALVES, UNSEEN, Case
from benchmarks.understanding.scores import Reader, Score


def main() -> None:
    """Print every score for both halves, what was missed if wished, speed, and the peers."""
    wished = _arguments()
    read = scores.reader()
    for half in HALVES:
        if wished.only and wished.only != half:
            continue
        print(f"\n== {half}")
        for title, score in _scores(half, read):
            print(f"{title:28} {score}")
            if wished.missed and isinstance(score, Score):
                _show(score)
    for name in UNSEEN:
        if wished.only in (None, name):
            print(f"\n== {name}")
            _of_unseen(name, read, missed=wished.missed)
    if wished.utterances:
        _of_utterances(wished.utterances, read)
    if not wished.no_speed:
        lexicon = lexicon_of_file(DATA / "catalogue.json")
        _speed(lambda text: answer(json.dumps({"text": text}), lexicon))
    if not wished.no_peers:
        peers.compare(list(cases.times()), read, wished.peers)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.understanding")
    parser.add_argument("--missed", action="store_true", help="show what was missed")
    parser.add_argument("--only", choices=HALVES + UNSEEN, help="one part of the cases")
    parser.add_argument("--utterances", type=Path, help="a file of annotated messages beside")
    parser.add_argument("--no-speed", action="store_true")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--peers", type=Path, help="an environment that holds the peers")
    return parser.parse_args()


def _scores(half: str, read: Reader) -> Iterable[tuple[str, Score | str]]:
    def of(listed: Iterable[Case]) -> list[Case]:
        return [case for case in listed if case.half == half]

    yield from scores.of_times(of(cases.times()), read).items()
    yield "no date left alone", scores.of_field(of(cases.negatives()), read, "when")
    for title, score in scores.of_services(of(cases.services()), read).items():
        yield f"services {title}", score
    yield "specialists", scores.of_field(of(cases.people()), read, "people")
    f1, exact = scores.of_intents(of(cases.intents()), read)
    yield "intents micro-F1", f"{f1:5.3f}"
    yield "intents exactly", exact
    yield "phones written", scores.of_field(of(cases.phones("written")), read, "phone")
    yield "phones dictated", scores.of_field(of(cases.phones("dictated")), read, "phone")
    yield "yes, no, choice", scores.of_field(of(cases.answers()), read, "answer")
    yield "names", scores.of_field(of(cases.names()), read, "name")
    yield "whole messages", scores.of_whole(of(cases.whole()), read)


def _of_unseen(name: str, read: Reader, *, missed: bool) -> None:
    for title, score in scores.of_set(list(cases.unseen(name)), read):
        print(f"{title:28} {score}")
        if missed and not title.startswith("whole"):
            _show(score)


def _show(score: Score) -> None:
    for case, got in score.missed:
        print(f"    {case.asked or '-'} | {case.text} | {case.now:%d.%m %H:%M}")
        print(f"        want {case.expected}\n        got  {got}")


def _of_utterances(path: Path, read: Reader) -> None:
    listed = [cases.of_utterance(json.loads(line)) for line in path.read_text().splitlines()]
    score = scores.of_whole(listed, read)
    print(f"\n{path.name}: everything right in {score}")
    _show(score)


def _speed(read: Callable[[str], object]) -> None:
    texts = [c.text for c in cases.whole()] + [c.text for c in cases.services()]
    middle, tail = speed.middle_and_tail(speed.durations(read, texts))
    print("\n== speed, with the price list of 116 services")
    print(f"a message: median {middle:.3f} ms, p99 {tail:.3f} ms (targets 0.5 and 3)")
    longest = speed.long_ones(read, "маникюр к Маше завтра после шести, +7 916 123-45-67; ")
    print("long ones: " + ", ".join(f"{n} characters {ms:.2f} ms" for n, ms in longest.items()))
    took, weight = speed.import_cost()
    print(f"import: {took:.0f} ms, {weight:.1f} MB (targets 150 and 40)")


if __name__ == "__main__":
    main()
