"""Every expression of the alarms and the dashboards against what the running program exposes at /metrics."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import promql_parser as promql
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from app.telemetry.metrics import Metrics
from tests.integration.processes import ServedApp
from tests.integration.waiting import until_sync

ROOT = Path(__file__).resolve().parents[3]
MONITORING = ROOT / "monitoring"
RULES = sorted((MONITORING / "prometheus" / "rules").glob("*.yml"))
DASHBOARDS = sorted((MONITORING / "grafana" / "dashboards").glob("*.json"))
OF_PROMETHEUS = {"up": set(), "ALERTS": {"alertstate", "alertname", "severity"}}  # no program exposes these
OF_EVERY_TARGET = {"instance", "job"}
VARIABLE = re.compile(r"\$(__rate_interval|__interval|__range|[a-z_]+)")
BY_CHILDREN = ("expr", "lhs", "rhs", "param", "vector_selector")


def _alarms() -> list[dict[str, Any]]:
    groups = [group for path in RULES for group in yaml.safe_load(path.read_text())["groups"]]
    return [rule for group in groups for rule in group["rules"]]


def _expressions() -> list[tuple[str, str]]:
    """Return (where it stands, the expression)."""
    found = [(rule["alert"], rule["expr"]) for rule in _alarms()]
    for path in DASHBOARDS:
        dashboard = json.loads(path.read_text())
        for panel in dashboard["panels"]:
            found += [(f"{path.stem}: {panel['title']}", target["expr"]) for target in panel["targets"]]
        for variable in dashboard["templating"]["list"]:
            name = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["query"]["query"])
            assert name is not None
            found.append((f"{path.stem}: ${variable['name']}", f"count by ({name[2]}) ({name[1]})"))
    return found


def _walk(node: Any) -> Iterator[Any]:
    yield node
    for name in BY_CHILDREN:
        child = getattr(node, name, None)
        if child is not None and not isinstance(child, str):
            yield from _walk(child)
    for child in getattr(node, "args", None) or ():
        yield from _walk(child)


def _selectors(expression: str) -> list[Any]:
    tree = promql.parse(VARIABLE.sub("x", expression))
    return [node for node in _walk(tree) if isinstance(node, promql.VectorSelector)]


def _groupings(expression: str) -> set[str]:
    """Return the labels named by `by` and `on`."""
    found = re.findall(r"\b(?:by|on|group_left|group_right) \(([^)]*)\)", expression)
    return {name.strip() for names in found for name in names.split(",") if name.strip()}


@pytest.fixture(scope="module")
def exposed() -> dict[str, set[str]]:
    """Sample name -> label names, of a running program; labels of counters that nothing has counted yet as declared."""
    app = ServedApp(sim_activity=0.2)
    try:
        until_sync(lambda: httpx.get(f"{app.http}/health").json()["feed"]["state"] == "live", "live")
        text = httpx.get(f"{app.http}/metrics").text
    finally:
        app.end()
    found: dict[str, set[str]] = {}
    declared = {metric._name: set(metric._labelnames) for metric in _declared()}
    for family in text_string_to_metric_families(text):
        labels = declared.get(family.name.removesuffix("_created"), set())
        names = {sample.name for sample in family.samples} or _names(family)
        for name in names:
            own = {label for sample in family.samples if sample.name == name for label in sample.labels}
            assert own - {"le"} <= labels, f"{name}: {own} declared as {labels}"
            found[name] = own | labels
    return found


def _declared() -> list[Any]:
    registry = Metrics().registry
    return [metric for metric in registry._collector_to_names if hasattr(metric, "_labelnames")]


def _names(family: Any) -> set[str]:
    """Return the samples of a family that has none yet: a labelled counter or histogram before its first event."""
    suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}.get(family.type, ("",))
    return {family.name + suffix for suffix in suffixes}


@pytest.mark.parametrize(("where", "expression"), _expressions())
def test_expression_names_metrics_and_labels_that_exist(
    where: str, expression: str, exposed: dict[str, set[str]]
) -> None:
    selectors = _selectors(expression)
    assert selectors, where
    known: set[str] = set()
    for selector in selectors:
        labels = OF_PROMETHEUS.get(selector.name)
        if labels is None:
            assert selector.name in exposed, f"{where}: nothing exposes {selector.name}"
            labels = exposed[selector.name] | ({"le"} if selector.name.endswith("_bucket") else set())
        labels = labels | OF_EVERY_TARGET
        assert {matcher.name for matcher in selector.matchers.matchers} <= labels, where
        known |= labels
    assert _groupings(expression) <= known, where


def test_states_and_codes_named_by_alarms_exist(exposed: dict[str, set[str]]) -> None:
    """A misspelt state would be an alarm that never sounds."""
    from app.market.models import FeedState
    from app.publish.close_codes import CloseCode

    allowed = {"state": {str(state) for state in FeedState}, "code": {str(int(code)) for code in CloseCode}}
    checked = 0
    for _, expression in _expressions():
        for selector in _selectors(expression):
            for matcher in selector.matchers.matchers:
                if matcher.name in allowed:
                    assert set(matcher.value.split("|")) <= allowed[matcher.name], expression
                    checked += 1
    assert checked >= 3


def test_every_metric_of_the_contract_is_on_a_dashboard(exposed: dict[str, set[str]]) -> None:
    text = " ".join(path.read_text() for path in DASHBOARDS)
    ours = {re.sub(r"_(total|bucket|count|sum|created)$", "", name) for name in exposed}
    unseen = {name for name in ours if name not in text and not name.startswith("process_")}
    assert unseen == set()


def test_every_alarm_has_a_heading_in_operations() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    section = page.partition("\n## Alarms\n")[2].partition("\n## ")[0]
    headings = re.findall(r"^### (\w+)$", section, re.MULTILINE)
    assert sorted(headings) == sorted(rule["alert"] for rule in _alarms())


def test_alarms_say_how_grave_they_are_and_what_happened() -> None:
    for rule in _alarms():
        assert rule["labels"]["severity"] in {"critical", "warning"}, rule["alert"]
        assert rule["annotations"]["summary"], rule["alert"]


def test_every_alarm_has_a_case() -> None:
    cases = yaml.safe_load((MONITORING / "tests" / "alarms_test.yml").read_text())["tests"]
    tested = {case["alertname"] for test in cases for case in test["alert_rule_test"] if case["exp_alerts"]}
    assert {rule["alert"] for rule in _alarms()} - tested == set()


def test_dashboards_are_four_with_ids_of_their_own() -> None:
    loaded = [json.loads(path.read_text()) for path in DASHBOARDS]
    assert [dashboard["uid"] for dashboard in loaded] == ["database", "market", "pipeline", "streaming"]
    for dashboard in loaded:
        ids = [panel["id"] for panel in dashboard["panels"]]
        assert len(ids) == len(set(ids)) >= 10
