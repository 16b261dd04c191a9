"""The sources of the library: papers with their preparations, temperatures and the text followed."""

from __future__ import annotations

from .assembly import Source
from .papers import (
    CONNOR_1977,
    DESTEXHE_1996,
    DESTEXHE_1998,
    HAY_2011,
    HODGKIN_HUXLEY_1952,
    KOLE_2006,
    MAGEE_1998,
    MAINEN_SEJNOWSKI_1996,
    MIGLIORE_1995,
    MIGLIORE_1999,
    MOCZYDLOWSKI_LATORRE_1983,
    PINSKY_RINZEL_1994,
    POIRAZI_2003,
    POSPISCHIL_2008,
    REUVENI_1993,
    TRAUB_MILES_1991,
    YAMADA_1989,
)

__all__ = [
    "CONNOR",
    "DESTEXHE_RELAY",
    "DESTEXHE_T",
    "HAY",
    "HAY_21",
    "KOLE",
    "MAGEE",
    "MAINEN",
    "MAINEN_SODIUM",
    "MIGLIORE",
    "MIGLIORE_A",
    "MIGLIORE_CA3",
    "MOCZYDLOWSKI_LATORRE",
    "PINSKY_RINZEL",
    "POIRAZI",
    "POIRAZI_AHP",
    "POSPISCHIL",
    "REUVENI",
    "SQUID",
    "TRAUB_MILES",
    "YAMADA_C",
    "YAMADA_M",
]

SQUID = Source(HODGKIN_HUXLEY_1952, "squid giant axon", recorded=6.3)
CONNOR = Source(
    CONNOR_1977,
    "crab walking-leg axon",
    follows=(
        "Connor and Stevens 1971 introduced the A current (J Physiol 213:31-53). The squid's rates\n"
        "are multiplied by 3.8, those of the delayed rectifier by 1.9; textbooks round the latter."
    ),
)
TRAUB_MILES = Source(
    TRAUB_MILES_1991,
    "guinea-pig hippocampal pyramidal cells",
    recorded=36,
    follows=(
        "Follows the form of Destexhe (ModelDB 3343): 13 and 40 mV for the 13.1 and 40.1 mV of the\n"
        "book, and the third power of m for its second."
    ),
)
POSPISCHIL = Source(
    POSPISCHIL_2008,
    "cortical neurons of ferret, guinea pig and rat",
    recorded=36,
    follows="Follows ModelDB 123623, whose equations are those of the paper.",
)
REUVENI = Source(
    REUVENI_1993,
    "rat neocortical pyramidal cells",
    recorded=36,
    follows="Follows ModelDB 123623, as in Pospischil et al. 2008.",
)
YAMADA_M = Source(
    YAMADA_1989,
    "bullfrog sympathetic ganglion cells, fitted to neocortical ones",
    recorded=36,
    follows="Follows Pospischil et al. 2008 and ModelDB 123623.",
)
YAMADA_C = Source(
    YAMADA_1989,
    "bullfrog sympathetic ganglion cells",
    recorded=23.5,
    follows="Follows the file ic.mod of ModelDB 3808, with the calcium concentration in mM.",
)
DESTEXHE_T = Source(
    DESTEXHE_1996,
    "ferret thalamocortical cells",
    recorded=24,
    simulated=36,
    follows="Follows ModelDB 123623, as in Pospischil et al. 2008.",
)
DESTEXHE_RELAY = Source(
    DESTEXHE_1998,
    "rat thalamic relay cells",
    recorded=24,
    simulated=36,
    follows="Kinetics of Huguenard and McCormick 1992. Follows ModelDB 279.",
)
PINSKY_RINZEL = Source(
    PINSKY_RINZEL_1994,
    "guinea-pig CA3 pyramidal cells, two compartments",
    follows="Follows the file booth_bose.ode of ModelDB 35358, with voltages relative to outside.",
)
MAINEN_SODIUM = Source(
    MAINEN_SEJNOWSKI_1996,
    "rat neocortical pyramidal cells",
    recorded=23,
    simulated=37,
    follows=(
        "Follows the authors' correction of the misprint in the paper (ModelDB 2488): all functions\n"
        "lie 5 mV lower than printed."
    ),
)
MAINEN = Source(
    MAINEN_SEJNOWSKI_1996,
    "rat neocortical pyramidal cells",
    recorded=23,
    simulated=37,
    follows="Follows ModelDB 2488.",
)
MIGLIORE = Source(
    MIGLIORE_1999,
    "rat CA1 pyramidal cells",
    recorded=24,
    simulated=34,
    follows="Follows ModelDB 2796.",
)
MIGLIORE_A = Source(
    MIGLIORE_1999,
    "rat CA1 pyramidal cells",
    recorded=24,
    simulated=34,
    follows="Fitted to the recordings of Hoffman et al. 1997. Follows ModelDB 2796.",
)
MIGLIORE_CA3 = Source(
    MIGLIORE_1995,
    "guinea-pig CA3 pyramidal cells",
    simulated=30,
    follows="Kinetics of Jaffe et al. 1994. Follows ModelDB 3263.",
)
MAGEE = Source(
    MAGEE_1998,
    "rat, CA1 pyramidal dendrites",
    recorded=33,
    simulated=34,
    follows="Follows Migliore et al. 2004, J Comput Neurosci 16:5-13 (ModelDB 32992).",
)
KOLE = Source(
    KOLE_2006,
    "rat, layer 5 pyramidal cells",
    recorded=34,
    follows="Follows Hay et al. 2011 (ModelDB 139653).",
)
POIRAZI = Source(
    POIRAZI_2003,
    "rat CA1 pyramidal cells",
    simulated=34,
    follows="Follows ModelDB 20212.",
)
POIRAZI_AHP = Source(
    POIRAZI_2003,
    "rat CA1 pyramidal cells",
    recorded=22,
    simulated=34,
    follows="Kinetics of Destexhe et al. 1994, J Neurophysiol 72:803-818. Follows ModelDB 20212.",
)
MOCZYDLOWSKI_LATORRE = Source(
    MOCZYDLOWSKI_LATORRE_1983,
    "rat muscle membrane in planar bilayers",
    simulated=34,
    follows=(
        "Table II, channel A. Follows the file cagk.mod of NEURON, and of Poirazi et al. 2003\n"
        "(ModelDB 20212), which uses the rates at 34 °C as they are."
    ),
)
HAY = Source(
    HAY_2011,
    "rat, layer 5b pyramidal cells",
    simulated=34,
    follows="Follows ModelDB 139653.",
)
HAY_21 = Source(
    HAY_2011,
    "rat, layer 5b pyramidal cells",
    recorded=21,
    simulated=34,
    follows="Follows ModelDB 139653.",
)
