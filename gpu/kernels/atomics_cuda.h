// Shared counters and sums on CUDA. Sums are of integers, so their order does not matter.
#ifndef DENDRIFY_GPU_ATOMICS_H
#define DENDRIFY_GPU_ATOMICS_H

#define RARE static __device__ __noinline__

// One thread of the warp that delivers a spike: the threads take the synapses of a row in turn.
struct Worker {
    int32_t number;
    int32_t count;
};

DEVICE int32_t first_owned(const Worker *, const Population *) { return 0; }
DEVICE int32_t last_owned(const Worker *, const Population *p) { return p->n; }
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

DEVICE int32_t atomic_claim(int32_t *counter, int32_t amount) { return atomicAdd(counter, amount); }

DEVICE void atomic_lowest(uint64_t *where, uint64_t value)
{
    atomicMin((unsigned long long *)where, (unsigned long long)value);
}

// A device reads the input itself: neighbouring threads read neighbouring words.
DEVICE bool input_pending(const Population *, int64_t, int32_t, int64_t) { return true; }
DEVICE void set_pending(const Population *, int64_t, int32_t, int64_t) {}
DEVICE void clear_pending(const Population *, int64_t, int32_t, int64_t) {}

#endif
