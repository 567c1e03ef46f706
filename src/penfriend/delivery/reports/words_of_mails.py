"""What a mail is by its subject and its sender: refusals of before RFC 3464, delays, answers by machines,
receipts, challenges. Regular expressions for text in lower case and one line."""

from __future__ import annotations

from penfriend.delivery.reports.any_of import any_of

DAEMON = any_of(r"mailer[-_. ]?daemon", r"mail ?delivery", r"delivery ?(?:subsystem|system)")
"""Who writes refusals and nothing else."""

SYSTEM = any_of(
    # who writes refusals beside other things
    r"post[-_. ]?master", r"poostmaster", r"mail ?deliver ?system",
    r"delivery ?agent", r"mail ?(?:system|administrator|server)", r"\bmta\b", r"mmdf",
    r"bounce", r"administrator", r"\bsmtp\b", r"mdaemon", r"internet mail", r"microsoft ?exchange",
    r"email engine",
)  # fmt: skip

FAILURE = any_of(
    # the subject of a refusal
    r"undeliver(?:able|ed|y)", r"non[- ]?deliver(?:y|able)", r"not deliver(?:ed|able)",
    r"return(?:ed|ing)? (?:to sender|(?:e-?)?mail|message)", r"failure", r"failed[ :]", r"bounce",
    r"deliver(?:y)?[ _-]?(?:status|fail|error|problem|report|notification|has failed|attempt|was not|"
    r"not poss|refused)",
    r"mail[ _-]?(?:delivery|system error|error|could not|not deliver|undeliver|returned)",
    r"(?:message|mail|e-?mail) (?:\S+ ){0,4}(?:fail|could not|not |un|error|return|reject|blocked|refused)",
    r"(?:unknown|invalid) (?:user|address|recipient|account)", r"user unknown", r"rejected",
    r"permanent error", r"error (?:in|sending|deliver)",
    r"unzustellbar", r"nicht zugestellt", r"zustell\w*fehl", r"fehlgeschlagen", r"non remis",
    r"non distribu", r"[ée]chec", r"retour (?:de|d')", r"no se (?:pudo|ha podido)", r"no entregado",
    r"devuelto", r"\bfallo\b", r"n[aã]o entregue", r"mancata consegna", r"impossibile", r"onbestelbaar",
    r"недоставл", r"не доставлен", r"退信", r"退回",
    r"配信", r"送信", r"返送", r"エラー", r"반송", r"배달",
)  # fmt: skip

FAILED = any_of(
    # said beside a mail that is returned: a refusal, whatever its subject
    r"(?:could|can|was|were|did)(?: ?not|n't) (?:be )?(?:deliver|reach|sent)", r"undeliver", r"not delivered",
    r"deliver\w* (?:has |have )?(?:fail|error|problem)", r"unable to deliver",
    r"(?:user|mailbox|recipient)\w* (?:\w+ )?(?:unknown|full|not found)", r"送信できません",
    r"配信できません", r"届けられません",
)  # fmt: skip

DELAY = any_of(
    r"(?:delivery|message|mail)s? (?:\S+ ){0,4}delay", r"\bdelayed\b",
    r"(?:could not|cannot|couldn't) (?:be )?(?:send|sent|deliver\w*)(?: message)? for (?:past|the last|over)",
    r"warning:? (?:could not|message|mail)", r"do not need to re-?send", r"not yet been delivered",
    r"still (?:trying|being retried|in the queue|undelivered)",
    r"will (?:continue|keep|still|be) (?:to )?(?:be )?(?:try|retr|attempt)",
    r"this is (?:just )?a (?:warning|delay)", r"temporary (?:delivery )?(?:delay|warning)",
)  # fmt: skip

GIVEN_UP = any_of(
    # a delay that came to its end
    r"permanent(?:ly)? (?:error|fail|fatal)", r"fail(?:ed|ure) permanently", r"giv(?:en|ing) up",
    r"has been (?:returned|removed from the queue)", r"could not be delivered", r"not going to try",
    r"no further", r"unable to deliver", r"undeliverable", r"was not delivered", r"returned to sender",
    r"did not reach",
)  # fmt: skip

RECEIPT = any_of(
    r"^(?:read|delivered|return receipt|gelesen|lu|le[ií]do|letto|lida|gelezen|relayed|successful)\s*[:(]",
    r"^(?:read|return) receipt", r"disposition notification", r"successful(?:ly)? (?:mail )?deliver",
    r"delivery (?:status notification \((?:success|relay)|receipt|confirmation)", r"lesebestätigung",
    r"empfangsbestätigung",
)  # fmt: skip

AUTO_REPLY = any_of(
    r"\bout of (?:the )?office", r"\bauto(?:matic|mated)?[ -]?(?:reply|response|answer|responder|respons\b)",
    r"automated generated reply", r"\bauto[- ]?re(?:ply|sponse)", r"\bon (?:vacation|holiday|leave)\b",
    r"\bvacation\b", r"\baway (?:from|until)", r"\bi am (?:away|out)\b",
    r"\b(?:annual|maternity|parental|sick) leave", r"\babwesen\w*", r"automatische (?:antwort|r[ée]ponse)",
    r"r[ée]ponse automatique", r"\babsen(?:t|ce)\b", r"respuesta autom[aá]tica",
    r"fuera de (?:la )?oficina", r"resposta autom[aá]tica", r"\bf[eé]rias\b", r"risposta automatica",
    r"fuori (?:sede|ufficio)", r"automatisch antwoord", r"\bafwezig\w*", r"\bautosvar", r"fr[aå]nvaro",
    r"automatick[aá]", r"automatyczna", r"autoodpowied[zź]", r"poza biurem", r"otomatik (?:yan[ıi]t|cevap)",
    r"thank you for (?:your (?:e-?mail|message)|contacting)", r"ticket (?:received|created|#)",
    r"(?:case|request) (?:received|created)", r"автоответ", r"автоматическ\w+ ответ",
    r"自動返信", r"自動応答", r"不在", r"自动回复", r"自動回覆", r"자동 ?(?:응답|회신)", r"부재",
)  # fmt: skip

CHALLENGE = any_of(
    r"(?:confirm|verify) (?:that )?(?:you are|you're|your (?:message|e-?mail|identity))",
    r"are you (?:a )?(?:human|real|person)", r"challenge[- /]response", r"spam ?arrest", r"boxbe",
    r"(?:click|reply).{0,80}to (?:deliver|release|prove|authenticate|be added)",
    r"action required to deliver", r"waiting list", r"awaiting (?:your )?(?:verification|confirmation)",
    r"added? (?:you )?to .{0,30}(?:guest|allow|approved) list",
)  # fmt: skip
