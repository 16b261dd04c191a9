// What all tasks of a network share: tables of memory, clocks, records, and the threads that carry the tasks out.
//
// The structures are filled by the host; structures.py in the folder ordered repeats their members.
#ifndef DENDRIFY_GPU_ORDERED_TASKS_H
#define DENDRIFY_GPU_ORDERED_TASKS_H

#include <pthread.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "../barrier_cpu.h"

// A clock of Brian2. Its time is the product of steps and dt, never a sum.
struct Clock {
    int64_t *step;
    double *t;
    double *dt;
    int64_t end;
    int32_t due;     // whether its tasks are carried out in the current step
    int32_t python;  // whether a task in Python hangs on it
};

// What a monitor has recorded since the host took it.
struct Record {
    void *const *column;
    int64_t count;
    int64_t capacity;
    int64_t most;   // entries that a step can add
    int64_t taken;  // entries of the current step that its end adds
};

// Spikes on their way through a pathway to the synapses of one thread.
struct Flight {
    int32_t *source;
    int64_t *step;
    int64_t *cursor;  // next synapse of the source's row; only where delays differ
    int64_t head, tail;
    int64_t room;     // a power of two, or 0
    int64_t now;
    int64_t early;    // next of the events that were under way already when delays changed
};

struct Pathway {
    const int64_t *row;      // [thread][source]: where the synapses of a source begin in `order`
    const int32_t *order;    // synapses by thread, source, delay and number; 0 if that is their own order
    const int32_t *delay;    // delays in steps, in the order of `order`; 0 if all are alike
    const int64_t *early_step;       // events from before, by thread and step
    const int32_t *early_synapse;
    const int64_t *early_row;        // [thread + 1]
    Flight *flight;          // [thread]
    int64_t common_delay;
    int64_t first_source;
    int64_t n_source;
};

enum { FINISHED = 0, RECORD_FULL = 1, PAUSED = 2, PYTHON_DUE = 3, OUT_OF_MEMORY = 4 };

struct Worker;

struct Run {
    void *const *array;
    const double *number;
    const int64_t *size;
    Clock *clock;
    Pathway *pathway;
    Record *record;
    Worker *worker;
    double *seconds;   // that tasks took, for profiles
    double *kept;      // what depends on constants alone, computed before the steps
    int64_t steps;     // after so many the run pauses
    int64_t drawn;     // steps since the seed was set; random numbers are counted by it
    int32_t n_clock;
    int32_t n_record;
    int32_t n_thread;
    uint32_t seed;
    int32_t state;     // why the run stopped
    int32_t running;
    int32_t started;
    int32_t first_task, end_task;  // a part of a step
    int32_t whole_steps;           // whether whole steps are done, until something else has to be
    Barrier barrier;
};

struct alignas(64) Worker {
    Run *run;
    int32_t number;
    int32_t reserved;
    int64_t found;  // events of the threshold that is being tested
};

static void prepare(Run *run);
static void carry_out(Run *run, Worker *me, int32_t first_task, int32_t end_task);

