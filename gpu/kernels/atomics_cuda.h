// Shared counters and sums on CUDA. Sums are of integers, so their order does not matter.
#ifndef DENDRIFY_GPU_ATOMICS_H
#define DENDRIFY_GPU_ATOMICS_H

#define RARE static __device__ __noinline__

// One thread of the warp that delivers a spike: the threads take the synapses of a row in turn.
struct Worker {
    int32_t number;
    int32_t count;
    int32_t first_step;
    int32_t low;
    int32_t high;
    int32_t slot;
};

DEVICE void look_at(Worker *worker, const Population *p)
{
    worker->low = 0;
    worker->high = p->n;
    worker->slot = worker->first_step % p->n_slot;
}

DEVICE int64_t row_start(const Worker *worker) { return worker->number; }
DEVICE int64_t row_stride(const Worker *worker) { return worker->count; }

DEVICE void accumulate(integer *where, integer amount)
{
#if PRECISION == 64
    atomicAdd((unsigned long long *)where, (unsigned long long)amount);
#else
    atomicAdd(where, amount);
#endif
}

// There is no atomic addition of bytes: add to the word that holds it. Sums stay below 256, so nothing is carried.
DEVICE void accumulate_narrow(uint8_t *where, integer amount)
{
    const uint64_t address = (uint64_t)where;
    atomicAdd((unsigned int *)(address & ~(uint64_t)3), (unsigned int)amount << (8 * (address & 3)));
}

DEVICE int32_t atomic_claim(int32_t *counter, int32_t amount) { return atomicAdd(counter, amount); }

DEVICE void atomic_lowest(uint64_t *where, uint64_t value)
{
    atomicMin((unsigned long long *)where, (unsigned long long)value);
}

// A device reads the input itself: neighbouring threads read neighbouring words.
DEVICE bool input_pending(const Population *, int64_t, int32_t, int64_t) { return true; }
DEVICE void set_pending(const Population *, int64_t, int32_t, int64_t) {}

// Take the input that is due, and leave none.
DEVICE lane take_input(const Population *p, int64_t first, int32_t port, int64_t slot)
{
    uint8_t *start = p->input + p->port[port].offset;
    if (p->port[port].narrow) {
        uint8_t *const byte = start + slot * p->stride + first;
        const lane sum = (real)*byte;
        *byte = 0;
        return sum;
    }
    integer *const word = (integer *)start + slot * p->stride + first;
    const lane sum = (real)*word;
    *word = 0;
    return sum;
}

#endif
