// Spikes of a window on their way to the spike list, on the CPU.
#ifndef DENDRIFY_GPU_NOTES_H
#define DENDRIFY_GPU_NOTES_H

// The spikes of one vector in one window, kept aside until its steps are done: what is handed on outside the loop over steps
// costs the loop no registers.
struct SpikeNotes {
    int32_t count;
    uint8_t step[MOST_STEPS];
    uint32_t lanes[MOST_STEPS];
};

DEVICE SpikeNotes no_spikes(void)
{
    SpikeNotes notes;
    notes.count = 0;
    return notes;
}

DEVICE void note_spikes(SpikeNotes *notes, mask which, int32_t step)
{
    const uint32_t lanes = lane_bits(which);
    notes->step[notes->count] = (uint8_t)step;
    notes->lanes[notes->count] = lanes;
    notes->count += lanes != 0;
}

RARE void append_noted_spikes(const Network *net, const Population *p, const SpikeNotes *notes, int64_t first,
                              int32_t begin)
{
    // The last vector may have lanes without a neuron.
    const int64_t lanes = p->n - first < LANES ? p->n - first : LANES;
    const uint32_t neurons = (uint32_t)(((uint64_t)1 << lanes) - 1);
    int32_t count = 0;
    for (int32_t k = 0; k < notes->count; ++k)
        count += __builtin_popcount(notes->lanes[k] & neurons);
    int32_t place = claim_spikes(net, count);
    for (int32_t k = 0; k < notes->count; ++k)
        for (uint32_t bits = notes->lanes[k] & neurons; bits; bits &= bits - 1)
            put_spike(net, place++, p->source + (int32_t)first + __builtin_ctz(bits), begin + notes->step[k]);
}

// Hand on the spikes of the window, whose first step was `begin`.
DEVICE void append_noted(const Network *net, const Population *p, const SpikeNotes *notes, int64_t first,
                         int32_t begin)
{
    if (notes->count)
        append_noted_spikes(net, p, notes, first, begin);
}

#endif
