// Events of explicit synapses on the CPU, where memory is far: binned by the neurons that they go to, and added to the input
// of these neurons right before their steps ("propagation blocking", Beamer, Asanovic and Patterson, IPDPS 2017).
//
// A bin holds events of one port on their way to NEURONS_TOGETHER neurons, or to those of them that are a thread's own: no
// two threads share a bin. At a staged port there is one for each of the coming windows, else one for the next window,
// whenever its events are due. A bin that is full is emptied into memory at once; all are empty between batches of windows.
#ifndef DENDRIFY_GPU_BINS_H
#define DENDRIFY_GPU_BINS_H

#include "stage_cpu.h"

// A narrow event is its place in the input of the bin's neurons, and in the bits above it the weight. The place of a wide
// event is the neuron, counted from the first one of the bin, and above it the slot: its slot is noted, too.
enum { NEURON_BITS = 11, NEURON_MASK = NEURONS_TOGETHER - 1, PLACE_BITS = 24, PLACE_MASK = (1 << PLACE_BITS) - 1 };

struct WideEvent {
    integer weight;
    integer place;
};

// Not a power of two: the ends of many bins would share few lines of a cache.
enum { EVENTS_OF_BIN = 2040 };

enum { EVENTS_AHEAD = 24 };

// The bins of a thread at one port and turn, as if all neurons were its own.
struct Bins {
    uint32_t *narrow;
    WideEvent *wide;
    int32_t *count;
};

DEVICE Bins bins_of(const Population *p, int32_t port, int32_t number, int32_t turn)
{
    const Bin *const bin = &p->bin[port];
    const int64_t first = ((int64_t)turn * bin->n_bin + number) * EVENTS_OF_BIN;
    return {(uint32_t *)bin->event + first, (WideEvent *)bin->event + first,
            bin->count + (int64_t)turn * bin->n_count + number * COUNTS_APART};
}

// Add narrow events to input that begins at `start`.
static __attribute__((noinline, unused)) void add_narrow(uint8_t *start, const uint32_t *events, int32_t count)
{
    for (int32_t e = 0; e < count; ++e)
        accumulate_narrow(start + (events[e] & PLACE_MASK), (integer)(events[e] >> PLACE_BITS));
}

// Where the input of an event lies, counted in neurons from that of the first neuron of its bin.
DEVICE int32_t place_in_bin(int32_t neuron, int32_t slot, int32_t n_slot)
{
    return (neuron / INPUT_BLOCK * n_slot + slot) * INPUT_BLOCK + neuron % INPUT_BLOCK;
}

DEVICE int32_t place_of(const WideEvent *event, int32_t n_slot)
{
    return place_in_bin((int32_t)(event->place & NEURON_MASK), (int32_t)(event->place >> NEURON_BITS), n_slot);
}

// Add wide events, most of whose input lies in lines of memory that nobody has asked for; the bin begins with neuron `first`.
static __attribute__((noinline, unused)) void add_wide(const Population *p, int32_t port, integer *start, int32_t first,
                                                       const WideEvent *events, int32_t count)
{
    const int32_t n_slot = p->n_slot;
    for (int32_t e = 0; e < count; ++e) {
        const WideEvent *const later = &events[e + EVENTS_AHEAD < count ? e + EVENTS_AHEAD : e];
        __builtin_prefetch(start + place_of(later, n_slot), 1);
        accumulate(start + place_of(&events[e], n_slot), events[e].weight);
        set_pending(p, first + (int32_t)(events[e].place & NEURON_MASK), port, (int32_t)(events[e].place >> NEURON_BITS));
    }
}

// Empty bin `k` of a port into the input that the population has.
static __attribute__((noinline, unused)) void empty_bin(const Population *p, int32_t port, const Bins *bins, int32_t k)
{
    const int32_t count = bins->count[k], first = k * NEURONS_TOGETHER;
    const int64_t begin = (int64_t)k * EVENTS_OF_BIN;
    uint8_t *const start = p->input + p->port[port].offset;
    const int64_t place = input_place(first, p->n_slot);
    bins->count[k] = 0;
    if (p->port[port].narrow)
        add_narrow(start + place, bins->narrow + begin, count);
    else
        add_wide(p, port, (integer *)start + place, first, bins->wide + begin, count);
}

