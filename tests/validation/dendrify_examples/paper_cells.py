"""The two cells of figures 3 and 4 of Pagkalos, Chavlis & Poirazi (2023), and what was done to them.

Their dendritic spikes are conductances that jump and decay: `DecayingSpike`. It counts time steps, and
the paper's programs compared times in floating point: whether ``t > timer + offset`` holds already at
the fourth step of four, or only at the fifth, was left to rounding. `with_compared_times` does the
same in Brian2, so that what rounding decided comes out as it was published.
"""

from __future__ import annotations

from math import pi
from typing import Any

import numpy as np
from brian2.units import cm, mS, ms, mV, nS, ohm, pA, uF, um, uS
from example_engines import Drive, Experiment, PlainModel, Pulse, cached

from dendrify_gpu.compartments import DecayingSpike


def with_compared_times(model: Any, offset_fall: Any, refractory: Any) -> PlainModel:
    """The model, with events that compare times in seconds instead of numbers of steps."""
    equations, actions, events = model.equations, {}, {}
    for event, condition in model.events.items():
        what, _, d = event.partition("_")
        voltage = f"V_{d.removeprefix('Na_')} > Vth_{d}"
        actions[event] = model.event_actions[event]
        if what == "spike":
            assert condition.startswith(f"{voltage} and falling_{d} < 0.5 and t_in_timesteps >")
            events[event] = f"{voltage} and falling_{d} < 0.5 and t > timer_{d} + refractory"
            equations += f"\ntimer_{d} : second"
            actions[event] += f"; timer_{d} = t"
        else:
            assert condition.startswith(f"falling_{d} > 0.5 and t_in_timesteps >")
            events[event] = f"falling_{d} > 0.5 and t > timer_{d} + offset_fall"
    namespace = {**model.parameters, "offset_fall": offset_fall, "refractory": refractory}
    return PlainModel(equations, namespace, events, actions, model.initial_values())


MEMBRANE = {"cm": 1 * uF / cm**2, "gl": 40 * uS / cm**2}

# ---------------------------------------------------------------- figure 3: four compartments

#: Compartment: diameter, conductances of the sodium and of the potassium part, receptors' tag.
FOUR_DENDRITES = {
    "trunk": (2.5 * um, 34 * nS, 27.2 * nS, None),
    "prox": (1 * um, 15.3 * nS, 12.24 * nS, "pathY"),
    "dist": (0.5 * um, 7 * nS, 5.6 * nS, "pathX"),
}
FOUR_SPIKES = {
    "threshold": "V_soma > -40*mV",
    "reset": "V_soma = 40*mV",
    "second_reset": "V_soma = -55*mV",
    "spike_width": 0.5 * ms,
    "refractory": 4 * ms,
}
FOUR_VOLTAGES = ("V_soma", "V_trunk", "V_prox", "V_dist")


def four_compartments(lib: Any, active: bool = True) -> Any:
    """A soma and three dendrites in a row, with sodium spikes if `active`."""
    soma = lib.Soma("soma", model="leakyIF", length=25 * um, diameter=25 * um)
    parts = {}
    for name, (diameter, g_rise, g_fall, tag) in FOUR_DENDRITES.items():
        part = parts[name] = lib.Dendrite(name, length=100 * um, diameter=diameter)
        if tag is not None:
            part.synapse("AMPA", tag=tag, g=0.8 * nS, t_decay=2 * ms)
            part.synapse("NMDA", tag=tag, g=0.8 * nS, t_decay=60 * ms)
        if active:
            part.add(
                DecayingSpike(
                    "Na",
                    threshold=-35 * mV,
                    g_rise=g_rise,
                    g_fall=g_fall,
                    tau_rise=0.6 * ms,
                    tau_fall=1.2 * ms,
                    reversal_rise="E_Na",
                    reversal_fall="E_K",
                    **FOUR_TIMES,
                )
            )
    trunk, prox, dist = parts.values()
    return lib.NeuronModel(
        [(soma, trunk, 15 * nS), (trunk, prox, 10 * nS), (prox, dist, 4 * nS)],
        v_rest=-70 * mV,
        r_axial=150 * ohm * cm,
        scale_factor=2.8,
        spine_factor=1.5,
        **MEMBRANE,
    )


