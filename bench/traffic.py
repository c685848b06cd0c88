"""What is sent in the rows of one request, with the checks of its answers."""

import datetime
import itertools
import random

import client
import reference as naive
import scenarios
import vendors
from load import Traffic
from reference import JAPAN, same

# How many days or windows the requests of a row go through.
VARIED = 97
DAYS = 1_000


def midnight(day):
    """The beginning of a day in Japan."""
    return datetime.datetime.fromisoformat(day).replace(tzinfo=JAPAN)


def ten_a_day(reference):
    """Days with ten calls in commubo's list, each with the day after it."""
    days = [(scenarios.day(n), scenarios.day(n + 1)) for n in range(DAYS - 1)]
    tens = [pair for pair in days if len(reference.commubo_calls(*pair)) == 10]
    return tens[:VARIED]


def windows(reference):
    """Windows of three days with 20 calls or more."""
    spans = [(midnight(scenarios.day(n)), midnight(scenarios.day(n + 3))) for n in range(DAYS - 3)]
    full = [(first, last) for first, last in spans if len(reference.between(first, last)) >= 20]
    return random.Random(13).sample(full, VARIED)


def recorded(server, requests):
    """These requests with their answers."""
    return [(request, client.ask(server.port, request)) for request in requests]


def commubo(server, reference):
    """A day of ten calls at commubo."""
    days = ten_a_day(reference)
    turns = itertools.cycle(days)

    def sample():
        day = next(turns)
        return vendors.commubo(*day), lambda answer, _: same(answer, 200, reference.commubo(*day))

    requests = [vendors.commubo(*day) for day in days]
    return Traffic(
        "commubo day of 10",
        "GET",
        "-",
        vendors.COMMUBO,
        "path",
        lambda _: [request.path for request in requests],
        200,
        sample,
        recorded(server, requests),
    )


def sencloud(server, reference):
    """A first page of ten at Sencloud."""
    spans = windows(reference)
    turns = itertools.cycle(spans)

    def request(span):
        first, last = span
        return vendors.sencloud(
            {"limit": 10}, date_from=first.isoformat(), date_to=last.isoformat()
        )

    def sample():
        span = next(turns)
        return request(span), lambda answer, host: same(
            answer, 200, reference.sencloud(*span, 10, host), naive.CURSOR
        )

    requests = [request(span) for span in spans]
    return Traffic(
        "Sencloud page of 10",
        "POST",
        vendors.SENCLOUD_PATH,
        vendors.SENCLOUD,
        "body",
        lambda _: [request.body.decode() for request in requests],
        200,
        sample,
        recorded(server, requests),
    )


def alibaba(server, reference):
    """The first and the second page of ten at Alibaba, signed."""
    signer = vendors.Signer()
    searches = []
    for first, last in windows(reference):
        start, end = naive.millis(first), naive.millis(last) - 1
        searches += [(start, end, page) for page in (1, 2)]
    turns = itertools.cycle(searches)

    def parameters(search):
        start, end, page = search
        return {"StartTime": start, "EndTime": end, "PageNumber": page, "PageSize": 10}

    def sample():
        search = next(turns)
        return signer.request(**parameters(search)), lambda answer, _: same(
            answer, 200, reference.alibaba(*search, 10), naive.REQUEST_ID
        )

    wanted = [parameters(search) for search in searches]
    requests = [signer.request(**search) for search in wanted]
    return Traffic(
        "Alibaba signed page of 10",
        "GET",
        "-",
        {},
        "path",
        lambda count: signer.paths(wanted, count),
        200,
        sample,
        recorded(server, requests),
    )


def create(server, _):
    """A call to create at CCAI Platform."""
    first = recorded(server, [vendors.create()])
    check = naive.created(first[0][1])
    return Traffic(
        "CCAI create",
        "POST",
        vendors.CCAI_PATH,
        vendors.CCAI,
        "body",
        lambda _: [vendors.INBOUND],
        201,
        lambda: (vendors.create(), check),
        first,
        resets=True,
    )


# The page's own words for a date that it does not allow.
REFUSAL = b'{"message":"start must be a date in the form YYYY-MM-DD"}'


def refusal(server, _):
    """A date that commubo does not allow."""
    request = vendors.commubo("2018-9-1")
    return Traffic(
        "a refusal",
        "GET",
        "-",
        vendors.COMMUBO,
        "path",
        lambda _: [request.path],
        406,
        lambda: (request, lambda answer, _: same(answer, 406, REFUSAL)),
        recorded(server, [request]),
    )
