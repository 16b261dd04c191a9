// What lanes and threads share: the spike list, samples, the input of sources, delivery, and the bookkeeping
// between windows. Built on accumulate, atomic_claim, atomic_lowest and the workers of the backend.
#ifndef DENDRIFY_GPU_EVENTS_H
#define DENDRIFY_GPU_EVENTS_H

// Claim room for some spikes; the place of the first. A window that claims more than there is stops the run.
DEVICE int32_t claim_spikes(const Network *net, int32_t count)
{
    return atomic_claim(&net->control->spike_count, count);
}

DEVICE void put_spike(const Network *net, int32_t place, int32_t source, int32_t step)
{
    if (place < net->control->spike_capacity) {
        net->spike[place].source = source;
        net->spike[place].step = step;
    }
}

// List a spike, as often as its synapses are delivered in parts.
DEVICE void append_spike(const Network *net, int32_t source, int32_t step)
{
    const int32_t count = parts_of(net, source);
    const int32_t place = claim_spikes(net, count);
    for (int32_t part = 0; part < count; ++part) {
        put_spike(net, place + part, source, step);
        put_part(net, place + part, part);
    }
    if (count > 1)
        atomic_claim(&net->control->repeated, count - 1);
}

DEVICE bool sample_due(const Monitor *m, int64_t first, int32_t step)
{
    return first < m->highest && first + LANES > m->lowest && step % m->every == 0;
}

// Write one variable of the recorded lanes into the current sample.
RARE void sample(const Monitor *m, int variable, lane value, int64_t first, int32_t step)
{
    if (m->column[variable] < 0)
        return;
    const int64_t number = step / m->every - m->first_sample;
    real *out = m->buffer + (number * m->n_variables + m->column[variable]) * m->n_rows;
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

// Where the rates of Poisson sources changed, their next spikes are drawn anew. The gap to the next spike is drawn
// from (source, step of this spike), so no generator state is kept.
DEVICE void restart_poisson(const Network *net, const Poisson *group, const Window *window, int32_t first,
                            int32_t last)
{
    if (window->source_begin != group->restart)
        return;
    for (int32_t i = first; i < last; ++i) {
        const double scale = group->gap_scale[(int64_t)i * group->rate_step];
        group->next[i] = window->source_begin + geometric_gap(net->seed, (uint32_t)group->stream, (uint32_t)i,
                                                              (uint32_t)window->source_begin, 1u, scale);
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

// Synapses [begin, end) of a projection, every `stride`-th, whose events without a delay of their own are due in `slot`.
struct Span {
    int64_t begin;
    int64_t end;
    int64_t stride;
    int32_t first_target;
    int32_t slot;
};

// Add an event to the input of a neuron that is due in a slot; the input of the port begins at `start`.
DEVICE void add_event(const Population *post, int32_t port, uint8_t *start, bool narrow, int32_t neuron, int32_t slot,
                      integer weight)
{
    const int64_t place = input_place(neuron, post->n_slot) + (int64_t)slot * INPUT_BLOCK;
    if (narrow) {
        accumulate_narrow(&start[place], weight);
    } else {
        accumulate((integer *)start + place, weight);
        set_pending(post, neuron, port, slot);
    }
}

// Add the events of some synapses to the input of their targets.
DEVICE void deliver_span(const Projection *j, const Population *post, const Span *span, bool is_explicit, bool narrow,
                         bool has_delay, bool has_weight)
{
    uint8_t *const start = post->input + post->port[j->port].offset;
    const int32_t *const targets = j->target;
    const uint16_t *const delays = j->delay;
    const integer *const weights = j->weight;
    const int32_t n_slot = post->n_slot;
    for (int64_t k = span->begin; k < span->end; k += span->stride) {
        const int32_t target = is_explicit ? targets[k] : span->first_target + (int32_t)k;
        int32_t slot = span->slot;
        if (has_delay) {
            slot += delays[k];
            slot = slot >= n_slot ? slot - n_slot : slot;
        }
        add_event(post, j->port, start, narrow, target, slot, has_weight ? weights[k] : (integer)j->common_weight);
    }
}

// The spiking object that a source belongs to. Spikes of one object follow each other.
DEVICE const Emitter *emitter_of(const Network *net, int32_t source, Worker *worker)
{
    const Emitter *e = &net->emitter[worker->emitter];
    if (source < e->source)
        e = net->emitter;
    while (source - e->source >= e->n)
        ++e;
    worker->emitter = (int32_t)(e - net->emitter);
    return e;
}

// What a worker has to do for one spike and one projection.
struct Errand {
    const Projection *projection;
    const Population *post;
    Span span;
};

// Say what a worker has to do for a spike of a source of a projection; false if it is nothing. Explicit synapses are
// those of all workers, see `own_synapses`.
DEVICE bool find_errand(const Network *net, const Projection *j, int32_t source, int32_t step, Worker *worker,
                        Errand *errand)
{
    if (source < 0 || source >= j->n_source)
        return false;
    const Population *post = &net->population[j->population];
    look_at(worker, post);
    const int32_t low = worker->low, high = worker->high;
    int64_t begin = 0, end = 1;
    int32_t first_target = j->first_target;
    if (j->kind == SYNAPSES_EXPLICIT) {
        begin = j->row[source];
        end = j->row[source + 1];
    } else if (j->kind == SYNAPSES_ONE_TO_ONE) {
        first_target += source;
        if (first_target < low || first_target >= high)
            return false;
    } else {
        begin = low > first_target ? low - first_target : 0;
        end = high < first_target + j->n_target ? high - first_target : j->n_target;
    }
    int32_t slot = worker->slot + step - worker->first_step;
    if (!j->delay)
        slot += j->common_delay;
    while (slot >= post->n_slot)
        slot -= post->n_slot;
    errand->projection = j;
    errand->post = post;
    errand->span = {begin + row_start(worker), row_end(worker, begin, end), row_stride(worker), first_target, slot};
    return true;
}

// Add the events of some synapses to the input of their targets. What the synapses of a projection have in common is
// decided before their loop.
DEVICE void run_errand(const Errand *errand)
{
    const Projection *const j = errand->projection;
    const Population *const post = errand->post;
    const Span *const span = &errand->span;
    if (j->kind != SYNAPSES_EXPLICIT) {
        if (post->port[j->port].narrow)
            deliver_span(j, post, span, false, true, false, false);
        else
            deliver_span(j, post, span, false, false, false, false);
    } else if (post->port[j->port].narrow) {
        if (j->delay)
            deliver_span(j, post, span, true, true, true, false);
        else
            deliver_span(j, post, span, true, true, false, false);
    } else {
        deliver_span(j, post, span, true, false, j->delay != 0, j->weight != 0);
    }
}

// Keep a spike if the host wants it. Its emitter.
DEVICE const Emitter *keep_spike(const Network *net, Spike spike, Worker *worker)
{
    const Emitter *const emitter = emitter_of(net, spike.source, worker);
    if (keeps(worker) && (emitter->recorded || spike.step >= net->control->keep_from))
        net->kept[claim_kept(&net->control->kept_count)] = spike;
    return emitter;
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
    control->spike_total += (uint64_t)(control->spike_count - control->repeated + control->unlisted);
    if (control->spike_count > control->spike_capacity)
        control->halted = HALTED_OVERFLOW;
    else if (control->not_finite != ~(uint64_t)0)
        control->halted = HALTED_NOT_FINITE;
    else if (control->kept_capacity - control->kept_count < control->spike_capacity)
        control->halted = HALTED_FULL;
    control->spike_count = 0;
    control->repeated = 0;
    control->unlisted = 0;
}

#endif
