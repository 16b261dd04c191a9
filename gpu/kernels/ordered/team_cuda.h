// The workers of CUDA: blocks of threads, each with a share of the elements and of the synapses. One launch does many
// steps; between tasks that depend on each other the blocks meet.
#ifndef DENDRIFY_GPU_ORDERED_TEAM_H
#define DENDRIFY_GPU_ORDERED_TEAM_H

template <class F> static __device__ void meet(Run *run, F between) { meet(&run->barrier, run->n_worker, between); }
TASK void meet(Run *run) { meet(run, [] {}); }

// The threads of a worker wait for each other.
TASK void together(void) { __syncthreads(); }

TASK double seconds_now(void)
{
#ifdef EMULATED_DEVICE
    return emulated_seconds();
#else
    uint64_t nanoseconds;
    asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(nanoseconds));
    return 1e-9 * (double)nanoseconds;
#endif
}

// What the threads of a worker share. Claims are explained in pathways_cuda.h.
enum { WARPS = WORKER_THREADS / 32, CLAIMS = 2048 };

struct Team {
    int32_t in_warp[WARPS];
    int32_t claim[CLAIMS];
    int32_t sum[2][WORKER_THREADS];
    int64_t begin[WORKER_THREADS];
    unsigned long long total;
};

TASK Team &my_team(void)
{
#ifdef EMULATED_DEVICE
    static Team team[64];
    return team[blockIdx.x];
#else
    __shared__ Team team;
    return team;
#endif
}

enum { UNCLAIMED = 0x7fffffff };

TASK void assemble_team(void)
{
    for (int32_t k = threadIdx.x; k < CLAIMS; k += WORKER_THREADS)
        my_team().claim[k] = UNCLAIMED;
    together();
}

// The number of threads of the worker before this one for which a condition holds, and of all of them.
TASK int32_t place_among(bool condition, int32_t *all)
{
    Team &team = my_team();
    const uint32_t bits = __ballot_sync(0xffffffffu, condition);
    const int32_t warp = (int32_t)threadIdx.x / 32, place = (int32_t)threadIdx.x % 32;
    if (place == 0)
        team.in_warp[warp] = __popc(bits);
    together();
    int32_t before = 0, sum = 0;
    for (int32_t k = 0; k < WARPS; ++k) {
        before += k < warp ? team.in_warp[k] : 0;
        sum += team.in_warp[k];
    }
    together();
    *all = sum;
    return before + __popc(bits & ((1u << place) - 1u));
}

// The sum of whole numbers over the threads of a worker.
TASK int64_t sum_of_team(int64_t value)
{
    Team &team = my_team();
    if (threadIdx.x == 0)
        team.total = 0;
    together();
    if (value != 0)
        atomicAdd(&team.total, (unsigned long long)value);
    together();
    const int64_t total = (int64_t)team.total;
    together();
    return total;
}

// List the marked elements of a worker's share, in order.
TASK void gather_found(Run *run, Worker *me, const many::Found &found, int64_t begin, int64_t end)
{
    int64_t count = 0;
    for (int64_t first = begin; first < end; first += WORKER_THREADS) {
        const int64_t element = first + OWN_PLACE;
        const bool marked = element < end && found.mark[element];
        if (!__syncthreads_or(marked))
            continue;
        int32_t all;
        const int64_t place = begin + count + place_among(marked, &all);
        if (marked)
            run->scratch[place] = (int32_t)element;
        count += all;
    }
    if (threadIdx.x == 0)
        me->found = count;
}

// Spikes that workers found in their shares, moved together. The last entry of a space is the number of its events.
TASK void join_found(Run *run, Worker *me, int32_t *space, int64_t n, int64_t places)
{
    meet(run);
    int64_t before = 0, all = 0;
    for (int32_t k = threadIdx.x; k < run->n_worker; k += WORKER_THREADS) {
        all += run->worker[k].found;
        before += k < me->number ? run->worker[k].found : 0;
    }
    before = sum_of_team(before);
    all = sum_of_team(all);
    const int64_t begin = share_begin(me, n, places);
    for (int64_t k = OWN_PLACE; k < me->found; k += WORKER_THREADS)
        space[before + k] = run->scratch[begin + k];
    if (first_of_all(me))
        space[n] = (int32_t)all;
    meet(run);
}

TASK void put_given(int32_t *space, int64_t n, const int32_t *neuron, int64_t begin, int64_t end, int32_t *last)
{
    for (int64_t k = begin + OWN_PLACE; k < end; k += WORKER_THREADS)
        space[k - begin] = neuron[k];
    together();
    if (threadIdx.x == 0) {
        space[n] = (int32_t)(end - begin);
        *last = (int32_t)end;
    }
}

// Events of some elements, in order: `take(element, row)` keeps each in a row of the record.
template <class F>
TASK void record_events(Record *record, const int32_t *space, int64_t n_event, int64_t start, int64_t stop, F take)
{
    int64_t row = record->count;
    for (int64_t first = 0; first < n_event; first += WORKER_THREADS) {
        const int64_t k = first + OWN_PLACE;
        const bool wanted = k < n_event && space[k] >= start && space[k] < stop;
        int32_t all;
        const int32_t place = place_among(wanted, &all);
        if (wanted)
            take(space[k], row + place);
        row += all;
    }
    together();
    if (threadIdx.x == 0)
        record->count = row;
}

// The number of events of some elements.
TASK int64_t count_events(const int32_t *space, int64_t n_event, int64_t start, int64_t stop)
{
    int64_t found = 0;
    for (int64_t k = OWN_PLACE; k < n_event; k += WORKER_THREADS)
        found += space[k] >= start && space[k] < stop;
    return sum_of_team(found);
}

// Sums over the synapses of each target, in the order of the synapses. On CUDA the rows of `parts` are those of targets.
template <class T, class F>
TASK void sum_up(Run *run, Worker *me, const Pathway *parts, T *target, const int32_t *, int64_t start, int64_t n_target,
                 F value)
{
    const int64_t end = share_end(me, n_target, WORKER_THREADS);
    for (int64_t k = share_begin(me, n_target, WORKER_THREADS) + OWN_PLACE; k < end; k += WORKER_THREADS) {
        T sum = 0;
        for (int64_t place = parts->row[k]; place < parts->row[k + 1]; ++place)
            sum += value((int64_t)(parts->order ? parts->order[place] : place));
        target[start + k] = sum;
    }
    (void)run;
}

#endif
