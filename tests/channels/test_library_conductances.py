"""Exponents, densities and reversal potentials of the library's channels, as published."""

from __future__ import annotations

import pytest
from brian2.units import cm, mM, ms, mV, siemens, um
from brian2.units.constants import faraday_constant

from dendrify_gpu.compartments import channel_library as channels
from dendrify_gpu.compartments.channels import Channel, IonPool

# Gates with their exponents; density in S/cm2, None where the paper's cell has none of its own; reversal
# potential, where it belongs to the channel and not to the cell (mV).
_WARM = 2.3 ** ((37 - 23) / 10)
PUBLISHED = {
    "Na_hh": ("m3 h", 0.120, "E_Na"),
    "K_hh": ("n4", 0.036, "E_K"),
    "leak_hh": ("", 0.0003, -54.387),
    "Na_connor": ("m3 h", 0.120, "E_Na"),
    "K_connor": ("n4", 0.020, "E_K"),
    "KA_connor": ("a3 b", 0.0477, -75),
    "leak_connor": ("", 0.0003, -17),
    "Na_traub_miles": ("m3 h", None, "E_Na"),
    "K_traub_miles": ("n4", None, "E_K"),
    "Na_pospischil": ("m3 h", 0.05, "E_Na"),
    "K_pospischil": ("n4", 0.005, "E_K"),
    "M_yamada": ("p", 7e-5, "E_K"),
    "CaL_reuveni": ("m2 h", 1e-4, "E_Ca"),
    "CaT_destexhe": ("s2 h", 4e-4, "E_Ca"),
    "leak_pospischil": ("", 1e-4, -70),
    "Na_pinsky_rinzel": ("m2 h", 0.030, "E_Na"),
    "Kdr_pinsky_rinzel": ("n", 0.015, "E_K"),
    "Ca_pinsky_rinzel": ("s2", 0.010, "E_Ca"),
    "KC_pinsky_rinzel": ("c chi", 0.015, "E_K"),
    "KAHP_pinsky_rinzel": ("q", 0.0008, "E_K"),
    "Na_mainen": ("m3 h", 20e-4 * _WARM, "E_Na"),
    "Kv_mainen": ("n", 200e-4 * _WARM, "E_K"),
    "Km_mainen": ("n", 0.1e-4 * _WARM, "E_K"),
    "KCa_mainen": ("n", 3e-4 * _WARM, "E_K"),
    "CaHVA_mainen": ("m2 h", 0.3e-4 * _WARM, "E_Ca"),
    "Na_migliore": ("m3 h s", 0.032, "E_Na"),
    "Na_axon_migliore": ("m3 h", 0.032 * 2, "E_Na"),
    "Kdr_migliore": ("n", 0.010, "E_K"),
    "KA_proximal_migliore": ("n l", 0.048, "E_K"),
    "KA_distal_migliore": ("n l", 0.048, "E_K"),
    "Ih_magee": ("l", 5e-5, -30),
    "Ih_kole": ("m", 2e-4, -45),
    "Ih_poirazi": ("n", 1.872e-5, -10),
    "Na_soma_poirazi": ("m2 h s", 0.007, "E_Na"),
    "Na_dendrite_poirazi": ("m2 h s", 0.007, "E_Na"),
    "NaP_poirazi": ("n3", None, "E_Na"),
    "K_soma_poirazi": ("n2", 0.007 / 5, "E_K"),
    "K_dendrite_poirazi": ("n2", 0.007 / (10 / 1.24), "E_K"),
    "CaL_poirazi": ("m c", 0.014 / 2, None),
    "CaT_poirazi": ("m2 h c", 0.0001 / 2, None),
    "CaLH_poirazi": ("m3 h", 0.95 * 0.000333, 140),
    "CaR_dendrite_poirazi": ("m3 h", 0.0003, 140),
    "CaR_soma_poirazi": ("m3 h", 0.003, 140),
    "KAHP_poirazi": ("m3", 5 * 0.0001, "E_K"),
    "BK_moczydlowski": ("o", 5.5 * 1.1 * 0.015, "E_K"),
    "CaN_migliore": ("m2 h c", 0.0025, None),
    "CaT_migliore": ("m2 h", 0.00025, None),
    "BK_migliore": ("o", 0.00055, "E_K"),
    "KAHP_migliore": ("w", 0.0004, "E_K"),
    "KC_yamada": ("m", 0.00345, "E_K"),
    "CaT_huguenard": ("m2 h", 2e-6 * 4 * 96485.33**2 * 2 / (8.31446 * 309.15) / 1e4, None),
    "NaTa_hay": ("m3 h", 2.04, "E_Na"),
    "NaTs_hay": ("m3 h", 0.998912, "E_Na"),
    "NaP_hay": ("m3 h", 0.00172, "E_Na"),
    "KT_hay": ("m4 h", 0.0812, "E_K"),
    "KP_hay": ("m2 h", 0.00223, "E_K"),
    "Kv3_hay": ("m", 0.693, "E_K"),
    "M_hay": ("m", 0.0000675, "E_K"),
    "SK_hay": ("z", 0.0441, "E_K"),
    "CaHVA_hay": ("m2 h", 0.000992, "E_Ca"),
    "CaLVA_hay": ("m2 h", 0.00343, "E_Ca"),
    "leak_hay": ("", 0.0000338, -90),
}


