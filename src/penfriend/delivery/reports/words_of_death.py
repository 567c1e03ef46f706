"""Words of a refusal that says the address is dead, in the languages of the large providers."""

from __future__ import annotations

from penfriend.delivery.reports.any_of import any_of

_WHO = (
    r"(?:users?|recipients?|mail ?box(?:es)?|accounts?|addressee?s?|address(?:es)?|alias(?:es)?|person|"
    r"customer|subscriber|member|employee|login|local[- ]?part|mailbox name|user ?name|e-?mail|inbox|id|"
    r"name|team|group)"
)

UNKNOWN = any_of(
    # nobody of that name: Postfix, Sendmail, Exim, qmail, Exchange, Gmail, Yahoo, AOL, GroupWise, MDaemon
    rf"(?:unknown|no such|no local|invalid|non-?exist[ea]nt|nonexistant|undefined|unrecogni[sz]ed|"
    rf"incorrect|illegal|wrong|inexistent|no valid|bad|obsolete|not a valid|not valid|inactive|disabled|"
    rf"deactivated|expired|discontinued|deleted|unable to find|cannot find|can.t find|could not find|"
    rf"couldn.t find|do(?:es)? not have(?: an?)?|don.t have(?: an?)?|have no|has no|"
    rf"no) (?:\w+ ){{0,2}}{_WHO}\b(?! (?:name|server|domain|format|from|sender))",
    rf"\b{_WHO}\b[^.;!?]{{0,100}}?\b(?:unknown|not (?:be )?(?:found|located)|(?:does|do|did)(?: not|n.t|"
    rf"nt) (?:\w+ )?exist|not exist|doesn.t have|does not have|non-?exist[ea]nt|not (?:an? )?(?:valid|"
    rf"known|existing|recogni[sz]ed|local|registered|active|legal|real|live|listed|legitimate|current|"
    rf"present)\b|no (?:longer|more)|not (?:recogni[sz]e|match|present|exist|handled|hosted|listed|known|"
    rf"valid|registered|defined|configured|active|live|assigned|identif)|invalid|inactive|inexistent|"
    rf"deactivated|disabled|disable\b|discontinued|deleted|removed|closed|terminated|cancell?ed|"
    rf"unregistered|has (?:been )?left|is dead|abandoned|wrong|no such)",
    r"requested action not taken: (?:mailbox unavailable|no such user)", r"user ?unknown",
    r"unknown[- ]user", r"unknownuser", r"unknown_user", r"nosuchuser", r"no_such_user", r"no-such-user",
    r"recipnotfound", r"recipientnotfound", r"resolver\.adr", r"adr\.recip", r"no account by that name",
    r"by that name", r"no one (?:here|by)", r"nobody by", r"isn.t (?:a|any) (?:valid|known)",
    r"not our customer", r"not our user", r"not known (?:here|at)", r"unknown (?:here|at this)",
    r"no such (?:person|one|guy|place|local|name|destination)", r"(?:not|isn.t) listed in",
    r"not in (?:the |our )?(?:directory|domino|address book|database|virtual)",
    r"not a (?:known|valid|local|registered|current) (?:\w+ )?(?:user|recipient|mailbox|address|account|"
    r"person|name|customer|domain)",
    r"no mail ?(?:box|drop|host)",
    r"doesn.?t (?:seem to )?(?:have|exist)", r"does not (?:seem to )?exist", r"do not exist",
    r"does not have an? \S+ account",
    r"no longer (?:\w+ )?(?:valid|exist|available|active|here|at|with|work|in use|on|use|accept|a(?:n)? |"
    r"monitored|employ|associated|being|reach|be)",
    r"not longer", r"has (?:left|moved|changed)", r"have (?:left|moved)", r"user (?:has )?moved",
    r"moved to", r"moved; please", r"moved, please", r"(?:address|user) (?:has )?changed",
    r"has been (?:deleted|removed|disabled|deactivated|closed|terminated|discontinued|retired|cancel)",
    r"is (?:inactive|deactivated|disabled|discontinued|closed|retired)",
    r"(?:mailbox|account|user|address|recipient)[^.;]{0,20} disabled",
    r"not found by smtp", r"recipient not found", r"address(?:ee)? not found", r"not a valid mailbox",
    r"cannot be found", r"can.t be found", r"couldn.t be found", r"could not be found", r"wasn.t found",
    r"not be found", r"invalid address", r"bad destination", r"bad address", r"unrout(?:e)?able",
    r"unroutable", r"address error", r"unknown address", r"unknown recipient", r"no recipients?",
    r"bad recipient", r"bad mailbox", r"all recipients (?:failed|invalid)",
    r"recipient (?:name )?is not recogni[sz]ed",
    r"destination (?:mailbox|address) (?:\w+ )?(?:unknown|invalid|disabled)",
    r"(?:address|recipient) (?:was )?(?:misspelled|mistyped)",
    # nobody of that name, in other languages
    r"utilisateur (?:\S+ )?inconnu", r"destinataire (?:\S+ )?inconnu",
    r"adresse (?:\S+ ){0,3}(?:inconnue|inexistante|invalide|n.existe)", r"n.existe (?:pas|plus)",
    r"compte (?:\S+ )?(?:inconnu|ferm)",
    r"(?:empfänger|benutzer|adresse|postfach|konto)[^.;]{0,40}(?:unbekannt|nicht gefunden|existiert nicht|"
    r"nicht vorhanden|ungültig|deaktiviert|gesperrt|gelöscht)",
    r"nicht bekannt", r"kein (?:solcher )?(?:benutzer|empfänger|postfach)", r"existiert nicht",
    r"unbekannt",
    r"no existe", r"usuario desconocido",
    r"usuario (?:\S+ )?(?:no encontrado|inexistente|inv[aá]lido|inactivo)",
    r"destinatario (?:\S+ )?(?:desconocido|inexistente|sconosciuto|no v[aá]lido)",
    r"cuenta (?:\S+ ){0,3}(?:inexistente|inv[aá]lida|desactivada|cancelada|inhabilitada|deshabilitada)",
    r"usu[aá]rio (?:\S+ ){0,3}(?:desconhecido|inexistente|inv[aá]lido|n[aã]o (?:existe|encontrado))",
    r"n[aã]o existe", r"destinat[aá]rio (?:\S+ ){0,3}(?:inexistente|desconhecido|inv[aá]lido|n[aã]o)",
    r"conta (?:\S+ ){0,3}(?:inexistente|desativada|inv[aá]lida|cancelada|encerrada)",
    r"utente (?:\S+ ){0,3}(?:sconosciuto|inesistente|non)", r"nessun utente",
    r"casella (?:\S+ ){0,3}(?:inesistente|non (?:esiste|valida|attiva))",
    r"indirizzo (?:\S+ ){0,3}(?:inesistente|non valido|errato)", r"non esiste",
    r"gebruiker (?:\S+ )?onbekend", r"onbekende? (?:gebruiker|adres)", r"bestaat niet",
    r"ok[aä]nd (?:användare|mottagare)", r"finns inte", r"ukendt (?:bruger|modtager)", r"findes ikke",
    r"ukjent (?:bruker|mottaker)", r"nieznany (?:u[zż]ytkownik|adres|odbiorca)", r"nie istnieje",
    r"nie ma takiego", r"neexistuje", r"nezn[aá]m[yý]", r"nem l[eé]tez", r"ismeretlen", r"bilinmeyen",
    r"bulunamad", r"bulunmamakta", r"kullan[iı]c[iı] (?:yok|bulun)", r"mevcut de[gğ]il",
    r"не существует", r"не найден", r"неизвестн", r"нет такого", r"удал[её]н", r"не існує",
    r"невідом", r"見つかりません", r"存在しません", r"宛先不明", r"ユーザー?不明", r"無効",
    r"不存在", r"无此用户", r"無此", r"用户不", r"收件人(?:不|邮件地址|地址)", r"找不到",
    r"没有找到", r"查無", r"地址错误", r"无效", r"존재하지", r"없는 (?:사용자|계정|주소)",
    r"알 수 없는", r"수신자를? 찾을 수", r"없습니다", r"휴면 계정",
)  # fmt: skip

