// What lanes and threads share: the spike list, samples, the input of sources, delivery, and the bookkeeping
// between windows. Built on accumulate, atomic_claim, atomic_lowest and the workers of the backend.
#ifndef DENDRIFY_GPU_EVENTS_H
#define DENDRIFY_GPU_EVENTS_H

DEVICE void append_spike(const Network *net, int32_t source, int32_t step)
{
    Control *control = net->control;
    const int32_t place = atomic_claim(&control->spike_count, 1);
    if (place < control->spike_capacity) {  // the host refuses a run that has counted further
        net->spike[place].source = source;
        net->spike[place].step = step;
    }
}

// Append the spikes of the lanes of `which` that belong to a neuron.
RARE void append_spikes(const Network *net, const Population *p, mask which, int64_t first, int32_t step)
{
    for (int lane_number = 0; lane_number < LANES; ++lane_number)
        if (first + lane_number < p->n && lane_is_set(which, lane_number))
            append_spike(net, p->source + (int32_t)first + lane_number, step);
}

DEVICE bool sample_due(const Monitor *m, int64_t first, int32_t step)
{
    return first < m->highest && first + LANES > m->lowest && step % m->every == 0;
}

// Write one variable of the recorded lanes into the current sample.
RARE void sample(const Monitor *m, int variable, lane value, int64_t first, int32_t step)
{
    const int64_t number = step / m->every - m->first_sample;
    real *out = m->buffer + (number * m->n_variables + variable) * m->n_rows;
    for (int lane_number = 0; lane_number < LANES; ++lane_number) {
        const int32_t row = m->row[first + lane_number];
        if (row >= 0)
            out[row] = lane_value(value, lane_number);
    }
}

// Report the lanes of `bad` that belong to a neuron; the lowest report wins.
RARE void report_not_finite(const Network *net, int32_t population, int32_t variable, mask bad,
                              int64_t first)
{
    const int32_t n = net->population[population].n;
    for (int lane_number = 0; lane_number < LANES; ++lane_number)
        if (first + lane_number < n && lane_is_set(bad, lane_number))
            atomic_lowest(&net->control->not_finite, ((uint64_t)population << 48) |
                                                         ((uint64_t)variable << 32) |
                                                         (uint64_t)(first + lane_number));
}

// Spikes of sources [first, last) of a Poisson object in the window's source steps. The gap to the next
// spike is drawn from (source, step of this spike), so no generator state is kept.
DEVICE void emit_poisson(const Network *net, const Poisson *group, const Window *window, int32_t first,
                         int32_t last)
{
    for (int32_t i = first; i < last; ++i) {
        const double scale = group->gap_scale[(int64_t)i * group->rate_step];
        int32_t next = group->next[i];
        if (window->source_begin == group->restart)
            next = window->source_begin + geometric_gap(net->seed, (uint32_t)group->stream, (uint32_t)i,
                                                        (uint32_t)window->source_begin, 1u, scale);
        while (next < window->source_end) {
            append_spike(net, group->source + i, next);
            next += 1 + geometric_gap(net->seed, (uint32_t)group->stream, (uint32_t)i, (uint32_t)next, 0u,
                                      scale);
        }
        group->next[i] = next;
    }
}

// First spike of a generator at or after a step.
DEVICE int32_t generator_position(const Generator *g, int32_t step)
{
    int32_t low = 0, high = g->n_spike;
    while (low < high) {
        const int32_t middle = low + (high - low) / 2;
        if (g->step[middle] < step)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// The generator's spikes in the window's source steps, shared out among `count` workers.
DEVICE void emit_generator(const Network *net, const Generator *g, const Window *window, int32_t worker,
                           int32_t count)
{
    const int32_t end = generator_position(g, window->source_end);
    for (int32_t k = generator_position(g, window->source_begin) + worker; k < end; k += count)
        append_spike(net, g->source + g->index[k], g->step[k]);
}

// First synapse of [low, high) that leads to neuron `target` or a later one; targets ascend.
DEVICE int64_t synapse_position(const int32_t *targets, int64_t low, int64_t high, int32_t target)
{
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (targets[middle] < target)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// Add the events of one source's synapses to the input of the neurons that a worker owns.
DEVICE void deliver_row(const Network *net, const Projection *j, int32_t source, int32_t step,
                        Worker *worker)
{
    const Population *post = &net->population[j->population];
    look_at(worker, post);
    const int32_t low = worker->low, high = worker->high;
    const bool all = low == 0 && high >= post->n;
    int64_t begin = 0, end = 1;
    int32_t first_target = j->first_target;
    if (j->kind == SYNAPSES_EXPLICIT) {
        begin = all ? j->row[source] : synapse_position(j->target, j->row[source], j->row[source + 1], low);
        end = all ? j->row[source + 1] : synapse_position(j->target, begin, j->row[source + 1], high);
    } else if (j->kind == SYNAPSES_ONE_TO_ONE) {
        first_target += source;
        if (first_target < low || first_target >= high)
            return;
    } else {
        begin = low > first_target ? low - first_target : 0;
        end = high < first_target + j->n_target ? high - first_target : j->n_target;
    }
    uint8_t *const start = post->input + post->port[j->port].offset;
    const bool narrow = post->port[j->port].narrow;
    const int32_t slot_now = worker->slot + step - worker->first_step;
    for (int64_t k = begin + row_start(worker); k < end; k += row_stride(worker)) {
        const int32_t delay = j->delay ? j->delay[k] : j->common_delay;
        const integer weight = j->weight ? j->weight[k] : (integer)j->common_weight;
        const int32_t target = j->kind == SYNAPSES_EXPLICIT ? j->target[k] : first_target + (int32_t)k;
        int32_t slot = slot_now + delay;
        while (slot >= post->n_slot)
            slot -= post->n_slot;
        const int64_t place = (int64_t)slot * post->stride + target;
        if (narrow)
            accumulate_narrow(&start[place], weight);
        else
            accumulate((integer *)start + place, weight);
        set_pending(post, target, j->port, slot);
    }
}

// Hand one spike to the synapses of its source. Sums are of integers: their order does not matter.
DEVICE void deliver_spike(const Network *net, Spike spike, Worker *worker)
{
    int32_t e = 0;
    while (spike.source - net->emitter[e].source >= net->emitter[e].n)
        ++e;
    const Emitter *emitter = &net->emitter[e];
    for (int32_t k = emitter->first_projection; k < emitter->last_projection; ++k) {
        const Projection *j = &net->projection[k];
        const int32_t source = spike.source - emitter->source - j->first_source;
        if (source >= 0 && source < j->n_source)
            deliver_row(net, j, source, spike.step, worker);
    }
}

// Spikes that the list holds; it may have been asked for more.
DEVICE int32_t listed_spikes(const Network *net)
{
    const Control *control = net->control;
    return control->spike_count < control->spike_capacity ? control->spike_count : control->spike_capacity;
}

// Whether the next window may run.
DEVICE bool window_can_run(const Network *net)
{
    const Control *control = net->control;
    return !control->halted;
}

// After delivery, by a single worker: note progress and stop where the host has to act.
DEVICE void close_window(const Network *net)
{
    Control *control = net->control;
    control->windows_done += 1;
    control->spike_begin = control->spike_count;
    if (control->not_finite != ~(uint64_t)0)
        control->halted = 2;
    else if (control->spike_capacity - control->spike_count < control->spike_reserve)
        control->halted = 1;
}

#endif
