// Compiles the CUDA text of ordered tasks as plain C++: every thread of a launch is a fiber of its own, so that threads wait
// for each other at barriers as they do on a device. Between two barriers they run one after another, in an order that the
// caller chooses. It shows that threads wait where they must, and that nothing depends on their order otherwise; it shows
// nothing about a device.
#ifndef EMULATED_GRID_H
#define EMULATED_GRID_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <ucontext.h>
#include <vector>

#include "emulated_words.h"

#define EMULATED_DEVICE

struct Fiber {
    ucontext_t context;
    char *stack;
    Place block, thread;
    bool done;
};

// What the threads of a block wait at, and the values that they bring along.
struct Meeting {
    unsigned waiting, number, finished;
    const char *file;
    int line;
    int value[2][1024];
};

static std::vector<Fiber> fibers;
static std::vector<Meeting> meetings;
static ucontext_t scheduler;
static Fiber *running;
static void (*kernel)(void *);
static void *argument;
static uint64_t changes;

static void give_up(const char *what)
{
    fprintf(stderr, "emulated grid: %s\n", what);
    abort();
}

static void yield_fiber(void) { swapcontext(&running->context, &scheduler); }

static void check_done(Meeting &meeting)
{
    if (meeting.waiting > 0 && meeting.waiting + meeting.finished == blockDim.x) {
        meeting.waiting = 0;
        ++meeting.number;
    }
}

static void wait_here(const char *file, int line)
{
    Meeting &meeting = meetings[blockIdx.x];
    if (meeting.waiting == 0) {
        meeting.file = file;
        meeting.line = line;
    } else if (meeting.file != file || meeting.line != line) {
        fprintf(stderr, "block %u, thread %u: %s:%d, others: %s:%d\n", blockIdx.x, threadIdx.x, file, line, meeting.file,
                meeting.line);
        give_up("threads of a block wait at different barriers");
    }
    const unsigned number = meeting.number;
    ++meeting.waiting;
    ++changes;
    check_done(meeting);
    while (meeting.number == number)
        yield_fiber();
    ++changes;
}

static int any_here(int value, const char *file, int line)
{
    const unsigned block = blockIdx.x;
    int *const values = meetings[block].value[0];
    values[threadIdx.x] = value;
    wait_here(file, line);
    int any = 0;
    for (unsigned k = 0; k < blockDim.x; ++k)
        any |= values[k] != 0;
    wait_here(file, line);
    return any;
}

static uint32_t ballot_here(bool value, const char *file, int line)
{
    int *const values = meetings[blockIdx.x].value[1];
    values[threadIdx.x] = value;
    wait_here(file, line);
    uint32_t bits = 0;
    const unsigned warp = threadIdx.x / 32 * 32;
    for (unsigned k = 0; k < 32; ++k)
        bits |= (uint32_t)(values[warp + k] != 0) << k;
    wait_here(file, line);
    return bits;
}

#define __syncthreads() wait_here(__FILE__, __LINE__)
#define __syncthreads_or(value) any_here(value, __FILE__, __LINE__)
#define __ballot_sync(mask, value) ballot_here(value, __FILE__, __LINE__)
static inline int __popc(uint32_t bits) { return __builtin_popcount(bits); }
static inline void __nanosleep(unsigned) { yield_fiber(); }

static double emulated_seconds(void)
{
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void run_fiber(void)
{
    kernel(argument);
    Meeting &meeting = meetings[blockIdx.x];
    ++meeting.finished;
    ++changes;
    running->done = true;
    check_done(meeting);
    swapcontext(&running->context, &scheduler);
}

enum { STACK = 1 << 16 };

// `order`: 0 for forward, 1 for backward, else the seed of a random order, which is drawn anew in every round.
static void launch(unsigned grid, unsigned block, int order, void (*function)(void *), void *given)
{
    gridDim.x = grid, blockDim.x = block;
    if (block > 1024)
        give_up("a block has more threads than there can be");
    kernel = function, argument = given;
    fibers.assign((size_t)grid * block, Fiber());
    meetings.assign(grid, Meeting());
    std::vector<unsigned> turn(fibers.size());
    for (unsigned k = 0; k < fibers.size(); ++k) {
        Fiber &fiber = fibers[k];
        fiber.block.x = k / block, fiber.thread.x = k % block;
        fiber.stack = (char *)malloc(STACK);
        memset(fiber.stack, 0xa5, STACK);
        getcontext(&fiber.context);
        fiber.context.uc_stack.ss_sp = fiber.stack;
        fiber.context.uc_stack.ss_size = STACK;
        makecontext(&fiber.context, run_fiber, 0);
        turn[k] = order == 1 ? (unsigned)fibers.size() - 1 - k : k;
    }
    uint64_t state = 88172645463325252ull + (uint64_t)order;
    size_t left = fibers.size();
    unsigned idle = 0;
    while (left > 0) {
        const uint64_t before = changes;
        if (order > 1)
            for (size_t k = turn.size() - 1; k > 0; --k) {
                state ^= state << 13, state ^= state >> 7, state ^= state << 17;
                const size_t other = state % (k + 1);
                const unsigned kept = turn[k];
                turn[k] = turn[other], turn[other] = kept;
            }
        for (unsigned k : turn) {
            Fiber &fiber = fibers[k];
            if (fiber.done)
                continue;
            running = &fiber;
            blockIdx = fiber.block, threadIdx = fiber.thread;
            swapcontext(&scheduler, &fiber.context);
            left -= fiber.done;
        }
        // A barrier of the grid is passed without a change that is counted, in a round or two.
        idle = changes == before ? idle + 1 : 0;
        if (idle > 3)
            give_up("all threads wait for each other");
    }
    for (Fiber &fiber : fibers)
        free(fiber.stack);
}

#include "network.cu"

#define LAUNCH(name, type)                                                                                             \
    extern "C" void launch_##name(unsigned grid, unsigned block, int order, const uint64_t *arguments)                 \
    {                                                                                                                  \
        launch(grid, block, order, [](void *given) { name((type)given); }, (void *)arguments[0]);                      \
    }
LAUNCH(run_steps, Run *)
LAUNCH(run_part, Run *)
LAUNCH(finish_step, Run *)
LAUNCH(describe_sizes, int64_t *)

#endif
