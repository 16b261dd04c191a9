"""Exact updates of linear equations are Brian2's own, to the letter, and are found again in the cache."""

from __future__ import annotations

import brian2
import numpy as np
import pytest
from brian2 import Equations, Network, NeuronGroup, Synapses, ms
from brian2.devices.device import reset_device
from brian2.stateupdaters.base import UnsupportedEquationsException
from brian2.stateupdaters.exact import linear

import dendrify_gpu  # noqa: F401  (makes the device known to Brian2)
from dendrify_gpu.brian2_device import state_updates
from dendrify_gpu.brian2_device.linear_updates import linear_update
from dendrify_gpu.gpu.cache import cache_directory

TAKEN = {
    "two currents": """
        dv/dt = (ge + gi - (v - E))/tau_m : 1
        dge/dt = -ge/tau_e : 1
        dgi/dt = -gi/tau_i : 1""",
    "refractory": """
        dv/dt = int(awake)*(g + E - v)/tau_m : 1
        dg/dt = -g/tau_e : 1""",
    "a chain": """
        dv/dt = (x - v)/tau_m : 1
        dx/dt = (y - x)/tau_x : 1
        dy/dt = (c - y)/tau_y : 1""",
    "two of one rate": """
        dv/dt = (a + b - v)/tau_m : 1
        da/dt = -a/tau : 1
        db/dt = -b/tau : 1""",
    "traces": """
        da/dt = -a/tau : 1
        db/dt = -b/tau : 1""",
    "a function of a name": """
        dv/dt = (x - v)/sqrt(tau) : 1
        dx/dt = -x/tau_x : 1""",
    "one": "dv/dt = (I*R - v)/tau : 1",
    "a subexpression": """
        dv/dt = (drive - v*(1 + r))/tau_m : 1
        ds/dt = q/2 - s*k : 1
        drive = s*(E - c) : 1""",
}
LEFT = {
    "a circle": """
        dv/dt = (u - v)/tau_m : 1
        du/dt = (v - u)/tau_u : 1""",
    "the same rate twice in a row": """
        dv/dt = (x - v)/tau : 1
        dx/dt = -x/tau : 1""",
    "twice the rate": """
        dv/dt = (x - v)/(10*tau) : 1
        dx/dt = -x/(5*tau) : 1""",
    "a decimal number": """
        dv/dt = (x - 0.5*v)/tau : 1
        dx/dt = -x/tau_x : 1""",
    "nothing pulls back": "dv/dt = c/tau : 1",
    "not linear": "dv/dt = -v**2/tau : 1",
    "noise": "dv/dt = -v/tau + xi*tau**-0.5 : 1",
    "the step itself": "dv/dt = -v/(tau + dt) : 1",
    "no equation": "v : 1",
}


@pytest.mark.parametrize("name", TAKEN)
def test_the_text_is_brian2s(name: str) -> None:
    assert linear_update(Equations(TAKEN[name]), {}) == linear(Equations(TAKEN[name]), {})


@pytest.mark.parametrize("name", LEFT)
def test_other_equations_are_left_to_brian2(name: str) -> None:
    assert linear_update(Equations(LEFT[name]), {}) is None


@pytest.fixture
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("DENDRIFY_GPU_CACHE", str(tmp_path))


def kept() -> int:
    return len(list(cache_directory().glob("kernel_*.json")))


def run_cells(model: str, **options) -> np.ndarray:
    """Return the states of cells after three steps on the device."""
    brian2.set_device("dendrify_gpu")
    try:
        namespace = {"tau": 10 * ms, "tau_u": 3 * ms, "c": 2.0}
        cells = NeuronGroup(3, model, namespace=namespace, **options)
        cells.v, cells.u = [1, 2, 3], [3, 1, 2]
        before = cells.state_updater.method_choice
        Network(cells).run(3 * brian2.defaultclock.dt)
        assert cells.state_updater.method_choice is before
        return np.stack([cells.v_[:], cells.u_[:]])
    finally:
        reset_device()


