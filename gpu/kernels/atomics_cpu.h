// Shared counters and sums on the CPU.
#ifndef DENDRIFY_GPU_ATOMICS_H
#define DENDRIFY_GPU_ATOMICS_H

// Code for what seldom happens, kept out of the way of what always does.
#define RARE static __attribute__((noinline, cold, unused))

// Neurons whose states and input stay in the cache between their steps and the events that reach them.
enum { NEURONS_TOGETHER = 2048 };

// One of the threads that deliver spikes. Each goes through all spikes and serves the neurons that it also
// advances: sums need no locks, and the input of a neuron stays in the caches of its core.
struct Worker {
    int32_t number;
    int32_t count;
    int32_t first_step;  // no spike that it delivers is older
    int32_t due;         // the first step whose input is still to be taken
    int32_t emitter;     // whose spike it delivered last
    // What it last worked on: the population, its own neurons there, and the slot of first_step.
    const Population *population;
    int32_t low;
    int32_t high;
    int32_t slot;
};

// The part of `count` items that comes before those of thread `number`.
DEVICE int64_t share(int64_t count, int32_t number, int32_t n_thread) { return count * number / n_thread; }

// The first neuron of thread `number` in a population; those of the next thread follow its own.
DEVICE int32_t first_owned(const Population *p, int32_t number, int32_t n_thread)
{
    const int64_t vectors = (p->n + LANES - 1) / LANES;
    return (int32_t)(share(vectors, number, n_thread) * LANES);
}

DEVICE void look_at(Worker *worker, const Population *p)
{
    if (worker->population == p)
        return;
    worker->population = p;
    worker->low = first_owned(p, worker->number, worker->count);
    worker->high = first_owned(p, worker->number + 1, worker->count);
    worker->slot = worker->first_step % p->n_slot;
}

// A worker takes every synapse of a row that leads to one of its neurons.
DEVICE int64_t row_start(const Worker *) { return 0; }
DEVICE int64_t row_end(const Worker *, int64_t, int64_t end) { return end; }
DEVICE int64_t row_stride(const Worker *) { return 1; }

// Threads divide the targets, so rows need not be divided.
DEVICE int32_t parts_of(const Network *, int32_t) { return 1; }
DEVICE void put_part(const Network *, int32_t, int32_t) {}

// Whether a worker is the one that keeps a spike for the host.
DEVICE bool keeps(const Worker *worker) { return worker->number == 0; }

DEVICE void accumulate(integer *where, integer amount) { *where += amount; }
DEVICE void accumulate_narrow(uint8_t *where, integer amount) { *where = (uint8_t)(*where + amount); }

DEVICE int32_t atomic_claim(int32_t *counter, int32_t amount)
{
    return __atomic_fetch_add(counter, amount, __ATOMIC_RELAXED);
}

// A single thread keeps spikes.
DEVICE int32_t claim_kept(int32_t *counter) { return (*counter)++; }

DEVICE void atomic_lowest(uint64_t *where, uint64_t value)
{
    uint64_t seen = __atomic_load_n(where, __ATOMIC_RELAXED);
    while (value < seen &&
           !__atomic_compare_exchange_n(where, &seen, value, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
}

// Ask for what the vector after the next one will load, while this one has its steps: a processor foresees a few streams of
// memory by itself, but not as many as a model has states.
DEVICE void ask_for_states(const Population *p, int32_t n_state, int32_t n_word, int64_t first)
{
    enum { LINE = 64 / sizeof(real) };
    for (int64_t later = first + 2 * LANES; later < first + 3 * LANES; later += LINE) {
        for (int32_t k = 0; k < n_state; ++k)
            __builtin_prefetch(p->state + k * (int64_t)p->stride + later);
        for (int32_t k = 0; k < n_word; ++k)
            __builtin_prefetch(p->flags + k * (int64_t)p->stride + later);
        __builtin_prefetch(p->last_spike + later);
    }
}

// Where a neuron's input of the first slot lies, counted in neurons, and how far apart its slots are.
DEVICE int64_t input_place(int32_t neuron, int32_t n_slot)
{
    const uint32_t block = (uint32_t)neuron / INPUT_BLOCK;
    return (int64_t)block * ((int64_t)n_slot * INPUT_BLOCK) + (uint32_t)neuron % INPUT_BLOCK;
}

// Input in integers is wide, and most steps bring a vector none. A byte for each vector, port and step saves
// reading it.
DEVICE uint8_t *pending_of(const Population *p, int64_t neuron, int32_t port)
{
    return p->pending + (neuron / LANES * p->n_port + port) * p->n_slot;
}

DEVICE void set_pending(const Population *p, int64_t neuron, int32_t port, int32_t slot)
{
    pending_of(p, neuron, port)[slot] = 1;
}

// The input of one port to one vector of neurons.
struct Inbox {
    uint8_t *start;    // of the first slot
    uint8_t *pending;  // whether a slot holds anything, for wide input
    bool narrow;
};

DEVICE Inbox inbox_of(const Population *p, int32_t port, int64_t first)
{
    const Port *const q = &p->port[port];
    const int64_t size = q->narrow ? 1 : (int64_t)sizeof(integer);
    return {p->input + q->offset + input_place((int32_t)first, p->n_slot) * size, pending_of(p, first, port), q->narrow != 0};
}

// Take the input that is due, and leave none.
DEVICE lane take_input(const Inbox *box, int32_t slot)
{
    if (box->narrow)
        return take_bytes(box->start + slot * INPUT_BLOCK);
    if (!box->pending[slot])
        return splat(0);
    box->pending[slot] = 0;
    return take_integers((integer *)box->start + slot * INPUT_BLOCK);
}

#endif
