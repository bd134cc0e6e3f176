"""Every setting, parsed once; the only place that reads the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dotenv import dotenv_values

DEFAULT_VERIFY_TOKEN = "beautybot_verify_token"
SECRETS = frozenset(
    {
        "encryption_keys",
        "backup_key",
        "metrics_token",
        "whatsapp_verify_token",
        "whatsapp_app_secret",
        "telegram_bot_token",
        "gigachat_client_id",
        "gigachat_client_secret",
        "openai_api_key",
        "speech_api_key",
        "assistants_api_key",
        "smtp_password",
    }
)


class SettingsError(Exception):
    """A setting is wrong; the text is one line that names the variable and what it must be."""


@dataclass(frozen=True, slots=True, repr=False)
class Settings:
    """Names, defaults and meanings are those of docs/manual/settings.md; absent is None."""

    database_url: str = "sqlite:///data/beautybot.db"
    public_url: str = "http://localhost:8000"
    encryption_keys: str | None = None
    backup_key: str | None = None
    ballast_mb: int = 32
    keep_talks_months: int = 36
    whatsapp_verify_token: str = DEFAULT_VERIFY_TOKEN
    whatsapp_app_secret: str | None = None
    graph_api_base: str = "https://graph.facebook.com/v26.0"
    telegram_api_base: str = "https://api.telegram.org"
    telegram_bot_token: str | None = None
    whatsapp_proxy: str | None = None
    telegram_proxy: str | None = None
    telegram_mode: str = "webhook"
    gigachat_client_id: str | None = None
    gigachat_client_secret: str | None = None
    gigachat_scope: str = "GIGACHAT_API_PERS"
    gigachat_model: str = "GigaChat-2-Pro"
    gigachat_base_url: str = "https://api.giga.chat/v1"
    gigachat_auth_url: str = "https://ngw.devices.sberbank.ru:9443/api/v2/oauth"
    gigachat_ca_bundle_file: str | None = None
    gigachat_max_streams: int = 1
    gigachat_price: float = 0.5
    openai_base_url: str | None = None
    openai_api_key: str | None = None
    openai_model: str | None = None
    openai_price: float = 0.0
    openai_region: str | None = None
    model_day_budget: float = 3000.0
    model_salon_day_budget: float = 300.0
    speech_base_url: str | None = None
    speech_api_key: str | None = None
    speech_model: str = "whisper-1"
    speech_region: str | None = None
    assistants_api_key: str | None = None
    smtp_host: str | None = None
    smtp_port: int = 587
    smtp_user: str | None = None
    smtp_password: str | None = None
    smtp_from: str | None = None
    smtp_tls: str = "starttls"
    burst_wait_s: float = 2.0
    metrics_token: str | None = None
    log_level: str = "INFO"
    log_format: str = "auto"
    trusted_proxies: str = "127.0.0.1,::1"
    second_step: str = "optional"

    @property
    def on_sqlite(self) -> bool:
        """True while the database is one file."""
        return self.database_url.startswith("sqlite")

    @property
    def sqlite_path(self) -> Path:
        """The database file; only meaningful on SQLite."""
        return Path(self.database_url.removeprefix("sqlite:///"))

    @property
    def openai_abroad(self) -> bool:
        """True if what is asked of the OpenAI-compatible model leaves Russia."""
        return _is_abroad(self.openai_base_url, self.openai_region)

    @property
    def speech_abroad(self) -> bool:
        """True if voice notes leave Russia to become words."""
        return _is_abroad(self.speech_base_url, self.speech_region)

    def __repr__(self) -> str:
        return f"Settings(database_url={_without_password(self.database_url)!r}, …)"


@dataclass(frozen=True, slots=True)
class Sourced:
    """A setting as `beautybot settings` shows it: a secret's value is masked."""

    name: str
    shown: str
    source: str


def load(environ: Mapping[str, str] | None = None, directory: Path | None = None) -> Settings:
    """
    Settings from the environment, then `.env` in the working directory, then the defaults.

    Every name is also read as NAME_FILE, a path whose content is the value.
    Raise SettingsError, naming the variable, on the first bad value.
    """
    values, _ = _collect(environ, directory)
    settings = Settings(**values)
    _check(settings)
    return settings


def hide_from_libraries(prefix: str) -> None:
    """Take variables out of the process that a library would read by itself; ours are parsed."""
    for name in [name for name in os.environ if name.startswith(prefix)]:
        del os.environ[name]


def describe(
    environ: Mapping[str, str] | None = None, directory: Path | None = None
) -> list[Sourced]:
    """Every setting with where it came from; secrets are masked, absent ones are a dash."""
    values, sources = _collect(environ, directory)
    shown = []
    for field in fields(Settings):
        value = values.get(field.name, field.default)
        text = "–" if value is None else _shown(field.name, str(value))
        shown.append(Sourced(field.name.upper(), text, sources.get(field.name, "default")))
    return shown