GONE = any_of(
    # the domain: RFC 7505 (null MX), qmail, Postfix, Exim, Sendmail, Gmail
    r"nxdomain",
    r"domain (?:name )?(?:\S+ ){0,3}(?:not (?:be )?(?:found|exist|valid|registered)|does ?n[o'’]t exist|"
    r"doesn.t exist|unknown|nonexist|invalid|couldn.t be found|could not be found)",
    r"(?:unknown|no such|invalid|nonexistent|non-existent|bad|expired) (?:mail )?(?:domain|host)",
    r"host (?:name )?(?:\S+ ){0,3}(?:not found|unknown|does not exist|invalid|is not valid|not exist)",
    r"host not found", r"unknown host", r"couldn.t find any host",
    r"could ?n[o']t find (?:any )?(?:host|a mail|domain|mx|an mx|the domain)", r"no (?:such )?host",
    r"no mx", r"no (?:mail )?exchanger", r"no a(?:aaa)? record", r"unrouteable (?:mail )?domain",
    r"illegal host", r"null ?mx", r"does not accept (?:any )?(?:e?mail|smtp)(?! (?:from|for|message))",
    r"(?:domain|host|server) (?:\S+ )?does(?: not|n.t) (?:accept|receive) (?:e-?)?mail(?! (?:from|for|"
    r"message))",
    r"doesn.t (?:accept|receive) (?:any )?(?:e-?)?mail(?! (?:from|for|message))",
    r"all relevant mx records point to non-existent",
    r"name or service not known", r"no relevant answers",
    r"dns (?:server returned answer with no data|hard|domain)", r"bad destination (?:host|system)",
    r"domain not (?:in|hosted|found)", r"no address associated",
    r"name service error.{0,80}host (?:not )?found", r"(?:smtp|mail) service does not exist",
    r"hostname is not found",
    # directories: Domino, Exchange, GroupWise, and Gmail's own words
    r"not listed in (?:\S+ ){0,3}(?:directory|address book|name & address|name and address)",
    r"(?:directory|name & address book|name and address book) .{0,20}not listed",
    r"domino .{0,10}には見つかりません",
    r"unrout(?:e)?able (?:address|mail)", r"resolver\.adr", r"adr\.recip", r"recipnotfound",
    r"recipient name is not recogni[sz]ed", r"recipient not found by smtp",
    r"unknown recipient.{0,40}mse?xch", r"invalid final delivery user ?id",
    r"no matches to nameserver query",
    r"\*\* address not found \*\*", r"because the address couldn.t be found",
    r"(?:e-?mail )?address (?:that )?you entered couldn.t be found", r"wasn.t found at",
    r"an mx or srv record indicated no smtp service",
)  # fmt: skip

DISABLED = any_of(r"disabled|inactiv|deactivat|not active|\bdormant|discontinued")
