"""Words of a refusal that passes: a full mailbox, a mail too large, a fault of a server or network.

The classes are those that the servers named in the comments document or were seen to use.
"""

from __future__ import annotations

from penfriend.delivery.reports.any_of import any_of

SURE = any_of(
    # full: every provider, and in the languages of the large ones
    r"(?:mail ?box|inbox|account|storage|disk|maildir|mail ?folder|user|recipient|quota|folder|mail ?drop|"
    r"space)s?(?:'s)? (?:\S+ ){0,6}(?:is |are )?(?:\w+ )?(?:full|over ?flow|"
    r"over (?:the )?(?:\w+ )?(?:quota|limit|size|storage)|exceed|out of)",
    r"\b(?:over|exceed\w*|beyond|above|out of|reached|insufficient|not enough|no|low|lack of|has no|"
    r"without)[ -]{1,2}(?:(?:the|its|his|her|their|maximum|max|allowed|allocated|storage|disk|mailbox|"
    r"mail|hard|soft|system|user|account|free|available|enough|sufficient|message|data|"
    r"server) ){0,5}(?:quota|storage|space|allocation|size|capacity|room|disk|limit)",
    r"\bquota\b", r"mail ?box ?full", r"\bfull mail", r"\bmailfull", r"disk ?full", r"over ?quota",
    r"exceeds? (?:\S+ ){0,6}(?:limit|size|storage|quota|maximum|kb|mb|bytes)",
    r"exceeded (?:storage|mailbox|disk)",
    r"(?:storage|mailbox|message|size|disk|data|capacity) (?:\S+ ){0,3}(?:exceed|limit)", r"no space left",
    r"is full\b", r"too much (?:mail|data)",
    r"容量", r"満杯", r"已满", r"已滿", r"超过.{0,10}限", r"용량", r"초과",
    r"переполнен", r"boîte .{0,20}pleine",
    r"boite .{0,30}pleine", r"saturée", r"voll\b", r"llen[oa]\b", r"pien[ao]\b", r"cheia\b",
    r"casella .{0,20}pien", r"tele\b.{0,10}postafi",
    # too large
    r"too (?:large|big|long)", r"message size", r"size (?:limit|of)", r"larger than",
    r"maximum (?:\w+ )?size", r"exceeds? (?:the )?max",
    # for now
    r"temporar", r"try (?:again|later|it)", r"\bretry\b", r"try re-?send", r"please re-?send", r"later\b",
    r"tempor", r"tempfail", r"at this time", r"currently (?:not|un|suspend|disab|dis|rejec|inac)",
    r"grey?[- ]?list", r"gr[ae]y ?list", r"postgrey", r"in progress",
    r"not (?:currently|presently|now|yet) (?:accept|avail|receiv|read)", r"overload", r"too busy",
    r"\bbusy\b", r"load average", r"heavy load", r"high load", r"resources",
    r"service (?:unavailable|not available|shutting|is down|currently)", r"maintenance", r"shutting down",
    # suspended, locked: they may come back
    r"suspen[ds]", r"\block(?:ed|out)\b", r"\bfrozen\b", r"\bfroze\b", r"on hold", r"\bpaused\b",
    r"overdue", r"unpaid", r"non-?payment", r"billing",
    # time, network, name service that did not answer
    r"time(?:d)?[- ]?out", r"timed-out",
    r"connect(?:ion|ed)?,? (?:\S+ ){0,6}(?:refused|reset|lost|dropped|closed|timed|failed|terminated|"
    r"aborted|broken|could not|cannot|unsuccessful|died|interrupted)",
    r"(?:could|can|did|was|were|is|un|has)(?:n.t| ?not|able)? (?:be |to |been )?(?:\w+ )?(?:connect|"
    r"establish|contact|respond|reach(?:ed|able)? (?:the )?(?:\w+ )?(?:server|host|mx|system|network))",
    r"(?:is|was|host|server) (?:not |un)reachable",
    r"(?:cannot|unable to|failed to|failure) (?:connect|establish|contact)",
    r"connection (?:to|with) (?:\S+ ){0,4}(?:fail|refus|lost|time)", r"no route", r"unreachable",
    r"not (?:responding|answer|reachable)", r"no (?:answer|response|reply)",
    r"network (?:error|is|problem|unreach)", r"lost connection", r"broken pipe", r"conversation with",
    r"connection error", r"bad connection", r"smtp connection",
    r"queue (?:too|for|time|life)", r"queue too", r"in the queue", r"retention time", r"queue(?:d)? expir",
    r"expir(?:ed|y|ation)",
    r"for (?:the (?:last|past) )?\d+(?:\.\d+)? (?:\w+ )?(?:hour|day|minute|second)s?",
    r"not (?:been )?deliver(?:ed|able)? (?:with)?in", r"retr(?:y|ies) (?:time|limit|count|exceed|timeout)",
    r"retries", r"giv(?:en|ing) up", r"deferr", r"delayed",
    r"name ?server.{0,40}(?:time|fail|problem|did not|not respond|error|down)", r"servfail",
    r"dns (?:server|error|fail|time|problem|query fail|lookup fail|resol)", r"lookup fail",
    r"host name lookup failure", r"name lookup (?:fail|error)", r"resolver error", r"could not resolve",
    # faults of their system
    r"(?:system|internal|local|server|configuration|software|i/o|disk|file|database|ldap|unexpected|"
    r"delivery system|processing|operating system|input/output) (?:\w+ )?(?:error|fail|problem|fault|"
    r"trouble|busy|config)",
    r"config(?:uration)? ?(?:error|problem|fault)", r"misconfig", r"\bloops?\b", r"looping",
    r"too many hops", r"hop count", r"back to (?:me|myself|itself)", r"points to", r"mail loop",
    r"(?:cannot|couldn.t|could not|can not) (?:open|create|write|append|lock|chdir)",
    r"can.t (?:open|create|write|lock|chdir|output)", r"unable to (?:open|create|write|lock|chdir|append)",
    r"permission denied", r"no such file", r"read-?only", r"exit (?:status|code|value)", r"exited",
    r"died on", r"died with", r"signal \d", r"command (?:died|fail|line|time)", r"error writing",
    r"stale nfs", r"can.t find the program",
    # not accepting for now (Outlook 5.2.1? docomo, filters by the person)
    r"refus(?:es?|ed|ing) to (?:accept|receive)",
    r"not accept(?:ing)? (?:any )?(?:mail|messages|e-?mail)s? (?:from|at|right)", r"over ?limit",
    r"receiv(?:ing|e) limit", r"exceeded .{0,40}receiv",
)  # fmt: skip

WEAK = any_of(
    r"not available",
    r"unavailable",
    r"undeliverable",
    r"could not be delivered",
    r"\bfailed\b",
)
