"""What becomes of mail and of enrollments as fields of segments and branches: who is woken, and when, to the
minute, on both kinds of store (LANGUAGE.md, Fields; Happenings)."""

from __future__ import annotations

from pathlib import Path

from tests.support.lived import lived

HEAD = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, timezone: Europe/London}
topics: {offers: {title: Offers}, rewards: {title: Rewards}}
data: {events: {signed_up: {}, asked: {}}}
"""
SERIES = """
campaigns:
  series:
    topic: offers
    trigger: {event: signed_up}
    steps:
      - send: series/one
      - wait: {for: mail_clicked, at_most: 2 days}
      - branch:
          - {if: {waited: no, message.opened: no}, steps: [{send: series/not_opened}]}
          - {if: {waited: no, message.series/one.opened: yes}, steps: [{send: series/opened}]}
          - {if: {message.series/one.clicked: yes}, steps: [{send: series/clicked}]}
"""
WATCHERS = """
segments:
  welcomed: {where: {campaign.series.inside: no, campaign.series.entered_at: {exists: yes}}}
  inside: {where: {campaign.series.inside: yes}}
  readers: {where: {contact.last_opened_at: {exists: yes}}}
  silent: {where: {events.mail_sent.count: {at_least: 1, where: {topic: offers}},
           contact.last_clicked_at: {exists: no}, events.mail_sent.last_at: {before: 3 days ago}}}
  rewarded: {where: {events.mail_sent.count: {at_least: 1, within: last 180 days, where: {topic: rewards}}}}
campaigns:
  after: {topic: rewards, trigger: {segment: welcomed}, steps: [{send: after/letter}]}
  during: {kind: transactional, trigger: {segment: inside}, steps: [{send: during/letter}]}
  thanks: {kind: transactional, trigger: {segment: readers}, steps: [{send: thanks/letter}]}
  shout: {kind: transactional, trigger: {segment: silent}, steps: [{send: shout/letter}]}
  points: {kind: transactional, trigger: {segment: rewarded}, steps: [{send: points/letter}]}
  outside:
    topic: offers
    trigger: {event: asked, if: {campaign.series.inside: no}}
    steps: [{send: outside/letter}]
"""
OWED = ("during", "thanks", "shout", "points")
NO_LINK = {f"{name}/letter": "view_online" for name in OWED}


def test_what_people_do_with_mail_moves_their_enrollment_and_others(
    tmp_path: Path, database_url: str
) -> None:
    files = {"campaigns.yaml": HEAD + SERIES, "campaigns/watchers.yaml": WATCHERS}
    files["campaigns.yaml"] += "include: [campaigns/*.yaml]\n"
    with lived(tmp_path, files, "2026-03-02 08:00", database_url, NO_LINK) as shop:
        for name in ("ann", "bob", "cem"):
            shop.person(name)
            shop.happens("2026-03-02 10:00", "signed_up", name)
        shop.hits("2026-03-02 15:20", "mail_opened", "bob", "series/one")
        shop.hits("2026-03-03 11:30", "mail_clicked", "cem", "series/one")
        shop.happens("2026-03-03 12:00", "asked", "ann")
        shop.happens("2026-03-03 12:00", "asked", "cem")
        shop.live_until("2026-03-20 00:00")
        # steps: the wait, `waited`, and what was opened
        assert shop.story("series", "ann") == [
            "03-02 10:00 sent series/one",
            "03-04 10:00 sent series/not_opened",
            "03-04 10:00 exit completed",
        ]
        assert shop.sent("series", "bob") == ["03-02 10:00 series/one", "03-04 10:00 series/opened"]
        assert shop.sent("series", "cem") == ["03-02 10:00 series/one", "03-03 11:30 series/clicked"]
        # segments: being inside and having left
        assert shop.sent("during", "ann") == ["03-02 10:00 during/letter"]
        assert shop.sent("after", "ann") == ["03-04 10:00 after/letter"]
        assert shop.sent("after", "cem") == ["03-03 11:30 after/letter"]
        # an `if` at the door
        assert shop.refused("outside", "ann") == ["condition_false"]
        assert shop.sent("outside", "cem") == ["03-03 12:00 outside/letter"]
        # segments: opened, not clicked for three days after the last mail, mails of one topic
        assert [shop.sent("thanks", name) for name in ("ann", "bob", "cem")] == [
            [],
            ["03-02 15:20 thanks/letter"],
            ["03-03 11:30 thanks/letter"],
        ]
        assert shop.sent("shout", "ann") == ["03-07 10:00 shout/letter"]
        assert shop.sent("shout", "cem") == []
        assert shop.sent("points", "ann") == ["03-04 10:00 points/letter"]
