"""What an answer says: whether the attempt got through, whether it was tried at all, and the text to seek marks in."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson

from provision.text import Text

_MISSING = ("Not found", "404 page not found")  # Grafana 12.4 on an unknown path; a missing object has other words
_PARTED = (HTTPStatus.OK, HTTPStatus.MULTI_STATUS, HTTPStatus.BAD_REQUEST)  # they come with results
_DOWN = (HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)
_SPEAKING = {str, dict, list}  # what may hold a text


@dataclass(frozen=True, slots=True)
class Heard:
    """One attempt's answer. `untried` says why it does not count: nobody was there to let it through or refuse it."""

    succeeded: bool
    text: str
    untried: Text | None = None


SILENCE = Heard(False, "", Text("нет ответа", "no answer"))


def heard(status: int, text: str) -> Heard:
    """An answer of Grafana or, through it, of a store."""
    return Heard(200 <= status < 300, _spoken(text), _trouble(status, text))


def heard_query(status: int, text: str) -> Heard:
    """An answer of /api/ds/query: values, labels, errors and notices, without the query that is sent back with them."""
    untried = _trouble(status, text)
    result = _results(text).get("A")
    if not isinstance(result, Mapping):
        return Heard(200 <= status < 300, _spoken(text), untried or (_silent() if status == HTTPStatus.OK else None))
    return Heard(200 <= status < 300 and not result.get("error"), _said(result), untried)


def heard_queries(status: int, text: str, names: Sequence[str]) -> list[Heard | None]:
    """The answers to several queries of one request, by their refIds; None where only a request of its own can tell.

    One query that fails makes the status 400 for all of them (12.4); each has its own beside its result.
    """
    results = _results(text) if status in _PARTED else {}
    return [_part(results.get(name)) for name in names]


def _part(result: object) -> Heard | None:
    if not isinstance(result, Mapping) or _trouble(int(result.get("status", HTTPStatus.OK)), ""):
        return None
    return Heard(not result.get("error"), _said(result))


def _results(text: str) -> Mapping[str, object]:
    body = _json(text)
    results = body.get("results") if isinstance(body, Mapping) else None
    return results if isinstance(results, Mapping) else {}


def _said(result: Mapping[str, Any]) -> str:
    said: list[object] = [result.get("error")]
    for frame in result.get("frames") or ():
        schema = frame.get("schema", {})
        said += [field.get("labels") for field in schema.get("fields", ())]
        said += [(schema.get("meta") or {}).get("notices"), frame.get("data", {}).get("values")]
    return "\n".join(_texts(said))


def _silent() -> Text:
    return Text("ответ без результата", "an answer without a result")


def _trouble(status: int, text: str) -> Text | None:
    if status == 0:
        return SILENCE.untried
    if status == HTTPStatus.NOT_FOUND and _message(text) in _MISSING:
        return Text("на сервере этого нет", "the server does not have it")
    if status in _DOWN:
        return Text(f"хранилище не отвечает ({status})", f"the store does not answer ({status})")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Text("слишком много запросов", "too many requests")
    return None


def _message(text: str) -> str:
    body = _json(text)
    return str(body.get("message", "")) if isinstance(body, Mapping) else text.strip()


def _json(text: str) -> object:
    for parse in (orjson.loads, json.loads):  # the second also takes NaN and halves of characters
        with suppress(ValueError):
            return parse(text)
    return None


def _spoken(text: str) -> str:
    """JSON as lines `key=value` without its escapes, any other text as it is."""
    body = _json(text)
    if body is None:
        return text
    lines: list[str] = []
    _leaves("", body, lines)
    return "".join(lines)


def _leaves(key: str, value: object, lines: list[str]) -> None:
    """A list to append to: a generator in a generator for each level takes most of the time."""
    if isinstance(value, dict):
        for name, inner in value.items():
            _leaves(name, inner, lines)
            lines.append(f"{name}\n")
    elif isinstance(value, list):
        for inner in value:
            _leaves(key, inner, lines)
    else:
        lines.append(f"{key}={value}\n")


def _texts(value: object) -> Iterator[str]:
    """Every text in it, and the keys of objects. Numbers, which most of a frame is, name nobody."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list) and not _SPEAKING.isdisjoint(map(type, value)):  # not a step for each number
        for inner in value:
            yield from _texts(inner)