def _collect(
    environ: Mapping[str, str] | None, directory: Path | None
) -> tuple[dict[str, Any], dict[str, str]]:
    given = os.environ if environ is None else environ
    dotenv = dotenv_values((directory or Path.cwd()) / ".env", interpolate=False)
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for field in fields(Settings):
        for where, source in ((given, "environment"), (dotenv, ".env")):
            text = _text(field.name.upper(), where)
            if text:
                values[field.name] = _parsed(field.name, text, field.type)
                sources[field.name] = source
                break
    return values, sources


def _text(name: str, where: Mapping[str, str | None]) -> str | None:
    if path := where.get(f"{name}_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingsError(f"{name}_FILE must be a readable file: {error.strerror}") from None
    return where.get(name)


def _parsed(name: str, text: str, kind: Any) -> Any:
    text = text.strip()
    try:
        if kind in (int, "int"):
            return int(text)
        if kind in (float, "float"):
            return float(text)
    except ValueError:
        raise SettingsError(f"{name.upper()} must be a number, not {text[:40]!r}") from None
    return text


def _check(settings: Settings) -> None:
    url = settings.database_url
    if not url.startswith(("sqlite:///", "postgresql://", "postgres://")):
        raise SettingsError("DATABASE_URL must start with sqlite:/// or postgresql://")
    for name in ("public_url", "graph_api_base", "telegram_api_base", "gigachat_base_url"):
        _check_url(name, getattr(settings, name))
    if not settings.gigachat_base_url.rstrip("/").endswith("/v1"):
        raise SettingsError("GIGACHAT_BASE_URL must end with /v1")
    if settings.openai_base_url:
        _check_url("openai_base_url", settings.openai_base_url)
    if settings.speech_base_url:
        _check_url("speech_base_url", settings.speech_base_url)
    if bool(settings.openai_base_url) != bool(settings.openai_model):
        raise SettingsError("OPENAI_BASE_URL and OPENAI_MODEL must be set together")
    _check_choice("telegram_mode", settings.telegram_mode, ("webhook", "polling"))
    _check_choice("second_step", settings.second_step, ("optional", "required"))
    _check_choice("log_format", settings.log_format, ("auto", "json", "console"))
    _check_choice("log_level", settings.log_level, ("DEBUG", "INFO", "WARNING", "ERROR"))
    _check_choice(
        "gigachat_scope",
        settings.gigachat_scope,
        ("GIGACHAT_API_PERS", "GIGACHAT_API_B2B", "GIGACHAT_API_CORP"),
    )
    for name in ("openai_region", "speech_region"):
        if (region := getattr(settings, name)) is not None:
            _check_choice(name, region, ("ru", "abroad"))
    _check_money(settings)
    _check_choice("smtp_tls", settings.smtp_tls, ("starttls", "tls", "none"))
    if bool(settings.smtp_host) != bool(settings.smtp_from):
        raise SettingsError("SMTP_HOST and SMTP_FROM must be set together")
    _check_ranges(settings)
    if not settings.on_sqlite and not settings.encryption_keys:
        raise SettingsError("ENCRYPTION_KEYS must be set when the database is PostgreSQL")
    if bool(settings.gigachat_client_id) != bool(settings.gigachat_client_secret):
        raise SettingsError("GIGACHAT_CLIENT_ID and GIGACHAT_CLIENT_SECRET must be set together")


def _check_ranges(settings: Settings) -> None:
    if not 1 <= settings.gigachat_max_streams <= 100:
        raise SettingsError("GIGACHAT_MAX_STREAMS must be from 1 to 100")
    if not 0 <= settings.ballast_mb <= 10_000:
        raise SettingsError("BALLAST_MB must be from 0 to 10000 megabytes")
    if not 0 <= settings.keep_talks_months <= 600:
        raise SettingsError("KEEP_TALKS_MONTHS must be from 0 (for ever) to 600 months")
    if not 0 <= settings.burst_wait_s <= 10:
        raise SettingsError("BURST_WAIT_S must be from 0 to 10 seconds")


def _is_abroad(url: str | None, region: str | None) -> bool:
    """What nobody has said to be in Russia is abroad, save this very machine."""
    if url is None or region is not None:
        return region == "abroad"
    return urlsplit(url).hostname not in ("localhost", "127.0.0.1", "::1")


def _check_money(settings: Settings) -> None:
    for name in ("gigachat_price", "openai_price", "model_day_budget", "model_salon_day_budget"):
        if not 0 <= getattr(settings, name) <= 1_000_000:
            raise SettingsError(f"{name.upper()} must be from 0 to 1000000 roubles")


def _check_url(name: str, value: str) -> None:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(f"{name.upper()} must be an http(s) address, not {value[:60]!r}")


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise SettingsError(f"{name.upper()} must be one of {', '.join(choices)}")


def _shown(name: str, value: str) -> str:
    if name == "whatsapp_verify_token" and value == DEFAULT_VERIFY_TOKEN:
        return value + " (the public default: change it)"
    if name in SECRETS:
        return f"•••{value[-3:]}" if len(value) >= 16 else "•••"
    return _without_password(value)


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return url.replace(f":{parts.password}@", ":•••@") if parts.password else url