// Empty the bins of a thread, those of some turn at staged ports, for the neurons that lie together with neuron `first`.
static __attribute__((noinline, unused)) void empty_bins(const Population *p, int32_t first, int32_t number, int32_t turn)
{
    for (int32_t port = 0; p->bin && port < p->n_port; ++port) {
        if (!p->bin[port].event)
            continue;
        const Bins bins = bins_of(p, port, number, p->port[port].staged ? turn : 0);
        empty_bin(p, port, &bins, first / NEURONS_TOGETHER);
    }
}

// Empty a bin that is full into memory.
RARE void empty_full_bin(const Population *p, int32_t port, const Bins *bins, int32_t k, const Worker *worker)
{
    empty_bin(p, port, bins, k);
    if (p->port[port].staged)
        hold(p, k * NEURONS_TOGETHER, worker->number, worker->due + p->n_slot);
}

// Add one event of a synapse to the input of its target in memory: no bin waits for the window that takes it.
RARE void deliver_late(const Errand *errand, int64_t synapse, int32_t slot, const Worker *worker)
{
    const Projection *const j = errand->projection;
    const Population *const post = errand->post;
    const int32_t target = j->target[synapse];
    const Port *const port = &post->port[j->port];
    const integer weight = j->weight ? j->weight[synapse] : (integer)j->common_weight;
    add_event(post, j->port, post->input + port->offset, port->narrow != 0, target, slot, weight);
    hold_slot(post, target, worker, slot);
}

// Put the events of some synapses into the bins of a worker. Functions of their own have enough registers.
template <bool narrow, bool has_delay, bool has_weight>
static __attribute__((noinline, unused)) void bin_span(const Errand *errand, const Worker *worker)
{
    enum { LINE_EVENTS = 64 / sizeof(uint32_t), WIDE_LINE_EVENTS = 64 / sizeof(WideEvent) };
    const Projection *const j = errand->projection;
    const Population *const post = errand->post;
    const Span *const span = &errand->span;
    const int32_t n_slot = post->n_slot;
    const uint8_t *const turns = post->port[j->port].staged ? turns_of(post, worker->number) : 0;
    const int32_t first_turn = turns && !has_delay ? turns[span->slot] : 0;
    Bins bins = bins_of(post, j->port, worker->number, first_turn == NO_TURN ? 0 : first_turn);
    const uint32_t common = (uint32_t)j->common_weight << PLACE_BITS;
    for (int64_t k = span->begin; k < span->end; k += span->stride) {
        int32_t slot = span->slot;
        if (has_delay) {
            slot += j->delay[k];
            slot = slot >= n_slot ? slot - n_slot : slot;
        }
        const int32_t turn = has_delay && turns ? turns[slot] : first_turn;
        if (turn == NO_TURN) {
            deliver_late(errand, k, slot, worker);
            continue;
        }
        if (has_delay)
            bins = bins_of(post, j->port, worker->number, turn);
        const int32_t neuron = j->target[k] & NEURON_MASK;
        const int32_t bin = j->target[k] >> NEURON_BITS;
        const int32_t count = bins.count[bin];
        const int64_t e = (int64_t)bin * EVENTS_OF_BIN + count;
        if (narrow) {
            __builtin_prefetch(&bins.narrow[e + LINE_EVENTS], 1);
            bins.narrow[e] = common | (uint32_t)place_in_bin(neuron, slot, n_slot);
        } else {
            __builtin_prefetch(&bins.wide[e + WIDE_LINE_EVENTS], 1);
            bins.wide[e] = {has_weight ? j->weight[k] : (integer)j->common_weight, slot << NEURON_BITS | neuron};
        }
        bins.count[bin] = count + 1;
        if (count + 1 == EVENTS_OF_BIN)
            empty_full_bin(post, j->port, &bins, bin, worker);
    }
}

// Whether the events of an errand are binned.
DEVICE bool is_binned(const Errand *errand)
{
    const Bin *const bin = errand->post->bin;
    return bin && errand->projection->kind == SYNAPSES_EXPLICIT && bin[errand->projection->port].event;
}

DEVICE void bin_errand(const Errand *errand, const Worker *worker)
{
    const Projection *const j = errand->projection;
    if (errand->post->port[j->port].narrow)
        j->delay ? bin_span<true, true, false>(errand, worker) : bin_span<true, false, false>(errand, worker);
    else if (j->delay)
        j->weight ? bin_span<false, true, true>(errand, worker) : bin_span<false, true, false>(errand, worker);
    else
        j->weight ? bin_span<false, false, true>(errand, worker) : bin_span<false, false, false>(errand, worker);
}

#endif
