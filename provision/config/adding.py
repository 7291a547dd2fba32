"""What the program writes into tenants.yaml or a file it includes: a new cabinet's block (numbers: see renewing).

It goes in as text, at a place found through YAML's marks: no character of what is there changes, comments and
line ends included. The result is read back before it is offered; an edit that would do anything else is refused.
"""

import json
import os
import re
import stat
from collections.abc import Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from os.path import realpath, relpath
from pathlib import Path
from typing import Any

import yaml

from provision.config import document, mistakes, tenants
from provision.config.document import YamlPath
from provision.errors import EstateError, UsageError
from provision.schema import SCHEMA
from provision.text import Text
from provision.whole_files import replaced

BREAK = r"(?:\r\n|\r(?!\n)|[\n\x85\u2028\u2029])"  # what ends a line in YAML 1.1
_REST = r"[^\n\r\x85\u2028\u2029]*"  # … and the text before that


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCabinet:
    """What is known of a cabinet that is not there yet. Paths of lists start from the working folder.

    `distributor_title`, `isolated` and `login_suffix` are those of a new distributor, empty for a known one.
    """

    id: str
    distributor: str
    profile: str
    title: str
    managers: tuple[Path, ...] = ()
    online: tuple[Path, ...] = ()
    belongs_to: str = ""
    timezone: str = ""
    mail: Mapping[str, str] = field(default_factory=dict)
    heads: tuple[Mapping[str, str], ...] = ()
    distributor_title: str = ""
    isolated: bool = False
    login_suffix: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """A file as it is and as it will be; nothing is written before save(). `shown` is its name in messages."""

    shown: str
    before: bytes
    after: bytes

    @property
    def instead(self) -> Mapping[str, bytes]:
        """For check() and load(): the estate as it will be."""
        return {self.shown: self.after}

    def save(self) -> None:
        """Writes the file, whole or not at all, with its owner and mode; a link stays one.

        Raises EstateError when the file is no longer what it was, OSError when it cannot be written.
        """
        file = Path(realpath(self.shown))
        if file.read_bytes() != self.before:
            raise EstateError(
                Text(f"Файл {self.shown} тем временем изменили", f"{self.shown} was changed in the meantime"),
                Text("Повторите команду", "Repeat the command"),
            )
        with replaced(file) as written:
            written.write(self.after)
            was = file.stat()
            os.fchmod(written.fileno(), stat.S_IMODE(was.st_mode))
            for user, group in ((-1, was.st_gid), (was.st_uid, -1)):
                with suppress(PermissionError):  # only root may give a file away
                    os.chown(written.fileno(), user, group)


def add(path: Path, new: NewCabinet) -> Edit:
    """The edit that adds the cabinet to the estate at `path`; check() decides whether the estate allows it.

    Raises UsageError when what is said of the distributor does not fit, and EstateError when the estate has mistakes
    already, or when the block cannot be put in without touching anything else.
    """
    documents = tenants.usable(path)
    homes = {name: each for each in documents for name in tenants.section(each.data, "distributors")}
    _fitting(new, list(homes))
    home = homes.get(new.distributor, documents[0])
    file = Path(home.shown)
    trail, entry = _entry(new, file.parent, known=new.distributor in homes, first="distributors" not in home.data)
    before = file.read_bytes()
    text = before.decode("utf-8-sig")
    try:
        after = before[: len(before) - len(text.encode())] + _inserted(text, trail, entry).encode()
    except UnicodeEncodeError:
        raise _by_hand(home.shown, entry) from None
    old, grown = (document.read(content, shown=home.shown, schema=SCHEMA).data for content in (before, after))
    if grown != _grown(old, trail, entry):
        raise _by_hand(home.shown, entry)
    return Edit(home.shown, before, after)


def _fitting(new: NewCabinet, distributors: list[str]) -> None:
    """Raises UsageError unless a new distributor has a title, and one that is there is given none."""
    known = new.distributor in distributors
    if not known and not new.distributor_title:
        meant, hint = mistakes.suggest(new.distributor, distributors)
        title = Text("Если он новый, добавьте --distributor-title", "For a new one add --distributor-title")
        raise UsageError(
            Text(f"Нет дистрибьютора «{new.distributor}»", f"There is no distributor {new.distributor!r}"),
            Text(f"{hint.ru} {title.ru}", f"{hint.en} {title.en}") if meant else title,
        )
    if known and (new.distributor_title or new.isolated):
        raise UsageError(
            Text(f"Дистрибьютор «{new.distributor}» уже есть", f"The distributor {new.distributor!r} is there already"),
            Text(
                "--distributor-title и --isolated — только для нового",
                "--distributor-title and --isolated are for a new one",
            ),
        )


def _entry(new: NewCabinet, folder: Path, *, known: bool, first: bool) -> tuple[YamlPath, dict[str, Any]]:
    """The section that grows, and the one entry that is added to it. `first`: the file has no distributors yet."""
    if known:
        return ("distributors", new.distributor, "cabinets"), cabinet_block(new, folder)
    company = company_block([new], folder)
    return ((), {"distributors": company}) if first else (("distributors",), company)


