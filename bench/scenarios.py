"""The scenarios that the rows are measured with. All calls come from the generator."""

ACCOUNTS = """accounts:
  commubo:
    - tenant_id: 12345678-90AB-CDEF-1234-567890ABCDEF
      access_token: FEDCBA09-8765-4321-FEDC-BA0987654321
  ccai:
    - {subdomain: acme, token: mock-token, outbound_numbers: ["+12015550100"], languages: [en]}
  alibaba:
    - {access_key_id: testid, access_key_secret: testsecret, instances: [ccc-test]}
  sencloud:
    - {api_key: "1296121461794938793:MOCKKEY"}
"""

FIRST_DAY = "2010-01-01"


def generated(calls, days):
    """This many calls over this many days, all of them past. The zone is commubo's."""
    return f"""callmock: 1
title: {calls} generated calls
clock: 2040-01-01T00:00:00Z
zone: Asia/Tokyo
seed: 13
{ACCOUNTS}generate: {{calls: {calls}, from: {FIRST_DAY}, to: {day(days - 1)}}}
"""


def day(number):
    """The day that comes so many days after the first."""
    import datetime

    first = datetime.date.fromisoformat(FIRST_DAY)
    return (first + datetime.timedelta(days=number)).isoformat()


def requests():
    """Ten calls a day, for the rows of one request."""
    return generated(10_000, 1_000)


def pool(agents=50):
    """A queue and a pool of agents for created calls. A minute of this world is a second."""
    people = "".join(f"  - {{id: agent-{n}, name: Agent {n}}}\n" for n in range(1, agents + 1))
    return f"""callmock: 1
title: A pool of agents for created calls
clock: {{start: 2030-01-01T00:00:00Z, rate: 60}}
seed: 13
{ACCOUNTS}queues:
  - {{id: line, name: Line, ccai: {{menu_id: 9, menu_type: ivr_menu, entry: [ivr, mobile]}}}}
agents:
{people}"""
