"""What the code may not do at all, read from its source; each law has a control."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "beautybot"
WEB = ROOT / "web"

# A call by its last names, and the modules that may make it.
DANGEROUS = {
    "eval": (),
    "exec": (),
    "__import__": (),
    "import_module": (),
    "pickle": (),
    "marshal": (),
    "shelve": (),
    "yaml": (),
    "os.system": (),
    "os.popen": (),
    "subprocess.run": ("kit/copies.py",),
    "create_subprocess_exec": ("booking/file_reader.py", "kit/steps.py"),
    "create_subprocess_shell": (),
    "hashlib.md5": (),
    "hashlib.sha1": (),
    "hashlib.new": (),
    "from_string": (),
    "tempfile.mktemp": (),
    "modes.ECB": (),
    "modes.CBC": (),
    "_create_unverified_context": (),
    "CERT_NONE": (),
    "fromstring": (),
}
CHEAP_CHANCE = {"random", "randint", "choice", "choices", "shuffle", "uniform", "Random"}
# Where chance makes what nobody may guess; elsewhere it spreads retries and shuffles demos.
SECRET = ("businesses/", "web/", "privacy/", "kit/crypto", "kit/sealed", "kit/keys")


@cache
def sources() -> tuple[tuple[str, ast.Module], ...]:
    """Every module of the product."""
    return tuple(
        (file.relative_to(ROOT).as_posix(), ast.parse(file.read_text("utf-8")))
        for file in sorted(ROOT.rglob("*.py"))
    )


def named(node: ast.AST) -> str:
    """A call or attribute as it is written: os.system."""
    if isinstance(node, ast.Attribute):
        return f"{named(node.value)}.{node.attr}".lstrip(".")
    return node.id if isinstance(node, ast.Name) else ""


def dangers(where: str, tree: ast.Module) -> list[str]:
    """The dangerous calls and imports of a module that it may not make."""
    found = []
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Call):
            names = [named(node.func)]
            names += [f"{k.arg}=True" for k in node.keywords if _is_true(k.value)]
        elif isinstance(node, ast.Attribute):
            names = [named(node)] if named(node).split(".")[-1].isupper() else []
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""] + [alias.name for alias in node.names]
        for name in names:
            for bad, allowed in DANGEROUS.items():
                same = name == bad or name.endswith(f".{bad}")
                if (same and where not in allowed) or name == "shell=True":
                    found.append(f"{where}:{getattr(node, 'lineno', 0)} {name}")
    return found


def _is_true(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def test_nothing_dangerous_is_called() -> None:
    """No code from text, no shell, no weak hash or mode, no trust without a certificate."""
    assert [line for where, tree in sources() for line in dangers(where, tree)] == []


@pytest.mark.parametrize(
    "line",
    [
        "eval(text)",
        "import pickle",
        "os.system('ls ' + name)",
        "subprocess.run(line, shell=True)",
        "hashlib.md5(x)",
        "Environment().from_string(text)",
        "ssl.CERT_NONE",
        "from yaml import load",
    ],
)
def test_what_is_dangerous_is_seen(line: str) -> None:
    """Control: each of them in a module of ours."""
    assert dangers("web/somewhere.py", ast.parse(line))


def cheap(where: str, tree: ast.Module) -> list[str]:
    """Uses of chance that can be guessed."""
    return [
        f"{where}:{node.lineno}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and named(node.func).startswith("random.")
        and named(node.func).split(".")[-1] in CHEAP_CHANCE
        and where.startswith(SECRET)
    ]


def test_chance_is_never_the_cheap_kind() -> None:
    """Tokens, codes and keys come from the system's chance; `random` shuffles tests and demos."""
    tree = ast.parse("import random\ntoken = random.choice(letters)")

    assert [line for where, tree in sources() for line in cheap(where, tree)] == []
    assert cheap("businesses/sign_ins.py", tree), "control"
    for where, module in sources():
        if where.startswith(("kit/crypto", "kit/sealed", "businesses/", "web/")):
            assert "import random" not in ast.unparse(module).splitlines(), where


