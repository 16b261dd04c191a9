// Where the threads of the CPU wait for each other.
#ifndef DENDRIFY_GPU_BARRIER_H
#define DENDRIFY_GPU_BARRIER_H

#include <stdint.h>
#include <sched.h>
#if defined(__linux__) && __has_include(<linux/futex.h>)
#define THREADS_SLEEP
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

struct Barrier {
    // Threads that have reached the barrier; the number of barriers passed, and threads that sleep until the next; each in a
    // cache line of its own.
    alignas(64) int32_t waiting;
    alignas(64) int32_t generation;
    int32_t sleeping;
};

// Sleep while the generation is the given one. Where a thread cannot sleep like this it gives its core away.
static inline void sleep_through(Barrier *barrier, int32_t generation)
{
#if defined(THREADS_SLEEP)
    __atomic_add_fetch(&barrier->sleeping, 1, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, &barrier->generation, FUTEX_WAIT_PRIVATE, generation, 0, 0, 0);
    __atomic_sub_fetch(&barrier->sleeping, 1, __ATOMIC_SEQ_CST);
#else
    (void)barrier, (void)generation;
    sched_yield();
#endif
}

static inline void wake_sleepers(Barrier *barrier)
{
#if defined(THREADS_SLEEP)
    if (__atomic_load_n(&barrier->sleeping, __ATOMIC_SEQ_CST))
        syscall(SYS_futex, &barrier->generation, FUTEX_WAKE_PRIVATE, INT32_MAX, 0, 0, 0);
#else
    (void)barrier;
#endif
}

// Every thread waits for the others; the last one carries out `between` before it lets them go. Waiting threads spin briefly,
// then sleep: a machine that is busy with other work must not be slowed down further, and a thread that finds itself on the
// core of the one it waits for, as after an idle time, is woken on another.
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
        __atomic_store_n(&barrier->generation, generation + 1, __ATOMIC_SEQ_CST);
        wake_sleepers(barrier);
        return;
    }
    for (int32_t spin = 0; __atomic_load_n(&barrier->generation, __ATOMIC_ACQUIRE) == generation; ++spin) {
        if (spin > 1000)
            sleep_through(barrier, generation);
#if defined(__x86_64__)
        else
            __builtin_ia32_pause();
#endif
    }
}

#endif
