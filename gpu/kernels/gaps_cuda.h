// Spikes of Poisson sources on CUDA: one source for each thread.
#ifndef DENDRIFY_GPU_GAPS_H
#define DENDRIFY_GPU_GAPS_H

// Spikes of sources [first, last) of a Poisson object in the window's source steps.
DEVICE void emit_poisson(const Network *net, const Poisson *group, const Window *window, int32_t first, int32_t last)
{
    restart_poisson(net, group, window, first, last);
    for (int32_t i = first; i < last; ++i) {
        const double scale = group->gap_scale[(int64_t)i * group->rate_step];
        int32_t next = group->next[i];
        while (next < window->source_end) {
            append_spike(net, group->source + i, next);
            next += 1 + geometric_gap(net->seed, (uint32_t)group->stream, (uint32_t)i, (uint32_t)next, 0u, scale);
        }
        group->next[i] = next;
    }
}

#endif
