"""One command from its words to its exit status; whatever goes wrong is one line, no traceback."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer
from typer.exceptions import TyperException

from beautybot.cli.app import app
from beautybot.kit.errors import BeautyBotError
from beautybot.settings import SettingsError


def run(words: Sequence[str]) -> int:
    """
    Run a command: 0, or 1 after one clear line on stderr.

    A mistake of the operator (arguments, settings, files, a database that is
    away) is that line.  A mistake of ours stays a traceback, because somebody
    has to see it.
    """
    try:
        return int(app(list(words), prog_name="beautybot", standalone_mode=False) or 0)
    except (KeyboardInterrupt, typer.Abort):
        return _failed("stopped")
    except TyperException as error:
        return _failed(_words_of(error))
    except (BeautyBotError, SettingsError) as error:
        return _failed(str(error))
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone: nobody to tell
        return 1
    except OSError as error:
        return _failed(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    except _refusals() as error:
        return _failed(
            f"the database refused: {str(getattr(error, 'orig', error)).splitlines()[0]}"
        )


def _failed(line: str) -> int:
    typer.echo(f"beautybot: {' '.join(line.split())}", err=True)
    return 1


def _words_of(error: TyperException) -> str:
    words = getattr(error, "format_message", None)
    return str(words() if words else error) or "which command? `beautybot --help` shows them all"


def _refusals() -> type[Exception]:
    """What a database driver raises; asked for only when something was raised."""
    from sqlalchemy.exc import SQLAlchemyError

    return SQLAlchemyError
