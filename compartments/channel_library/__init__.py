"""Published ion channels, each with its paper.

Every function makes one channel: ``soma.add(channels.K_hh())``. `find` searches them by name, ion or
paper.
"""

from __future__ import annotations

from .calcium import Ca_pinsky_rinzel, CaHVA_hay, CaHVA_mainen, CaL_reuveni
from .calcium_activated import (
    BK_migliore,
    BK_moczydlowski,
    KAHP_migliore,
    KAHP_pinsky_rinzel,
    KAHP_poirazi,
    KC_pinsky_rinzel,
    KC_yamada,
    KCa_mainen,
    SK_hay,
)
from .calcium_hippocampus import (
    CaL_poirazi,
    CaLH_poirazi,
    CaN_migliore,
    CaR_dendrite_poirazi,
    CaR_soma_poirazi,
)
from .calcium_low_threshold import (
    CaLVA_hay,
    CaT_destexhe,
    CaT_huguenard,
    CaT_migliore,
    CaT_poirazi,
)
from .figures import draw
from .ih import Ih_kole, Ih_magee, Ih_poirazi
from .leak import leak_connor, leak_hay, leak_hh, leak_pospischil
from .m_current import Km_mainen, M_hay, M_yamada
from .pools import pool_hay, pool_mainen, pool_pinsky_rinzel, pool_poirazi, pool_pospischil
from .potassium_a_type import KA_connor, KA_distal_migliore, KA_proximal_migliore, KT_hay
from .potassium_cortex import KP_hay, Kv3_hay, Kv_mainen
from .potassium_delayed import (
    K_connor,
    K_dendrite_poirazi,
    K_hh,
    K_pospischil,
    K_soma_poirazi,
    K_traub_miles,
    Kdr_migliore,
    Kdr_pinsky_rinzel,
)
from .registry import ChannelTable, LibraryEntry, find, table
from .sodium import (
    Na_axon_migliore,
    Na_connor,
    Na_hh,
    Na_migliore,
    Na_pinsky_rinzel,
    Na_pospischil,
    Na_traub_miles,
)
from .sodium_cortex import Na_mainen, NaP_hay, NaTa_hay, NaTs_hay
from .sodium_poirazi import Na_dendrite_poirazi, Na_soma_poirazi, NaP_poirazi

__all__ = [
    "BK_migliore",
    "BK_moczydlowski",
    "CaHVA_hay",
    "CaHVA_mainen",
    "CaLH_poirazi",
    "CaLVA_hay",
    "CaL_poirazi",
    "CaL_reuveni",
    "CaN_migliore",
    "CaR_dendrite_poirazi",
    "CaR_soma_poirazi",
    "CaT_destexhe",
    "CaT_huguenard",
    "CaT_migliore",
    "CaT_poirazi",
    "Ca_pinsky_rinzel",
    "ChannelTable",
    "Ih_kole",
    "Ih_magee",
    "Ih_poirazi",
    "KAHP_migliore",
    "KAHP_pinsky_rinzel",
    "KAHP_poirazi",
    "KA_connor",
    "KA_distal_migliore",
    "KA_proximal_migliore",
    "KC_pinsky_rinzel",
    "KC_yamada",
    "KCa_mainen",
    "KP_hay",
    "KT_hay",
    "K_connor",
    "K_dendrite_poirazi",
    "K_hh",
    "K_pospischil",
    "K_soma_poirazi",
    "K_traub_miles",
    "Kdr_migliore",
    "Kdr_pinsky_rinzel",
    "Km_mainen",
    "Kv3_hay",
    "Kv_mainen",
    "LibraryEntry",
    "M_hay",
    "M_yamada",
    "NaP_hay",
    "NaP_poirazi",
    "NaTa_hay",
    "NaTs_hay",
    "Na_axon_migliore",
    "Na_connor",
    "Na_dendrite_poirazi",
    "Na_hh",
    "Na_mainen",
    "Na_migliore",
    "Na_pinsky_rinzel",
    "Na_pospischil",
    "Na_soma_poirazi",
    "Na_traub_miles",
    "SK_hay",
    "draw",
    "find",
    "leak_connor",
    "leak_hay",
    "leak_hh",
    "leak_pospischil",
    "pool_hay",
    "pool_mainen",
    "pool_pinsky_rinzel",
    "pool_poirazi",
    "pool_pospischil",
    "table",
]
