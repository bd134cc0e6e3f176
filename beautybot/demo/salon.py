"""The demo's salon: made up, with prices and names of the kind one meets in a Russian town."""

from __future__ import annotations

from typing import Any

SLUG, NAME = "romashka", "Салон «Ромашка»"
OWNER_EMAIL, OWNER_PASSWORD = "anna@romashka.example", "chashka-oblako-lampa"


def _service(
    ref: str, title: str, name: str, minutes: int, price: int, staff: str, **more: Any
) -> dict[str, Any]:
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
        _service("mani", "Маникюр", "Маникюр классический", 60, 1800, "vera"),
        _service("mani_gel", "Маникюр", "Маникюр с покрытием гель-лаком", 90, 2600, "vera"),
        _service("gel_off", "Маникюр", "Снятие гель-лака", 20, 500, "vera"),
        _service("pedi", "Педикюр", "Педикюр классический", 75, 2400, "vera"),
        _service("pedi_gel", "Педикюр", "Педикюр с покрытием гель-лаком", 105, 3400, "vera"),
        _service("cut_w", "Стрижки", "Стрижка женская", 60, 2500, "lena", for_whom="women"),
        _service("cut_m", "Стрижки", "Стрижка мужская", 45, 1600, "lena", for_whom="men"),
        _service("bang", "Стрижки", "Стрижка чёлки", 20, 700, "lena"),
        _service("roots", "Окрашивание", "Окрашивание корней", 100, 3800, "lena"),
        _service(
            "toning",
            "Окрашивание",
            "Тонирование",
            60,
            3000,
            "lena",
            price_from=True,
            price_max=4500,
        ),
        _service("style", "Укладки", "Укладка", 45, 2000, "lena"),
        _service("brow_shape", "Брови", "Коррекция бровей", 30, 900, "olga"),
        _service("brow_tint", "Брови", "Окрашивание бровей", 30, 800, "olga"),
        _service("brow_lam", "Брови", "Ламинирование бровей", 60, 2300, "olga"),
        _service("lash_lam", "Ресницы", "Ламинирование ресниц", 75, 2700, "olga"),
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
