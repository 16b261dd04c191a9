// Spikes on their way to synapses, and their arrival in the order that Brian2 has: by the step in which they were
// emitted, then by source, then by synapse.
//
// A pathway keeps one ring of spikes for all workers. Every worker looks through those that may arrive, and carries out the
// events at synapses of its own, as many at once as it has threads. Events that change the same value wait for each other:
// each claims its keys, of several the one that comes first gets them, and the others try again when it is done.
#ifndef DENDRIFY_GPU_ORDERED_PATHWAYS_H
#define DENDRIFY_GPU_ORDERED_PATHWAYS_H

// Whether spikes are kept at all: those without a delay arrive in the step in which they are emitted.
TASK bool keeps_spikes(const Pathway *pathway) { return pathway->delay || pathway->common_delay > 0; }

TASK bool has_room_for_spikes(const Run *run)
{
    for (int32_t k = 0; k < run->n_pathway; ++k) {
        const Pathway *const pathway = &run->pathway[k];
        const Flight *const ring = pathway->flight;
        if (keeps_spikes(pathway) && ring->tail - ring->head + pathway->n_source > ring->room)
            return false;
    }
    return true;
}

// The number of spikes on their way that were emitted before a step; they lie in the order of their emission.
TASK int64_t emitted_before(const Flight *ring, int64_t step)
{
    int64_t low = ring->head, high = ring->tail;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (ring->step[middle & (ring->room - 1)] < step)
            low = middle + 1;
        else
            high = middle;
    }
    return low - ring->head;
}

// At the end of a step the spikes that it emitted are on their way, and those that have reached all synapses leave.
TASK void land_spikes(Run *run)
{
    for (int32_t k = 0; k < run->n_pathway; ++k) {
        Flight *const ring = run->pathway[k].flight;
        if (!ring->passed)
            continue;
        ring->passed = 0;
        ring->now += 1;
        if (!keeps_spikes(&run->pathway[k]))
            continue;
        ring->tail += ring->taken;
        ring->taken = 0;
        ring->head += emitted_before(ring, ring->now - run->pathway[k].longest_delay);
    }
}

