"""All models of the collection, and the search among them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from brian2.units import ms

from ..errors import UnknownNameError
from ..gpu import nearest_names
from .ball_and_stick import ball_and_stick
from .ca1 import ca1_pyramidal
from .dendrify_paper import dendrify_active, dendrify_passive
from .entry import ModelEntry
from .layer5 import mainen_sejnowski, naud_sprekeler
from .pinsky_rinzel import pinsky_rinzel

__all__ = ["MODELS", "find"]

_DENDRIFY = {
    "paper": "Pagkalos, Chavlis & Poirazi 2023, Nat Commun 14:131",
    "doi": "10.1038/s41467-022-35747-8",
    "method": "euler",
    "dt": 0.1 * ms,
}

#: Name to entry of all models.
MODELS: Mapping[str, ModelEntry] = MappingProxyType(
    {
        entry.name: entry
        for entry in (
            ModelEntry(
                ball_and_stick,
                compartments=11,
                summary="passive soma with a dendrite of any number of compartments",
                paper="Rall 1959, Exp Neurol 1:491-527; Rall 1969, Biophys J 9:1483-1508",
                doi="10.1016/S0006-3495(69)86467-2",
                figure="input resistance, attenuation and time constants in closed form",
                method="euler",
                dt=0.025 * ms,
            ),
            ModelEntry(
                pinsky_rinzel,
                compartments=2,
                summary="CA3 pyramidal cell whose soma and dendrite burst together",
                paper="Pinsky & Rinzel 1994, J Comput Neurosci 1:39-60",
                doi="10.1007/BF00962717",
                figure="figure 2 (A, C and D)",
                method="euler",
                dt=0.005 * ms,
            ),
            ModelEntry(
                dendrify_passive,
                compartments=3,
                summary="soma and two passive dendrites with AMPA and NMDA receptors",
                figure="figure 2 (b to d)",
                **_DENDRIFY,
            ),
            ModelEntry(
                dendrify_active,
                compartments=4,
                summary="soma and three dendrites with dendritic spikes",
                figure="figure 3 (b to g)",
                **_DENDRIFY,
            ),
            ModelEntry(
                ca1_pyramidal,
                compartments=9,
                summary="CA1 pyramidal cell with dendritic spikes in eight dendrites",
                figure="figure 4 (b to h)",
                **_DENDRIFY,
            ),
            ModelEntry(
                mainen_sejnowski,
                compartments=2,
                summary="neocortical pyramidal cell whose dendrite decides how it fires",
                paper="Mainen & Sejnowski 1996, Nature 382:363-366",
                doi="10.1038/382363a0",
                figure="the authors' program of figure 2 (ModelDB 2488)",
                method="exponential_euler",
                dt=0.01 * ms,
            ),
            ModelEntry(
                naud_sprekeler,
                compartments=2,
                summary="layer 5 pyramidal cell with BAC firing, for large networks",
                paper="Naud & Sprekeler 2018, PNAS 115:E6329-E6338",
                doi="10.1073/pnas.1720995115",
                figure="the equations of the paper, solved independently",
                method="euler",
                dt=0.1 * ms,
            ),
        )
    }
)


def find(name: Any) -> ModelEntry:
    """Return what the collection says about a model.

    Parameters
    ----------
    name : str
        Its name.

    Returns
    -------
    ModelEntry
        Call it to make the model.

    Raises
    ------
    UnknownNameError
        If there is no model of that name.

    Examples
    --------
    >>> print(find('pinsky_rinzel'))
    pinsky_rinzel: CA3 pyramidal cell whose soma and dendrite burst together
      Pinsky & Rinzel 1994, J Comput Neurosci 1:39-60, doi:10.1007/BF00962717
      tested against figure 2 (A, C and D)
      2 compartments; run with method='euler', dt=5. us
    """
    if isinstance(name, str) and name in MODELS:
        return MODELS[name]
    raise UnknownNameError(
        f"models.find: there is no model {name!r}. {nearest_names(str(name), MODELS)}"
    )
