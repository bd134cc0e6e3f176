"""The demo: the whole product with local messengers, from one command."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from beautybot.cli.output import say
from beautybot.cli.server import run_until_stopped

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from beautybot.businesses.salons import Business
    from beautybot.demo.stage import Stage
    from beautybot.serving import Product

app = typer.Typer()


@app.command()
def demo(
    port: Annotated[int, typer.Option(min=1, max=65535, help="The product's port.")] = 8000,
    data: Annotated[Path, typer.Option(help="Where the demo keeps its database.")] = Path("data"),
) -> None:
    """Show BeautyBot with a made-up salon and local WhatsApp, Telegram and GigaChat."""
    from beautybot.kit import log
    from beautybot.serving import listen

    log.configure("WARNING")
    data.mkdir(parents=True, exist_ok=True)
    listener = listen("127.0.0.1", port)
    run_until_stopped(_demo(listener, port, data))


async def _demo(listener: socket.socket, port: int, data: Path) -> None:
    from beautybot.demo.fakes.server import serving
    from beautybot.demo.stage import stage
    from beautybot.serving import opened, run

    async with stage(data, port) as scene, opened(scene.settings, owner=True) as product:
        salon = await _seed(product)
        running = asyncio.ensure_future(run(product, listener))
        try:
            await _connect(product, scene, salon)
            async with serving(_page(product, scene, salon), port=_free(port + 1)) as page:
                _invite(port, page)
                await running
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running


async def _seed(product: Product) -> Business:
    from beautybot.booking import importing
    from beautybot.booking.salon_file import of_json
    from beautybot.businesses import bindings, salons, users
    from beautybot.demo import salon
    from beautybot.kit import clock
    from beautybot.russian.people import name_forms

    db = product.parts.db
    file = of_json(salon.SALON)
    await db.write(importing.apply, file, now=clock.now(), name_forms=name_forms)
    found = await db.read(salons.by_slug, salon.SLUG)
    settings = salons.settings_json(found.settings) | {"assistants": True, "booking_page": True}
    await db.write(lambda conn: salons.change(conn, found.id, settings=settings))
    address, digest = users.hashed(salon.OWNER_EMAIL, salon.OWNER_PASSWORD)
    owner = await db.write(users.put, address, digest, found.id, "owner", clock.now())
    await db.write(bindings.bind, owner.user_id, str(_OWNER_ID), "Анна", clock.now())
    return found


async def _connect(product: Product, scene: Stage, salon: Business) -> None:
    from beautybot.businesses import connecting
    from beautybot.demo import stage
    from beautybot.kit import clock

    whatsapp = {"phone_id": stage.PHONE_ID, "waba_id": stage.WABA_ID}
    for name, secrets, details in (
        ("whatsapp", {"access_token": stage.ACCESS_TOKEN}, whatsapp),
        ("telegram", {"token": stage.SALON_BOT}, {}),
    ):
        await connecting.connect(
            product.parts.db,
            product.parts.keyring,
            product.worker.channels[name],
            business=salon,
            secrets=secrets,
            details=details,
            public_url=scene.settings.public_url,
            now=clock.now(),
        )
    callback = connecting.callback_of(scene.settings.public_url, "whatsapp")
    await scene.graph.register_callback(callback, stage.VERIFY_TOKEN)


def _page(product: Product, scene: Stage, salon: Business) -> Starlette:
    from beautybot.demo.fakes.telegram_world import TgUser
    from beautybot.demo.owner_side import OwnerSide
    from beautybot.demo.phone.page import phone_page
    from beautybot.demo.stage import PHONE_ID

    owner = TgUser(_OWNER_ID, "Анна")
    scene.telegram.start(scene.owner_bot, owner)
    return phone_page(
        scene.graph,
        scene.telegram,
        OwnerSide(product.parts.db, salon),
        phone_id=PHONE_ID,
        bot=scene.salon_bot,
        owner_bot=scene.owner_bot,
        owner=owner,
        salon=salon.name,
        timezone=salon.timezone,
    )


def _free(wanted: int) -> int:
    """The wanted port if nobody has it, else any."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            return 0
    return wanted


def _invite(port: int, page: str) -> None:
    from beautybot.demo import salon

    say(f"The product:  http://localhost:{port}  (the salon signs in at /login)")
    say(f"Try it here:  {page.replace('127.0.0.1', 'localhost')}  (a client's phone, the owner)")
    say(f"Without a messenger:  http://localhost:{port}/b/{salon.SLUG}")
    say(f"Demo login:   {salon.OWNER_EMAIL} / {salon.OWNER_PASSWORD}")
    say("Ctrl+C stops everything.")


_OWNER_ID = 900_100_200
