// What the host calls: steps on threads of the CPU, and spikes that are under way before the first of them.
#ifndef DENDRIFY_GPU_ORDERED_RUN_H
#define DENDRIFY_GPU_ORDERED_RUN_H

#include <pthread.h>

static void *run_worker(void *argument)
{
    Worker *const me = (Worker *)argument;
    Run *const run = me->run;
    while (!__atomic_load_n(&run->started, __ATOMIC_ACQUIRE))
        sched_yield();
    if (!run->whole_steps) {
        carry_out(run, me, run->first_task, run->end_task);
        return 0;
    }
    while (run->running) {
        carry_out(run, me, 0, ALL_TASKS);
        meet(run, [run] {
            end_step(run);
            look_ahead(run);
        });
    }
    return 0;
}

enum { MOST_THREADS = 1024 };

SELDOM int32_t run_threads(Run *run)
{
    pthread_t thread[MOST_THREADS];
    const int32_t wanted = run->n_worker;
    run->started = 0;
    int32_t made = 1;
    for (; made < wanted && made < MOST_THREADS; ++made)
        if (pthread_create(&thread[made], 0, run_worker, &run->worker[made]) != 0)
            break;
    // Shares of synapses belong to a number of threads, so a missing one cannot be made up for.
    const bool complete = made == wanted;
    if (!complete) {
        run->running = 0;
        run->whole_steps = 1;
        run->state = OUT_OF_MEMORY;
    }
    __atomic_store_n(&run->started, 1, __ATOMIC_RELEASE);
    if (complete)
        run_worker(&run->worker[0]);
    for (int32_t k = 1; k < made; ++k)
        pthread_join(thread[k], 0);
    return run->state;
}

// Do whole steps until the end, or until the host has something to do. Returns why.
extern "C" int32_t run_steps(Run *run)
{
    run->whole_steps = 1;
    prepare(run);
    look_ahead(run);
    return run->running ? run_threads(run) : run->state;
}

// Do a part of the current step; at its end the host says so.
extern "C" int32_t run_part(Run *run)
{
    run->whole_steps = 0;
    prepare(run);
    return run_threads(run);
}

extern "C" void finish_step(Run *run)
{
    end_step(run);
    ++run->steps;
}

extern "C" int64_t structure_size(int32_t which)
{
    const int64_t sizes[] = {sizeof(Run), sizeof(Clock), sizeof(Record), sizeof(Pathway), sizeof(Flight), sizeof(Worker)};
    return sizes[which];
}

extern "C" int32_t add_to_flight(const Pathway *pathway, int32_t thread, int32_t source, int64_t step)
{
    Flight *const flight = &pathway->flight[thread];
    const int64_t *const row = pathway->row + thread * (pathway->n_source + 1);
    if (!take_off(pathway, flight, row, source, step))
        return 0;
    if (pathway->delay) {
        int64_t *const cursor = &flight->cursor[(flight->tail - 1) & (flight->room - 1)];
        while (*cursor < row[source + 1] && pathway->delay[*cursor] < flight->now - step)
            ++*cursor;
    }
    return 1;
}

extern "C" void release_flight(Flight *flight)
{
    free(flight->source);
    free(flight->step);
    free(flight->cursor);
    *flight = Flight{};
}

#endif
