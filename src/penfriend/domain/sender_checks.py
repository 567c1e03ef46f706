"""What receivers see of a sender in the DNS: SPF, DKIM, DMARC, the return path and reverse names, each with
what to publish.

A DNS that does not answer is never a failure of the records: it is said, and nothing is concluded.
"""

from __future__ import annotations

from collections.abc import Sequence

from penfriend.domain.checkup import Finding, Level, Record
from penfriend.domain.dkim import Dkim
from penfriend.domain.dkim_record import PublicHalf, fault_of, is_testing
from penfriend.domain.dmarc import Policy, aligned, discover, report_targets
from penfriend.domain.names import Answer, Found, Names, is_below
from penfriend.domain.spf import MOST_LOOKUPS, MOST_VOIDS, Spf, walk_spf

AREA = "dns"
_ASK_AGAIN = "Ask again later, or another name server with --resolver."
_PUBLISH = "Publish the record below."


def check_spf(domain: str, names: Names, proposal: str) -> Finding:
    """SPF of the envelope's domain; `proposal` is the record to publish where there is none."""
    subject, spf = f"SPF of {domain}", walk_spf(domain, names)
    if spf.unknown and not spf.errors:
        return _unknown(subject, spf.unknown)
    if not spf.records:
        advice = f"{_PUBLISH} Your relay or provider says what it wants in it, often an include."
        record = Record(domain, "TXT", proposal)
        return Finding(AREA, subject, Level.FAIL, "there is no record", advice, record)
    if len(spf.records) > 1:
        found = f"there are {len(spf.records)} records, so receivers take none"
        return Finding(AREA, subject, Level.FAIL, found, "Make one record of them.")
    return _judge_spf(subject, spf)


def _judge_spf(subject: str, spf: Spf) -> Finding:
    (record,) = spf.records
    fault = next(iter(spf.errors), None)
    advice = "Correct it: receivers take the whole record for none."
    if spf.lookups > MOST_LOOKUPS:
        fault = f"following it takes more than {MOST_LOOKUPS} questions, so receivers give up"
        advice = "Take out an include that you do not need, or write its addresses as ip4: and ip6:."
    elif fault is None and len(spf.voids) > MOST_VOIDS:
        names = ", ".join(spf.voids)
        fault = f"{len(spf.voids)} names in it stand for nothing ({names}), so receivers give up"
        advice = "Take those names out."
    if fault is not None:
        return Finding(AREA, subject, Level.FAIL, f"{fault}: {record}", advice)
    if spf.ends == "+":
        found = f"it ends in +all and lets everybody send: {record}"
        return Finding(AREA, subject, Level.FAIL, found, "Let it end in ~all or -all.")
    if spf.ends not in ("-", "~"):
        found = f"it does not end in -all or ~all, and so refuses nobody: {record}"
        return Finding(AREA, subject, Level.WARN, found, "Let it end in ~all or -all.")
    return Finding(AREA, subject, Level.OK, f"{spf.lookups} of {MOST_LOOKUPS} questions: {record}")


def check_dkim(dkim: Dkim, half: PublicHalf | str, names: Names) -> Finding:
    """The record of a key that signs; `half` is its public half, or why the key cannot be read."""
    subject = f"DKIM {dkim.record}"
    if isinstance(half, str):
        advice = "Correct `dkim` of the campaign files: until then no mail leaves."
        return Finding(AREA, subject, Level.FAIL, f"the key cannot sign: {half}", advice)
    publish, answer = Record(dkim.record, "TXT", half.record), names.texts(dkim.record)
    if answer.found is Found.UNKNOWN:
        return _unknown(subject, answer.why)
    if answer.found is Found.NONE:
        return Finding(AREA, subject, Level.FAIL, "there is no record", _PUBLISH, publish)
    if fault := fault_of(answer.records, half):
        advice = "Publish the record below in its place, or under a new selector."
        return Finding(AREA, subject, Level.FAIL, fault, advice, publish)
    if is_testing(answer.records):
        found = "t=y asks receivers to take the mail for unsigned"
        return Finding(AREA, subject, Level.WARN, found, "Take t=y out once you are sure.")
    return Finding(AREA, subject, Level.OK, f"the record has the {half.kind} key that signs here")


def check_dmarc(sender: str, names: Names, reports_to: str, related: Sequence[str] = ()) -> Finding:
    """The policy that holds for mail from `sender`, a domain. Where there is none, one is proposed, with
    reports to the address `reports_to`, at the highest of the `related` domains above it: below that one,
    it would part the two (RFC 9989 4.10)."""
    subject, dmarc = f"DMARC of {sender}", discover(sender, names)
    if dmarc.unknown:
        return _unknown(subject, dmarc.unknown)
    if dmarc.twice:
        found = f"_dmarc.{dmarc.twice} has several records, so receivers take none"
        return Finding(AREA, subject, Level.FAIL, found, "Leave one of them.")
    if dmarc.policy is None:
        place = min((one for one in (sender, *related) if is_below(sender, one)), key=len)
        record = Record(f"_dmarc.{place}", "TXT", f"v=DMARC1; p=none; rua=mailto:{reports_to}")
        advice = f"{_PUBLISH} Large receivers want one. Once the reports are good, p=quarantine."
        return Finding(AREA, subject, Level.FAIL, "there is no record", advice, record)
    return _judge_policy(subject, sender, dmarc.policy, names)


