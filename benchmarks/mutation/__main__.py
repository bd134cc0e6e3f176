"""
How many small mistakes in the safety core the tests notice.

    python -m benchmarks.mutation [--only signature] [--sample 40] [--seed 1]

Each mutant is one change of one module (a comparison turned round, an `and`
made an `or`, a guard that never or always holds, a number off by one, a call
left out, a value not returned), in a copy of the package; the module's own
tests run against it.  A mutant that all of them pass is alive.  The score is
the share that is noticed; the unchanged module is the control and must pass.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE_S = 1800
"""For the unchanged module; a mutant has five times what that took, and hangs after that."""

CORE = {
    "signature": (
        "channels/whatsapp/signature.py",
        ("tests/security/test_at_the_door.py", "tests/channels/test_whatsapp_acceptance.py"),
        "every_bit or every_sign or hand or challenge or proven",
    ),
    "receipts": (
        "agent/receipts.py",
        ("tests/agent/test_receipts.py", "tests/agent/test_rewording.py"),
        "",
    ),
    "gate": (
        "agent/states/confirmation.py",
        (
            "tests/agent/test_gate.py",
            "tests/dialogues/test_lost_holds.py",
            "tests/dialogues/test_late_answers.py",
            "tests/dialogues/test_dialogues.py",
        ),
        "",
    ),
    "overlap": (
        "booking/overlap.py",
        (
            "tests/booking/test_occupancy.py",
            "tests/booking/test_prove.py",
            "tests/kit/test_migrate.py",
        ),
        "",
    ),
    "occupancy": (
        "booking/occupancy.py",
        (
            "tests/booking/test_occupancy.py",
            "tests/booking/test_prove.py",
            "tests/dialogues/test_lost_holds.py",
        ),
        "",
    ),
    "seal": ("kit/sealed.py", ("tests/kit/test_sealed.py",), ""),
    "crypto": ("kit/crypto.py", ("tests/kit/test_crypto.py",), ""),
}

TURNED = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One changed module: where, what, and its source."""

    line: int
    what: str
    source: str


def mutants(source: str) -> Iterator[Mutant]:
    """Every single change of a module that its tests should notice."""
    tree = ast.parse(source)
    before, no_change = ast.unparse(tree), _slots(tree)
    for number, node in enumerate(ast.walk(tree)):
        if node in no_change:
            continue
        for what, change in _changes(node):
            other = copy.deepcopy(tree)
            twin = next(n for i, n in enumerate(ast.walk(other)) if i == number)
            change(other, twin)
            text = ast.unparse(ast.fix_missing_locations(other))
            if text != before:
                yield Mutant(getattr(node, "lineno", 0), what, text)


def _slots(tree: ast.AST) -> set[ast.AST]:
    """`slots=True` spares memory and changes nothing else: no test can notice it."""
    return {n.value for n in ast.walk(tree) if isinstance(n, ast.keyword) and n.arg == "slots"}


def _changes(node: ast.AST) -> Iterator[tuple[str, object]]:
    if isinstance(node, ast.Compare) and type(node.ops[0]) in TURNED:
        yield "a comparison turned", lambda _t, n: n.ops.__setitem__(0, TURNED[type(n.ops[0])]())
    if isinstance(node, ast.BinOp) and type(node.op) in TURNED:
        yield "plus for minus", lambda _t, n: setattr(n, "op", TURNED[type(n.op)]())
    if isinstance(node, ast.BoolOp):
        swapped = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield "and for or", lambda _t, n: setattr(n, "op", swapped())
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "a not left out", lambda t, n: _replace(t, n, n.operand)
    if isinstance(node, ast.If | ast.IfExp):
        for value in (True, False):
            yield (
                f"a guard always {value}",
                lambda _t, n, v=value: setattr(n, "test", ast.Constant(v)),
            )
    if isinstance(node, ast.Constant) and type(node.value) is int:
        yield "a number one more", lambda _t, n: setattr(n, "value", n.value + 1)
    if isinstance(node, ast.Constant) and type(node.value) is bool:
        yield "true for false", lambda _t, n: setattr(n, "value", not n.value)
    if isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield "nothing returned", lambda _t, n: setattr(n, "value", ast.Constant(None))
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield "a call left out", lambda t, n: _replace(t, n, ast.Pass())


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _replace(tree: ast.AST, old: ast.AST, new: ast.AST) -> None:
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
            elif isinstance(value, list) and any(item is old for item in value):
                value[next(i for i, item in enumerate(value) if item is old)] = new


def passes(
    package: Path, tests: tuple[str, ...], some: str, patience_s: float = PATIENCE_S
) -> bool:
    """True if the tests are content with the package in that folder, within so many seconds."""
    words = [
        sys.executable,
        "-P",
        "-m",
        "pytest",
        "-q",
        "-x",
        "-p",
        "no:xdist",
        "-p",
        "no:randomly",
    ]
    words += [*tests, *(("-k", some) if some else ())]
    process = subprocess.Popen(
        words,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{package}:{ROOT}", "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return process.wait(patience_s) == 0
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        process.wait()
        return False  # a mutant that hangs is noticed


def main() -> None:
    """Print each mutant that lives, and the score of each module."""
    options = argparse.ArgumentParser()
    options.add_argument("--only", choices=CORE, action="append")
    options.add_argument("--sample", type=int, default=0, help="so many of each module; 0: all")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    chance, noticed, tried = random.Random(given.seed), 0, 0
    for name in given.only or CORE:
        where, tests, some = CORE[name]
        with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
            shutil.copytree(ROOT / "beautybot", Path(folder, "beautybot"))
            file = Path(folder, "beautybot", where)
            original, began = file.read_text("utf-8"), time.monotonic()
            if not passes(Path(folder), tests, some):
                print(f"{name}: the tests fail without any change")
                continue
            every, patience_s = list(mutants(original)), 5 * (time.monotonic() - began) + 60
            chosen = chance.sample(every, given.sample) if 0 < given.sample < len(every) else every
            alive = []
            for mutant in chosen:
                file.write_text(mutant.source, "utf-8")
                if passes(Path(folder), tests, some, patience_s):
                    alive.append(mutant)
                    print(f"  alive: {where}:{mutant.line} {mutant.what}", flush=True)
        tried, noticed = tried + len(chosen), noticed + len(chosen) - len(alive)
        score = 100 * (len(chosen) - len(alive)) / max(len(chosen), 1)
        took = time.monotonic() - began
        print(
            f"{name}: {len(chosen) - len(alive)} of {len(chosen)} noticed, {score:.1f} % "
            f"({len(every)} there are; seed {given.seed}; {took:.0f} s)",
            flush=True,
        )
    print(f"all: {noticed} of {tried}, {100 * noticed / max(tried, 1):.1f} %")


if __name__ == "__main__":
    main()
