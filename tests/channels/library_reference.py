"""The published formulas of the library's channels, written again in mV, ms and mM.

Nothing here comes from the library. Each function takes voltages (mV), a calcium concentration (mM) and
a temperature (°C), and returns gate -> (steady state, time constant in ms or None where it is
instantaneous), in the form in which the paper or its authors' file has it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from brian2.units.constants import faraday_constant, gas_constant
from numpy.typing import NDArray

Array = NDArray[np.float64]
Gates = dict[str, tuple[Array, Array | None]]
Formula = Callable[[Array, Array, float], Gates]

FORMULAS: dict[str, Formula] = {}


def formula(*names: str) -> Callable[[Formula], Formula]:
    """Register the formulas of the channels of these names."""

    def register(function: Formula) -> Formula:
        for name in names:
            FORMULAS[name] = function
        return function

    return register


def trap(x: Array, y: float) -> Array:
    """Return ``x/(exp(x/y) - 1)``, which is `y` at zero."""
    return np.where(x == 0, y, x / np.where(x == 0, 1, np.expm1(x / y)))


def rates(alpha: Array, beta: Array, speed: float = 1.0) -> tuple[Array, Array]:
    """Return steady state and time constant of an opening and a closing rate."""
    return alpha / (alpha + beta), 1 / (speed * (alpha + beta))


def faraday_over_rt(celsius: float) -> float:
    """Return F/RT per mV."""
    return 1e-3 * float(faraday_constant) / (float(gas_constant) * (celsius + 273.15))


@formula("leak_hh", "leak_connor", "leak_hay", "leak_pospischil")
def leak(v: Array, ca: Array, celsius: float) -> Gates:
    return {}


# Sodium


@formula("Na_hh")
def na_hh(v: Array, ca: Array, celsius: float) -> Gates:
    # The paper's V is the depolarisation with the opposite sign, from a rest at -65 mV.
    paper = -(v + 65)
    phi = 3 ** ((celsius - 6.3) / 10)
    return {
        "m": rates(0.1 * trap(paper + 25, 10), 4 * np.exp(paper / 18), phi),
        "h": rates(0.07 * np.exp(paper / 20), 1 / (np.exp((paper + 30) / 10) + 1), phi),
    }


@formula("Na_connor")
def na_connor(v: Array, ca: Array, celsius: float) -> Gates:
    ms, hs = -5.3, -12
    alpha_m, beta_m = 0.1 * trap(-(v + 35 + ms), 10), 4 * np.exp(-(v + 60 + ms) / 18)
    alpha_h, beta_h = 0.07 * np.exp(-(v + 60 + hs) / 20), 1 / (1 + np.exp(-(v + 30 + hs) / 10))
    return {"m": rates(alpha_m, beta_m, 3.8), "h": rates(alpha_h, beta_h, 3.8)}


def traub_sodium(v: Array, celsius: float, vtraub: float) -> Gates:
    v2 = v - vtraub
    tadj = 3.0 ** ((celsius - 36) / 10)
    return {
        "m": rates(0.32 * trap(13 - v2, 4), 0.28 * trap(v2 - 40, 5), tadj),
        "h": rates(0.128 * np.exp((17 - v2) / 18), 4 / (1 + np.exp((40 - v2) / 5)), tadj),
    }


@formula("Na_traub_miles")
def na_traub_miles(v: Array, ca: Array, celsius: float) -> Gates:
    return traub_sodium(v, celsius, -63)


@formula("Na_pospischil")
def na_pospischil(v: Array, ca: Array, celsius: float) -> Gates:
    return traub_sodium(v, celsius, -55)


@formula("Na_pinsky_rinzel")
def na_pinsky_rinzel(v: Array, ca: Array, celsius: float) -> Gates:
    alpha_m, beta_m = 0.32 * trap(-46.9 - v, 4.0), 0.28 * trap(v + 19.9, 5.0)
    alpha_h, beta_h = 0.128 * np.exp((-43.0 - v) / 18), 4.0 / (1 + np.exp((-20.0 - v) / 5))
    return {"m": (alpha_m / (alpha_m + beta_m), None), "h": rates(alpha_h, beta_h)}


def migliore_sodium(v: Array, celsius: float) -> Gates:
    qt = 2 ** ((celsius - 24) / 10)
    alpha_m, beta_m = 0.4 * trap(-(v + 30), 7.2), 0.124 * trap(v + 30, 7.2)
    alpha_h, beta_h = 0.03 * trap(-(v + 45), 1.5), 0.01 * trap(v + 45, 1.5)
    return {
        "m": (alpha_m / (alpha_m + beta_m), np.maximum(1 / (alpha_m + beta_m) / qt, 0.02)),
        "h": (1 / (1 + np.exp((v + 50) / 4)), np.maximum(1 / (alpha_h + beta_h) / qt, 0.5)),
    }


def slow_inactivation(v: Array, celsius: float, shortest: float) -> Array:
    f = faraday_over_rt(celsius)
    alps, bets = np.exp(12 * (v + 60) * f), np.exp(12 * 0.2 * (v + 60) * f)
    return np.maximum(bets / (0.0003 * (1 + alps)), shortest)


@formula("Na_migliore")
def na_migliore(v: Array, ca: Array, celsius: float, a2: float = 1.0) -> Gates:
    c = 1 / (1 + np.exp((v + 58) / 2))
    slow = (c + a2 * (1 - c), slow_inactivation(v, celsius, 10))
    return {**migliore_sodium(v, celsius), "s": slow}


@formula("Na_axon_migliore")
def na_axon_migliore(v: Array, ca: Array, celsius: float) -> Gates:
    return migliore_sodium(v, celsius)


def constant(v: Array, value: float) -> Array:
    return np.full_like(v, value)


def poirazi_slow(v: Array, celsius: float, ar2: float) -> tuple[Array, Array]:
    grown = np.exp((v + 60) / 2)
    return (1 + ar2 * grown) / (1 + grown), slow_inactivation(v, celsius, 3)


@formula("Na_soma_poirazi")
def na_soma_poirazi(v: Array, ca: Array, celsius: float, ar2: float = 1.0) -> Gates:
    return {
        "m": (1 / (1 + np.exp((v + 44) / -3)), constant(v, 0.05)),
        "h": (1 / (1 + np.exp((v + 49) / 3.5)), constant(v, 1)),
        "s": poirazi_slow(v, celsius, ar2),
    }


@formula("Na_dendrite_poirazi")
def na_dendrite_poirazi(v: Array, ca: Array, celsius: float, ar2: float = 1.0) -> Gates:
    return {
        "m": (1 / (1 + np.exp((v + 40) / -3)), constant(v, 0.05)),
        "h": (1 / (1 + np.exp((v + 45) / 3)), constant(v, 0.5)),
        "s": poirazi_slow(v, celsius, ar2),
    }


@formula("NaP_poirazi")
def nap_poirazi(v: Array, ca: Array, celsius: float) -> Gates:
    return {"n": (1 / (1 + np.exp((-50.4 - v) / 4.5)), None)}


def mainen_speed(celsius: float) -> float:
    return 2.3 ** ((celsius - 23) / 10)


@formula("Na_mainen")
def na_mainen(v: Array, ca: Array, celsius: float) -> Gates:
    # The authors' file: thresholds -35, -50, -75 and -65 mV, seen from v - 5 mV.
    vm, tadj = v - 5, mainen_speed(celsius)
    alpha_m, beta_m = 0.182 * trap(-35 - vm, 9), 0.124 * trap(vm + 35, 9)
    alpha_h, beta_h = 0.024 * trap(-50 - vm, 5), 0.0091 * trap(vm + 75, 5)
    return {
        "m": rates(alpha_m, beta_m, tadj),
        "h": (1 / (1 + np.exp((vm + 65) / 6.2)), 1 / tadj / (alpha_h + beta_h)),
    }


def hay_speed(celsius: float) -> float:
    return 2.3 ** ((celsius - 21) / 10)


def hay_transient(v: Array, celsius: float, half_m: float, half_h: float) -> Gates:
    qt = hay_speed(celsius)
    return {
        "m": rates(0.182 * trap(half_m - v, 6), 0.124 * trap(v - half_m, 6), qt),
        "h": rates(0.015 * trap(v - half_h, 6), 0.015 * trap(half_h - v, 6), qt),
    }


@formula("NaTa_hay")
def nata_hay(v: Array, ca: Array, celsius: float) -> Gates:
    return hay_transient(v, celsius, -38, -66)


@formula("NaTs_hay")
def nats_hay(v: Array, ca: Array, celsius: float) -> Gates:
    return hay_transient(v, celsius, -32, -60)


@formula("NaP_hay")
def nap_hay(v: Array, ca: Array, celsius: float) -> Gates:
    qt = hay_speed(celsius)
    alpha_m, beta_m = 0.182 * trap(-(v + 38), 6), 0.124 * trap(v + 38, 6)
    alpha_h, beta_h = 2.88e-6 * trap(v + 17, 4.63), 6.94e-6 * trap(-(v + 64.4), 2.63)
    return {
        "m": (1 / (1 + np.exp((v + 52.6) / -4.6)), 6 / (alpha_m + beta_m) / qt),
        "h": (1 / (1 + np.exp((v + 48.8) / 10)), 1 / (alpha_h + beta_h) / qt),
    }


# Potassium


@formula("K_hh")
def k_hh(v: Array, ca: Array, celsius: float) -> Gates:
    paper = -(v + 65)
    phi = 3 ** ((celsius - 6.3) / 10)
    return {"n": rates(0.01 * trap(paper + 10, 10), 0.125 * np.exp(paper / 80), phi)}


@formula("K_connor")
def k_connor(v: Array, ca: Array, celsius: float) -> Gates:
    ns = -4.3
    alpha, beta = 0.01 * trap(-(v + 50 + ns), 10), 0.125 * np.exp(-(v + 60 + ns) / 80)
    return {"n": (alpha / (alpha + beta), 2 / (3.8 * (alpha + beta)))}


def traub_potassium(v: Array, celsius: float, vtraub: float) -> Gates:
    v2 = v - vtraub
    tadj = 3.0 ** ((celsius - 36) / 10)
    return {"n": rates(0.032 * trap(15 - v2, 5), 0.5 * np.exp((10 - v2) / 40), tadj)}


@formula("K_traub_miles")
def k_traub_miles(v: Array, ca: Array, celsius: float) -> Gates:
    return traub_potassium(v, celsius, -63)


@formula("K_pospischil")
def k_pospischil(v: Array, ca: Array, celsius: float) -> Gates:
    return traub_potassium(v, celsius, -55)


@formula("Kdr_pinsky_rinzel")
def kdr_pinsky_rinzel(v: Array, ca: Array, celsius: float) -> Gates:
    return {"n": rates(0.016 * trap(-24.9 - v, 5.0), 0.25 * np.exp(-1.0 - 0.025 * v))}


@formula("Kdr_migliore")
def kdr_migliore(v: Array, ca: Array, celsius: float) -> Gates:
    f = faraday_over_rt(celsius)
    alpha, beta = np.exp(-3 * (v - 13) * f), np.exp(-3 * 0.7 * (v - 13) * f)
    return {"n": (1 / (1 + alpha), np.maximum(beta / (0.02 * (1 + alpha)), 2))}


@formula("Kv_mainen")
def kv_mainen(v: Array, ca: Array, celsius: float) -> Gates:
    alpha, beta = 0.02 * trap(-(v - 25), 9), 0.002 * trap(v - 25, 9)
    return {"n": rates(alpha, beta, mainen_speed(celsius))}


@formula("K_soma_poirazi")
def k_soma_poirazi(v: Array, ca: Array, celsius: float) -> Gates:
    return {"n": (1 / (1 + np.exp((v + 46.3) / -3)), constant(v, 3.5))}


@formula("K_dendrite_poirazi")
def k_dendrite_poirazi(v: Array, ca: Array, celsius: float) -> Gates:
    return {"n": (1 / (1 + np.exp((v + 42) / -2)), constant(v, 2.2))}


@formula("KP_hay")
def kp_hay(v: Array, ca: Array, celsius: float) -> Gates:
    qt, u = hay_speed(celsius), v + 10
    slow, fast = 1.25 + 175.03 * np.exp(u * 0.026), 1.25 + 13 * np.exp(-u * 0.026)
    tau_h = 360 + (1010 + 24 * (u + 55)) * np.exp(-(((u + 75) / 48) ** 2))
    return {
        "m": (1 / (1 + np.exp(-(u + 1) / 12)), np.where(u < -50, slow, fast) / qt),
        "h": (1 / (1 + np.exp(-(u + 54) / -11)), tau_h / qt),
    }


@formula("KT_hay")
def kt_hay(v: Array, ca: Array, celsius: float) -> Gates:
    qt, u = hay_speed(celsius), v + 10
    return {
        "m": (1 / (1 + np.exp(-u / 19)), (0.34 + 0.92 * np.exp(-(((u + 71) / 59) ** 2))) / qt),
        "h": (1 / (1 + np.exp(-(u + 66) / -10)), (8 + 49 * np.exp(-(((u + 73) / 23) ** 2))) / qt),
    }


@formula("Kv3_hay")
def kv3_hay(v: Array, ca: Array, celsius: float) -> Gates:
    return {
        "m": (
            1 / (1 + np.exp((v - 18.700) / -9.700)),
            0.2 * 20.000 / (1 + np.exp((v + 46.560) / -44.140)),
        )
    }


def klee(v: Array, celsius: float, half: float, zetan: float, gmn: float, a0n: float, nmin: float):
    f = faraday_over_rt(celsius)
    zeta = zetan - 1 / (1 + np.exp((v + 40) / 5))
    alpha, beta = np.exp(zeta * (v - half) * f), np.exp(zeta * gmn * (v - half) * f)
    qt = 5 ** ((celsius - 24) / 10)
    return {
        "n": (1 / (1 + alpha), np.maximum(beta / (qt * a0n * (1 + alpha)), nmin)),
        "l": (1 / (1 + np.exp(3 * (v + 56) * f)), np.maximum(0.26 * (v + 50), 2)),
    }


@formula("KA_proximal_migliore")
def ka_proximal_migliore(v: Array, ca: Array, celsius: float) -> Gates:
    return klee(v, celsius, half=11, zetan=-1.5, gmn=0.55, a0n=0.05, nmin=0.1)


@formula("KA_distal_migliore")
def ka_distal_migliore(v: Array, ca: Array, celsius: float) -> Gates:
    return klee(v, celsius, half=-1, zetan=-1.8, gmn=0.39, a0n=0.1, nmin=0.2)


@formula("KA_connor")
def ka_connor(v: Array, ca: Array, celsius: float) -> Gates:
    a = 0.0761 * np.exp((v + 94.22) / 31.84) / (1 + np.exp((v + 1.17) / 28.93))
    return {
        "a": (np.cbrt(a), 0.3632 + 1.158 / (1 + np.exp((v + 55.96) / 20.12))),
        "b": (
            1 / (1 + np.exp((v + 53.3) / 14.54)) ** 4,
            1.24 + 2.678 / (1 + np.exp((v + 50) / 16.027)),
        ),
    }


@formula("M_yamada")
def m_yamada(v: Array, ca: Array, celsius: float) -> Gates:
    tau = 1000 / (3.3 * np.exp((v + 35) / 20) + np.exp(-(v + 35) / 20))
    return {"p": (1 / (1 + np.exp(-(v + 35) / 10)), tau / 2.3 ** ((celsius - 36) / 10))}


@formula("Km_mainen")
def km_mainen(v: Array, ca: Array, celsius: float) -> Gates:
    alpha, beta = 0.001 * trap(-(v + 30), 9), 0.001 * trap(v + 30, 9)
    return {"n": rates(alpha, beta, mainen_speed(celsius))}


@formula("M_hay")
def m_hay(v: Array, ca: Array, celsius: float) -> Gates:
    alpha = 3.3e-3 * np.exp(2.5 * 0.04 * (v + 35))
    beta = 3.3e-3 * np.exp(-2.5 * 0.04 * (v + 35))
    return {"m": rates(alpha, beta, hay_speed(celsius))}


# Mixed cations


@formula("Ih_magee")
def ih_magee(v: Array, ca: Array, celsius: float) -> Gates:
    alpha, beta = np.exp(0.0378 * 2.2 * (v + 75)), np.exp(0.0378 * 2.2 * 0.4 * (v + 75))
    qt = 4.5 ** ((celsius - 33) / 10)
    return {"l": (1 / (1 + np.exp(-(v + 81) / -8)), beta / (qt * 0.011 * (1 + alpha)))}


@formula("Ih_kole")
def ih_kole(v: Array, ca: Array, celsius: float) -> Gates:
    return {"m": rates(0.001 * 6.43 * trap(v + 154.9, 11.9), 0.001 * 193 * np.exp(v / 33.1))}


@formula("Ih_poirazi")
def ih_poirazi(v: Array, ca: Array, celsius: float) -> Gates:
    bell = 2 * (1 / (np.exp((v + 145) / -17.5) + np.exp((v + 16.8) / 16.5)) + 5)
    opened = np.exp((-90 - v) / 8.5)
    # The file has 1 - 1/(1 + opened), which loses digits.
    return {"n": (opened / (1 + opened), np.where(v > -30, 1.0, bell))}


# Calcium


def reuveni(v: Array, speed: float) -> Gates:
    alpha_m, beta_m = 0.055 * trap(-27 - v, 3.8), 0.94 * np.exp((-75 - v) / 17)
    alpha_h, beta_h = 0.000457 * np.exp((-13 - v) / 50), 0.0065 / (np.exp((-15 - v) / 28) + 1)
    return {"m": rates(alpha_m, beta_m, speed), "h": rates(alpha_h, beta_h, speed)}


@formula("CaL_reuveni", "CaHVA_hay")
def cal_reuveni(v: Array, ca: Array, celsius: float) -> Gates:
    return reuveni(v, 1.0)


@formula("CaHVA_mainen")
def cahva_mainen(v: Array, ca: Array, celsius: float) -> Gates:
    return reuveni(v, mainen_speed(celsius))


@formula("Ca_pinsky_rinzel")
def ca_pinsky_rinzel(v: Array, ca: Array, celsius: float) -> Gates:
    return {"s": rates(1.6 / (1 + np.exp(-0.072 * (v - 5.0))), 0.02 * trap(v + 8.9, 5.0))}


def calcium_block(v: Array, ca: Array) -> tuple[Array, None]:
    ki = 0.001
    return ki / (ki + ca) + 0 * v, None


@formula("CaN_migliore")
def can_migliore(v: Array, ca: Array, celsius: float) -> Gates:
    return {
        "m": rates(0.1967 * trap(19.88 - v, 10.0), 0.046 * np.exp(-v / 20.73)),
        "h": rates(1.6e-4 * np.exp(-v / 48.4), 1 / (np.exp((39.0 - v) / 10) + 1)),
        "c": calcium_block(v, ca),
    }


@formula("CaT_migliore")
def cat_migliore(v: Array, ca: Array, celsius: float) -> Gates:
    return {
        "m": rates(0.2 * trap(19.26 - v, 10.0), 0.009 * np.exp(-v / 22.03)),
        "h": rates(1e-6 * np.exp(-v / 16.26), 1 / (np.exp((29.79 - v) / 10) + 1)),
    }


@formula("CaL_poirazi")
def cal_poirazi(v: Array, ca: Array, celsius: float) -> Gates:
    alpha, beta = 0.055 * trap(-27.01 - v, 3.8), 0.94 * np.exp((-63.01 - v) / 17)
    return {"m": rates(alpha, beta, 5), "c": calcium_block(v, ca)}


@formula("CaT_poirazi")
def cat_poirazi(v: Array, ca: Array, celsius: float) -> Gates:
    alpha_h, beta_h = 1.6e-4 * np.exp(-(v + 57) / 19), 1 / (np.exp((15 - v) / 10) + 1)
    return {
        "m": rates(0.1967 * trap(19.88 - v, 10.0), 0.046 * np.exp(-v / 22.73)),
        "h": rates(alpha_h, beta_h, 0.68),
        "c": calcium_block(v, ca),
    }


@formula("CaLH_poirazi")
def calh_poirazi(v: Array, ca: Array, celsius: float) -> Gates:
    return {
        "m": (1 / (1 + np.exp((v + 37) / -1)), constant(v, 3.6)),
        "h": (1 / (1 + np.exp((v + 41) / 0.5)), constant(v, 29)),
    }


@formula("CaR_dendrite_poirazi")
def car_dendrite_poirazi(v: Array, ca: Array, celsius: float) -> Gates:
    return {
        "m": (1 / (1 + np.exp((v + 48.5) / -3)), constant(v, 50)),
        "h": (1 / (1 + np.exp((v + 53) / 1)), constant(v, 5)),
    }


@formula("CaR_soma_poirazi")
def car_soma_poirazi(v: Array, ca: Array, celsius: float) -> Gates:
    return {
        "m": (1 / (1 + np.exp((v + 60) / -3)), constant(v, 100)),
        "h": (1 / (1 + np.exp((v + 62) / 1)), constant(v, 5)),
    }


@formula("CaT_destexhe")
def cat_destexhe(v: Array, ca: Array, celsius: float) -> Gates:
    vm = v + 2
    tau_h = 30.8 + (211.4 + np.exp((vm + 113.2) / 5)) / (1 + np.exp((vm + 84) / 3.2))
    return {
        "s": (1 / (1 + np.exp(-(vm + 57) / 6.2)), None),
        "h": (1 / (1 + np.exp((vm + 81) / 4.0)), tau_h / 3 ** ((celsius - 24) / 10)),
    }


@formula("CaT_huguenard")
def cat_huguenard(v: Array, ca: Array, celsius: float) -> Gates:
    vm = v + 2
    tau_m = 0.612 + 1 / (np.exp(-(vm + 132) / 16.7) + np.exp((vm + 16.8) / 18.2))
    tau_h = np.where(vm < -80, np.exp((vm + 467) / 66.6), 28 + np.exp(-(vm + 22) / 10.5))
    return {
        "m": (1 / (1 + np.exp(-(vm + 57) / 6.2)), tau_m / 5 ** ((celsius - 24) / 10)),
        "h": (1 / (1 + np.exp((vm + 81) / 4.0)), tau_h / 3 ** ((celsius - 24) / 10)),
    }


@formula("CaLVA_hay")
def calva_hay(v: Array, ca: Array, celsius: float) -> Gates:
    qt, u = hay_speed(celsius), v + 10
    return {
        "m": (1 / (1 + np.exp((u + 30) / -6)), (5 + 20 / (1 + np.exp((u + 25) / 5))) / qt),
        "h": (1 / (1 + np.exp((u + 80) / 6.4)), (20 + 50 / (1 + np.exp((u + 40) / 7))) / qt),
    }


# Potassium opened by calcium


@formula("SK_hay")
def sk_hay(v: Array, ca: Array, celsius: float) -> Gates:
    return {"z": (1 / (1 + (0.00043 / ca) ** 4.8) + 0 * v, constant(v, 1))}


@formula("KCa_mainen")
def kca_mainen(v: Array, ca: Array, celsius: float) -> Gates:
    return {"n": rates(0.01 * ca + 0 * v, constant(v, 0.02), mainen_speed(celsius))}


@formula("KAHP_poirazi")
def kahp_poirazi(v: Array, ca: Array, celsius: float) -> Gates:
    car = (ca / 0.025) ** 2 + 0 * v
    tadj = 3 ** ((celsius - 22.0) / 10)
    return {"m": (car / (1 + car), np.maximum(1 / 0.03 / (1 + car) / tadj, 0.5))}


@formula("KAHP_migliore")
def kahp_migliore(v: Array, ca: Array, celsius: float) -> Gates:
    return {"w": rates(1.3e13 * ca**4 + 0 * v, constant(v, 0.005))}


def moczydlowski(
    v: Array, ca: Array, celsius: float, abar: float, bbar: float, k1: float, k2: float
) -> Gates:
    f = faraday_over_rt(celsius)
    opening = abar / (1 + k1 * np.exp(-2 * 0.84 * v * f) / ca)
    closing = bbar / (1 + ca / (k2 * np.exp(-2 * 1.0 * v * f)))
    return {"o": rates(opening, closing)}


@formula("BK_moczydlowski")
def bk_moczydlowski(v: Array, ca: Array, celsius: float) -> Gates:
    return moczydlowski(v, ca, celsius, 0.48, 0.28, 0.18, 0.011)


@formula("BK_migliore")
def bk_migliore(v: Array, ca: Array, celsius: float) -> Gates:
    return moczydlowski(v, ca, celsius, 0.28, 0.48, 0.48e-3, 0.13e-6)


@formula("KC_yamada")
def kc_yamada(v: Array, ca: Array, celsius: float) -> Gates:
    tadj = 3 ** ((celsius - 23.5) / 10)
    return {"m": rates(250 * ca * np.exp(v / 24), 0.1 * np.exp(-v / 24), tadj)}


@formula("KC_pinsky_rinzel")
def kc_pinsky_rinzel(v: Array, ca: Array, celsius: float) -> Gates:
    low = v < -10.0
    both = 2.0 * np.exp((-53.5 - v) / 27.0)
    alpha = np.where(low, np.exp((v + 50.0) / 11 - (v + 53.5) / 27) / 18.975, both)
    beta = np.where(low, both - alpha, 0.0)
    return {"c": rates(alpha, beta), "chi": (np.minimum(1e3 * ca / 250.0, 1.0) + 0 * v, None)}


@formula("KAHP_pinsky_rinzel")
def kahp_pinsky_rinzel(v: Array, ca: Array, celsius: float) -> Gates:
    return {"q": rates(np.minimum(0.00002 * 1e3 * ca, 0.01) + 0 * v, constant(v, 0.001))}
