"""Published cells, ready to use: ``net.population(models.pinsky_rinzel(), 100)``.

Every function returns a `NeuronModel`; `MODELS` and `find` say how to run it and where it was
published.
"""

from __future__ import annotations

from .ball_and_stick import ball_and_stick
from .ca1 import CA1_CURRENTS, CA1_INPUT_RATES, CA1_SPIKE_COUNTS, CA1_SPIKING, ca1_pyramidal
from .catalogue import MODELS, find
from .dendrify_paper import dendrify_active, dendrify_passive
from .entry import ModelEntry
from .layer5 import mainen_sejnowski, naud_sprekeler
from .pinsky_rinzel import pinsky_rinzel

__all__ = [
    "CA1_CURRENTS",
    "CA1_INPUT_RATES",
    "CA1_SPIKE_COUNTS",
    "CA1_SPIKING",
    "MODELS",
    "ModelEntry",
    "ball_and_stick",
    "ca1_pyramidal",
    "dendrify_active",
    "dendrify_passive",
    "find",
    "mainen_sejnowski",
    "naud_sprekeler",
    "pinsky_rinzel",
]
