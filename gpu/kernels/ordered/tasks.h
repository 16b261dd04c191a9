// What all tasks of a network share: tables of memory, clocks, records, and the workers that carry the tasks out.
//
// A worker is a thread of the CPU, or a block of threads on CUDA. What workers are and how they meet is in team_cpu.h and
// team_cuda.h, how spikes reach them in pathways_cpu.h and pathways_cuda.h, what the host calls in run_cpu.h and run_cuda.h.
//
// The structures are filled by the host; structures.py in the folder ordered repeats their members.
#ifndef DENDRIFY_GPU_ORDERED_TASKS_H
#define DENDRIFY_GPU_ORDERED_TASKS_H

#include "../groups.h"
#ifdef ON_CUDA
#include "../barrier_cuda.h"
// Functions of the core; those that have to be inlined, those that are called, and those that are called seldom; members; and
// the place of a thread among those of its worker. What is written once and made small where speed does not count is
// compiled sooner: before a first result, most of the time goes there.
#define TASK static __device__ __attribute__((unused))
#define TASK_INLINE TASK
#define MEMBER __device__
#define TASK_APART TASK
#define SELDOM TASK
#define OWN_PLACE ((int64_t)threadIdx.x)
#else
#include "../barrier_cpu.h"
#define TASK static inline __attribute__((unused))
#define TASK_INLINE static inline __attribute__((always_inline))
#define MEMBER
#define TASK_APART static __attribute__((noinline, unused))
#define SELDOM static __attribute__((cold, noinline, unused))
#define OWN_PLACE ((int64_t)0)
#endif

