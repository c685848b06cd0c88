"""The order of the tests: the longest begin first, so that none of them is the last one to run, alone."""

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
