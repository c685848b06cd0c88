"""The files of deploy/: valid by their schemas, and with scenarios that callmock loads."""

import sys

import yaml

from conftest import BINARY, ROOT, clean, done


def test_the_compose_file_is_valid_and_waits_for_a_healthy_server():
    path = ROOT / "deploy/compose.yaml"
    done(sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", path)
    services = yaml.safe_load(path.read_text())["services"]
    assert services["service"]["depends_on"]["callmock"]["condition"] == "service_healthy"
    assert services["callmock"]["healthcheck"]["test"] == ["CMD", "/callmock", "health"]


def test_the_kubernetes_manifest_has_probes_and_no_privilege():
    deployment, service = yaml.safe_load_all((ROOT / "deploy/kubernetes.yaml").read_text())
    pod = deployment["spec"]["template"]["spec"]
    [container] = pod["containers"]
    assert deployment["spec"]["replicas"] == 1 and pod["enableServiceLinks"] is False
    for probe, path in [("readinessProbe", "/_mock/ready"), ("livenessProbe", "/_mock/health")]:
        assert container[probe]["httpGet"] == {"path": path, "port": "http"}
    assert container["securityContext"]["readOnlyRootFilesystem"] and pod["securityContext"]["runAsNonRoot"]
    assert service["spec"]["selector"].items() <= deployment["spec"]["template"]["metadata"]["labels"].items()


def test_the_scenarios_are_loaded():
    files = ",".join(str(path) for path in sorted((ROOT / "deploy/scenarios").glob("*.yaml")))
    assert "gen-1" in done(BINARY, "show", "calls", "--scenario", files, env=clean())
