"""What an owner does in the dashboard, by thumb and by mouse, beside the messengers' doubles."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Page
from town import Town, town
from visitor import PASSWORD
from windows import Keep, dashboard, enter
from world import ANNA

from beautybot.booking import catalogue
from beautybot.businesses import users
from beautybot.conversations import history
from beautybot.demo.fakes.graph_people import WaClient
from beautybot.kit import clock
from beautybot.kit.db import Database

PRICES = "Услуга;Цена;Длительность\nМаникюр с покрытием;2500;90\nПарафинотерапия;900;30\n"


@asynccontextmanager
async def here(db: Database, folder: Path) -> AsyncIterator[tuple[Town, str, int]]:
    """The town, the address of its dashboard, and Анна's id."""
    async with town(db, folder) as built:
        address, digest = users.hashed(ANNA, PASSWORD)
        anna = await db.write(users.put, address, digest, built.salon.id, "owner", clock.now())
        async with dashboard(built) as base:
            yield built, base, anna.user_id


async def test_a_person_signs_in_and_out(
    page: Page, sqlite_db: Database, tmp_path: Path, keep: Keep
) -> None:
    """A wrong password says so; the right one opens the day."""
    async with here(sqlite_db, tmp_path) as (_, base, _anna):
        await page.goto(f"{base}/dashboard")
        await page.get_by_label("Почта").fill(ANNA)
        await page.get_by_label("Пароль").fill("не тот пароль")
        await page.get_by_role("button", name="Войти").click()
        await page.get_by_role("alert").wait_for()
        await keep("login")
        await page.get_by_label("Почта").fill(ANNA)
        await page.get_by_label("Пароль").fill(PASSWORD)
        await page.get_by_role("button", name="Войти").click()
        await page.wait_for_url("**/dashboard")
        await page.locator("h1", has_text="Сегодня").wait_for()
        await keep("today")


async def test_an_owner_sees_a_message_live_and_takes_over(
    page: Page, sqlite_db: Database, tmp_path: Path, keep: Keep
) -> None:
    """The list refreshes itself; the answer reaches the client's WhatsApp; the agent is silent."""
    async with here(sqlite_db, tmp_path) as (built, base, anna):
        olga = WaClient("79161234567", name="Ольга")
        await built.whatsapp(olga, "здравствуйте")
        await enter(page, base, sqlite_db, anna)
        await page.goto(f"{base}/dashboard/conversations")

        await built.whatsapp(olga, "сколько стоит педикюр?")
        await page.locator("#talks", has_text="2 400 ₽").wait_for()
        await keep("conversations")
        await page.locator("#talks a").click()
        await built.whatsapp(olga, "а где вы находитесь?")
        await page.locator("#thread", has_text="а где вы находитесь?").wait_for()
        await page.get_by_label("Ваш ответ клиенту").fill("Это Анна, чем помочь?")
        await page.get_by_role("button", name="Отправить").click()
        await page.get_by_text("Агент молчит").wait_for()
        await built.settle()
        silence = await built.whatsapp(olga, "а маникюр?")
        await page.locator("#thread", has_text="а маникюр?").wait_for()
        await keep("conversation")
        await page.get_by_role("button", name="Вернуть агенту").click()
        await page.get_by_role("button", name="Взять диалог себе").wait_for()
        answer = await built.whatsapp(olga, "сколько стоит маникюр?")

        ours = built.graph.transcripts.ours("106540352242922", olga.key)
        assert "Это Анна, чем помочь?" in [line.text for line in ours]
        assert (silence, "₽" in answer) == ("", True)


async def test_wrong_credentials_are_named_and_right_ones_kept(
    page: Page, sqlite_db: Database, tmp_path: Path, keep: Keep
) -> None:
    """Saving checks with the messenger at once; the secret is not shown again."""
    async with here(sqlite_db, tmp_path) as (built, base, anna):
        await enter(page, base, sqlite_db, anna)
        await page.goto(f"{base}/dashboard/settings")

        await page.fill("#telegram [name=token]", "123456:wrongwrongwrongwrongwrongwrongwrong")
        await page.click("#telegram button.main")
        problem = await page.locator("#telegram .problem").first.inner_text()
        await keep("settings-wrong")
        await page.fill("#telegram [name=token]", built.bot.token)
        await page.click("#telegram button.main")
        await page.get_by_text("Сохранено").wait_for()
        await keep("settings-right")

        assert "не знает такого токена" in problem
        assert built.bot.token.split(":")[1] not in await page.content()


async def test_the_agent_is_tried_before_it_is_switched_on(
    page: Page, sqlite_db: Database, tmp_path: Path, keep: Keep
) -> None:
    """The test chat answers as configured, remembers what was said, and touches nothing real."""
    async with here(sqlite_db, tmp_path) as (built, base, anna):
        await enter(page, base, sqlite_db, anna)
        await page.goto(f"{base}/dashboard/settings#try")

        for text in ("сколько стоит педикюр?", "запишите меня на завтра"):
            await page.locator("#try").get_by_label("Сообщение").fill(text)
            await page.locator("#try").get_by_role("button", name="Отправить").click()
            await page.locator("#try .theirs", has_text=text).wait_for()
        await keep("test-chat")

        assert "2 400 ₽" in await page.inner_text("#try")
        assert await page.locator("#try .ours").count() == 2
        assert await sqlite_db.read(history.listing, built.salon.id, clock.now()) == []
        assert await built.appointments() == []


async def test_a_price_list_is_shown_before_it_is_loaded(
    page: Page, sqlite_db: Database, tmp_path: Path, keep: Keep
) -> None:
    """First the difference, and nothing is written; then the same file, for good."""
    file = tmp_path / "prices.csv"
    file.write_text(PRICES, encoding="utf-8")
    async with here(sqlite_db, tmp_path) as (built, base, anna):
        before = await sqlite_db.read(catalogue.load, built.salon.id)
        await enter(page, base, sqlite_db, anna)
        await page.goto(f"{base}/dashboard/services")

        await page.set_input_files("#file [type=file]", file)
        await page.get_by_role("button", name="Показать, что изменится").click()
        await page.locator("#difference", has_text="Парафинотерапия").wait_for()
        await keep("import")
        meanwhile = await sqlite_db.read(catalogue.load, built.salon.id)
        await page.get_by_role("button", name="Применить").click()
        await page.locator("#difference", has_text="Загружено").wait_for()
        after = await sqlite_db.read(catalogue.load, built.salon.id)

        assert meanwhile == before
        assert "Парафинотерапия" in {s.name for s in after.services} - {
            s.name for s in before.services
        }