// A clock of Brian2. Its time is the product of steps and dt, never a sum; or one of given times, with an infinite dt.
struct Clock {
    int64_t *step;
    double *t;
    double *dt;
    const double *times;  // of given times: the last is infinite
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

// Spikes on their way through a pathway: on the CPU to the synapses of one worker, on CUDA to those of all.
struct Flight {
    int32_t *source;
    int64_t *step;
    int64_t *cursor;  // CPU: next synapse of the source's row; only where delays differ
    int64_t head, tail;
    int64_t room;     // a power of two, or 0
    int64_t now;
    int64_t early;    // next of the worker's events that were under way already when delays changed
    int64_t taken;    // CUDA: spikes of the current step that its end adds
    int64_t passed;   // CUDA: whether the current step has delivered
};

struct Pathway {
    const int64_t *row;      // [worker][source]: where the synapses of a source begin in `order`
    const int32_t *order;    // synapses by worker, source, delay and number; 0 if that is their own order
    const int32_t *delay;    // delays in steps, in the order of `order`; 0 if all are alike
    const int64_t *early_step;       // events from before, by worker and step
    const int32_t *early_synapse;
    const int64_t *early_row;        // [worker + 1]
    Flight *flight;          // [worker]
    const int32_t *key[2];   // events with an entry of these in common change the same values; CUDA only
    int64_t common_delay;
    int64_t longest_delay;
    int64_t first_source;
    int64_t n_source;
};

enum { FINISHED = 0, RECORD_FULL = 1, PAUSED = 2, PYTHON_DUE = 3, OUT_OF_MEMORY = 4, FLIGHT_FULL = 5 };

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
    int32_t *scratch;  // room for the events of any threshold; CUDA only
    int64_t steps;     // after so many the run pauses
    int64_t drawn;     // steps since the seed was set; random numbers are counted by it
    int32_t n_clock;
    int32_t n_record;
    int32_t n_pathway;
    int32_t n_worker;
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

// The end of a step that is not done in parts.
enum { ALL_TASKS = 0x7fffffff };

// Whether there is room for the spikes of a step, and what its end does with them.
TASK bool has_room_for_spikes(const Run *run);
TASK void land_spikes(Run *run);

// Whether this thread does what one alone has to do.
TASK bool first_of_all(const Worker *me) { return me->number == 0 && OWN_PLACE == 0; }

#ifdef PROFILE
TASK double seconds_now(void);
#define TIMED(which, call)                                                                                            \
    {                                                                                                                 \
        const double before = seconds_now();                                                                          \
        call;                                                                                                         \
        if (first_of_all(me))                                                                                          \
            run->seconds[which] += seconds_now() - before;                                                           \
    }
#else
#define TIMED(which, call) call
#endif

// ---------------------------------------------------------------------------------------------------------- shares

// Elements of a worker, in as many as it does at once.
TASK int64_t share_begin(const Worker *me, int64_t n, int64_t places)
{
    const int64_t vectors = (n + places - 1) / places;
    return vectors * me->number / me->run->n_worker * places;
}
TASK int64_t share_end(const Worker *me, int64_t n, int64_t places)
{
    const int64_t vectors = (n + places - 1) / places;
    const int64_t end = vectors * (me->number + 1) / me->run->n_worker * places;
    return end < n ? end : n;
}

// ----------------------------------------------------------------------------------------------------------- clocks

// Which clocks are due: those whose time is the least, up to rounding. Brian2's rule.
TASK_APART bool find_due_clocks(Run *run)
{
    Clock *const clock = run->clock;
    int32_t least = 0;
    for (int32_t k = 1; k < run->n_clock; ++k)
        if (*clock[k].t < *clock[least].t)
            least = k;
    for (int32_t k = 0; k < run->n_clock; ++k) {
        const double dt = *clock[k].dt < *clock[least].dt ? *clock[k].dt : *clock[least].dt;
        const double apart = *clock[k].t - *clock[least].t;
        const bool together = clock[k].times && clock[least].times ? apart < 1e-14 : apart / dt < 1e-4;
        clock[k].due = k == least || together;
    }
    return *clock[least].step < clock[least].end;
}

// Decide whether another step can be done.
TASK_APART void look_ahead(Run *run)
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
    if (!has_room_for_spikes(run)) {
        run->state = FLIGHT_FULL;
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

// The end of a step: records grow, spikes take off, and due clocks tick.
TASK_APART void end_step(Run *run)
{
    for (int32_t k = 0; k < run->n_record; ++k) {
        run->record[k].count += run->record[k].taken;
        run->record[k].taken = 0;
    }
    land_spikes(run);
    for (int32_t k = 0; k < run->n_clock; ++k)
        if (run->clock[k].due) {
            Clock *const clock = &run->clock[k];
            *clock->step += 1;
            *clock->t = clock->times ? clock->times[*clock->step] : (double)*clock->step * *clock->dt;
        }
    --run->steps;
    ++run->drawn;
}

// -------------------------------------------------------------------------------------------------- what tasks do

// Put given spikes into a space; `last` is how far they have been used.
TASK void put_given(int32_t *space, int64_t n, const int32_t *neuron, int64_t begin, int64_t end, int32_t *last);

// Given spikes whose time has come.
TASK void generate(int32_t *space, int64_t n, const int32_t *neuron, const int32_t *bin, int64_t n_spike, int32_t *last,
                   int64_t period, int64_t step)
{
    int64_t begin = *last;
    int64_t now = step;
    if (period > 0) {
        now %= period;
        if (begin > 0 && bin[begin - 1] >= now)
            begin = 0;
    }
    int64_t end = begin;
    while (end < n_spike && bin[end] <= now)
        ++end;
    put_given(space, n, neuron, begin, end, last);
}

// Values that were given at equal intervals. Brian2 counts them in K-th parts of an interval, so that rounding of the
// time never moves a value to a neighbouring step.
template <class T>
TASK double timed_value(const T *values, double dt, double parts, double n_row, double t)
{
    int64_t row = (int64_t)((t / (dt / parts) + 0.5) / parts);
    row = row < 0 ? 0 : row >= (int64_t)n_row ? (int64_t)n_row - 1 : row;
    return (double)values[row];
}

template <class T>
TASK double timed_value(const T *values, double dt, double parts, double n_row, double n_column, double t, double i)
{
    if (i < 0 || i >= n_column)
        return whole::not_a_number();
    int64_t row = (int64_t)((t / (dt / parts) + 0.5) / parts);
    row = row < 0 ? 0 : row >= (int64_t)n_row ? (int64_t)n_row - 1 : row;
    return (double)values[row * (int64_t)n_column + (int64_t)i];
}

#endif
