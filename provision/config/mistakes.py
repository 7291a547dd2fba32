"""Every way in which a document's data breaks the schema, in words, with what was meant. The only use of jsonschema."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Any
from zoneinfo import available_timezones

from jsonschema import Draft202012Validator, FormatChecker

from provision.config.document import Document, UnquotedScalar, YamlPath
from provision.json_schema import Schema
from provision.lists import check_email, check_manager
from provision.model import Problem
from provision.schema import SCHEMA
from provision.text import Text, shortened

_FORMATS = FormatChecker(formats=())


@cache
def zones() -> frozenset[str]:
    """The names of all time zones; not `localtime` and `Factory`, which say nothing to another machine."""
    return frozenset(available_timezones() - {"localtime", "Factory"})


@_FORMATS.checks("time-zone")
def _is_zone(value: object) -> bool:
    return not isinstance(value, str) or value in zones()


@_FORMATS.checks("mailbox")
def _is_mailbox(value: object) -> bool:
    """What lists accept as an e-mail; a value of the wrong form is reported by the pattern."""
    return not isinstance(value, str) or "@" not in value or not check_email(value, 0)


@_FORMATS.checks("login")
def _is_login(value: object) -> bool:
    """What lists accept as a login."""
    return not isinstance(value, str) or not any(one.level == "error" for one in check_manager(value, 0))


_VALIDATOR = Draft202012Validator(SCHEMA, format_checker=_FORMATS)


@dataclass(frozen=True, slots=True)
class _Break:
    """One break of the schema: what was `found` at `path` is against `rule: limit` of `schema`."""

    document: Document
    path: YamlPath
    found: Any
    schema: Schema
    rule: str
    limit: Any
    in_name: bool  # `found` is a key

    @property
    def place(self) -> YamlPath:
        return (*self.path, self.found) if self.in_name else self.path

    @property
    def known(self) -> Schema:
        """The keys that the section may hold, with their schemas."""
        known: Schema = self.schema["properties"]
        return known

    @property
    def unknown(self) -> list[str]:
        return [key for key in self.found if key not in self.known]


def find(document: Document) -> list[Problem]:
    """The problems of the document's data, in the order of its lines; its `broken` cabinets are noted."""
    problems: dict[Problem, None] = {}
    for error in _VALIDATOR.iter_errors(document.data):
        names = "propertyNames" in error.absolute_schema_path
        schema: Any = error.schema
        path, rule = tuple(error.absolute_path), str(error.validator)
        broken = _Break(document, path, error.instance, schema, rule, error.validator_value, names)
        problems |= dict.fromkeys(_SAY[broken.rule](broken))
        document.broken.add(broken.place[:4])
    return sorted(problems, key=lambda problem: (problem.line, problem.column))


def closest(word: str, known: Iterable[str], *, likeness: float = 0.65) -> str:
    """The known word that `word` probably is a misspelling of, or ""."""
    by_lower = {name.lower(): name for name in known}
    found = get_close_matches(word.lower(), by_lower, n=1, cutoff=likeness)
    return by_lower[found[0]] if found else ""


def suggest(word: str, known: Iterable[str]) -> tuple[str | None, Text]:
    """What was probably meant (None if nothing comes near), and the hint that says it, else what there is."""
    words = list(known)
    meant = closest(word, words)
    there = ", ".join(words[:12]) or "—"
    return (meant, _probably(meant, word)) if meant else (None, Text(f"Бывает: {there}.", f"There is: {there}."))


def _probably(meant: str, word: str) -> Text:
    if meant.isascii() and not word.isascii():
        return Text(f"Вероятно, {meant} (латинскими буквами).", f"Probably {meant} (in Latin letters).")
    return Text(f"Вероятно, {meant}.", f"Probably {meant}.")