FOUR_TIMES = {"offset_fall": 0.2 * ms, "refractory": 5 * ms}


def four_compartments_as_published(lib: Any) -> PlainModel:
    """The same, with times compared as the paper's programs did."""
    return with_compared_times(four_compartments(lib), **FOUR_TIMES)


@cached
def initiation() -> Experiment:
    """Five milliseconds of current: into dist of one cell, prox of another, trunk of a third."""
    currents = {"dist": [123, 0, 0], "prox": [0, 309, 0], "trunk": [0, 0, 560]}
    pulses = tuple(
        Pulse(f"I_ext_{name}", np.array(values) * pA, 5 * ms, 10 * ms)
        for name, values in currents.items()
    )
    record = (*FOUR_VOLTAGES, *(f"gate_Na_{name}" for name in FOUR_DENDRITES))
    return Experiment(four_compartments, 3, 50 * ms, record, FOUR_SPIKES, pulses)


@cached
def input_output(name: str, dspikes: str) -> Experiment:
    """Cell k gets k + 1 synapses on one dendrite, 0.1 ms apart; the soma does not spike."""
    size = {"dist": 15, "prox": 30}[name]
    tag = FOUR_DENDRITES[name][3]
    build = {
        "off": lambda lib: four_compartments(lib, active=False),
        "counted": four_compartments,
        "as published": four_compartments_as_published,
    }[dspikes]
    return Experiment(
        build,
        size,
        200 * ms,
        (f"V_{name}",),
        drives=(in_turn(size, 20, f"{tag}_{name}"),),
        dt=0.05 * ms,
    )


def in_turn(size: int, start: float, place: str) -> Drive:
    """Source k spikes at ``start + 0.1 * k`` milliseconds and excites cells k and above."""
    times = [start + 0.1 * k for k in range(size)] * ms
    receptors = (f"s_AMPA_{place}", f"s_NMDA_{place}")
    return Drive(size, range(size), times, receptors, np.triu_indices(size))


@cached
def somatic_current(dspikes: str) -> Experiment:
    """Current into the soma for 300 ms; its action potentials travel back."""
    build = {
        "counted": four_compartments,
        "as published": four_compartments_as_published,
    }[dspikes]
    pulse = Pulse("I_ext_soma", 125 * pA, 20 * ms, 320 * ms)
    return Experiment(build, 1, 440 * ms, FOUR_VOLTAGES, FOUR_SPIKES, (pulse,))


# -------------------------------------------------------- figure 4: nine compartments of CA1

NINE_DENDRITES = {
    "prox": (100 * um, 2 * um),
    "ob1": (100 * um, 1 * um),
    "ob2": (100 * um, 1 * um),
    "med": (150 * um, 1.25 * um),
    "dist1": (150 * um, 0.8 * um),
    "dist2": (150 * um, 0.8 * um),
    "bas1": (150 * um, 0.8 * um),
    "bas2": (150 * um, 0.8 * um),
}
#: Compartment, tag, conductances of AMPA and NMDA receptors.
NINE_RECEPTORS = (
    ("ob1", "ca3", 0.6 * nS, 0.4 * nS),
    ("ob2", "ca3", 0.6 * nS, 0.4 * nS),
    ("med", "ca3", 0.81 * nS, 0.4 * nS),
    ("dist1", "ec", 0.81 * nS, 0.81 * nS),
    ("dist2", "ec", 0.81 * nS, 0.81 * nS),
    ("prox", "validation", 0.6 * nS, 0.4 * nS),
)
NINE_SPIKES = {
    "threshold": "V_soma > Vth",
    "reset": "V_soma = 37.5*mV; gA += delta_gA",
    "second_reset": "V_soma = -53*mV",
    "spike_width": 0.8 * ms,
    "refractory": 4 * ms,
}
NINE_PARAMETERS = {
    "EA": -65 * mV,
    "tauA": 45 * ms,
    "gAmax": 0.15 * nS,
    "delta_gA": 21 * nS,
    "Vth": -47.5 * mV,
    "E_NMDA": 0.35 * mV,
    "Alpha_NMDA": 0.087,
    "Beta_NMDA": 3.57,
    "Gamma_NMDA": 10,
    "Mg_con": 1.0,
}
NINE_CURRENTS = np.array([-350, -10, 100, 150, 200, 250, 300, 350]) * pA
#: Along the apical trunk, at 0, 100, 250 and 400 um.
APICAL = ("V_soma", "V_prox", "V_med", "V_dist1")
SODIUM_DENSITY = 10 * mS / cm**2


