// Spikes of a window on their way to the spike list, on CUDA.
#ifndef DENDRIFY_GPU_NOTES_H
#define DENDRIFY_GPU_NOTES_H

// The spikes of one neuron in one window, one bit for each step.
struct SpikeNotes {
    uint32_t steps;
};

DEVICE SpikeNotes no_spikes(void) { return {0u}; }

DEVICE void note_spikes(SpikeNotes *notes, mask which, int32_t step)
{
    notes->steps |= (uint32_t)which << step;
}

// Hand on the spikes of the window, whose first step was `begin`.
DEVICE void append_noted(const Network *net, const Population *p, const SpikeNotes *notes, int64_t first,
                         int32_t begin)
{
    for (uint32_t steps = notes->steps; steps; steps &= steps - 1)
        append_spike(net, p->source + (int32_t)first, begin + lowest_bit(steps));
}

#endif
