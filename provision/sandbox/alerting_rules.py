"""Alert rules in the sandbox: `/api/v1/provisioning/alert-rules`, rule groups, and the states of rules.

Nothing is evaluated here: a rule fires when `PUT /sandbox/firing {"org": 2, "uids": ["smart-…"]}` says so.
"""

import json
import re
import secrets
from typing import Any

from flask import Blueprint, current_app, request

from provision.sandbox import clock, objects
from provision.sandbox.access import Caller, body, database, needs, settings, text
from provision.sandbox.alerting_state import API, NONE, find, public
from provision.sandbox.durations import canonical
from provision.sandbox.refusals import Refused, bad_request

blueprint = Blueprint("alerting_rules", __name__)

_RULES = "/api/v1/provisioning/alert-rules"
_GROUP = "/api/v1/provisioning/folder/<folder>/rule-groups/<path:group>"
_BASE_INTERVAL, _DEFAULT_INTERVAL = 10, 60
_STATES = {"noDataState": ("Alerting", "NoData", "OK", "KeepLast"), "execErrState": ("Alerting", "Error", "OK")}
_EXPRESSION = ("__expr__", "-100")


@blueprint.get(_RULES)
def every() -> list[dict[str, Any]]:
    """All rules of the org, in the order of their groups."""
    return rules_of(needs("alert.provisioning:read", "Viewer").org)


@blueprint.post(_RULES)
def create() -> tuple[dict[str, Any], int]:
    """One rule more, in the interval of its group."""
    who, sent = needs("alert.provisioning:write", "Editor"), body()
    uid = text(sent, "uid") or secrets.token_hex(7)
    if any(rule["uid"] == uid for rule in rules_of(who.org)):
        raise _conflict(who.org, uid, "rule UID under the same organisation should be unique")
    folder, group = text(sent, "folderUID"), text(sent, "ruleGroup")
    _check_folder(who, folder)
    rules = [rule for rule in rules_of(who.org) if (rule["folderUID"], rule["ruleGroup"]) == (folder, group)]
    interval = interval_of(who.org, folder, group) or _DEFAULT_INTERVAL
    _replace(who.org, folder, group, interval, [*rules, {**sent, "uid": uid}])
    return _one(who.org, uid), 201


@blueprint.get(f"{_RULES}/<uid>")
def one(uid: str) -> dict[str, Any]:
    return _one(needs("alert.provisioning:read", "Viewer").org, uid)


@blueprint.delete(f"{_RULES}/<uid>")
def delete(uid: str) -> tuple[str, int]:
    """Answers 204, also for a rule that does not exist."""
    org = needs("alert.provisioning:write", "Editor").org
    database().execute("DELETE FROM alert_rule WHERE org_id = ? AND uid = ?", (org, uid))
    return "", 204


@blueprint.get(_GROUP)
def group_of(folder: str, group: str) -> dict[str, Any]:
    """Its rules come without their provenance (12.4)."""
    org = needs("alert.provisioning:read", "Viewer").org
    rules = [rule for rule in rules_of(org) if (rule["folderUID"], rule["ruleGroup"]) == (folder, group)]
    if not rules:
        raise public(404, "alerting.alert-rule.notFound", "Not found")
    rules = [{key: value for key, value in rule.items() if key != "provenance"} for rule in rules]
    return {"title": group, "folderUid": folder, "interval": interval_of(org, folder, group), "rules": rules}


@blueprint.put(_GROUP)
def put_group(folder: str, group: str) -> dict[str, Any]:
    """The group becomes these rules: others of it are deleted, rules of other groups move here."""
    who, sent = needs("alert.provisioning:write", "Editor"), body()
    rules, interval = sent.get("rules"), sent.get("interval") or 0
    if not isinstance(rules or [], list) or not isinstance(interval, int):
        raise bad_request()
    if interval <= 0 or interval % _BASE_INTERVAL:
        why = f"interval ({interval}s) should be non-zero and divided exactly by scheduler interval: {_BASE_INTERVAL}"
        raise _invalid(why)
    _check_folder(who, folder)
    before = [rule for rule in rules_of(who.org) if (rule["folderUID"], rule["ruleGroup"]) == (folder, group)]
    _replace(who.org, folder, group, interval, before if rules is None else rules)
    return {"title": group, "folderUid": folder, "interval": interval, "rules": rules}


