"""A VictoriaMetrics to put samples into and to ask, as Grafana's server does."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from provision.stores.local import MetricsServer

Labels = Mapping[str, str]


class Numbers:
    """Samples in, answers out; `now` (unix seconds) is the end of every time range."""

    def __init__(self, server: MetricsServer, now: datetime) -> None:
        self._server = server
        self.now = int(now.timestamp())

    def put(self, metric: str, labels: Labels, values: Mapping[int, float]) -> None:
        """Adds a series: seconds before `now` -> value."""
        inner = ",".join(f'{name}="{value}"' for name, value in labels.items())
        self.write([f"{metric}{{{inner}}} {value} {(self.now - ago) * 1000}\n" for ago, value in values.items()])

    def write(self, lines: Sequence[str]) -> None:
        """Adds samples in Prometheus' text form, with times in milliseconds."""
        self._ask("/api/v1/import/prometheus", "".join(lines).encode())
        self._ask(f"/internal/force_flush?authKey={self._server.key}")

    def instant(self, expr: str, at: float | None = None) -> list[tuple[Labels, float]]:
        """Labels and value of every series at `now`, or at those unix seconds."""
        found = self._json("/api/v1/query", query=expr, time=str(self.now if at is None else at))
        return [(one["metric"], float(one["value"][1])) for one in found["result"]]

    def instant_of(self, cabinet: str, expr: str, at: float) -> list[tuple[Labels, float]]:
        """Labels and value of every series of one cabinet at those unix seconds, narrowed as vmauth does it."""
        found = self._json("/api/v1/query", query=expr, time=str(at), extra_label=f"cabinet={cabinet}")
        return [(one["metric"], float(one["value"][1])) for one in found["result"]]

    def over_time(self, expr: str, *, seconds: int, step: int) -> list[tuple[Labels, dict[int, float]]]:
        """Labels and points (seconds before `now` -> value) of every series over the last `seconds`."""
        times = {"start": str(self.now - seconds), "end": str(self.now), "step": str(step), "nocache": "1"}
        found = self._json("/api/v1/query_range", query=expr, **times)
        return [
            (one["metric"], {self.now - int(time): float(value) for time, value in one["values"]})
            for one in found["result"]
        ]

    def values_of(self, label: str, selector: str) -> list[str]:
        """The values of a label in the series of a selector, over all time up to `now`."""
        times = {"start": "0", "end": str(self.now)}
        return list(self._json(f"/api/v1/label/{label}/values", **{"match[]": selector}, **times))

    def moment(self) -> datetime:
        """`now` as a moment."""
        return datetime.fromtimestamp(self.now, UTC)

    def _json(self, path: str, **parameters: str) -> Any:
        answer = self._ask(path, urlencode(parameters).encode())
        return json.loads(answer)["data"]

    def _ask(self, path: str, body: bytes | None = None) -> str:
        method = "POST" if body is not None else "GET"
        form = {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}
        answer = self._server.ask(path, method=method, body=body, headers=form)
        assert answer.status in (200, 204), f"{path}: {answer.status} {answer.text[:500]}"
        return answer.text
