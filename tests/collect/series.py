"""What a store holds, asked past vmauth."""

import json
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from provision.stores.local import MetricsServer

Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Series:
    """Queries of one store."""

    server: MetricsServer

    def ask(self, query: str, *, at: float | None = None) -> list[tuple[dict[str, str], float]]:
        """The labels and value of each series that the query gives, now or at a time in unix seconds."""
        self.flush()
        words = {"query": query, "nocache": "1", **({"time": f"{at}"} if at else {})}
        answer = self.server.ask(f"/api/v1/query?{urllib.parse.urlencode(words)}")
        assert answer.status == 200, answer.text
        rows: list[dict[str, Any]] = json.loads(answer.text)["data"]["result"]
        return [(dict(row["metric"]), float(row["value"][1])) for row in rows]

    def by(self, label: str, query: str) -> dict[str, float]:
        """The value of each series by one of its labels."""
        return {labels[label]: value for labels, value in self.ask(query)}

    def put(self, name: str, labels: Mapping[str, str], samples: Mapping[float, float]) -> None:
        """Writes one series: unix seconds -> value."""
        inside = ",".join(f"{key}={json.dumps(value)}" for key, value in labels.items())
        lines = [f"{name}{{{inside}}} {value} {int(time * 1000)}" for time, value in samples.items()]
        sent = self.server.ask("/api/v1/import/prometheus", method="POST", body="\n".join(lines).encode())
        assert sent.status == 204, sent.text
        self.flush()

    def flush(self) -> None:
        """Makes what was written visible."""
        assert self.server.ask(f"/internal/force_flush?authKey={self.server.key}").status == 200