def company_block(new: Sequence[NewCabinet], folder: Path) -> dict[str, Any]:
    """The block of a new distributor with these cabinets, for a file in that folder; the first has its title."""
    about = new[0]
    cabinets = {key: value for one in new for key, value in cabinet_block(one, folder).items()}
    more: dict[str, Any] = {"isolated": True} if about.isolated else {}
    if about.login_suffix:
        more["login_suffix"] = about.login_suffix
    return {about.distributor: {"title": about.distributor_title, **more, "cabinets": cabinets}}


def cabinet_block(new: NewCabinet, folder: Path) -> dict[str, Any]:
    """The cabinet's block for a file in that folder."""
    lists = {"managers": new.managers, "online": new.online}
    block = {
        "profile": new.profile,
        "belongs_to": new.belongs_to,
        "title": new.title,
        "timezone": new.timezone,
        "lists": {kind: [_from(folder, file) for file in files] for kind, files in lists.items() if files},
        "mail": dict(new.mail),
        "heads": [dict(head) for head in new.heads],
    }
    return {new.id: {key: value for key, value in block.items() if value}}


def _from(folder: Path, file: Path) -> str:
    """The file as seen from the folder. Links to folders are followed first: `..` after one leads elsewhere."""
    return relpath(Path(realpath(file.parent)) / file.name, realpath(folder))


def _grown(old: Any, trail: YamlPath, entry: Mapping[str, Any]) -> Any:
    """The data with the entry added; a key that is there already stays, as it does for the reader of the file."""
    grown = deepcopy(old)
    section = grown
    for key in trail:
        section = section[key]
    for key, value in entry.items():
        section.setdefault(key, value)
    return grown


def _inserted(text: str, trail: YamlPath, entry: Mapping[str, Any]) -> str:
    """The text with the entry put in as the last of the section at `trail`."""
    section = document.compose(text)
    for step in trail:
        section = next(value for key, value in section.value if key.value.rstrip("\n") == step)
    last, content = section.value[-1]
    if section.flow_style:  # in braces: on the line where the last one ends
        place = content.end_mark.index
        return f"{text[:place]}, {json.dumps(entry, ensure_ascii=False)[1:-1]}{text[place:]}"
    column = section.start_mark.column
    place = _after(text, content, column)
    ends = re.search(BREAK, text)
    newline = ends[0] if ends else "\n"
    step = 2 if content.flow_style is not False else content.start_mark.column - column
    lines = [" " * column + line for line in as_yaml(entry, step).splitlines()]
    if _is_spaced(text[: last.start_mark.index]) and not _is_spaced(text[:place]):
        lines.insert(0, "")
    if not re.search(rf"{BREAK}\Z", text[:place]):
        lines.insert(0, "")
    return text[:place] + newline.join([*lines, ""]) + text[place:]


def _after(text: str, node: Any, column: int) -> int:
    """Where the line after the node begins. Comments right below it and deeper than `column` belong to it."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style:
        node = node.value[-1][1] if isinstance(node, yaml.MappingNode) else node.value[-1]
    if isinstance(node, yaml.ScalarNode) and node.value.endswith("\n\n"):
        return int(node.end_mark.index)  # `|+`: the blank lines below are part of the value
    end = len(text[: node.end_mark.index].rstrip())  # a block scalar ends after the blank lines that follow it
    rest = re.compile(rf"{_REST}(?:{BREAK}[ \t]{{{column + 1},}}#{_REST})*(?:{BREAK}|\Z)").match(text, end)
    return rest.end() if rest else len(text)


def _is_spaced(text: str) -> bool:
    """Whether a blank line is before the text's last line, comments ignored: then cabinets are separated by one."""
    return bool(re.search(rf"{BREAK}[ \t]*{BREAK}(?:[ \t]*#{_REST}{BREAK})*[ \t]*\Z", text))


class _Dumper(yaml.SafeDumper):
    """Writes as the shipped tenants.yaml is written: what holds no further lists or sections on one line."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Items of a list are indented more than its key."""
        super().increase_indent(flow, False)


def as_yaml(entry: Mapping[str, Any], step: int = 2) -> str:
    """The block as text, `step` spaces a level."""
    return yaml.dump(
        entry,
        Dumper=_Dumper,
        default_flow_style=None,
        allow_unicode=True,
        sort_keys=False,
        width=float("inf"),
        indent=step,
    )


def _by_hand(shown: str, entry: Mapping[str, Any]) -> EstateError:
    block = "\n" + as_yaml(entry).rstrip()
    return EstateError(
        Text(
            f"В файл {shown} кабинет не вписать, не задев остального",
            f"The cabinet cannot be written into {shown} without touching the rest",
        ),
        Text(f"Впишите сами и запустите apply:{block}", f"Write it in by hand, then run apply:{block}"),
    )