def loose_patterns(where: str, tree: ast.Module) -> list[str]:
    """Patterns with a word in them that is neither a constant of the module nor escaped."""
    return [
        f"{where}:{node.lineno} {ast.unparse(part)}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and named(node.func).startswith("re.") and node.args
        for part in ast.walk(node.args[0])
        if isinstance(part, ast.FormattedValue)
        and not named(part.value).strip("_").isupper()
        and not ast.unparse(part.value).startswith("re.escape(")
    ]


def test_a_pattern_made_of_words_is_escaped() -> None:
    """A pattern is a constant, or its words passed re.escape."""
    ours = ("demo/", "russian/", "proof/")  # patterns of our own lexicon

    assert [
        x for w, tree in sources() if not w.startswith(ours) for x in loose_patterns(w, tree)
    ] == []
    assert loose_patterns("x.py", ast.parse("re.search(f'a{word}b', text)")), "control"


def templates() -> Iterator[tuple[str, str]]:
    for file in sorted(WEB.rglob("*.html")):
        if file.parent.name != "widgets":
            yield file.name, file.read_text("utf-8")


def unsafe(text: str) -> list[str]:
    """What a template may not hold."""
    found = re.findall(r"\|\s*safe\b|autoescape false|<script(?![^>]*\bsrc=)[^>]*>", text)
    found += re.findall(r"\son\w+\s*=\s*[\"']|javascript:|<style\b|\sstyle\s*=", text)
    return [*found, *re.findall(r"<(?:object|embed|applet)\b", text)]


def test_no_template_holds_a_script_or_skips_escaping() -> None:
    """Scripts and styles are files of ours; text is always escaped."""
    pages = list(templates())

    assert len(pages) > 20
    assert {name: found for name, text in pages if (found := unsafe(text))} == {}
    assert len(unsafe("{{ x|safe }}<script>x</script><b onclick='x'>")) == 3, "control"


def test_script_keeps_nothing() -> None:
    """No storage, no eval, no merging of objects, no HTML from data."""
    bad = re.compile(
        r"localStorage|sessionStorage|indexedDB|document\.cookie|\beval\(|new Function"
        r"|Object\.assign\((?!document\.)|__proto__|document\.write|insertAdjacentHTML|postMessage"
    )
    files = sorted((WEB / "static").glob("*.js"))

    assert files
    assert {f.name: found for f in files if (found := bad.findall(f.read_text("utf-8")))} == {}
    assert bad.search("localStorage.x = token"), "control"


def test_the_widget_hears_its_parent_alone() -> None:
    """The page of slots drops every message that is not its parent's, before it looks at it."""
    text = (WEB / "widgets" / "slots.html").read_text("utf-8")
    (heard,) = re.findall(r'addEventListener\("message", \((\w+)\) => \{\s*([^;]+);', text)

    assert heard[1] == f"if ({heard[0]}.source !== parent) return"


AT_HOME = re.compile(
    r"""['"]/(?![/\\\\])|f['"]/dashboard|f['"]\{(?:PAGE|SAVED|OWN_PAGE|visit\.path)\}|visit\.path$|to$"""
)


def test_every_redirect_stays_at_home() -> None:
    """A redirect goes to a path of ours; none goes where a value from outside says."""
    targets = {
        ast.unparse(node.args[0])
        for _, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and named(node.func) in ("onward", "RedirectResponse")
    }

    assert len(targets) > 15
    assert {t for t in targets if not AT_HOME.match(t)} == set()
    for elsewhere in ("'//evil.example'", "asking.text('next')", "f'{next}'", "'https://x'"):
        assert not AT_HOME.match(elsewhere), "control"


def test_no_password_has_an_age() -> None:
    """Nothing is kept of when a password was set, so nothing can ask for a new one."""
    from beautybot.businesses.models import users

    assert {c.name for c in users.c} == {"id", "email", "password_hash", "created_at"}
