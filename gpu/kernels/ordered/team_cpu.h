// The workers of the CPU: threads, each with a share of the elements and of the synapses.
#ifndef DENDRIFY_GPU_ORDERED_TEAM_H
#define DENDRIFY_GPU_ORDERED_TEAM_H

#include <stdlib.h>
#include <time.h>

template <class F> static inline void meet(Run *run, F between) { meet(&run->barrier, run->n_worker, between); }
static inline void meet(Run *run) { meet(run, [] {}); }

// The threads of a worker: one.
static inline void together(void) {}

TASK double seconds_now(void)
{
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

// The events that a worker found.
TASK void gather_found(Run *, Worker *me, const many::Found &found, int64_t, int64_t) { me->found = found.count; }

// Spikes that threads found in their shares, moved together. The last entry of a space is the number of its events.
TASK void join_found(Run *run, Worker *, int32_t *space, int64_t n, int64_t places)
{
    meet(run, [run, space, n, places] {
        int64_t count = run->worker[0].found;
        for (int32_t k = 1; k < run->n_worker; ++k) {
            const int64_t begin = share_begin(&run->worker[k], n, places);
            memmove(space + count, space + begin, sizeof(int32_t) * (size_t)run->worker[k].found);
            count += run->worker[k].found;
        }
        space[n] = (int32_t)count;
    });
}

TASK void put_given(int32_t *space, int64_t n, const int32_t *neuron, int64_t begin, int64_t end, int32_t *last)
{
    for (int64_t k = begin; k < end; ++k)
        space[k - begin] = neuron[k];
    space[n] = (int32_t)(end - begin);
    *last = (int32_t)end;
}

// Events of some elements, in order: `take(element, row)` keeps each in a row of the record.
template <class F>
TASK void record_events(Record *record, const int32_t *space, int64_t n_event, int64_t start, int64_t stop, F take)
{
    for (int64_t k = 0; k < n_event; ++k)
        if (space[k] >= start && space[k] < stop)
            take(space[k], record->count++);
}

// The number of events of some elements.
TASK int64_t count_events(const int32_t *space, int64_t n_event, int64_t start, int64_t stop)
{
    int64_t found = 0;
    for (int64_t k = 0; k < n_event; ++k)
        found += space[k] >= start && space[k] < stop;
    return found;
}

// Sums over the synapses of each target, in the order of the synapses.
template <class T, class F>
TASK void sum_up(Run *run, Worker *me, const Pathway *parts, T *target, const int32_t *index, int64_t start,
                 int64_t n_target, F value)
{
    const int64_t end_target = start + n_target * (me->number + 1) / run->n_worker;
    for (int64_t k = start + n_target * me->number / run->n_worker; k < end_target; ++k)
        target[k] = 0;
    const int64_t end = parts->row[2 * me->number + 1];
    for (int64_t k = parts->row[2 * me->number]; k < end; ++k) {
        const int64_t element = parts->order ? parts->order[k] : k;
        target[index[element]] += value(element);
    }
}

#endif
