// Shared counters and sums on the CPU.
#ifndef DENDRIFY_GPU_ATOMICS_H
#define DENDRIFY_GPU_ATOMICS_H

// Code for what seldom happens, kept out of the way of what always does.
#define RARE static __attribute__((noinline, cold, unused))

// One of the threads that deliver spikes. Each goes through all spikes and serves the neurons that it also
// advances: sums need no locks, and the input of a neuron stays in the caches of its core.
struct Worker {
    int32_t number;
    int32_t count;
    int32_t first_step;  // no spike that it delivers is older
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
DEVICE int64_t row_stride(const Worker *) { return 1; }

DEVICE void accumulate(integer *where, integer amount) { *where += amount; }
DEVICE void accumulate_narrow(uint8_t *where, integer amount) { *where = (uint8_t)(*where + amount); }

DEVICE int32_t atomic_claim(int32_t *counter, int32_t amount)
{
    return __atomic_fetch_add(counter, amount, __ATOMIC_RELAXED);
}

DEVICE void atomic_lowest(uint64_t *where, uint64_t value)
{
    uint64_t seen = __atomic_load_n(where, __ATOMIC_RELAXED);
    while (value < seen &&
           !__atomic_compare_exchange_n(where, &seen, value, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
}

// Most steps bring a vector no input. A byte for each vector, port and step saves reading the input itself,
// which is too large for the nearer caches.
DEVICE uint8_t *pending_of(const Population *p, int64_t neuron, int32_t port)
{
    return p->pending + (neuron / LANES * p->n_port + port) * p->n_slot;
}

DEVICE bool input_pending(const Population *p, int64_t first, int32_t port, int64_t slot)
{
    return pending_of(p, first, port)[slot] != 0;
}

DEVICE void set_pending(const Population *p, int64_t neuron, int32_t port, int64_t slot)
{
    pending_of(p, neuron, port)[slot] = 1;
}

// Take the input that is due, and leave none.
DEVICE lane take_input(const Population *p, int64_t first, int32_t port, int64_t slot)
{
    pending_of(p, first, port)[slot] = 0;
    uint8_t *start = p->input + p->port[port].offset;
    if (p->port[port].narrow) {
        typedef uint8_t bytes __attribute__((vector_size(VECTOR_BYTES / sizeof(real)), may_alias, aligned(1)));
        bytes *const row = (bytes *)(start + slot * p->stride + first);
        const lane sum = __builtin_convertvector(*row, lane);
        *row = (bytes){};
        return sum;
    }
    integer *const row = (integer *)start + slot * p->stride + first;
    const lane sum = to_real(iload(row));
    istore(row, isplat(0));
    return sum;
}

#endif
