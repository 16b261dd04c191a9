// Words of CUDA for host compilers: threads run one after another, so that every operation is atomic.
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
static Place blockIdx, threadIdx, blockDim, gridDim;

template <typename T, typename U> static T atomicAdd(T *where, U amount)
{
    const T before = *where;
    *where = (T)(before + (T)amount);
    return before;
}

template <typename T> static T atomicMin(T *where, T value)
{
    const T before = *where;
    *where = value < before ? value : before;
    return before;
}

static inline void __threadfence(void) {}

#endif
