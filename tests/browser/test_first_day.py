"""The first day of somebody who has never seen the dashboard: only its pages, on a phone."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Page
from town import Town, town
from visitor import PASSWORD
from windows import dashboard, resize, shot

from beautybot.booking.salon_file import bare_salon
from beautybot.businesses import salons, users
from beautybot.businesses.salons import Business
from beautybot.demo.fakes.telegram_world import TgBot, TgUser
from beautybot.kit import clock
from beautybot.kit.db import Database

MARINA = "marina@novy.example"
IRA = TgUser(77, "Ира")


async def test_a_new_owner_gets_from_an_empty_salon_to_a_talk_of_her_own(
    window: Page, sqlite_db: Database, tmp_path: Path
) -> None:
    """People, hours, prices, a bot, a trial, the switch; a client writes, she answers."""
    await resize(window, "phone")
    async with town(sqlite_db, tmp_path) as built, dashboard(built) as base:
        salon = await _empty_salon(sqlite_db)
        bot = built.telegram.add_bot()

        await _sign_in(window, base)
        await _say_who_works_and_when(window, base)
        await _add_a_service(window, base)
        await _connect(window, base, bot)
        await _try_and_switch_on(window, base)
        await _take_over(window, base, built, bot)

        heard = [line.text for line in built.telegram.transcripts.ours(bot.key, "77")]
        now = await sqlite_db.read(salons.get, salon.id)
        assert now.agent_enabled
        assert "1 500 ₽" in heard[0]
        assert heard[1] == "Ира, это Марина. Приходите в пять!"
        assert "1 500 ₽" in heard[-1] and len(heard) == 3  # silent until it was given back


async def _sign_in(page: Page, base: str) -> None:
    await page.goto(f"{base}/login")
    await page.get_by_label("Почта").fill(MARINA)
    await page.get_by_label("Пароль").fill(PASSWORD)
    await page.get_by_role("button", name="Войти").click()
    await page.get_by_text("До первого ответа осталось").wait_for()
    await shot(page, "first-day-1-steps")


async def _say_who_works_and_when(page: Page, base: str) -> None:
    await page.get_by_role("link", name="Добавить мастеров").click()
    await page.get_by_label("Имя и фамилия").fill("Вера Белова")
    await page.get_by_role("button", name="Добавить", exact=True).click()
    await page.get_by_text("Сохранено.").wait_for()
    await _next(page, base, "Указать часы работы")
    await page.fill("#hours [name=opens-0]", "09:00")
    await page.get_by_label("Часы понедельника поставить на").select_option(label="все дни недели")
    await shot(page, "first-day-2-hours", of="#hours")
    await page.locator("#hours").get_by_role("button", name="Сохранить").click()
    await page.locator("#hours", has_text="09:00–20:00").wait_for()


async def _add_a_service(page: Page, base: str) -> None:
    await _next(page, base, "Добавить услуги или загрузить прайс")
    await page.get_by_role("link", name="+ Добавить услугу").click()
    await page.get_by_label("Название", exact=True).fill("Маникюр")
    await page.get_by_label("Цена, RUB").fill("1500")
    await page.get_by_label("Длительность, минут").fill("60")
    await page.get_by_role("checkbox", name="Вера Белова").check()
    await page.get_by_role("button", name="Сохранить").click()
    await page.get_by_text("Сохранено.").wait_for()


async def _connect(page: Page, base: str, bot: TgBot) -> None:
    await _next(page, base, "Подключить WhatsApp или Telegram")
    await page.get_by_label("Токен от @BotFather").fill(bot.token)
    await page.locator("#telegram").get_by_role("button", name="Проверить").click()
    await page.locator("#telegram", has_text="Подключено").wait_for()
    await shot(page, "first-day-3-connected", of="#telegram")


async def _try_and_switch_on(page: Page, base: str) -> None:
    await _next(page, base, "Проверить разговор и включить агента")
    await page.locator("#try").get_by_label("Сообщение").fill("сколько стоит маникюр?")
    await page.locator("#try").get_by_role("button", name="Отправить").click()
    await page.locator("#try .ours", has_text="1 500 ₽").wait_for()
    await shot(page, "first-day-4-trial", of="#try")
    await page.get_by_label("Включить ИИ агента").check()
    await page.locator("#agent").get_by_role("button", name="Сохранить").click()
    await page.get_by_text("Агент отвечает").first.wait_for()


async def _take_over(page: Page, base: str, built: Town, bot: TgBot) -> None:
    await page.goto(f"{base}/dashboard/conversations")
    built.telegram.client_says(bot, IRA, "сколько стоит маникюр?")
    await built.settle()
    await page.locator("#talks", has_text="1 500 ₽").wait_for()  # by itself
    await shot(page, "first-day-5-live")
    await page.locator("#talks a").click()
    await page.get_by_role("button", name="Взять диалог себе").click()
    await page.get_by_text("Отвечаете вы.").wait_for()
    await page.get_by_label("Ваш ответ клиенту").fill("Ира, это Марина. Приходите в пять!")
    await page.get_by_role("button", name="Отправить").click()
    await page.locator("#thread", has_text="Приходите в пять").wait_for()
    built.telegram.client_says(bot, IRA, "хорошо, а сколько стоит маникюр?")
    await built.settle()
    await page.locator("#thread", has_text="хорошо, а сколько").wait_for()
    await shot(page, "first-day-6-mine")
    await page.get_by_role("button", name="Вернуть агенту").click()
    await page.get_by_role("button", name="Взять диалог себе").wait_for()
    built.telegram.client_says(bot, IRA, "маникюр сколько стоит?")
    await built.settle()


async def _next(page: Page, base: str, step: str) -> None:
    """The next step that «Сегодня» names; what was saved leads there."""
    await page.get_by_role("link", name="Что дальше").click()
    await page.get_by_role("link", name=step).click()
    await page.wait_for_load_state()


async def _empty_salon(db: Database) -> Business:
    """What the operator's two commands leave: a salon without anything, and a way in."""
    row = {"slug": "novy", "name": "Новый салон", "timezone": "Europe/Moscow"}
    salon = await db.write(salons.create, **bare_salon(row), now=clock.now())
    address, digest = users.hashed(MARINA, PASSWORD)
    await db.write(users.put, address, digest, salon.id, "owner", clock.now())
    return salon
