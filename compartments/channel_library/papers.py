"""The papers that the channels of the library come from."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "CONNOR_1977",
    "DESTEXHE_1996",
    "DESTEXHE_1998",
    "HAY_2011",
    "HODGKIN_HUXLEY_1952",
    "KOLE_2006",
    "MAGEE_1998",
    "MAINEN_SEJNOWSKI_1996",
    "MIGLIORE_1995",
    "MIGLIORE_1999",
    "MOCZYDLOWSKI_LATORRE_1983",
    "PINSKY_RINZEL_1994",
    "POIRAZI_2003",
    "POSPISCHIL_2008",
    "REUVENI_1993",
    "TRAUB_MILES_1991",
    "YAMADA_1989",
    "Paper",
]


@dataclass(frozen=True)
class Paper:
    """A publication.

    Attributes
    ----------
    authors : str
        Family names.
    year : int
        Year of publication.
    journal : str
        Journal with volume and pages, or book and publisher.
    doi : str
        Digital object identifier; empty where there is none.

    Examples
    --------
    >>> print(HODGKIN_HUXLEY_1952)
    Hodgkin, Huxley 1952, J Physiol 117:500-544, doi:10.1113/jphysiol.1952.sp004764
    >>> HODGKIN_HUXLEY_1952.short
    'Hodgkin, Huxley 1952'
    """

    authors: str
    year: int
    journal: str
    doi: str = ""

    @property
    def short(self) -> str:
        """First author, or both of two, and the year."""
        names = self.authors.split(", ")
        who = self.authors if len(names) < 3 else f"{names[0]} et al."
        return f"{who} {self.year}"

    def __str__(self) -> str:
        doi = f", doi:{self.doi}" if self.doi else ""
        return f"{self.authors} {self.year}, {self.journal}{doi}"


HODGKIN_HUXLEY_1952 = Paper(
    "Hodgkin, Huxley", 1952, "J Physiol 117:500-544", "10.1113/jphysiol.1952.sp004764"
)
CONNOR_1977 = Paper(
    "Connor, Walter, McKown", 1977, "Biophys J 18:81-102", "10.1016/S0006-3495(77)85598-7"
)
MOCZYDLOWSKI_LATORRE_1983 = Paper(
    "Moczydlowski, Latorre", 1983, "J Gen Physiol 82:511-542", "10.1085/jgp.82.4.511"
)
YAMADA_1989 = Paper(
    "Yamada, Koch, Adams",
    1989,
    "Multiple channels and calcium dynamics, in: Methods in Neuronal Modeling, MIT Press, 97-133",
)
TRAUB_MILES_1991 = Paper(
    "Traub, Miles",
    1991,
    "Neuronal Networks of the Hippocampus, Cambridge University Press",
    "10.1017/CBO9780511895401",
)
REUVENI_1993 = Paper(
    "Reuveni, Friedman, Amitai, Gutnick",
    1993,
    "J Neurosci 13:4609-4621",
    "10.1523/JNEUROSCI.13-11-04609.1993",
)
PINSKY_RINZEL_1994 = Paper(
    "Pinsky, Rinzel", 1994, "J Comput Neurosci 1:39-60", "10.1007/BF00962717"
)
MIGLIORE_1995 = Paper(
    "Migliore, Cook, Jaffe, Turner, Johnston",
    1995,
    "J Neurophysiol 73:1157-1168",
    "10.1152/jn.1995.73.3.1157",
)
MAINEN_SEJNOWSKI_1996 = Paper("Mainen, Sejnowski", 1996, "Nature 382:363-366", "10.1038/382363a0")
DESTEXHE_1996 = Paper(
    "Destexhe, Bal, McCormick, Sejnowski",
    1996,
    "J Neurophysiol 76:2049-2070",
    "10.1152/jn.1996.76.3.2049",
)
DESTEXHE_1998 = Paper(
    "Destexhe, Neubig, Ulrich, Huguenard",
    1998,
    "J Neurosci 18:3574-3588",
    "10.1523/JNEUROSCI.18-10-03574.1998",
)
MAGEE_1998 = Paper("Magee", 1998, "J Neurosci 18:7613-7624", "10.1523/JNEUROSCI.18-19-07613.1998")
MIGLIORE_1999 = Paper(
    "Migliore, Hoffman, Magee, Johnston",
    1999,
    "J Comput Neurosci 7:5-15",
    "10.1023/A:1008906225285",
)
POIRAZI_2003 = Paper(
    "Poirazi, Brannon, Mel", 2003, "Neuron 37:977-987", "10.1016/S0896-6273(03)00148-X"
)
KOLE_2006 = Paper(
    "Kole, Hallermann, Stuart",
    2006,
    "J Neurosci 26:1677-1687",
    "10.1523/JNEUROSCI.3664-05.2006",
)
POSPISCHIL_2008 = Paper(
    "Pospischil, Toledo-Rodriguez, Monier, Piwkowska, Bal, Fregnac, Markram, Destexhe",
    2008,
    "Biol Cybern 99:427-441",
    "10.1007/s00422-008-0263-8",
)
HAY_2011 = Paper(
    "Hay, Hill, Schürmann, Markram, Segev",
    2011,
    "PLoS Comput Biol 7:e1002107",
    "10.1371/journal.pcbi.1002107",
)
