// Where the blocks of a launch wait for each other. All of them must be on the device at the same time.
#ifndef DENDRIFY_GPU_BARRIER_H
#define DENDRIFY_GPU_BARRIER_H

struct Barrier {
    // Blocks that have reached the barrier, and the number of barriers passed, each in a cache line of its own.
    alignas(64) int32_t waiting;
    alignas(64) int32_t generation;
};

// Every thread waits for all others of the launch; one thread of the last block carries out `between` before it lets them
// go. What was written before is seen by all afterwards: the fences are those of the first threads, and within a block
// __syncthreads hands on what they order.
template <class F> static __device__ void meet(Barrier *barrier, int32_t n_block, F between)
{
    __syncthreads();
    if (threadIdx.x == 0) {
        volatile int32_t *const passed = &barrier->generation;
        const int32_t generation = *passed;
        __threadfence();
        if (atomicAdd(&barrier->waiting, 1) == n_block - 1) {
            __threadfence();
            between();
            barrier->waiting = 0;
            __threadfence();
            *passed = generation + 1;
        } else {
            while (*passed == generation)
                __nanosleep(20);
        }
        __threadfence();
    }
    __syncthreads();
}

#endif