MODEL = "dv/dt = (drive - v)/tau : 1\ndu/dt = -u/tau_u : 1\ndrive = c*u : 1"


@pytest.mark.usefixtures("_own_cache")
@pytest.mark.parametrize("options", [{"method": "exact"}, {"method": "Exponential_Euler"}, {}])
def test_statements_come_from_the_cache_the_second_time(
    options: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run_cells(MODEL, **options)
    assert kept() == 1

    def fail(*args) -> None:
        raise AssertionError("derived again")

    monkeypatch.setattr(state_updates, "_derive", fail)
    assert np.array_equal(run_cells(MODEL, **options), first)
    with pytest.raises(Exception, match="run"):
        run_cells(MODEL.replace("c*u", "c + u"), **options)


@pytest.mark.usefixtures("_own_cache")
def test_a_cached_result_has_what_brian2_derives_next() -> None:
    variables: dict = {}
    fresh, again = Equations(MODEL), Equations(MODEL)
    first = state_updates._kept_update(("exact",), fresh, variables, {})
    assert state_updates._kept_update(("exact",), again, variables, {}) == first
    assert first == ("exact", linear(Equations(MODEL), {}))
    wanted = Equations(MODEL).get_substituted_expressions(include_subexpressions=True)
    assert again._substituted_expressions == wanted


@pytest.mark.usefixtures("_own_cache")
def test_the_first_method_that_works_is_taken() -> None:
    equations = Equations("dv/dt = -v**3/tau : 1")
    name, code = state_updates._kept_update(("exact", "euler", "heun"), equations, {}, {})
    assert name == "euler"
    assert code == brian2.stateupdaters.euler(equations, {})
    with pytest.raises(UnsupportedEquationsException):
        state_updates._kept_update(("exact",), equations, {}, {})
    assert kept() == 1


@pytest.mark.usefixtures("_own_cache")
def test_options_reach_the_method() -> None:
    equations = Equations(TAKEN["one"])
    plain = state_updates._kept_update(("exact",), equations, {}, {"simplify": False})
    assert plain == ("exact", linear(equations, {}, {"simplify": False}))
    with pytest.raises(KeyError, match="not an option"):
        state_updates._kept_update(("exact",), equations, {}, {"complex": True})


@pytest.mark.usefixtures("_own_cache")
def test_what_functions_are_belongs_to_the_key() -> None:
    equations = Equations("dv/dt = (f(t) - v)/tau : 1")
    values = brian2.TimedArray([1.0, 2.0], dt=1 * ms)
    noise = brian2.Function(lambda x: x, arg_units=[1], return_unit=1, stateless=False)
    keys = {
        tuple(state_updates._parts(("exact",), equations, {"f": function, **dt}, {}))
        for function in (values, noise)
        for dt in ({}, {"dt": brian2.Clock(dt=0.1 * ms).variables["dt"]})
    }
    assert (
        len(keys) == 3
    )  # without a step, neither is known to be constant; a stateful one never is


@pytest.mark.usefixtures("_own_cache")
def test_event_driven_variables_are_updated_as_brian2_does() -> None:
    def code(device: str) -> str:
        brian2.set_device(device)
        try:
            cells = NeuronGroup(1, "v : 1", threshold="v > 1", name="cells")
            synapses = Synapses(
                cells, cells, "dx/dt = -x/tau : 1 (event-driven)", on_pre="x += 1", name="synapses"
            )
            synapses.pre.update_abstract_code()
            Network(cells, synapses)
            return synapses.pre.abstract_code
        finally:
            reset_device()

    wanted = "_x = x*exp(-(t - lastupdate)/tau)\nx = _x\nx += 1\nlastupdate = t\n"
    assert code("dendrify_gpu") == code("runtime") == wanted


def test_a_method_of_the_script_is_left_alone() -> None:
    def own(equations, variables, options) -> str:
        return "v = v + 1\nu = u + 2"

    assert run_cells(MODEL, method=own).tolist() == [[4, 5, 6], [9, 7, 8]]