def _unknown(broken: _Break) -> Iterator[Problem]:
    for key in broken.unknown:
        meant, hint = suggest(key, broken.known)
        if _RENAMED.get(key) in broken.known:
            meant = _RENAMED[key]
            hint = Text(f"Теперь это {meant}: переименуйте ключ.", f"It is now {meant}: rename the key.")
        elif key in _PLACES and (meant is None or meant in broken.found):
            there = ", ".join(_PLACES[key][:3])
            meant, hint = None, Text(f"Ему место здесь: {there}.", f"It belongs here: {there}.")
        name, path = shortened(key), (*broken.path, key)
        message = Text(f"неизвестное слово «{name}»", f"unknown word `{name}`")
        yield broken.document.problem("Y03", path, message, hint, at_key=True, value=name, suggestion=meant)


def _missing(broken: _Break) -> Iterator[Problem]:
    """Each missing key that is not misspelt. jsonschema calls this once a key: equal problems become one."""
    misspelt = {_RENAMED.get(key) or closest(key, broken.known) for key in broken.unknown}
    for name in broken.limit:
        if name not in broken.found and name not in misspelt:
            message = Text(f"нет ключа «{name}»", f"the key `{name}` is missing")
            yield broken.document.problem("Y02", broken.path, message, _about(broken.known[name]), at_key=True)


def _type(broken: _Break) -> Iterator[Problem]:
    needs, there = _TYPES[broken.limit], _found(broken.found)
    message = Text(f"ожидается {needs.ru}, а здесь {there.ru}", f"{needs.en} is expected, here is {there.en}")
    suggestion = _suggested(broken.limit, broken.found)
    hint = _about(broken.schema)
    if suggestion:
        hint = Text(f"Напишите {suggestion}", f"Write {suggestion}")
    elif isinstance(broken.found, UnquotedScalar):
        hint = Text("Впишите значение или удалите ключ.", "Fill it in or delete the key.")
    yield broken.document.problem("Y02", broken.path, message, hint, suggestion=suggestion)


def _suggested(wanted: str, found: object) -> str | None:
    """The value as it was surely meant, where a change in its writing is all it takes."""
    if isinstance(found, UnquotedScalar):
        return f'"{found.word}"' if wanted == "string" and not found.nothing else None
    if isinstance(found, str) and wanted == "array":
        return f'["{shortened(found)}"]'
    if isinstance(found, str) and wanted == "integer" and found.isdecimal():
        return found.lstrip("0") or None
    return None


def _found(found: object) -> Text:
    if isinstance(found, UnquotedScalar):
        if not found.word:
            return Text("пусто", "nothing")
        return Text(
            f"{found.word} без кавычек (для YAML это не текст)", f"{found.word} without quotes (no text to YAML)"
        )
    if isinstance(found, dict):
        return Text("раздел с ключами", "a section of keys")
    if isinstance(found, list):
        return Text("список", "a list")
    return Text(f"«{shortened(str(found))}»", f"`{shortened(str(found))}`")


def _pattern(broken: _Break) -> Iterator[Problem]:
    """A string of the wrong form; a key, where the pattern is one of names."""
    expected = broken.schema["x-expected"]
    value = "" if broken.place[0] == "stores" else shortened(broken.found)  # an address may hold a password
    message = Text(f"«{value}» не подходит", f"`{value}` does not do") if value else _NOT_FIT
    hint = Text(f"Нужно: {expected[0]}.", f"What does: {expected[1]}.")
    yield broken.document.problem("Y02", broken.place, message, hint, at_key=broken.in_name, value=value)


def _choice(broken: _Break) -> Iterator[Problem]:
    if isinstance(broken.found, str):  # anything else is a mistake of type already
        yield no_such(broken.document, broken.path, broken.found, broken.limit)


def _format(broken: _Break) -> Iterator[Problem]:
    yield from {"time-zone": _zone, "mailbox": _person, "login": _person}[broken.limit](broken)


