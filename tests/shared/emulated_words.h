// Words of CUDA for host compilers.
#ifndef EMULATED_WORDS_H
#define EMULATED_WORDS_H

#define __global__
#define __device__
#define __forceinline__ inline
#define __noinline__ __attribute__((noinline, unused))
#define __launch_bounds__(...)

struct Place {
    unsigned x;
};
// Of each thread of the host.
static thread_local Place blockIdx, threadIdx, blockDim, gridDim;

template <typename T, typename U> static T atomicAdd(T *where, U amount)
{
    return __atomic_fetch_add(where, (T)amount, __ATOMIC_RELAXED);
}

template <typename T> static T atomicMin(T *where, T value)
{
    T before = __atomic_load_n(where, __ATOMIC_RELAXED);
    while (value < before &&
           !__atomic_compare_exchange_n(where, &before, value, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
    return before;
}

static inline void __threadfence(void) {}

#endif