def test_every_channel_is_listed() -> None:
    assert set(PUBLISHED) == {entry.name for entry in channels.find() if entry.kind == "channel"}


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_conductance_is_the_published_one(name: str) -> None:
    gates, density, reversal = PUBLISHED[name]
    channel: Channel = getattr(channels, name)()
    powers = [f"{gate.name}{gate.power:g}".removesuffix("1") for gate in channel.gates]
    assert " ".join(powers) == gates
    if density is None:
        assert channel.g_max is None
    else:
        # The defaults of Mainen's channels are rounded to three digits.
        assert channel.g_max / (siemens / cm**2) == pytest.approx(density, rel=1e-3)
    if reversal is None or isinstance(reversal, str):
        assert channel.reversal == reversal
    else:
        assert channel.reversal / mV == pytest.approx(reversal)


@pytest.mark.parametrize("reversal", [-81 * mV, "E_other", "nernst"])
def test_reversal_can_be_given(reversal: object) -> None:
    assert channels.CaHVA_hay(reversal=reversal).reversal is reversal


# Time constant (ms), depth of the shell per free fraction (um), concentration at rest (mM).
POOLS = {
    "pool_hay": (460, 0.1 / 0.000501, 1e-4),
    "pool_mainen": (200, 0.1, 1e-4),
    "pool_poirazi": (200 / 7, 0.1 * 18, 1e-4),
    "pool_pospischil": (5, 1, 2.4e-4),
}


@pytest.mark.parametrize("name", sorted(POOLS))
def test_pool_has_the_published_constants(name: str) -> None:
    tau, depth, resting = POOLS[name]
    pool: IonPool = getattr(channels, name)()
    assert (pool.name, pool.ion, pool.valence) == ("ca", "ca", 2)
    assert pool.tau / ms == pytest.approx(tau)
    assert pool.depth / um / pool.free_fraction == pytest.approx(depth)
    assert pool.resting / mM == pytest.approx(resting)


def test_pool_of_pinsky_and_rinzel_fills_at_the_published_rate() -> None:
    """0.13 units per ms for 1 uA/cm2, with a unit of 1 uM; decay with 0.075 per ms."""
    pool = channels.pool_pinsky_rinzel()
    per_second = 1e-6 * 1e4 / (2 * float(faraday_constant) * float(pool.depth))  # mol/m3/s
    assert per_second * 1e-3 / 1e-3 == pytest.approx(0.13, rel=1e-6)
    assert 1 / (pool.tau / ms) == pytest.approx(0.075)


def test_pools_cover_the_library() -> None:
    assert {entry.name for entry in channels.find() if entry.kind == "pool"} == {
        *POOLS,
        "pool_pinsky_rinzel",
    }