def _person(broken: _Break) -> Iterator[Problem]:
    """A login or an e-mail of the right form that a list could not have, with what a list's problem says."""
    if not re.search(broken.schema["pattern"], broken.found):
        return  # reported by the pattern
    check = check_email if broken.limit == "mailbox" else check_manager
    found = next(one for one in check(broken.found, 0) if one.level == "error")
    yield broken.document.problem(
        "Y02", broken.path, found.message, found.hint, value=found.value, suggestion=found.suggestion
    )


def _zone(broken: _Break) -> Iterator[Problem]:
    meant = _zone_like(broken.found)
    yield no_such(broken.document, broken.path, broken.found, _RUSSIAN_ZONES, meant)


@lru_cache
def _zone_like(word: str) -> str:
    """The zone of the city that comes nearest in spelling, or "". Never of an offset: Etc/GMT+3 is three hours west."""
    cities: dict[str, str] = {}
    for zone in sorted(zones(), reverse=True):  # of several with one city the first by name stays
        cities[zone.rpartition("/")[2].lower()] = zone
    is_name = not any(one.isdigit() for one in word)
    return cities.get(closest(word.rpartition("/")[2], cities, likeness=0.75), "") if is_name else ""


def _size(broken: _Break) -> Iterator[Problem]:
    words = _SIZES[broken.rule]
    message = Text(words.ru.format(broken.limit), words.en.format(broken.limit))
    yield broken.document.problem("Y02", broken.path, message, _about(broken.schema))


def no_such(document: Document, path: YamlPath, word: str, known: Iterable[str], sure: str = "") -> Problem:
    """The problem of a word at `path` that names nothing; `sure` is what was meant where the caller knows better."""
    meant, hint = suggest(word, known)
    if sure:
        meant, hint = sure, _probably(sure, word)
    name = shortened(word)
    message = Text(f"нет такого: «{name}»", f"there is no `{name}`")
    return document.problem("Y05", path, message, hint, value=name, suggestion=meant)


def _about(schema: Schema) -> Text:
    """The schema's description as a hint."""
    ru, _, en = schema["description"].partition(" / ")
    return Text(f"{ru}.", f"{en}.")


def _places(schema: Schema, place: str = "") -> Iterator[tuple[str, str]]:
    """Each key of the schema with a dotted name for its place: ("isolated", "distributors.*.isolated")."""
    for key, below in schema.get("properties", {}).items():
        yield key, f"{place}{key}"
        yield from _places(below, f"{place}{key}.")
    for below in (schema.get("additionalProperties"), schema.get("items")):
        if below:
            yield from _places(below, f"{place}*.")


_RENAMED = {"kinds": "profiles", "kind": "profile"}
_PLACES: dict[str, list[str]] = {}
for _key, _place in _places(SCHEMA):
    _PLACES.setdefault(_key, []).append(_place)
_TYPES = {
    "string": Text("текст", "text"),
    "object": Text("раздел с ключами", "a section of keys"),
    "array": Text("список", "a list"),
    "integer": Text("целое число", "a whole number"),
    "boolean": Text("true или false", "true or false"),
}
_SIZES = {
    "minLength": Text("пустой текст", "an empty text"),
    "maxLength": Text("длиннее {} знаков", "longer than {} characters"),
    "minItems": Text("список пуст", "the list is empty"),
    "minProperties": Text("раздел пуст", "the section is empty"),
    "minimum": Text("меньше {}", "less than {}"),
    "maximum": Text("больше {}", "more than {}"),
}
_RUSSIAN_ZONES = (
    *("Europe/Kaliningrad", "Europe/Moscow", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Omsk", "Asia/Novosibirsk"),
    *("Asia/Irkutsk", "Asia/Yakutsk", "Asia/Vladivostok", "Asia/Magadan", "Asia/Kamchatka"),
)
_NOT_FIT = Text("не подходит", "does not do")
_SAY: dict[str, Callable[[_Break], Iterator[Problem]]] = {
    "additionalProperties": _unknown,
    "required": _missing,
    "type": _type,
    "pattern": _pattern,
    "enum": _choice,
    "format": _format,
    **dict.fromkeys(_SIZES, _size),
}
