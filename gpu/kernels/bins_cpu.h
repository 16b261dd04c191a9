// Events of explicit synapses on the CPU, where memory is far: binned by the neurons that they go to, and added to the input
// of these neurons right before their steps, when it comes into the cache anyway ("propagation blocking", Beamer, Asanovic
// and Patterson, IPDPS 2017).
//
// A thread has bins of its own. A bin that is full is emptied at once; all are empty between batches of windows.
#ifndef DENDRIFY_GPU_BINS_H
#define DENDRIFY_GPU_BINS_H

// The place of an event: the neuron, counted from the first one of its bin, and above it the slot. A narrow event has its
// weight in the bits above those.
enum { NEURON_BITS = 11, NEURON_MASK = NEURONS_TOGETHER - 1, SLOT_BITS = 13, SLOT_MASK = (1 << SLOT_BITS) - 1 };
enum { WEIGHT_BIT = NEURON_BITS + SLOT_BITS };

// Not a power of two: the ends of many bins would share few lines of a cache.
enum { EVENTS_OF_BIN = 2040 };

enum { COUNTS_APART = 16, EVENTS_AHEAD = 24 };

struct WideEvent {
    integer weight;
    integer place;
};

// The bins of a thread at one port: those of its neurons from `low` on. Numbers of different threads lie in different
// cache lines.
struct Bins {
    uint32_t *narrow;
    WideEvent *wide;
    int32_t *count;
};

DEVICE Bins bins_of(const Population *p, int32_t port, int32_t low, int32_t number)
{
    const Bin *const bin = &p->bin[port];
    const int64_t first = (int64_t)(low / NEURONS_TOGETHER + number) * EVENTS_OF_BIN;
    return {(uint32_t *)bin->event + first, (WideEvent *)bin->event + first,
            bin->count + low / NEURONS_TOGETHER + number * COUNTS_APART};
}

DEVICE int64_t event_place(int32_t first, uint32_t place, int32_t n_slot)
{
    const int32_t slot = (int32_t)(place >> NEURON_BITS & SLOT_MASK);
    return input_place(first + (int32_t)(place & NEURON_MASK), n_slot) + (int64_t)slot * INPUT_BLOCK;
}

// Add events to the input of one port, where the neurons of their bin begin with `first`.
static __attribute__((noinline, unused)) void add_narrow(const Population *p, const Port *port, const uint32_t *events,
                                                         int32_t count, int32_t first)
{
    uint8_t *const start = p->input + port->offset;
    const int32_t n_slot = p->n_slot;
    for (int32_t e = 0; e < count; ++e)
        accumulate_narrow(start + event_place(first, events[e], n_slot), (integer)(events[e] >> WEIGHT_BIT));
}

// Most wide input lies in lines of memory that nobody has asked for.
static __attribute__((noinline, unused)) void add_wide(const Population *p, int32_t port, const WideEvent *events,
                                                       int32_t count, int32_t first)
{
    integer *const start = (integer *)(p->input + p->port[port].offset);
    const int32_t n_slot = p->n_slot;
    for (int32_t e = 0; e < count; ++e) {
        const WideEvent *const later = &events[e + EVENTS_AHEAD < count ? e + EVENTS_AHEAD : e];
        __builtin_prefetch(start + event_place(first, (uint32_t)later->place, n_slot), 1);
        const uint32_t place = (uint32_t)events[e].place;
        accumulate(start + event_place(first, place, n_slot), events[e].weight);
        set_pending(p, first + (int32_t)(place & NEURON_MASK), port, (int32_t)(place >> NEURON_BITS));
    }
}

// Empty bin `k` of a port; its neurons begin with `first`.
DEVICE void empty_bin(const Population *p, int32_t port, const Bins *bins, int32_t k, int32_t first)
{
    const int32_t count = bins->count[k];
    const int64_t begin = (int64_t)k * EVENTS_OF_BIN;
    bins->count[k] = 0;
    if (p->port[port].narrow)
        add_narrow(p, &p->port[port], bins->narrow + begin, count, first);
    else
        add_wide(p, port, bins->wide + begin, count, first);
}

// Empty the bins of all ports for the neurons of a thread that begin with `first`; its own begin with `low`.
DEVICE void empty_bins(const Population *p, int32_t low, int32_t first, int32_t number)
{
    for (int32_t port = 0; p->bin && port < p->n_port; ++port) {
        if (!p->bin[port].event)
            continue;
        const Bins bins = bins_of(p, port, low, number);
        empty_bin(p, port, &bins, (first - low) / NEURONS_TOGETHER, first);
    }
}

// Put the events of some synapses into the bins of a worker.
DEVICE void bin_span(const Errand *errand, const Worker *worker, bool narrow, bool has_delay, bool has_weight)
{
    enum { LINE_EVENTS = 64 / sizeof(uint32_t) };
    const Projection *const j = errand->projection;
    const Population *const post = errand->post;
    const Span *const span = &errand->span;
    const int32_t n_slot = post->n_slot, low = worker->low;
    const Bins bins = bins_of(post, j->port, low, worker->number);
    const uint32_t common = (uint32_t)j->common_weight << WEIGHT_BIT;
    for (int64_t k = span->begin; k < span->end; k += span->stride) {
        int32_t slot = span->slot;
        if (has_delay) {
            slot += j->delay[k];
            slot = slot >= n_slot ? slot - n_slot : slot;
        }
        const uint32_t neuron = (uint32_t)(j->target[k] - low);
        const int32_t bin = (int32_t)(neuron >> NEURON_BITS);
        const uint32_t place = (neuron & NEURON_MASK) | (uint32_t)slot << NEURON_BITS;
        const int32_t count = bins.count[bin];
        const int64_t e = (int64_t)bin * EVENTS_OF_BIN + count;
        if (narrow) {
            __builtin_prefetch(&bins.narrow[e + LINE_EVENTS], 1);
            bins.narrow[e] = common | place;
        } else {
            __builtin_prefetch(&bins.wide[e + 64 / sizeof(WideEvent)], 1);
            bins.wide[e] = {has_weight ? j->weight[k] : (integer)j->common_weight, (integer)place};
        }
        bins.count[bin] = count + 1;
        if (count + 1 == EVENTS_OF_BIN)
            empty_bin(post, j->port, &bins, bin, low + (bin << NEURON_BITS));
    }
}

// Whether the events of an errand are binned.
DEVICE bool is_binned(const Errand *errand)
{
    const Bin *const bin = errand->post->bin;
    return bin && errand->projection->kind == SYNAPSES_EXPLICIT && bin[errand->projection->port].event;
}

DEVICE void bin_errand(const Errand *errand, Worker *worker)
{
    const Projection *const j = errand->projection;
    look_at(worker, errand->post);
    if (!errand->post->port[j->port].narrow)
        bin_span(errand, worker, false, j->delay != 0, j->weight != 0);
    else if (j->delay)
        bin_span(errand, worker, true, true, false);
    else
        bin_span(errand, worker, true, false, false);
}

#endif
