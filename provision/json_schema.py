"""Parts of a JSON Schema (draft 2020-12) whose descriptions are in Russian and English, as editors show them."""

from typing import Any

from provision.text import Text

Schema = dict[str, Any]


def about(ru: str, en: str) -> str:
    return f"{ru} / {en}"


def word(about: str, pattern: str, expected: Text, **rules: Any) -> Schema:
    """The schema of a string that matches `pattern`, which `expected` puts in words."""
    return {"type": "string", "description": about, "pattern": pattern, "x-expected": list(expected), **rules}


def choice(about: str, *words: str, **rules: Any) -> Schema:
    return {"type": "string", "description": about, "enum": list(words), **rules}


def list_of(about: str, item: Schema) -> Schema:
    return {"type": "array", "description": about, "items": item, "minItems": 1}


def section(about: str, properties: Schema, *required: str) -> Schema:
    """The schema of a section whose keys are all known."""
    closed = {"type": "object", "description": about, "properties": properties, "additionalProperties": False}
    return closed | {"required": list(required)} if required else closed


def table(about: str, name: Schema, item: Schema) -> Schema:
    """The schema of a section whose keys are names the author chooses."""
    return {
        "type": "object",
        "description": about,
        "propertyNames": name,
        "additionalProperties": item,
        "minProperties": 1,
    }
