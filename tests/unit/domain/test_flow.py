"""The steps of a campaign as they are drawn, and the lines of its file."""

from __future__ import annotations

from penfriend.domain.campaign import Arm, Branch, Exit, Send, Share, Split, WaitFor
from penfriend.domain.excerpt import excerpt_of
from penfriend.domain.flow import Counts, flow_of
from penfriend.domain.problems import Place
from penfriend.domain.results import Figures
from penfriend.domain.segment import Op
from penfriend.domain.segment import Test as FieldTest
from penfriend.domain.timing import Duration, Unit
from tests.contract.shop_world import named

BOUGHT = FieldTest(named("orders.count"), Op.AT_LEAST, 1)
STEPS = (
    Send(id="one", template="mail/one", only_if=BOUGHT),
    WaitFor(id="pause", duration=Duration(2, Unit.DAYS)),
    Branch(
        id="fork",
        arms=(
            Arm(None, (Send(id="two", template="two"), Exit(id="out", word="bought"))),
            Arm(BOUGHT, (Split(id="lot", arms=(Share("a", 50, (Send(id="three", template="three"),)),)),)),
        ),
    ),
)
FILE = """\
campaigns:
  first:
    steps:
      - branch:
          - if: {orders.count: {at_least: 1}}
            steps:
              - branch:
                  - {if: nested}
                  - if: deeper
                    steps: [x]
          - if: contact.country = GB  # of Britain
            steps: [y]
          - else: [z]

      - send: after  # if: no
    # of first

  second:
    steps: []
"""


def test_forks_have_their_ways_and_each_step_its_people() -> None:
    counts = Counts({"one": 3, "two": 4, "three": 5}, {"one": Figures(sent=50, clicked=5)}, 100)
    one, pause, fork = flow_of(STEPS, counts)
    assert (one.kind, one.people, one.share) == ("send", 3, 0.5)
    assert (pause.kind, pause.duration, pause.share) == ("wait", Duration(2, Unit.DAYS), None)
    assert (fork.people, fork.inside) == (0, 9)
    first, second = fork.ways
    assert (first.condition, second.condition) == (None, BOUGHT)
    assert [(one.kind, one.word) for one in first.nodes] == [("send", ""), ("exit", "bought")]
    assert second.nodes[0].ways[0].percent == 50
    assert second.nodes[0].ways[0].nodes[0].people == 5


def test_where_nobody_has_entered_there_is_no_share() -> None:
    assert flow_of(STEPS, Counts({}, {}, 0))[0].share is None


def test_the_lines_of_a_campaign_end_before_the_next() -> None:
    found = excerpt_of(FILE, Place("a.yaml", 2, 3))
    assert found.lines[0] == "  first:"
    assert found.lines[-1] == "    # of first"
    assert excerpt_of(FILE, Place("a.yaml", 18, 3)).lines == ("  second:", "    steps: []")


def test_a_place_that_is_in_no_file_has_no_lines() -> None:
    assert excerpt_of("", Place("a.yaml", 7)).lines == ()
