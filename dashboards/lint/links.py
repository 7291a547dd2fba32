"""Rules about the links of a dashboard and the names in it."""

import re
from collections.abc import Collection, Iterator

from dashboards._links import TAG, uid
from dashboards.lint.finding import Finding, Json, values

_DASHBOARD = re.compile(r"/d/([\w-]+)")
_OUTSIDE = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//[^\s)\"'<>]+|\b(?:mailto|javascript):[^\s)\"'<>]+")
_FIRM = re.compile(r"\b(?:ООО|ОАО|ПАО|ЗАО|АО|НАО|ИП)\s+[«\"„“А-ЯЁ]\S*|\b\w+,? (?:Ltd|LLC|Inc|GmbH)\b")
_SHORTEST_NAME = 3


def links(spec: Json, slugs: Collection[str]) -> Iterator[Finding]:
    """Nothing leads to a dashboard that the cabinet does not get, nor out of Grafana."""
    here = {uid(slug) for slug in slugs}
    for path, value in values(spec):
        if not isinstance(value, str):
            continue
        for target in _DASHBOARD.findall(value):
            if target not in here:
                yield Finding("links", path, f"в кабинете нет дашборда {target}", f"the cabinet has no {target}")
        for address in _OUTSIDE.findall(value):
            yield Finding("links", path, f"ссылка наружу: {address}", f"a link to the outside: {address}")
        if path.endswith(".url") and value and not value.startswith(("/d/", "/alerting/")):
            yield Finding("links", path, f"ссылка не на дашборд: {value}", f"a link to no dashboard: {value}")
    for menu in spec.get("links", ()):
        if menu.get("tags") != [TAG]:
            yield Finding("links", "links", f"меню не по метке {TAG}", f"a menu that goes not by the tag {TAG}")


def names(spec: Json, forbidden: Collection[str]) -> Iterator[Finding]:
    """A dashboard is shared by all cabinets of its scope: it names none of them, and no firm."""
    words = [re.escape(one) for one in forbidden if len(one) >= _SHORTEST_NAME]
    cabinets = re.compile(rf"(?<![\w-])(?:{'|'.join(words)})(?![\w-])", re.IGNORECASE) if words else None
    for path, value in values(spec):
        if not isinstance(value, str):
            continue
        if found := _FIRM.search(value):
            yield Finding("names", path, f"название фирмы: {found[0]}", f"the name of a firm: {found[0]}")
        if cabinets and (found := cabinets.search(value)):
            yield Finding("names", path, f"имя кабинета: {found[0]}", f"the name of a cabinet: {found[0]}")
