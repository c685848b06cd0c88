"""Fixtures for pytest: one server for the whole run, and a world for each test."""

from __future__ import annotations

import os
from typing import Any, Dict, Generator, Iterator, List, Optional

import pytest

from .admin import CallmockError, World
from .server import Server, attach, start

SEVERITIES = ["note", "warning", "error"]
PROPERTY = "callmock_findings"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("callmock", "callmock: contact-centre vendors for tests")
    group.addoption("--callmock-scenario", metavar="FILE|NAME", help="the scenario of the server")
    group.addoption(
        "--callmock-deny-findings",
        metavar="SEVERITY",
        choices=SEVERITIES,
        help="fail a test with a finding of this severity or a higher one: note, warning, error",
    )
    group.addoption("--callmock-coverage", metavar="FILE", help="write what the run exercised, for `callmock coverage`")
    group.addoption("--callmock-html", metavar="FILE", help="write what the run exercised as a page")
    parser.addini("callmock_scenario", "the scenario of the server: a file or a built-in one")
    parser.addini("callmock_args", "more arguments of `callmock serve`", type="args", default=[])


class Plugin:
    """The server of a run. With pytest-xdist it is the controller's, and workers get its address."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.server: Optional[Server] = None

    def started(self) -> Server:
        if self.server is None:
            given: Dict[str, str] = getattr(self.config, "workerinput", {})
            if "callmock_error" in given:
                raise CallmockError(given["callmock_error"])
            url = given.get("callmock_url") or os.environ.get("CALLMOCK_URL")
            if url:
                self.server = attach(url, os.environ.get("CALLMOCK_ADMIN_TOKEN"))
            else:
                scenario = self.config.getoption("callmock_scenario") or self.config.getini("callmock_scenario")
                named = ["--scenario", str(scenario)] if scenario else []
                self.server = start(*named, *self.config.getini("callmock_args"))
        return self.server

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tells a worker of pytest-xdist the address."""
        try:
            node.workerinput["callmock_url"] = self.started().url
        except CallmockError as error:
            # It fails the tests that need a server, and no others.
            node.workerinput["callmock_error"] = str(error)

    def pytest_sessionfinish(self) -> None:
        if self.server is None or hasattr(self.config, "workerinput"):
            return
        for option, format in (("callmock_coverage", "json"), ("callmock_html", "html")):
            path = self.config.getoption(option)
            if path:
                text = self.server.report(format)
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)

    def pytest_unconfigure(self) -> None:
        if self.server is not None:
            self.server.stop()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Fails a test whose requests were not as it said, once it has passed by itself."""
        try:
            result = yield
        except BaseException:
            # Its own error stays in front; the findings are told at the end.
            self.problems(item)
            raise
        problems = self.problems(item)
        if problems:
            pytest.fail("\n".join(problems), pytrace=False)
        return result

    def problems(self, item: pytest.Item) -> List[str]:
        """What is wrong with the requests of a test. Its findings are noted for the end of the run."""
        world = getattr(item, "funcargs", {}).get("callmock_world")
        if not isinstance(world, World):
            return []
        denied = self.config.getoption("callmock_deny_findings")
        problems, told = [], []
        for finding in world.findings():
            if finding["count"] <= finding.get("expected", 0):
                continue
            text = f"{finding['severity']} {finding['id']}: {finding['summary']}\n    -> {finding['fix']}"
            told.append(text)
            if denied and SEVERITIES.index(finding["severity"]) >= SEVERITIES.index(denied):
                problems.append(text)
        if told:
            item.user_properties.append((PROPERTY, "\n".join(told)))
        for one in world.expectations()["open"]:
            problems.append(f"expected, and it did not come: {one['id']}")
        return problems

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        reports = [report for group in terminalreporter.stats.values() for report in group]
        found = [
            (report.nodeid, value)
            for report in reports
            if getattr(report, "when", None) == "call"
            for name, value in report.user_properties
            if name == PROPERTY
        ]
        if found:
            terminalreporter.section("callmock: what was wrong or fragile about the requests")
        for nodeid, text in found:
            terminalreporter.write_line(nodeid)
            for line in text.splitlines():
                terminalreporter.write_line(f"  {line}")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Plugin(config), "callmock-server")


@pytest.fixture(scope="session")
def callmock(pytestconfig: pytest.Config) -> Server:
    """The server of this run: a free port, and gone when pytest is."""
    plugin = pytestconfig.pluginmanager.get_plugin("callmock-server")
    assert isinstance(plugin, Plugin)
    return plugin.started()


@pytest.fixture
def callmock_world(callmock: Server, request: pytest.FixtureRequest) -> Iterator[World]:
    """A world of the test's own, named after it."""
    world = callmock.new_world(request.node.nodeid[-200:])
    yield world
    world.remove()
