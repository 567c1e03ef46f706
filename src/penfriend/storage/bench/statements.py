"""The statements by which `penfriend.storage.bench.mail` makes rows of ranges of numbers.

What stands in braces is filled in there. A run is `r`, a mail `m`, an event `e`, a number `n.i`, one of the
mails that campaigns have `s`. `{begin}` and `{pace}` say when a run began, by its number; `{first}` and
`{apart}` when its mails went out.
"""

RUNS = """
INSERT INTO enrollments (id, campaign, contact_id, occurrence, entry, revision, entered_at, status, began_at,
    ended_at, end_reason, goal_until, goal_at, goal_event, converted_at)
SELECT r.i, r.campaign, r.contact_id, '', r.entry, {revision}, r.at, 'ended', r.over, r.over, 'completed',
    CASE WHEN r.has_goal = 1 THEN r.at + {day} END, r.goal_at,
    CASE WHEN r.goal_at IS NOT NULL THEN 'order_placed' END, r.goal_at
FROM (
    SELECT r.*, CASE WHEN r.has_goal = 1 AND r.mail % 5 = 1 AND r.mail % 3 <> 0
        THEN r.at + {first} + {later} END AS goal_at
    FROM (
        SELECT n.i, s.campaign, {contact} AS contact_id, {entry} AS entry,
            {begin} + (n.i - 1) * {pace} AS at,
            {begin} + (n.i - 1) * {pace} + {first} + s.last * {apart} + {second} AS over,
            (n.i - 1) / {campaigns} * {cycle} + s.slot + 1 AS mail, s.has_goal
        FROM {numbers} JOIN {slots} ON s.run = (n.i - 1) % {campaigns} AND s.place = 0
    ) AS r
) AS r
"""
HELD_OUT = """
INSERT INTO enrollments (id, campaign, contact_id, occurrence, entry, revision, entered_at, status, began_at,
    ended_at, end_reason, goal_until)
SELECT n.i, s.campaign, {contact}, '', {entry}, {revision},
    {slow}, 'ended', {slow}, {slow}, 'holdout', CASE WHEN s.has_goal = 1 THEN {slow} + {day} END
FROM {numbers} JOIN {slots} ON s.run = (n.i - 1) % {campaigns} AND s.place = 0
"""
MESSAGES = """
INSERT INTO messages (id, enrollment_id, campaign, contact_id, step, template, topic, transactional, priority,
    revision, status, reason, wanted_at, due_at, route, message_id, dated_at, made_for, address, attempts,
    created_at, over_at, sent_at, opened_at, clicked_at, locale)
SELECT m.i, m.run, m.campaign, m.contact_id, m.step, m.template, m.topic, m.transactional, m.priority,
    {revision}, m.status, m.reason, m.at, m.at,
    CASE WHEN m.status <> 'skipped' THEN '{route}' END, '<bench-' || m.i || '@{domain}>',
    CASE WHEN m.status <> 'skipped' THEN m.at END, CASE WHEN m.status <> 'skipped' THEN m.contact_id END,
    CASE WHEN m.status <> 'skipped' THEN c.email END, CASE WHEN m.status = 'skipped' THEN 0 ELSE 1 END,
    m.at, CASE WHEN m.status = 'skipped' THEN m.at ELSE m.at + {second} END,
    CASE WHEN m.status = 'sent' THEN m.at + {second} END,
    CASE WHEN m.status = 'sent' AND m.i % 3 = 0 THEN m.at + {soon} END,
    CASE WHEN m.status = 'sent' AND m.i % 9 = 0 THEN m.at + {soon} END,
    CASE WHEN m.status <> 'skipped' THEN {locale} END
FROM (
    SELECT m.*, {contact_of_run} AS contact_id,
        {begin} + (m.run - 1) * {pace} + {first} + m.place * {apart} AS at,
        CASE WHEN m.i % 100 IN (7, 37, 67) THEN 'skipped' WHEN m.i % 100 = 50 THEN 'failed' ELSE 'sent' END
            AS status,
        CASE WHEN m.i % 100 IN (7, 37, 67) THEN 'condition_false' WHEN m.i % 100 = 50 THEN 'rejected' END
            AS reason
    FROM (
        SELECT n.i, (n.i - 1) / {cycle} * {campaigns} + s.run + 1 AS run, s.place, s.campaign, s.step,
            s.template, s.topic, s.transactional, s.priority
        FROM {numbers} JOIN {slots} ON s.slot = (n.i - 1) % {cycle}
    ) AS m
) AS m JOIN contacts AS c ON c.id = m.contact_id
ORDER BY m.i
"""
ATTEMPTS = """
INSERT INTO attempts (message_id, number, route, owner, started_at, dot_at, ended_at, stage, outcome, code,
    enhanced, text, server, fault)
SELECT m.id, 1, m.route, 'bench-data', m.due_at, m.due_at + {second} / 2, m.over_at, 'dot',
    CASE WHEN m.status = 'sent' THEN 'accepted' ELSE 'rejected' END,
    CASE WHEN m.status = 'sent' THEN 250 ELSE 552 END,
    CASE WHEN m.status = 'sent' THEN '2.0.0' ELSE '5.3.4' END,
    CASE WHEN m.status = 'sent' THEN '250 2.0.0 queued' ELSE '552 5.3.4 too large' END,
    'mail.example:25', CASE WHEN m.status = 'sent' THEN 'none' ELSE 'message' END
FROM messages AS m WHERE {between} AND m.status <> 'skipped' ORDER BY m.id
"""
HITS = """
INSERT INTO hits (message_id, kind, link, url, at, who, agent, network, settled, counted)
SELECT m.id, CASE WHEN m.clicked_at IS NULL THEN 'open' ELSE 'click' END, 0,
    CASE WHEN m.clicked_at IS NOT NULL THEN 'https://shop.example/' END,
    m.opened_at, 'human', 'Mail', '198.51.100.0', 1, 1
FROM messages AS m WHERE {between} AND m.opened_at IS NOT NULL ORDER BY m.id
"""
EVENTS = """
INSERT INTO events (id, contact_id, name, at, received_at, key, body_hash, properties, order_key, product_key,
    enrollment_id, message_id)
SELECT e.id, e.contact_id, e.name, e.at, e.at,
    CASE e.name WHEN 'order_placed' THEN 'bench:order:' || e.id
        WHEN 'product_viewed' THEN 'bench:view:' || e.id
        ELSE 'penfriend:' || e.name || ':' || e.mail || CASE e.name WHEN 'mail_clicked' THEN ':0' ELSE '' END
        END,
    '',
    (CASE e.name
        WHEN 'order_placed' THEN '{{"order_id":"o-' || e.id || '","total":'
            || ({cents} / 100) || '.'
            || substr(CAST(100 + {cents} % 100 AS text), 2) || '}}'
        WHEN 'product_viewed' THEN '{{"product_id":"p-' || (e.id % {products}) || '"}}'
        ELSE e.said END){json},
    CASE WHEN e.name = 'order_placed' THEN 'o-' || e.id END,
    CASE WHEN e.name = 'product_viewed' THEN 'p-' || (e.id % {products}) END,
    CASE WHEN e.name LIKE 'mail%' THEN e.enrollment_id END, CASE WHEN e.name LIKE 'mail%' THEN e.mail END
FROM (
    SELECT e.*, CASE WHEN e.name = 'mail_sent' THEN e.sent_at WHEN e.name LIKE 'mail%' THEN e.opened_at
        WHEN e.name = 'order_placed' THEN e.due_at + {later}
        ELSE e.due_at + e.k % 100 * 10 * {minute} END AS at
    FROM (
        SELECT {people} + (m.id - 1) * {each} + n.i AS id, n.i AS k, m.id AS mail, m.contact_id,
            m.enrollment_id, m.due_at, m.sent_at, m.opened_at, s.said,
            CASE WHEN n.i = 1 AND m.status = 'sent' THEN 'mail_sent'
                WHEN n.i = 2 AND m.clicked_at IS NOT NULL THEN 'mail_clicked'
                WHEN n.i = 2 AND m.opened_at IS NOT NULL THEN 'mail_opened'
                WHEN n.i = 2 AND m.id % 5 = 1 AND m.id % 3 <> 0 THEN 'order_placed'
                ELSE 'product_viewed' END AS name
        FROM messages AS m CROSS JOIN {numbers} JOIN {slots} ON s.slot = (m.id - 1) % {cycle}
        WHERE {between}
    ) AS e
) AS e ORDER BY e.id
"""
ORDERS = """
INSERT INTO orders (contact_id, key, placed_at, total, currency, value, net, refunded)
SELECT e.contact_id, e.order_key, e.at, 100 * {cents}, {currency},
    100 * {cents}, 100 * {cents}, 0
FROM events AS e WHERE {between} AND e.name = 'order_placed' ORDER BY e.id
"""
VIEWS = """
INSERT INTO events (id, contact_id, name, at, received_at, key, body_hash, properties, product_key)
SELECT n.i, {contact}, 'product_viewed', {begin} + (n.i - {made} - 1) * {view_pace},
    {begin} + (n.i - {made} - 1) * {view_pace}, 'bench:view:' || n.i, '',
    ('{{"product_id":"p-' || (n.i % {products}) || '"}}'){json}, 'p-' || (n.i % {products})
FROM {numbers} ORDER BY n.i
"""
STATES = """
INSERT INTO campaign_states (campaign, activated_at, revision, dated_id, paused_at)
SELECT DISTINCT s.campaign, {begin}, {revision}, 0, {now} FROM {slots}
WHERE s.campaign NOT IN (SELECT campaign FROM campaign_states)
"""
"""One that the files have with `active: no` was active for the year, and rests from now on: of what never was
active nothing is counted."""
