"""Price lists of four made-up salons, spelt the four ways real ones are."""

from __future__ import annotations

from beautybot.russian.price_words import Listed, PriceWords

BARBERSHOP = """
cut | Мужская стрижка | Стрижки | men
clipper | Стрижка под машинку | Стрижки | men
kid | Стрижка детская до 12 лет | Стрижки | kids
father-son | Отец + сын | Стрижки | men
beard | Моделирование бороды и усов | Борода | men
cut-beard | Стрижка + борода | Комплексы | men
royal-shave | Королевское бритьё | Борода | men
gray-hair | Камуфляж седины | Окрашивание | men
gray-beard | Тонирование бороды | Окрашивание | men
style | Укладка | Стрижки | men
wax-nose | Удаление волос воском (нос) | Уход | men
face | Чёрная маска для лица | Уход | men
"""
LASHES = """
classic | Классическое наращивание | Ресницы | any
two-d | Объём 2D | Ресницы | any
three-d | Объём 3D | Ресницы | any
mega | Мегаобъём | Ресницы | any
fix | Коррекция (до 3 недель) | Ресницы | any
off | Снятие чужой работы | Ресницы | any
lash-lam | Ламинирование ресниц | Ресницы | any
lash-botox | Ламинирование + ботокс ресниц | Ресницы | any
brow-fix | Коррекция бровей воском | Брови | any
brow-lam | Долговременная укладка бровей | Брови | any
brow-colour | Окрашивание бровей | Брови | any
brow-both | Коррекция + окрашивание | Брови | any
"""
LASER = """
bikini | Глубокое бикини (лазер) | Лазерная эпиляция, женщины | women
classic-bikini | Классическое бикини | Лазерная эпиляция, женщины | women
armpits | Подмышечные впадины | Лазерная эпиляция, женщины | women
legs | Ноги полностью | Лазерная эпиляция, женщины | women
shins | Голени с коленями | Лазерная эпиляция, женщины | women
arms | Руки до локтя | Лазерная эпиляция, женщины | women
upper-lip | Верхняя губа | Лазерная эпиляция, женщины | women
face | Лицо полностью | Лазерная эпиляция, женщины | women
men-back | Спина мужская | Лазерная эпиляция, мужчины | men
sugar-bikini | Шугаринг глубокого бикини | Шугаринг | women
sugar-legs | Шугаринг ног | Шугаринг | women
"""
STUDIO = """
mani | Маникюр комбинированный | Ногтевой сервис | any
mani-gel | Маникюр + гель-лак | Ногтевой сервис | any
mani-long | Маникюр + гель-лак, длинные ногти | Ногтевой сервис | any
removal | Снятие покрытия | Ногтевой сервис | any
extension | Наращивание гелем | Ногтевой сервис | any
correction | Коррекция нарощенных ногтей | Ногтевой сервис | any
french | Френч / градиент | Ногтевой сервис | any
pedi | Педикюр гигиенический | Ногтевой сервис | any
pedi-gel | Педикюр полный + гель-лак | Ногтевой сервис | any
woman-cut | Стрижка женская (топ-мастер) | Парикмахерские услуги | women
woman-cut-long | Стрижка женская, длина ниже лопаток | Парикмахерские услуги | women
man-cut | Стрижка мужская | Парикмахерские услуги | men
fringe | Оформление чёлки | Парикмахерские услуги | any
style | Укладка феном | Парикмахерские услуги | any
evening | Вечерняя причёска | Парикмахерские услуги | any
colour-roots | Окрашивание корней | Парикмахерские услуги | any
colour | Окрашивание в один тон | Парикмахерские услуги | any
highlights | Мелирование на фольгу | Парикмахерские услуги | any
keratin | Кератиновое выпрямление волос | Парикмахерские услуги | any
massage | Массаж общий, 60 минут | Массаж | any
massage-back | Массаж спины и шейно-воротниковой зоны | Массаж | any
massage-face | Скульптурный массаж лица | Массаж | any
hot-stones | Стоун-терапия | Массаж | any
wrap | Шоколадное обёртывание | Массаж | any
"""
TEXTS = {"barbershop": BARBERSHOP, "lashes": LASHES, "laser": LASER, "studio": STUDIO}


def price_list(salon: str) -> list[Listed]:
    """The services of a made-up salon."""
    lines = [line.split(" | ") for line in TEXTS[salon].strip().splitlines()]
    return [Listed(ref, name, category, whom) for ref, name, category, whom in lines]


def price_words(salon: str) -> PriceWords:
    """The same, ready to be searched."""
    return PriceWords.of(price_list(salon))
