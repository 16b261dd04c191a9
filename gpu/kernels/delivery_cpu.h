// How a thread of the CPU delivers the spikes of a window to its neurons.
//
// The synapses of a spike, and the input of their targets, lie anywhere in memory. Spikes are therefore served some at a
// time: the memory that all of them need is asked for before any of it is used.
#ifndef DENDRIFY_GPU_DELIVERY_H
#define DENDRIFY_GPU_DELIVERY_H

#include "bins_cpu.h"

enum { SPIKES_TOGETHER = 16, ERRANDS_TOGETHER = 64, LINE = 64, LINES_AHEAD = 4 };

// Ask for the first cache lines of some memory.
DEVICE void ask_for(const void *memory, int64_t bytes)
{
    const char *const start = (const char *)memory;
    for (int line = 0; line < LINES_AHEAD && line * LINE < bytes; ++line)
        __builtin_prefetch(start + line * LINE);
}

// Ask for where the synapses of a spike begin and end.
DEVICE void ask_for_rows(const Network *net, Spike spike, Worker *worker)
{
    const Emitter *const emitter = emitter_of(net, spike.source, worker);
    for (int32_t k = emitter->first_projection; k < emitter->last_projection; ++k) {
        const Projection *const j = &net->projection[k];
        if (j->kind == SYNAPSES_EXPLICIT)
            __builtin_prefetch(&j->row[spike.source - emitter->source - j->first_source]);
    }
}

// Ask for what an errand reads: the synapses, or the input of a single target.
DEVICE void ask_for_synapses(const Errand *errand)
{
    const Projection *const j = errand->projection;
    const Span *const span = &errand->span;
    const int64_t count = span->end - span->begin;
    if (j->kind == SYNAPSES_EXPLICIT) {
        ask_for(j->target + span->begin, count * (int64_t)sizeof(int32_t));
        if (j->delay)
            ask_for(j->delay + span->begin, count * (int64_t)sizeof(uint16_t));
        if (j->weight)
            ask_for(j->weight + span->begin, count * (int64_t)sizeof(integer));
    } else if (j->kind == SYNAPSES_ONE_TO_ONE) {
        const Port *const port = &errand->post->port[j->port];
        const int64_t place = input_place(span->first_target, errand->post->n_slot) + span->slot * INPUT_BLOCK;
        __builtin_prefetch(errand->post->input + port->offset + place * (port->narrow ? 1 : sizeof(integer)), 1);
    }
}

// First synapse of [low, high) that leads to neuron `target` or a later one; targets ascend. The last steps of the search
// count: a processor guesses every other turn of a search wrong.
DEVICE int64_t synapse_position(const int32_t *targets, int64_t low, int64_t high, int32_t target)
{
    while (high - low > 64) {
        const int64_t middle = low + (high - low) / 2;
        if (targets[middle] < target)
            low = middle + 1;
        else
            high = middle;
    }
    int32_t before = 0;
    for (int64_t k = low; k < high; ++k)
        before += targets[k] < target;
    return low + before;
}

// Of explicit synapses, leave those that lead to neurons of the worker.
DEVICE void own_synapses(Errand *errand, Worker *worker)
{
    const Projection *const j = errand->projection;
    if (worker->count == 1 || j->kind != SYNAPSES_EXPLICIT)
        return;
    look_at(worker, errand->post);
    Span *const span = &errand->span;
    if (worker->low > 0)
        span->begin = synapse_position(j->target, span->begin, span->end, worker->low);
    if (worker->high < errand->post->n)
        span->end = synapse_position(j->target, span->begin, span->end, worker->high);
}

// What to do for some spikes.
struct Errands {
    Errand item[ERRANDS_TOGETHER];
    int32_t count;
};

DEVICE void run_errands(Errands *errands, Worker *worker)
{
    for (int32_t k = 0; k < errands->count; ++k) {
        Errand *const errand = &errands->item[k];
        own_synapses(errand, worker);
        if (is_binned(errand))
            bin_errand(errand, worker);
        else
            run_errand(errand);
    }
    errands->count = 0;
}

// Deliver all spikes of a window to the neurons of a worker, and keep those that the host wants. While some errands run, the
// memory that the next ones need is on its way.
static void deliver_spikes(const Network *net, Worker *worker)
{
    Errands errands[2];
    errands[0].count = errands[1].count = 0;
    int32_t filling = 0;
    const int32_t end = listed_spikes(net);
    for (int32_t k = 0; k < end && k < SPIKES_TOGETHER; ++k)
        ask_for_rows(net, net->spike[k], worker);
    for (int32_t first = 0; first < end; first += SPIKES_TOGETHER) {
        const int32_t last = end - first < SPIKES_TOGETHER ? end : first + SPIKES_TOGETHER;
        for (int32_t k = last; k < end && k < last + SPIKES_TOGETHER; ++k)
            ask_for_rows(net, net->spike[k], worker);
        for (int32_t k = first; k < last; ++k) {
            const Spike spike = net->spike[k];
            const Emitter *const emitter = keep_spike(net, spike, worker);
            for (int32_t q = emitter->first_projection; q < emitter->last_projection; ++q) {
                const Projection *const j = &net->projection[q];
                const int32_t source = spike.source - emitter->source - j->first_source;
                Errands *const some = &errands[filling];
                if (!find_errand(net, j, source, spike.step, worker, &some->item[some->count]))
                    continue;
                ask_for_synapses(&some->item[some->count]);
                if (++some->count == ERRANDS_TOGETHER) {
                    filling = 1 - filling;
                    run_errands(&errands[filling], worker);
                }
            }
        }
        filling = 1 - filling;
        run_errands(&errands[filling], worker);
    }
    run_errands(&errands[1 - filling], worker);
}

#endif
