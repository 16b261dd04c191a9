// Compiles the CUDA text as plain C++: a launch is a loop over blocks and threads. It shows that the arithmetic, the
// work of threads and what the host queues are right; it shows nothing about a device.
#ifndef EMULATED_DEVICE_H
#define EMULATED_DEVICE_H

#include <stdint.h>

#include "emulated_words.h"

// Threads run one after another, number 0 last: whatever it alone does after a barrier, it does after all others.
static inline void __syncthreads(void) {}

#define FOR_EACH_THREAD                                                                                                \
    for (unsigned block_number = 0; block_number < gridDim.x; ++block_number)                                          \
        for (unsigned thread_number = blockDim.x; thread_number-- > 0;)                                                \
            if (blockIdx.x = backward ? gridDim.x - 1 - block_number : block_number, threadIdx.x = thread_number, true)

#include "network.cu"

extern "C" void launch_advance_window(unsigned grid, unsigned block, int backward, const uint64_t *argument)
{
    gridDim.x = grid, blockDim.x = block;
    FOR_EACH_THREAD
        advance_window((const Network *)argument[0], (const Window *)argument[1], (int32_t)argument[2],
                       (const BlockTask *)argument[3]);
}

extern "C" void launch_deliver_window(unsigned grid, unsigned block, int backward, const uint64_t *argument)
{
    gridDim.x = grid, blockDim.x = block;
    FOR_EACH_THREAD
        deliver_window((const Network *)argument[0], (const Window *)argument[1], (int32_t)argument[2]);
}

#endif
