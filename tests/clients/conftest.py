"""The order of the tests: what takes longest begins first, so that no process is left alone with it at the end."""

LONGEST = (
    "test_naive.py::test_the_careful_client_passes_clean_under_the_whole_matrix",
    "ui/test_ui.py",
    "packages/test_npm.py",
    "packages/test_python.py",
    "schemathesis/",
    "guides/test_guides.py::test_a_guide_does_what_it_says[contract-testing]",
    "state/",
    "jobs/",
    "guides/",
)


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: next((n for n, part in enumerate(LONGEST) if part in item.nodeid), len(LONGEST)))
