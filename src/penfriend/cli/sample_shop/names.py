"""Names of people in four languages, with a spelling for their address, and where they live."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Home:
    """A country with its people's zone and locale, "
    "and how many of a hundred of that language live there."""

    locale: str
    country: str
    timezone: str
    share: int


@dataclass(frozen=True, slots=True)
class Language:
    """The people of one language, `share` of a hundred contacts; their names as they write them, "
    "and in ASCII."""

    share: int
    homes: tuple[Home, ...]
    domains: tuple[str, ...]
    first: tuple[tuple[str, str], ...]
    last: tuple[tuple[str, str], ...]


def _plain(names: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, name.lower().replace("'", "").replace(" ", "-")) for name in names.split(", "))


def _pairs(names: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, ascii_name) for name, _, ascii_name in (pair.partition("=") for pair in names.split(", "))
    )


LANGUAGES = {
    "en": Language(
        46,
        (
            Home("en_GB", "GB", "Europe/London", 58),
            Home("en_US", "US", "America/New_York", 18),
            Home("en_US", "US", "America/Los_Angeles", 8),
            Home("en_AU", "AU", "Australia/Sydney", 10),
            Home("en_IE", "IE", "Europe/Dublin", 6),
        ),
        ("post.example", "letters.example", "inbox.example"),
        _plain(
            "Eleanor, Amelia, Isla, Grace, Freya, Florence, Harriet, Martha, "
            "Beatrice, Nell, Oliver, Arthur, Henry, Theo, Edward, Callum, "
            "Hugh, Owen, Rhys, Samuel, Priya, Ngozi, Imani, "
            "Wei, Rosalind, Maeve, Declan, Siobhan, Thomasina, Jo"
        ),
        _plain(
            "Ashworth, Barlow, Carter, Dunmore, Ellis, Fairbairn, Gallagher, "
            "Hargreaves, Ibbotson, Jenkins, Kirkwood, Lockett, Marsh, "
            "Newbury, O'Brien, Pemberton, Quayle, Rowntree, Stanhope, Thackeray, "
            "Underhill, Vaughan, Whitlock, Yates, Patel, Okafor, Chen"
        ),
    ),
    "tr": Language(
        20,
        (Home("tr_TR", "TR", "Europe/Istanbul", 94), Home("tr_TR", "DE", "Europe/Berlin", 6)),
        ("kutu.example", "posta.example"),
        _pairs(
            "Çağla=cagla, Işıl=isil, İpek=ipek, Şule=sule, Gülşen=gulsen, "
            "Özge=ozge, Zeynep=zeynep, Elif=elif, Aslı=asli, Defne=defne, "
            "Oğuz=oguz, Ümit=umit, İlker=ilker, Barış=baris, Tuğrul=tugrul, "
            "Emre=emre, Kerem=kerem, Çınar=cinar, Doğan=dogan, Yiğit=yigit"
        ),
        _pairs(
            "Yılmaz=yilmaz, Şahin=sahin, Öztürk=ozturk, Çelik=celik, Aydın=aydin, "
            "Güneş=gunes, Kılıç=kilic, Doğan=dogan, Koç=koc, "
            "Erdoğdu=erdogdu, Işık=isik, Bulut=bulut, Taş=tas, Ünal=unal, Karaca=karaca"
        ),
    ),
    "ar": Language(
        17,
        (
            Home("ar_SA", "SA", "Asia/Riyadh", 45),
            Home("ar_EG", "EG", "Africa/Cairo", 35),
            Home("ar_AE", "AE", "Asia/Dubai", 20),
        ),
        ("barid.example", "sanduq.example"),
        _pairs(
            "ليلى=layla, مريم=maryam, فاطمة=fatima, نور=nour, هدى=huda, "
            "سلمى=salma, ريم=reem, دانة=dana, أمينة=amina, ياسمين=yasmin, "
            "أحمد=ahmad, محمد=mohammad, يوسف=yousef, خالد=khaled, عمر=omar, "
            "طارق=tareq, سامي=sami, زياد=ziad, حسن=hasan, بدر=badr"
        ),
        _pairs(
            "العتيبي=alotaibi, الحربي=alharbi, المصري=almasri, حداد=haddad, "
            "نجار=najjar, منصور=mansour, سليمان=suleiman, الشامي=alshami, "
            "عبد الرحمن=abdelrahman, القاسم=alqasim, فوزي=fawzi, "
            "شاهين=shaheen, الدوسري=aldosari, زيدان=zidan"
        ),
    ),
    "pl": Language(
        17,
        (Home("pl_PL", "PL", "Europe/Warsaw", 90), Home("pl_PL", "GB", "Europe/London", 10)),
        ("poczta.example", "skrzynka.example"),
        _pairs(
            "Świętosława=swietoslawa, Łucja=lucja, Małgorzata=malgorzata, Zofia=zofia, "
            "Żaneta=zaneta, Agnieszka=agnieszka, Hanna=hanna, "
            "Róża=roza, Elżbieta=elzbieta, Jadwiga=jadwiga, Łukasz=lukasz, "
            "Paweł=pawel, Michał=michal, Stanisław=stanislaw, Jędrzej=jedrzej, "
            "Grzegorz=grzegorz, Wojciech=wojciech, Błażej=blazej, Tomasz=tomasz, Jan=jan"
        ),
        _pairs(
            "Wiśniewska=wisniewska, Wójcik=wojcik, Kowalczyk=kowalczyk, "
            "Zieliński=zielinski, Szymańska=szymanska, Woźniak=wozniak, "
            "Dąbrowska=dabrowska, Kozłowski=kozlowski, Mazur=mazur, Krawczyk=krawczyk, "
            "Pająk=pajak, Źródłowska=zrodlowska, Gołąb=golab, "
            "Brzęczyszczykiewicz=brzeczyszczykiewicz"
        ),
    ),
}
"""By language code; the shares come to a hundred."""

LONG_NAMES = (
    ("Wilhelmina Alexandrina Constance", "Featherstonehaugh-Cholmondeley", "w.a.c.featherstonehaugh"),
    ("عبد الرحمن بن عبد العزيز بن عبد الله", "المنصوري الهاشمي الأندلسي", "abdulrahman.almansouri"),
    (
        "Konstantynopolitańczykowianeczka Anna",
        "Brzęczyszczykiewicz-Chrząszczewska",
        "k.a.brzeczyszczykiewicz",
    ),
    ("Muvaffakiyetleştiricileştirilen Nur", "Çekoslovakyalılaştıroğulları", "m.n.cekoslovakyali"),
)
"""People with long names: first name, last name, address. They try whether a letter keeps its width."""