#ifdef PROFILE
static inline double seconds_now(void)
{
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
#define TIMED(which, call)                                                                                            \
    {                                                                                                                 \
        const double before = seconds_now();                                                                          \
        call;                                                                                                         \
        if (me->number == 0)                                                                                          \
            run->seconds[which] += seconds_now()  - before;                                                           \
    }
#else
#define TIMED(which, call) call
#endif

// ---------------------------------------------------------------------------------------------------------- shares

// Elements of a thread, in whole vectors.
static inline int64_t share_begin(const Worker *me, int64_t n, int64_t places)
{
    const int64_t vectors = (n + places - 1) / places;
    return vectors * me->number / me->run->n_thread * places;
}
static inline int64_t share_end(const Worker *me, int64_t n, int64_t places)
{
    const int64_t vectors = (n + places - 1) / places;
    const int64_t end = vectors * (me->number + 1) / me->run->n_thread * places;
    return end < n ? end : n;
}

// ---------------------------------------------------------------------------------------------------------- threads

template <class F> static inline void meet(Run *run, F between) { meet(&run->barrier, run->n_thread, between); }
static inline void meet(Run *run) { meet(run, [] {}); }

// ----------------------------------------------------------------------------------------------------------- clocks

// Which clocks are due: those whose time is the least, up to rounding. Brian2's rule.
static bool find_due_clocks(Run *run)
{
    Clock *const clock = run->clock;
    int32_t least = 0;
    for (int32_t k = 1; k < run->n_clock; ++k)
        if (*clock[k].t < *clock[least].t)
            least = k;
    for (int32_t k = 0; k < run->n_clock; ++k) {
        const double dt = *clock[k].dt < *clock[least].dt ? *clock[k].dt : *clock[least].dt;
        const double apart = *clock[k].t - *clock[least].t;
        clock[k].due = k == least || apart / dt < 1e-4;
    }
    return *clock[least].step < clock[least].end;
}

// Decide whether another step can be done.
static void look_ahead(Run *run)
{
    run->running = 0;
    if (run->state == OUT_OF_MEMORY)
        return;
    run->state = FINISHED;
    if (!find_due_clocks(run))
        return;
    for (int32_t k = 0; k < run->n_record; ++k)
        if (run->record[k].count + run->record[k].most > run->record[k].capacity) {
            run->state = RECORD_FULL;
            return;
        }
    for (int32_t k = 0; k < run->n_clock; ++k)
        if (run->clock[k].due && run->clock[k].python) {
            run->state = PYTHON_DUE;
            return;
        }
    run->state = PAUSED;
    run->running = run->steps > 0;
}

// The end of a step: records grow, and due clocks tick.
static void end_step(Run *run)
{
    for (int32_t k = 0; k < run->n_record; ++k) {
        run->record[k].count += run->record[k].taken;
        run->record[k].taken = 0;
    }
    for (int32_t k = 0; k < run->n_clock; ++k)
        if (run->clock[k].due) {
            Clock *const clock = &run->clock[k];
            *clock->step += 1;
            *clock->t = (double)*clock->step * *clock->dt;
        }
    --run->steps;
    ++run->drawn;
}

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
        carry_out(run, me, 0, INT32_MAX);
        meet(run, [run] {
            end_step(run);
            look_ahead(run);
        });
    }
    return 0;
}

enum { MOST_THREADS = 1024 };

static int32_t run_threads(Run *run)
{
    pthread_t thread[MOST_THREADS];
    const int32_t wanted = run->n_thread;
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

// -------------------------------------------------------------------------------------------------- what tasks do

// Spikes that threads found in their shares, moved together. The last entry of a space is the number of its events.
static void join_found(Run *run, int32_t *space, int64_t n, int64_t places)
{
    int64_t count = run->worker[0].found;
    for (int32_t k = 1; k < run->n_thread; ++k) {
        const int64_t begin = share_begin(&run->worker[k], n, places);
        memmove(space + count, space + begin, sizeof(int32_t) * (size_t)run->worker[k].found);
        count += run->worker[k].found;
    }
    space[n] = (int32_t)count;
}

// Given spikes whose time has come.
static inline void generate(Run *run, int32_t *space, int64_t n, const int32_t *neuron, const int32_t *bin,
                            int64_t n_spike, int32_t *last, int64_t period, int64_t step)
{
    (void)run;
    int64_t from = *last;
    int64_t now = step;
    if (period > 0) {
        now %= period;
        if (from > 0 && bin[from - 1] >= now)
            from = 0;
    }
    int64_t end = from;
    while (end < n_spike && bin[end] <= now)
        ++end;
    for (int64_t k = from; k < end; ++k)
        space[k - from] = neuron[k];
    space[n] = (int32_t)(end - from);
    *last = (int32_t)end;
}

// Values that were given at equal intervals. Brian2 counts them in K-th parts of an interval, so that rounding of the
// time never moves a value to a neighbouring step.
template <class T>
static inline double timed_value(const T *values, double dt, double parts, double n_row, double t)
{
    int64_t row = (int64_t)((t / (dt / parts) + 0.5) / parts);
    row = row < 0 ? 0 : row >= (int64_t)n_row ? (int64_t)n_row - 1 : row;
    return (double)values[row];
}

template <class T>
static inline double timed_value(const T *values, double dt, double parts, double n_row, double n_column, double t, double i)
{
    if (i < 0 || i >= n_column)
        return __builtin_nan("");
    int64_t row = (int64_t)((t / (dt / parts) + 0.5) / parts);
    row = row < 0 ? 0 : row >= (int64_t)n_row ? (int64_t)n_row - 1 : row;
    return (double)values[row * (int64_t)n_column + (int64_t)i];
}

#endif