def _judge_policy(subject: str, sender: str, policy: Policy, names: Names) -> Finding:
    wanted = policy.wanted_of(sender)
    found = f"p={wanted} by _dmarc.{policy.domain}: {policy.record}"
    if not policy.tags or wanted not in ("none", "quarantine", "reject"):
        advice = "Write p=none, p=quarantine or p=reject, with ; between the tags."
        return Finding(AREA, subject, Level.FAIL, f"receivers cannot read it: {policy.record}", advice)
    targets = report_targets(policy)
    if not targets:
        advice = "Add rua=mailto: and an address, so that receivers report who sends in your name."
        return Finding(AREA, subject, Level.WARN, found, advice)
    for target in targets:
        if not (is_below(target, policy.domain) or is_below(policy.domain, target)):
            # RFC 9990 4: else anybody could have anybody flooded with reports
            consent = f"{policy.domain}._report._dmarc.{target}"
            if names.texts(consent).found is Found.NONE:
                advice = f"The owner of {target} publishes the record below, or take another address."
                told = f"{found}; {target} has not said that it takes the reports"
                return Finding(AREA, subject, Level.WARN, told, advice, Record(consent, "TXT", "v=DMARC1"))
    return Finding(AREA, subject, Level.OK, found)


def check_alignment(sender: str, return_path: str, signers: Sequence[str], names: Names) -> Finding:
    """Whether what SPF and DKIM prove is the domain that people read in From. `signers` are the domains of
    the keys that sign its mail here; none where somebody else may."""
    subject, dmarc = f"Alignment of {sender}", discover(sender, names)
    if dmarc.unknown:
        return _unknown(subject, dmarc.unknown)
    policy = dmarc.policy
    strict_spf, strict_dkim = (policy is not None and policy.is_strict(tag) for tag in ("aspf", "adkim"))
    by_path = aligned(sender, return_path, strict=strict_spf, names=names)
    signing = [one for one in signers if aligned(sender, one, strict=strict_dkim, names=names)]
    path = f"the return path ({return_path}) {'is' if by_path else 'is not'} aligned"
    if signing:
        return Finding(AREA, subject, Level.OK, f"DKIM (d={signing[0]}) is aligned, {path}")
    if signers:
        found = f"DKIM (d={', '.join(signers)}) is not aligned, {path}"
        advice = f"Sign with a key of {sender}{' itself: adkim=s asks for it' if strict_dkim else ''}."
        return Finding(AREA, subject, Level.WARN if by_path else Level.FAIL, found, advice)
    found = f"nothing signs here, {path}"
    advice = (
        f"See in a mail that has arrived whether your relay or provider signs with d={sender}; "
        "else make a key (docs/operations.md, DKIM)."
    )
    return Finding(AREA, subject, Level.WARN, found, advice)


def check_return_path(domain: str, names: Names) -> Finding:
    """Whether bounces find a way back."""
    subject, answer = f"Return path {domain}", names.exchanges(domain)
    advice = "Give it an MX record with the host that takes your bounces."
    if answer.found is Found.UNKNOWN:
        return _unknown(subject, answer.why)
    if answer.records == ("",):
        return Finding(AREA, subject, Level.FAIL, "its MX says that it takes no mail (RFC 7505)", advice)
    if answer.found is Found.SOME:
        return _judge_exchanges(subject, answer, names)
    address = names.addresses(domain)
    if address.found is Found.UNKNOWN:
        return _unknown(subject, address.why)
    if address.found is Found.SOME:
        return Finding(AREA, subject, Level.WARN, "there is no MX, only an address", advice)
    found = "neither MX nor address: bounces are lost, and receivers may refuse the mail"
    return Finding(AREA, subject, Level.FAIL, found, advice)


def _judge_exchanges(subject: str, answer: Answer, names: Names) -> Finding:
    hosts = ", ".join(answer.records)
    lost = [host for host in answer.records if names.addresses(host).found is Found.NONE]
    if not lost:
        return Finding(AREA, subject, Level.OK, f"MX {hosts}")
    level = Level.FAIL if len(lost) == len(answer.records) else Level.WARN
    found = f"MX {hosts}, and {', '.join(lost)} has no address"
    return Finding(AREA, subject, level, found, "Correct the MX record, or give the host an address.")


def check_reverse(address: str, names: Names) -> Finding:
    """Whether an address has a name, and the name the address."""
    subject, answer = f"Reverse name of {address}", names.names_of(address)
    advice = "Ask whoever runs that address for a PTR record whose name has the same address."
    if answer.found is Found.UNKNOWN:
        return _unknown(subject, answer.why)
    if answer.found is Found.NONE:
        return Finding(AREA, subject, Level.FAIL, "there is none, and many receivers refuse that", advice)
    for name in answer.records:
        forward = names.addresses(name)
        if forward.found is Found.UNKNOWN:
            return _unknown(subject, forward.why)
        if address in forward.records:
            return Finding(AREA, subject, Level.OK, f"{name}, which has that address")
    found = f"{', '.join(answer.records)}, which does not have that address"
    return Finding(AREA, subject, Level.FAIL, found, advice)


def _unknown(subject: str, why: str) -> Finding:
    return Finding(AREA, subject, Level.WARN, f"cannot be told: {why}", _ASK_AGAIN)
