"""The demo's salon: made up, with prices and names of the kind one meets in a Russian town."""

from __future__ import annotations

from typing import Any

SLUG, NAME = "romashka", "Салон «Ромашка»"
OWNER_EMAIL, OWNER_PASSWORD = "anna@romashka.example", "chashka-oblako-lampa"


def service_line(
    ref: str, title: str, name: str, minutes: int, price: int, staff: str, **more: Any
) -> dict[str, Any]:
    """A service as a salon's file has it; `staff` are ids with spaces between."""
    return {
        "id": ref,
        "category_title": title,
        "name": name,
        "duration_min": minutes,
        "price": price,
        "staff": staff.split(),
        **more,
    }


FROM_3000 = {"price_from": True, "price_max": 4500}

SALON: dict[str, Any] = {
    "salon": {
        "slug": SLUG,
        "name": NAME,
        "city": "Москва",
        "address": "ул. Цветочная, 7",
        "timezone": "Europe/Moscow",
        "currency": "RUB",
        "hours": {
            **{day: ["09:00", "21:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat")},
            "sun": ["10:00", "20:00"],
        },
    },
    "staff": [
        {"id": "vera", "name": "Вера Павлова", "role": "мастер маникюра", "level": "топ-мастер"},
        {"id": "lena", "name": "Елена Орлова", "role": "парикмахер", "level": "мастер"},
        {"id": "olga", "name": "Ольга Круглова", "role": "бровист", "level": "мастер"},
    ],
    "services": [
        service_line("mani", "Маникюр", "Маникюр классический", 60, 1800, "vera"),
        service_line("mani_gel", "Маникюр", "Маникюр с покрытием гель-лаком", 90, 2600, "vera"),
        service_line("gel_off", "Маникюр", "Снятие гель-лака", 20, 500, "vera"),
        service_line("pedi", "Педикюр", "Педикюр классический", 75, 2400, "vera"),
        service_line("pedi_gel", "Педикюр", "Педикюр с покрытием гель-лаком", 105, 3400, "vera"),
        service_line("cut_w", "Стрижки", "Стрижка женская", 60, 2500, "lena", for_whom="women"),
        service_line("cut_m", "Стрижки", "Стрижка мужская", 45, 1600, "lena", for_whom="men"),
        service_line("bang", "Стрижки", "Стрижка чёлки", 20, 700, "lena"),
        service_line("roots", "Окрашивание", "Окрашивание корней", 100, 3800, "lena"),
        service_line(
            "toning",
            "Окрашивание",
            "Тонирование",
            60,
            3000,
            "lena",
            price_from=True,
            price_max=4500,
        ),
        service_line("style", "Укладки", "Укладка", 45, 2000, "lena"),
        service_line("brow_shape", "Брови", "Коррекция бровей", 30, 900, "olga"),
        service_line("brow_tint", "Брови", "Окрашивание бровей", 30, 800, "olga"),
        service_line("brow_lam", "Брови", "Ламинирование бровей", 60, 2300, "olga"),
        service_line("lash_lam", "Ресницы", "Ламинирование ресниц", 75, 2700, "olga"),
    ],
    "faq": [
        {
            "question": "Есть ли у вас парковка?",
            "answer": "Во дворе есть бесплатная парковка для гостей.",
        },
        {
            "question": "Как можно оплатить, принимаете карты?",
            "answer": "Можно картой, наличными или переводом.",
        },
        {
            "question": "Можно ли прийти с ребёнком?",
            "answer": "Да, у нас есть уголок с игрушками.",
        },
    ],
    "settings": {"agent": {"enabled": True, "tone": "friendly"}},
}
