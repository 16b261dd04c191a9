// Where the threads of the CPU wait for each other.
#ifndef DENDRIFY_GPU_BARRIER_H
#define DENDRIFY_GPU_BARRIER_H

#include <stdint.h>
#include <sched.h>

struct Barrier {
    // Threads that have reached the barrier, and the number of barriers passed, each in a cache line of its own.
    alignas(64) int32_t waiting;
    alignas(64) int32_t generation;
};

// Every thread waits for the others; the last one carries out `between` before it lets them go. Waiting threads spin briefly,
// then give the core away: a machine that is busy with other work must not be slowed down further.
template <class F> static inline void meet(Barrier *barrier, int32_t n_thread, F between)
{
    if (n_thread == 1) {
        between();
        return;
    }
    const int32_t generation = __atomic_load_n(&barrier->generation, __ATOMIC_ACQUIRE);
    if (__atomic_add_fetch(&barrier->waiting, 1, __ATOMIC_ACQ_REL) == n_thread) {
        between();
        __atomic_store_n(&barrier->waiting, 0, __ATOMIC_RELAXED);
        __atomic_store_n(&barrier->generation, generation + 1, __ATOMIC_RELEASE);
        return;
    }
    for (int32_t spin = 0; __atomic_load_n(&barrier->generation, __ATOMIC_ACQUIRE) == generation; ++spin) {
        if (spin > 4000)
            sched_yield();
#if defined(__x86_64__)
        else
            __builtin_ia32_pause();
#endif
    }
}

#endif
