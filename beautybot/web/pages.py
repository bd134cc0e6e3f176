"""The pages beside the webhooks.  For now one: where the product is and what it is."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


async def front(_request: Request) -> Response:
    """A sign that BeautyBot lives here."""
    return HTMLResponse(
        "<!doctype html><html lang='ru'><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width'><title>BeautyBot</title>"
        "<h1>BeautyBot работает</h1><p>Клиенты пишут салону в WhatsApp и Telegram, "
        "а здесь отвечает виртуальный администратор.</p>"
        "<p><a href='/login'>Войти в личный кабинет</a></p></html>",
        headers=HEADERS,
    )


def routes() -> list[BaseRoute]:
    """Every page."""
    return [Route("/", front)]
