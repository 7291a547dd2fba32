"""Values from outside made fit to be shown: secrets masked, odd characters harmless, differences in words or lines.

Everything that came from a list, from tenants.yaml or from a server passes `harmless` before a person sees it.
"""

import difflib
import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from provision.model import Resource, Spec
from provision.plan import Change
from provision.text import Lang, Text, harmless

MASK = "***"
# Specs hold no secrets; this is the second lock, for the day when somebody puts one there by mistake.
SECRET_KEY = re.compile(r"passw|secret|token|authorization|api[_-]?key|securejsondata", re.IGNORECASE)
ANSI = {"bold": 1, "red": 31, "green": 32, "yellow": 33, "cyan": 36}
ONLY_HIDDEN = Text("(различаются только скрытые значения)", "(only hidden values differ)")


def paint(text: str, colour: str, *, on: bool) -> str:
    """The text in that colour (or bold) if colours are `on`; the only place where escape characters are made."""
    return f"\x1b[{ANSI[colour]}m{text}\x1b[0m" if on and colour else text


def masked(value: Any) -> Any:
    """A copy made of plain JSON values, with `***` for each value under a key that looks like that of a secret."""
    if isinstance(value, Mapping):
        return {str(key): MASK if SECRET_KEY.search(str(key)) else masked(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [masked(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no NaN
    return value if value is None or isinstance(value, str | int | float) else str(value)


def json_text(value: Any) -> str:
    """The value as JSON, two spaces a level, letters as they are; safe to print on a terminal."""
    return "\n".join(map(harmless, json.dumps(value, ensure_ascii=False, indent=2).split("\n")))


def title_of(resource: Resource) -> str:
    """What people call the object (its title or name), else its role or e-mail; "" where that is its key anyway."""
    inner = resource.spec.get("spec")
    specs = (resource.spec, inner) if isinstance(inner, Mapping) else (resource.spec,)
    for key in ("title", "name", "role", "email"):
        for spec in specs:
            said = spec.get(key)
            if isinstance(said, str) and said:
                return "" if said == resource.ref.key else said
    return ""


def changed_parts(before: Spec, after: Spec) -> list[str]:
    """Paths of what differs, `panels[3].title`; a list that grew or shrank is one part, `panels (5 → 6)`."""
    return list(_differing(before, after, ""))


def _differing(before: Any, after: Any, path: str) -> Iterator[str]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted({*before, *after}, key=str):
            yield from _differing_at(before, after, key, path)
    elif isinstance(before, list | tuple) and isinstance(after, list | tuple):
        if len(before) != len(after):
            yield f"{path} ({len(before)} → {len(after)})"
            return
        for number, (old, new) in enumerate(zip(before, after, strict=True)):
            if old != new:
                yield from _differing(old, new, f"{path}[{number}]")
    elif before != after:
        yield path


def _differing_at(before: Spec, after: Spec, key: Any, path: str) -> Iterator[str]:
    if key in before and key in after and before[key] == after[key]:
        return
    step = str(key) if str(key).replace("-", "_").isidentifier() else json.dumps(str(key), ensure_ascii=False)
    inner = f"{path}.{step}" if path else step
    if key in before and key in after and not SECRET_KEY.search(str(key)):
        yield from _differing(before[key], after[key], inner)
    else:
        yield inner


def diff_lines(change: Change, lang: Lang) -> list[str]:
    """The change as a unified diff of the masked specs; a create is all additions, a delete all removals."""
    old, new = _canonical(change.before), _canonical(change.after)
    names = [f"{side.ref} ({side.origin})" if side else "/dev/null" for side in (change.before, change.after)]
    head = [harmless(f"--- {names[0]}"), harmless(f"+++ {names[1]}")]
    if not old:
        return [*head, f"@@ -0,0 +1,{len(new)} @@", *(f"+{line}" for line in new)]
    if not new:
        return [*head, f"@@ -1,{len(old)} +0,0 @@", *(f"-{line}" for line in old)]
    body = list(difflib.unified_diff(old, new, lineterm=""))[2:]
    return [*head, *body] if body else [*head, ONLY_HIDDEN.say(lang)]


def _canonical(resource: Resource | None) -> list[str]:
    """The lines of the masked spec with its keys sorted; none where there is no object."""
    if resource is None:
        return []
    spec = json.dumps(masked(resource.spec), ensure_ascii=False, indent=2, sort_keys=True)
    return [harmless(line) for line in spec.split("\n")]
