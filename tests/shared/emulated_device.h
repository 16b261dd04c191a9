// Compiles the CUDA text as plain C++: a launch is a loop over blocks and threads. It shows that the arithmetic, the
// work of threads and what the host queues are right; it shows nothing about a device. With several workers the threads of
// a launch run side by side on the host, so that a sanitizer sees what they do to each other.
#ifndef EMULATED_DEVICE_H
#define EMULATED_DEVICE_H

#include <stdint.h>
#include <thread>
#include <vector>

#include "emulated_words.h"

#ifndef EMULATED_WORKERS
#define EMULATED_WORKERS 1
#endif

// Threads of number 0 run after all others, in the order of blocks: whatever they alone do after a barrier comes last.
static inline void __syncthreads(void) {}

#include "network.cu"

struct Shape {
    unsigned grid, block;
    bool backward;
};

template <typename Kernel> static void run_thread(Shape shape, unsigned block, unsigned thread, Kernel kernel)
{
    gridDim.x = shape.grid, blockDim.x = shape.block;
    blockIdx.x = shape.backward ? shape.grid - 1 - block : block;
    threadIdx.x = thread;
    kernel();
}

// Every worker runs one thread of so many, but none of number 0.
template <typename Kernel> static void work(Shape shape, unsigned worker, Kernel kernel)
{
    unsigned turn = 0;
    for (unsigned block = 0; block < shape.grid; ++block)
        for (unsigned thread = shape.block - 1; thread > 0; --thread)
            if (turn++ % EMULATED_WORKERS == worker)
                run_thread(shape, block, thread, kernel);
}

template <typename Kernel> static void launch(Shape shape, Kernel kernel)
{
    std::vector<std::thread> others;
    for (unsigned worker = 1; worker < EMULATED_WORKERS; ++worker)
        others.emplace_back([=] { work(shape, worker, kernel); });
    work(shape, 0, kernel);
    for (std::thread &other : others)
        other.join();
    for (unsigned block = 0; block < shape.grid; ++block)
        run_thread(shape, block, 0, kernel);
}

extern "C" void launch_advance_window(unsigned grid, unsigned block, int backward, const uint64_t *argument)
{
    launch({grid, block, backward != 0}, [=] {
        advance_window((const Network *)argument[0], (const Window *)argument[1], (int32_t)argument[2],
                       (const BlockTask *)argument[3]);
    });
}

extern "C" void launch_deliver_window(unsigned grid, unsigned block, int backward, const uint64_t *argument)
{
    launch({grid, block, backward != 0}, [=] {
        deliver_window((const Network *)argument[0], (const Window *)argument[1], (int32_t)argument[2]);
    });
}

#endif
