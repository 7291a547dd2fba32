"""Cyrillic where Latin belongs: look-alike letters and a Latin spelling."""

from provision.identity import is_cyrillic

_LIKE = dict(zip("АВЕКМНОРСТУХаеорсухіѕјІЅЈ", "ABEKMHOPCTYXaeopcyxisjISJ", strict=True))
_LOOK_ALIKE = str.maketrans(_LIKE)
_SPELLING = (
    dict(zip("абвгдезийклмнопрстуфыэ", "abvgdeziyklmnoprstufye", strict=True))
    | {"ё": "e", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sch", "ю": "yu", "я": "ya"}
    | {"ъ": "", "ь": ""}
)


def cyrillic(value: str) -> list[int]:
    """The positions of the Cyrillic letters, counted from 1."""
    if value.isascii():
        return []
    return [position for position, letter in enumerate(value, 1) if is_cyrillic(letter)]


def as_latin(value: str) -> str | None:
    """The value with every Cyrillic letter replaced by the Latin one that looks the same; None where one has none."""
    latin = value.translate(_LOOK_ALIKE)
    return None if cyrillic(latin) else latin


def spelled(value: str) -> str:
    """A Latin spelling: look-alikes where the word has Latin letters already, else letter by letter (Завод, Zavod)."""
    mixed = any(letter.isascii() and letter.isalpha() for letter in value)
    latin = as_latin(value) if mixed else None
    return latin or "".join(map(_spell, value))


def _spell(letter: str) -> str:
    spelling = _SPELLING.get(letter.lower(), letter)
    return spelling.capitalize() if letter.isupper() else spelling
