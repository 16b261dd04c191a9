// Shared counters and sums on the CPU.
#ifndef DENDRIFY_GPU_ATOMICS_H
#define DENDRIFY_GPU_ATOMICS_H

// Code for what seldom happens, kept out of the way of what always does.
#define RARE static __attribute__((noinline, cold, unused))

DEVICE void atomic_add(integer *where, integer amount)
{
    __atomic_fetch_add(where, amount, __ATOMIC_RELAXED);
}

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
    __atomic_store_n(&pending_of(p, neuron, port)[slot], (uint8_t)1, __ATOMIC_RELAXED);
}

DEVICE void clear_pending(const Population *p, int64_t first, int32_t port, int64_t slot)
{
    pending_of(p, first, port)[slot] = 0;
}

#endif