@blueprint.delete(_GROUP)
def delete_group(folder: str, group: str) -> tuple[str, int]:
    """404 for one that is not there."""
    org = needs("alert.provisioning:write", "Editor").org
    gone = [rule for rule in rules_of(org) if (rule["folderUID"], rule["ruleGroup"]) == (folder, group)]
    if not gone:
        raise public(404, "alerting.alert-rule.notFound", "Not found")
    forget(org, folder, group)
    return "", 204


@blueprint.get("/api/prometheus/grafana/api/v1/rules")
def states() -> dict[str, Any]:
    """The state of every rule: `inactive`, or `firing` where a test has set that."""
    org = needs("alert.rules:read", "Viewer").org
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    firing = current_app.extensions.setdefault("alerting_firing", {}).get(org, ())
    titles = {folder.name: folder.title for folder in objects.every(database(), org, "folders")}
    for rule in rules_of(org):
        key = rule["folderUID"], rule["ruleGroup"]
        group = groups.setdefault(
            key,
            {"name": key[1], "file": titles.get(key[0], ""), "folderUid": key[0], "rules": [], "totals": {}}
            | {"interval": interval_of(org, *key), "lastEvaluation": "0001-01-01T00:00:00Z", "evaluationTime": 0},
        )
        state = {"state": "firing" if rule["uid"] in firing else "inactive", "name": rule["title"], "health": "ok"}
        labels = {"labels": rule["labels"]} if "labels" in rule else {}
        whole = {"uid": rule["uid"], "folderUid": key[0], "type": "alerting", "isPaused": rule["isPaused"]}
        group["rules"].append({**state, **labels, **whole})
    return {"status": "success", "data": {"groups": list(groups.values())}}


@blueprint.put("/sandbox/firing")
def fire() -> dict[str, Any]:
    """These rules of the org fire from now on, and no others."""
    sent = request.get_json(force=True, silent=True)
    if not isinstance(sent, dict) or not isinstance(sent.get("org"), int) or not isinstance(sent.get("uids"), list):
        raise Refused(400, 'requires {"org": NUMBER, "uids": [UID, …]}')
    current_app.extensions.setdefault("alerting_firing", {})[sent["org"]] = tuple(map(str, sent["uids"]))
    return {"org": sent["org"], "uids": sent["uids"]}


def naming(org: int, key: str, name: str) -> list[str]:
    """The uids of the rules whose own notification settings name that receiver or timing."""
    named = ((rule["uid"], (rule.get("notification_settings") or {}).get(key)) for rule in rules_of(org))
    return [uid for uid, value in named if value == name or (isinstance(value, list) and name in value)]


def count_in(org: int, folder: str) -> int:
    """How many rules the folder holds."""
    select = "SELECT count(*) FROM alert_rule WHERE org_id = ? AND folder = ?"
    return int(database().execute(select, (org, folder)).fetchone()[0])


def rules_of(org: int) -> list[dict[str, Any]]:
    """The org's rules in the order of folder, group and place, as they are stored."""
    rows = database().execute(
        "SELECT id, body FROM alert_rule WHERE org_id = ? ORDER BY folder, rule_group, position, id", (org,)
    )
    return [{"id": row["id"], **json.loads(row["body"])} for row in rows]


def _one(org: int, uid: str) -> dict[str, Any]:
    for rule in rules_of(org):
        if rule["uid"] == uid:
            return rule
    raise Refused(404, "")


def interval_of(org: int, folder: str, group: str) -> int:
    """Seconds between two evaluations of the group, 0 for one that is not there."""
    select = "SELECT seconds FROM alert_rule WHERE org_id = ? AND folder = ? AND rule_group = ? LIMIT 1"
    row = database().execute(select, (org, folder, group)).fetchone()
    return int(row["seconds"]) if row else 0


def forget(org: int, folder: str, group: str) -> None:
    """Deletes the rules of the group."""
    delete = "DELETE FROM alert_rule WHERE org_id = ? AND folder = ? AND rule_group = ?"
    database().execute(delete, (org, folder, group))


def _replace(org: int, folder: str, group: str, interval: int, sent: list[Any]) -> None:
    """Store the group. Its rules keep their numbers; if anything changes, the time of change is new for all (12.4)."""
    db, before = database(), {rule["uid"]: rule for rule in rules_of(org)}
    rules = [_rule(org, folder, group, rule, before) for rule in sent]
    if any(rule["updated"] != before.get(rule["uid"], {}).get("updated") for rule in rules):
        rules = [{**rule, "updated": clock.now()} for rule in rules]
    forget(org, folder, group)
    for position, rule in enumerate(rules):
        number = rule.pop("id")
        db.execute("DELETE FROM alert_rule WHERE org_id = ? AND uid = ?", (org, rule["uid"]))
        db.execute(
            "INSERT INTO alert_rule VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (number, org, rule["uid"], folder, group, rule["title"], interval, position, json.dumps(rule)),
        )
    limit = settings().quota.get("org_alert_rule", -1)
    (total,) = db.execute("SELECT count(*) FROM alert_rule WHERE org_id = ?", (org,)).fetchone()
    if 0 <= limit < total:
        raise Refused(403, "quota has been exceeded", more={"traceID": ""})


