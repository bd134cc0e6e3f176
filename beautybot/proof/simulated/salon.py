"""The simulated salon: ten specialists, made up."""

from __future__ import annotations

from typing import Any

from beautybot.demo.salon import service_line

SLUG = "simulated"
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOURS = {day: ["09:00", "21:00"] for day in WEEK}

STAFF = (
    ("vera", "Вера Павлова", "мастер маникюра"),
    ("nina", "Нина Громова", "мастер маникюра"),
    ("tanya", "Татьяна Белова", "мастер маникюра"),
    ("lena", "Елена Орлова", "парикмахер"),
    ("igor", "Игорь Лавров", "парикмахер"),
    ("sveta", "Светлана Зимина", "парикмахер"),
    ("olga", "Ольга Круглова", "бровист"),
    ("alina", "Алина Фомина", "бровист"),
    ("maria", "Мария Седова", "косметолог"),
    ("zoya", "Зоя Климова", "массажист"),
)
NAILS, HAIR, BROWS = "vera nina tanya", "lena igor sveta", "olga alina"


FILE: dict[str, Any] = {
    "salon": {
        "slug": SLUG,
        "name": "Салон «Десять мастеров»",
        "city": "Москва",
        "address": "ул. Цветочная, 7",
        "timezone": "Europe/Moscow",
        "currency": "RUB",
        "hours": HOURS,
    },
    "staff": [{"id": ref, "name": name, "role": role} for ref, name, role in STAFF],
    "resources": [{"id": "cabinet", "name": "Кабинет", "quantity": 1}],
    "services": [
        service_line(
            "mani", "Маникюр", "Маникюр классический", 60, 1800, NAILS, buffer_after_min=10
        ),
        service_line("mani_gel", "Маникюр", "Маникюр с покрытием гель-лаком", 90, 2600, NAILS),
        service_line("pedi", "Педикюр", "Педикюр классический", 75, 2400, NAILS),
        service_line("cut_w", "Стрижки", "Стрижка женская", 60, 2500, HAIR, for_whom="women"),
        service_line("cut_m", "Стрижки", "Стрижка мужская", 45, 1600, HAIR, for_whom="men"),
        service_line(
            "roots",
            "Окрашивание",
            "Окрашивание корней",
            120,
            3800,
            HAIR,
            processing_min=[[40, 80]],
        ),
        service_line("style", "Укладки", "Укладка", 45, 2000, HAIR),
        service_line("brow_shape", "Брови", "Коррекция бровей", 30, 900, BROWS),
        service_line("brow_lam", "Брови", "Ламинирование бровей", 60, 2300, BROWS),
        service_line("lash_lam", "Ресницы", "Ламинирование ресниц", 75, 2700, BROWS),
        service_line(
            "peel", "Косметология", "Пилинг лица", 60, 3500, "maria", resources=["cabinet"]
        ),
        service_line(
            "massage", "Массаж", "Массаж спины", 60, 3000, "zoya maria", resources=["cabinet"]
        ),
    ],
    "faq": [
        {"question": "Есть ли у вас парковка?", "answer": "Во дворе есть парковка для гостей."},
    ],
    "settings": {
        "agent": {"enabled": True, "tone": "friendly"},
        "lead_time_min": 30,
        "reminders_h": [24, 3],
    },
}
