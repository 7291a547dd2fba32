"""How a plan, or what became of it, is shown: the same for every format, which takes of it what concerns it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from provision.model import Ref
from provision.render.values import paint
from provision.text import Lang, Text, harmless

# What each kind of resource is called. The caller gives it; a kind without a name is shown as it is.
KindNames = Mapping[str, Text]
Length = Literal["full", "short", "quiet"]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """`diff` shows what differs in full, `unmanaged` lists what does not have our mark, `kinds` names the kinds.

    `length` and `only` are for the eye: JSON is always complete. A "short" plan counts the changes of a kind, but shows
    deletes and changes with a note one by one; a "quiet" one shows nothing but these, refusals and the sums. `only`
    names the kinds to show; all of them when it is empty.
    """

    lang: Lang
    colour: bool = False
    diff: bool = False
    unmanaged: bool = False
    kinds: KindNames = field(default_factory=dict)
    length: Length = "full"
    only: frozenset[str] = frozenset()

    def say(self, text: Text) -> str:
        """The text in the reader's language."""
        return text.say(self.lang)

    def kind(self, ref: Ref) -> str:
        """The kind of the object in the reader's language."""
        return harmless(self.say(self.kinds[ref.kind]) if ref.kind in self.kinds else ref.kind)

    def paint(self, text: str, colour: str) -> str:
        """The text in that colour, where colours are wanted."""
        return paint(text, colour, on=self.colour)