// The first synapse of a row whose delay is not shorter.
TASK int64_t first_with_delay(const int32_t *delay, int64_t low, int64_t high, int64_t wanted)
{
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (delay[middle] < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// The synapses of a worker that a spike of some age reaches now.
struct Due {
    int64_t begin, end;
};

TASK Due due_synapses(const Pathway *pathway, const int64_t *row, int64_t source, int64_t age)
{
    Due due = {row[source], row[source + 1]};
    if (pathway->delay) {
        due.begin = first_with_delay(pathway->delay, due.begin, due.end, age);
        due.end = first_with_delay(pathway->delay, due.begin, due.end, age + 1);
    } else if (age != pathway->common_delay) {
        due.end = due.begin;
    }
    return due;
}

// Carry out one event for each thread that has one, those with a key in common in the order of the threads.
template <class Event> TASK void in_order(bool waiting, int32_t first_key, int32_t second_key, Event event)
{
    int32_t *const first = &my_team().claim[(uint32_t)first_key % CLAIMS];
    int32_t *const second = &my_team().claim[(uint32_t)second_key % CLAIMS];
    const int32_t own = (int32_t)threadIdx.x;
    do {
        if (waiting) {
            atomicMin(first, own);
            atomicMin(second, own);
        }
        together();
        const bool mine = waiting && *first == own && *second == own;
        together();
        if (waiting)
            *first = *second = UNCLAIMED;
        if (mine) {
            event();
            waiting = false;
        }
    } while (__syncthreads_or(waiting));
}

// The events at some synapses of a list, one for each thread.
template <class Events>
TASK void events_at(const Pathway *pathway, const int32_t *order, bool waiting, int64_t place, Events events)
{
    int32_t first = 0, second = 0;
    if (waiting) {
        const int32_t synapse = order ? order[place] : (int32_t)place;
        first = pathway->key[0] ? pathway->key[0][synapse] : synapse;
        second = pathway->key[1] ? pathway->key[1][synapse] : first;
    }
    in_order(waiting, first, second, [&] { events(order, place, place + 1); });
}

// Sums of the counts of the threads before each one; returns that of all.
TASK int32_t running_sums(int32_t count, const int32_t **sums)
{
    Team &team = my_team();
    int32_t from = 0;
    team.sum[from][threadIdx.x] = count;
    together();
    for (int32_t reach = 1; reach < WORKER_THREADS; reach *= 2) {
        int32_t sum = team.sum[from][threadIdx.x];
        if ((int32_t)threadIdx.x >= reach)
            sum += team.sum[from][threadIdx.x - reach];
        team.sum[1 - from][threadIdx.x] = sum;
        from = 1 - from;
        together();
    }
    *sums = team.sum[from];
    return team.sum[from][WORKER_THREADS - 1];
}

// The events of as many spikes as a worker has threads: first those of the first thread's spike, then the next one's.
template <class Events> TASK void events_of(const Pathway *pathway, Due due, Events events)
{
    Team &team = my_team();
    const int32_t *sums;
    team.begin[threadIdx.x] = due.begin;
    const int32_t all = running_sums((int32_t)(due.end - due.begin), &sums);
    for (int32_t first = 0; first < all; first += WORKER_THREADS) {
        const int32_t number = first + (int32_t)threadIdx.x;
        int64_t place = 0;
        if (number < all) {
            int32_t low = 0, high = WORKER_THREADS - 1;
            while (low < high) {
                const int32_t middle = (low + high) / 2;
                if (sums[middle] <= number)
                    low = middle + 1;
                else
                    high = middle;
            }
            place = team.begin[low] + number - (low ? sums[low - 1] : 0);
        }
        events_at(pathway, pathway->order, number < all, place, events);
    }
    together();
}

// Events that were under way when delays changed.
template <class Events> TASK void early_events(const Worker *me, const Pathway *pathway, int64_t now, Events events)
{
    Flight *const own = &pathway->flight[me->number];
    const int64_t begin = pathway->early_row[me->number] + own->early;
    int64_t end = begin;
    while (end < pathway->early_row[me->number + 1] && pathway->early_step[end] <= now)
        ++end;
    for (int64_t first = begin; first < end; first += WORKER_THREADS) {
        const int64_t place = first + OWN_PLACE;
        events_at(pathway, pathway->early_synapse, place < end, place, events);
    }
    together();
    if (threadIdx.x == 0)
        own->early += end - begin;
}

// The spikes of this step join those on their way; they are counted at its end.
TASK void take_off(const Pathway *pathway, const int32_t *space, int64_t n_event, int64_t now)
{
    Flight *const ring = pathway->flight;
    int64_t taken = 0;
    for (int64_t first = 0; first < n_event; first += WORKER_THREADS) {
        const int64_t k = first + OWN_PLACE;
        const int64_t source = k < n_event ? space[k] - pathway->first_source : -1;
        const bool wanted = source >= 0 && source < pathway->n_source;
        int32_t all;
        const int64_t place = (ring->tail + taken + place_among(wanted, &all)) & (ring->room - 1);
        if (wanted) {
            ring->source[place] = (int32_t)source;
            ring->step[place] = now;
        }
        taken += all;
    }
    if (threadIdx.x == 0)
        ring->taken = taken;
}

// Events of one time step. `events(order, begin, end)` carries out those of some synapses one after another.
template <class Events>
TASK void deliver(Run *run, const Worker *me, const Pathway *pathway, const int32_t *space, int64_t n_space, Events events)
{
    const Flight *const ring = pathway->flight;
    const int64_t *const row = pathway->row + me->number * (pathway->n_source + 1);
    const int64_t now = ring->now;
    const int64_t n_event = space[n_space];
    early_events(me, pathway, now, events);
    // With one delay for all, those that arrive now are the first ones.
    int64_t kept = 0;
    if (keeps_spikes(pathway))
        kept = pathway->delay ? ring->tail - ring->head : emitted_before(ring, now - pathway->common_delay + 1);
    const bool at_once = pathway->delay || pathway->common_delay == 0;
    const int64_t n_spike = kept + (at_once ? n_event : 0);
    for (int64_t first = 0; first < n_spike; first += WORKER_THREADS) {
        const int64_t k = first + OWN_PLACE;
        Due due = {0, 0};
        if (k < kept) {
            const int64_t place = (ring->head + k) & (ring->room - 1);
            due = due_synapses(pathway, row, ring->source[place], now - ring->step[place]);
        } else if (k < n_spike) {
            const int64_t source = space[k - kept] - pathway->first_source;
            if (source >= 0 && source < pathway->n_source)
                due = due_synapses(pathway, row, source, 0);
        }
        if (__syncthreads_or(due.end > due.begin))
            events_of(pathway, due, events);
    }
    if (me->number == 0) {
        if (keeps_spikes(pathway))
            take_off(pathway, space, n_event, now);
        if (threadIdx.x == 0)
            pathway->flight->passed = 1;
    }
    (void)run;
}

// The same by one thread, which has all synapses: what events change belongs to all of them.
template <class Events>
TASK void deliver_alone(Run *run, const Worker *me, const Pathway *pathway, const int32_t *space, int64_t n_space,
                        Events events)
{
    Flight *const ring = pathway->flight;
    const int64_t now = ring->now, n_event = space[n_space];
    for (; ring->early < pathway->early_row[1] && pathway->early_step[ring->early] <= now; ++ring->early)
        events(pathway->early_synapse, ring->early, ring->early + 1);
    const int64_t kept = keeps_spikes(pathway) ? ring->tail - ring->head : 0;
    for (int64_t k = 0; k < kept; ++k) {
        const int64_t place = (ring->head + k) & (ring->room - 1);
        const Due due = due_synapses(pathway, pathway->row, ring->source[place], now - ring->step[place]);
        events(pathway->order, due.begin, due.end);
    }
    int64_t taken = 0;
    for (int64_t k = 0; k < n_event; ++k) {
        const int64_t source = space[k] - pathway->first_source;
        if (source < 0 || source >= pathway->n_source)
            continue;
        const Due due = due_synapses(pathway, pathway->row, source, 0);
        events(pathway->order, due.begin, due.end);
        if (keeps_spikes(pathway)) {
            const int64_t place = (ring->tail + taken++) & (ring->room - 1);
            ring->source[place] = (int32_t)source;
            ring->step[place] = now;
        }
    }
    ring->taken = taken;
    ring->passed = 1;
    (void)run;
    (void)me;
}

#endif