def _rule(org: int, folder: str, group: str, sent: Any, before: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The rule as the server shows it; 400 for one that cannot be."""
    if not isinstance(sent, dict):
        raise bad_request()
    uid, title = text(sent, "uid") or secrets.token_hex(7), text(sent, "title")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", uid):
        raise _invalid(f'cannot create rule with UID "{uid}"')
    if not title:
        raise _invalid("title is empty")
    queries = sent.get("data")
    if not isinstance(queries, list) or not queries:
        raise _invalid("no queries or expressions are found")
    for key, known in _STATES.items():
        if sent.get(key) not in (*known, "KeepLast"):
            raise _invalid(f"unknown state: {sent.get(key)}")
    _check_settings(org, sent.get("notification_settings"))
    data = [_query(query) for query in queries]
    optional = {key: sent[key] for key in ("annotations", "labels") if sent.get(key)}
    made = {
        "uid": uid,
        "orgID": org,
        "folderUID": folder,
        "ruleGroup": group,
        "title": title,
        "condition": text(sent, "condition"),
        "data": data,
        **{key: sent[key] for key in _STATES},
        "for": canonical(sent.get("for")),
        "keep_firing_for": canonical(sent.get("keep_firing_for")),
        **optional,
        **({} if NONE in request.headers else {"provenance": API}),
        "isPaused": bool(sent.get("isPaused")),
        "notification_settings": sent.get("notification_settings"),
        "record": None,
    }
    old = before.get(uid, {})
    is_same = made == {key: value for key, value in old.items() if key not in {"id", "updated"}}
    return {**made, "id": old.get("id"), "updated": old["updated"] if is_same else clock.now()}


def _query(sent: Any) -> dict[str, Any]:
    if not isinstance(sent, dict) or not isinstance(sent.get("model"), dict):
        raise bad_request()
    span = {key: int((sent.get("relativeTimeRange") or {}).get(key) or 0) for key in ("from", "to")}
    ref, source = text(sent, "refId"), text(sent, "datasourceUid")
    if source not in _EXPRESSION and span["from"] <= span["to"]:
        message = (
            f"Invalid alert rule query {ref}: invalid relative time range [From: {span['from']}s, To: {span['to']}s]"
        )
        raise _invalid(f"invalid alert query {ref}: {message}")
    model = {"intervalMs": 1000, "maxDataPoints": 43200, **sent["model"], "refId": ref}
    whole = {"refId": ref, "queryType": text(sent, "queryType"), "relativeTimeRange": span, "datasourceUid": source}
    return {**whole, "model": dict(sorted(model.items()))}


def _check_settings(org: int, sent: Any) -> None:
    """400 where the rule's own notification settings name a receiver or timing that is not there."""
    if not isinstance(sent, dict):
        return
    document = find(org) or {"receivers": (), "intervals": ()}
    receiver, timings = text(sent, "receiver"), {one["name"] for one in document["intervals"]}
    if not receiver:
        raise Refused(400, "invalid alert rule\nreceiver must be specified")
    if receiver not in {one["name"] for one in document["receivers"]}:
        raise Refused(400, f"invalid alert rule\nreceiver {receiver} does not exist")
    for name in (*(sent.get("mute_time_intervals") or ()), *(sent.get("active_time_intervals") or ())):
        if name not in timings:
            raise Refused(400, f"invalid alert rule\ntime interval {name} does not exist")


def _check_folder(who: Caller, folder: str) -> None:
    if objects.find(database(), who.org, "folders", folder) is None:
        raise _invalid("folder does not exist")


def _invalid(why: str) -> Refused:
    return Refused(400, f"invalid alert rule: {why}", more={"traceID": ""})


def _conflict(org: int, uid: str, why: str) -> Refused:
    message = f"Failed to save alert rule '{uid}' in organization {org} due to conflict: {why}"
    extra = {"RuleUID": uid, "OrgID": org, "Error": why}
    return public(409, "alerting.alert-rule.conflict", message, extra)
