"""Words of a refusal that is about us: reputation, authentication, content, rate, the sender's address.

The classes are those that the servers named in the comments document or were seen to use.
"""

from __future__ import annotations

from penfriend.delivery.reports.any_of import any_of

SURE = any_of(
    # spam and viruses: SpamAssassin, Barracuda, Cloudmark, Proofpoint, Gmail, Outlook, Mail.ru, Yandex
    r"\bspam(?!\w*@)", r"\bjunk\b", r"unsolicited", r"\bvirus(?!wall)", r"malware", r"phish", r"\bspoof",
    r"\bbulk e?mail",
    r"suspicious", r"\bmalicious", r"\bfraud", r"message content",
    r"content (?:of (?:this|your|the) message|reject|filter|restrict|denied|not accept)",
    r"banned", r"forbidden (?:content|attach|file)",
    r"attachment.{0,40}(?:type|not |block|reject|prohib|virus|remov)",
    r"(?:blocked|illegal|infected|dangerous|prohibited|password) .{0,20}attachment", r"executable",
    r"\bpoison",
    # lists and reputation: Spamhaus and its like, Microsoft S3140, Yahoo TSS, GMX, T-Online, Orange, free.fr
    r"black[- ]?list", r"block[- ]?list", r"deny[- ]?list", r"\bdnsbl", r"\brbls?\b", r"\bzen\.",
    r"spamhaus", r"spamcop", r"sorbs\b", r"senderscore", r"abuseat", r"uceprotect", r"barracudacentral",
    r"reputation", r"\bblocked (?:using|by|for|due|because|from)",
    r"(?:ip|host|domain|client|server|network|sender|message|mail|connection|transaction|you(?:'re|"
    r" are)?) (?:\S+ ){0,4}(?:is |are |has been |have been |was |were )?(?:\w+ )?(?:blocked|banned|listed|"
    r"blacklisted)",
    r"(?<!not )listed (?:in|at|on|by)", r"user complaints", r"unexpected volume", r"poor sending",
    r"\babus(?:e|ive)\b", r"\btss0\d", r"\bs3\d{3}\b", r"\bofr\w{0,8}_(?!41)\d",
    # authentication: SPF, DKIM, DMARC, PTR, HELO, TLS
    r"\bspf\b", r"\bdkim\b", r"\bdmarc\b", r"sender[- ]?id\b", r"domain ?keys", r"sender policy",
    r"\bptr\b", r"reverse (?:dns|lookup|ip|map|address|host|mapping|entry)", r"\brdns\b",
    r"unauthenticated", r"authentication (?:failed|required|check|information|result)", r"authenticat",
    r"\b(?:helo|ehlo)\b", r"cannot (?:find|resolve) your (?:host|ip|reverse|domain)",
    r"(?:resolve|lookup|hostname for) your (?:ip|host)",
    r"starttls", r"\btls\b", r"encrypt", r"\bbatv\b", r"prvs", r"bounce address tag", r"forge[ds]?\b",
    r"forgery", r"impersonat",
    # the sender, relaying
    r"(?:sender|from|return[- ]path|envelope from|mail ?from)(?: (?:e-?mail )?(?:address|domain|host|"
    r"header|verify|verification|callout|callback))? ?(?:@ ?|: ?)?(?:is |was |"
    r"has been )?(?:\w+ ){0,2}(?:reject|denied|refused|invalid|unknown|verif|not (?:allow|exist|found|"
    r"valid|accept|list|permit)|does not|doesn.t|fail|block|bad|could not|couldn.t|must|unroutable|"
    r"misconfig|missing)",
    r"(?:bad|invalid|unknown|unverified|unresolvable|rejected|unauthori[sz]ed|blocked|denied|restricted|"
    r"refused) (?:envelope )?sender",
    r"domain of (?:the )?sender", r"sender.{0,20}domain", r"\bfrom (?:domain|address)",
    r"invalid domain .{0,30}from", r"mail from(?=:| command)",
    r"verification failed for", r"rule imposed",
    r"relay(?:ing|ed)?(?: \w+){0,3} (?:denied|not|prohib|refus|reject|block|disallow|access|forbid|"
    r"operation)",
    r"(?:not|unable|denied|no|cannot|can.t|refus\w*|prohibited|attempt\w*|we do(?: not|"
    r"n.t)) (?:\w+ ){0,3}relay",
    r"open relay", r"relaying", r"rejected .{0,20}sender",
    r"not (?:a )?(?:member|authori[sz]ed|permitted|allowed) to (?:send|post|submit|relay|e?mail|access|"
    r"deliver)",
    r"(?:don.t|do not|not|are not|isn.t|is not) (?:have )?(?:permission|privilege|authori[sz]ed|allowed|"
    r"permitted)",
    r"without permission", r"not on (?:the )?(?:recipient|allow|white|guest)", r"white[- ]?list",
    r"no (?:\w+ )?permission",
    # rates
    r"too many (?:connections|messages|mails|e-?mails|recipients|sessions|concurrent|errors|invalid|"
    r"unknown|bad|hits|requests|mail|smtp|rcpt|destinations|wrong|failed|emails)",
    r"rate[- ]limit", r"\brate\b.{0,30}(?:exceed|limit|excessive)", r"throttl",
    r"(?:sending|connection|hourly|daily|send) (?:limit|rate|quota)s?", r"(?:message|mail) rate",
    r"\bfrequen(?:cy|t(?:ly)? )", r"receiving mail too",
    r"exceeded (?:the|your|its) (?:hourly|daily|sending|rate)", r"concurrent",
    # form: RFC 5322, headers, duplicates
    r"\brfc[ -]?(?!822\b|3464\b|1891|1892|1894|7505)\d{3,4}",
    r"\b(?:multiple|duplicate|missing|invalid|malformed) (?:\w+ )?(?:header|from|to|date|message-id)\b",
    r"headers? (?:too|limit)", r"line (?:too long|length)", r"bare (?:lf|cr|linefeed)", r"8-?bit",
    r"smtputf8", r"syntax error.{0,20}(?:sender|command|helo|mail)",
)  # fmt: skip

WEAK = any_of(
    r"policy", r"policies", r"security", r"access denied", r"\bdenied\b", r"\bblocked\b", r"prohibited",
    r"not (?:allowed|permitted|authori[sz]ed|welcome)", r"\brefused\b(?! to connect)",
    r"\breject(?:ed|s|ion)?\b",
    r"restrict(?:ed|ion)", r"\bfilter", r"administrat(?:ive|or)", r"content", r"violat", r"unacceptable",
    r"(?:do|does) not (?:like|accept|want)", r"\bgo away\b", r"protocol error", r"syntax error",
    r"transaction failed", r"deliver(?:y)? not authori",
)  # fmt: skip