def nine_compartments(lib: Any) -> Any:
    """The reduced CA1 pyramidal cell, with sodium spikes in every dendrite."""
    soma = lib.Soma("soma", model="cadIF", length=30 * um, diameter=20 * um)
    d = {}
    for name, (length, diameter) in NINE_DENDRITES.items():
        d[name] = lib.Dendrite(name, length=length, diameter=diameter)
        # Densities refer to the bare cylinder, without scale and spine factors.
        g_rise = SODIUM_DENSITY * pi * length * diameter
        d[name].add(
            DecayingSpike(
                "Na",
                threshold=-42.5 * mV,
                g_rise=g_rise,
                g_fall=g_rise / 2.5,
                tau_rise=0.5 * ms,
                tau_fall=1.2 * ms,
                offset_fall=0.6 * ms,
                refractory=4.2 * ms,
                reversal_rise=50 * mV,
                reversal_fall=-90 * mV,
            )
        )
    for name, tag, g_ampa, g_nmda in NINE_RECEPTORS:
        d[name].synapse("AMPA", tag=tag, g=g_ampa, t_decay=2.5 * ms)
        d[name].synapse("NMDA", tag=tag, g=g_nmda, t_decay=50 * ms)
    model = lib.NeuronModel(
        [
            (soma, d["bas1"], 3.8 * nS),
            (soma, d["bas2"], 3.8 * nS),
            (soma, d["prox"], 22 * nS),
            (d["prox"], d["ob1"]),
            (d["prox"], d["ob2"]),
            (d["prox"], d["med"]),
            (d["med"], d["dist1"]),
            (d["med"], d["dist2"]),
        ],
        r_axial=120 * ohm * cm,
        v_rest=-65 * mV,
        scale_factor=2.9,
        spine_factor=1.5,
        **MEMBRANE,
    )
    model.add_params(NINE_PARAMETERS)
    return model


@cached
def somatic_steps() -> Experiment:
    """Every cell gets another current into its soma for a second."""
    pulse = Pulse("I_ext_soma", NINE_CURRENTS, 50 * ms, 1050 * ms)
    return Experiment(nine_compartments, 8, 1150 * ms, APICAL, NINE_SPIKES, (pulse,))


@cached
def one_synapse_each() -> Experiment:
    """One spike at 10 ms to a synapse at 100 um, at 250 um and at 400 um."""
    drives = tuple(
        Drive(1, [0], [10] * ms, (f"s_AMPA_{place}", f"s_NMDA_{place}"), ([0], [target]))
        for target, place in enumerate(("validation_prox", "ca3_med", "ec_dist1"))
    )
    return Experiment(nine_compartments, 3, 100 * ms, APICAL, NINE_SPIKES, drives=drives)


@cached
def oblique_input() -> Experiment:
    """Cell k gets k + 1 synapses on an oblique dendrite, 0.1 ms apart."""
    spikes = {key: NINE_SPIKES[key] for key in ("threshold", "reset", "refractory")}
    drives = (in_turn(24, 5, "ca3_ob1"),)
    return Experiment(nine_compartments, 24, 150 * ms, ("V_ob1", "V_soma"), spikes, drives=drives)
