"""What `Accept` asks for under `/apis`: the object or list whole, or its metadata alone (12.4)."""

from typing import Any

from flask import request

from provision.sandbox.refusals import Refused

_WHOLE = {"application/json", "application/*", "*/*"}
_VERSIONS = {"v1", "v1beta1"}
_HEADS = {"PartialObjectMetadata", "PartialObjectMetadataList"}


def as_asked(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer in the first form of `Accept` that is offered; 406 where none is. YAML and tables are not offered."""
    if not request.headers.get("Accept"):
        return answer
    asked = [_parsed(one) for one in request.headers["Accept"].split(",")]
    for media, how in asked:
        if media in _WHOLE and "as" not in how:
            return answer
        if media == "application/json" and _is_of_heads(how):
            return _heads(answer, how["as"], how["v"])
    if any(media == "application/json" for media, _ in asked):
        message = "only the following media types are accepted: application/json, application/yaml"
        raise Refused(406, message, reason="NotAcceptable")
    offered = "application/json, application/yaml, application/json;stream=watch"
    message = f"406: Not Acceptable\n\nAvailable representations: {offered}"
    raise Refused(406, message, reason="NotAcceptable", details={})


def _parsed(text: str) -> tuple[str, dict[str, str]]:
    """A media type and its parameters."""
    media, *parameters = (part.strip() for part in text.split(";"))
    pairs = (one.partition("=") for one in parameters)
    return media, {key: value for key, _, value in pairs}


def _is_of_heads(how: dict[str, str]) -> bool:
    return how.get("as") in _HEADS and how.get("g") == "meta.k8s.io" and how.get("v") in _VERSIONS


def _heads(answer: dict[str, Any], kind: str, version: str) -> dict[str, Any]:
    form = {"kind": kind, "apiVersion": f"meta.k8s.io/{version}"}
    is_list = "items" in answer
    if is_list != kind.endswith("List"):
        what = "is a list" if is_list else "is not a list"
        group_version = str(answer["apiVersion"]).partition("/")[2]
        message = f"you requested {kind}, but the requested object {what} (*{group_version}.{answer['kind']})"
        raise Refused(406, message, reason="NotAcceptable")
    if not is_list:
        return {**form, "metadata": answer["metadata"]}
    one = {**form, "kind": "PartialObjectMetadata"}
    items = [{**one, "metadata": item["metadata"]} for item in answer["items"]]
    return {**form, "metadata": answer["metadata"], "items": items or None}
