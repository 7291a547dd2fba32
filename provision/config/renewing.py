"""Numbers of credentials in tenants.yaml: a cabinet's `generation`, a distributor's `tokens`. As edits of the text."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from provision.config import document, tenants
from provision.config.adding import BREAK, Edit
from provision.config.document import YamlPath
from provision.errors import EstateError, UsageError
from provision.schema import SCHEMA
from provision.text import Text

Value = int | list[int]
FIRST_TOKENS = (1,)  # what holds for a distributor whose block has no `tokens`


def raise_generations(path: Path, cabinets: Sequence[str]) -> tuple[Edit, ...]:
    """The edits, one a file, that give each named cabinet the generation after its present one.

    Raises EstateError when the estate has mistakes, or when a number cannot be put in without touching anything else.
    """
    documents = tenants.usable(path)
    edits = []
    for home in documents:
        raised: dict[YamlPath, Value] = {
            entry.path: int(entry.settings["generation"]) + 1
            for entry in tenants.entries(documents)
            if entry.document is home and entry.id in cabinets
        }
        if raised:
            edits.append(_edit(home, "generation", raised))
    return tuple(edits)


def renew_tokens(path: Path, distributor: str, change: Callable[[Sequence[int]], Sequence[int]]) -> Edit:
    """The edit that changes the `tokens` of that distributor.

    Raises UsageError for an unknown distributor, and EstateError as raise_generations() does.
    """
    known = {
        name: (home, block)
        for home in tenants.usable(path)
        for name, block in tenants.section(home.data, "distributors").items()
    }
    if distributor not in known:
        raise UsageError(
            Text(f"Нет дистрибьютора «{distributor}»", f"There is no distributor {distributor!r}"),
            Text(f"Есть: {', '.join(sorted(known))}", f"There are: {', '.join(sorted(known))}"),
        )
    home, block = known[distributor]
    before = block.get("tokens", FIRST_TOKENS)
    numbers = sorted(set(change(before)))
    if numbers == sorted(before):
        content = Path(home.shown).read_bytes()
        return Edit(home.shown, content, content)
    return _edit(home, "tokens", {("distributors", distributor): numbers})


def _edit(home: document.Document, key: str, values: Mapping[YamlPath, Value]) -> Edit:
    """The edit that sets the key of each of these blocks."""
    before = Path(home.shown).read_bytes()
    after = before.decode("utf-8-sig")
    wanted = document.read(before, shown=home.shown, schema=SCHEMA).data
    mark = before[: len(before) - len(after.encode())]
    for trail, value in values.items():
        after = _set(after, trail, key, value)
        block = wanted
        for step in trail:
            block = block[step]
        block[key] = value
    content = mark + after.encode()
    if document.read(content, shown=home.shown, schema=SCHEMA).data != wanted:
        raise EstateError(
            Text(f"В {home.shown} {key} не изменить, не задев остального", f"Edit {home.shown} by hand"),
            Text(
                f"Впишите {key} сами: {', '.join(f'{trail[-1]}: {value}' for trail, value in values.items())}",
                f"Write {key} yourself: {', '.join(f'{trail[-1]}: {value}' for trail, value in values.items())}",
            ),
        )
    return Edit(home.shown, before, content)


def _set(text: str, trail: YamlPath, name: str, setting: Value) -> str:
    block = document.compose(text)
    for step in trail:
        block = next(value for key, value in block.value if key.value.rstrip("\n") == step)
    for key, value in block.value:
        if key.value == name:
            return f"{text[: value.start_mark.index]}{setting}{text[value.end_mark.index :]}"
    place, first = block.start_mark.index, f"{name}: {setting}"
    if block.flow_style:
        return f"{text[: place + 1]}{first}, {text[place + 1 :]}"
    ends = re.search(BREAK, text)
    return f"{text[:place]}{first}{ends[0] if ends else ''}{' ' * block.start_mark.column}{text[place:]}"
