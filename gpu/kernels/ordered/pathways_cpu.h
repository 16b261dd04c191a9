// Spikes on their way to synapses, and their arrival in the order that Brian2 has: by the step in which they were
// emitted, then by source, then by synapse.
//
// A pathway keeps spikes, not synapses: the synapses of a source lie side by side, sorted by delay, and a cursor says
// how far each spike has come. Every thread keeps the spikes that reach synapses of its own, and carries out their events.
#ifndef DENDRIFY_GPU_ORDERED_PATHWAYS_H
#define DENDRIFY_GPU_ORDERED_PATHWAYS_H

// Flights grow when they have to.
TASK bool has_room_for_spikes(const Run *) { return true; }
TASK void land_spikes(Run *) {}

SELDOM bool grow(Flight *flight, bool with_cursor)
{
    const int64_t room = flight->room ? 2 * flight->room : 64;
    int32_t *const source = (int32_t *)malloc(sizeof(int32_t) * (size_t)room);
    int64_t *const step = (int64_t *)malloc(sizeof(int64_t) * (size_t)room);
    int64_t *const cursor = with_cursor ? (int64_t *)malloc(sizeof(int64_t) * (size_t)room) : 0;
    if (!source || !step || (with_cursor && !cursor)) {
        free(source);
        free(step);
        free(cursor);
        return false;
    }
    const int64_t count = flight->tail - flight->head;
    for (int64_t k = 0; k < count; ++k) {
        const int64_t from = (flight->head + k) & (flight->room - 1);
        source[k] = flight->source[from];
        step[k] = flight->step[from];
        if (with_cursor)
            cursor[k] = flight->cursor[from];
    }
    free(flight->source);
    free(flight->step);
    free(flight->cursor);
    flight->source = source;
    flight->step = step;
    flight->cursor = cursor;
    flight->head = 0;
    flight->tail = count;
    flight->room = room;
    return true;
}

// A spike joins those on their way.
TASK_APART bool take_off(const Pathway *pathway, Flight *flight, const int64_t *row, int32_t source, int64_t step)
{
    if (flight->tail - flight->head == flight->room && !grow(flight, pathway->delay != 0))
        return false;
    const int64_t place = flight->tail++ & (flight->room - 1);
    flight->source[place] = source;
    flight->step[place] = step;
    if (pathway->delay)
        flight->cursor[place] = row[source];
    return true;
}

// Events of one time step. `events(order, begin, end)` carries out those of some synapses one after another.
template <class Events>
static void deliver(Run *run, const Worker *me, const Pathway *pathway, const int32_t *space, int64_t n_space, Events events)
{
    Flight *const flight = &pathway->flight[me->number];
    const int64_t *const row = pathway->row + me->number * (pathway->n_source + 1);
    const int64_t now = flight->now;
    const int64_t n_event = space[n_space];
    const bool at_once = !pathway->delay && pathway->common_delay == 0;
    for (int64_t k = pathway->early_row[me->number] + flight->early;
         k < pathway->early_row[me->number + 1] && pathway->early_step[k] <= now; ++k, ++flight->early)
        events(pathway->early_synapse, k, k + 1);
    if (!at_once) {
        for (int64_t k = 0; k < n_event; ++k) {
            const int64_t source = space[k] - pathway->first_source;
            if (source >= 0 && source < pathway->n_source && row[source] < row[source + 1] &&
                !take_off(pathway, flight, row, (int32_t)source, now))
                __atomic_store_n(&run->state, (int32_t)OUT_OF_MEMORY, __ATOMIC_RELAXED);
        }
    }
    const int64_t places = flight->room - 1;
    if (pathway->delay) {
        for (int64_t k = flight->head; k < flight->tail; ++k) {
            const int64_t place = k & places;
            const int64_t end = row[flight->source[place] + 1];
            const int64_t begin = flight->cursor[place];
            const int64_t age = now - flight->step[place];
            int64_t due = begin;
            while (due < end && pathway->delay[due] <= age)
                ++due;
            if (due > begin) {
                flight->cursor[place] = due;
                events(pathway->order, begin, due);
            }
        }
        // Spikes that have reached all their synapses leave; what is kept stays in order.
        int64_t kept = flight->head;
        for (; kept < flight->tail; ++kept) {
            const int64_t place = kept & places;
            if (flight->cursor[place] < row[flight->source[place] + 1])
                break;
        }
        flight->head = kept;
    } else if (at_once) {
        for (int64_t k = 0; k < n_event; ++k) {
            const int64_t source = space[k] - pathway->first_source;
            if (source >= 0 && source < pathway->n_source && row[source] < row[source + 1])
                events(pathway->order, row[source], row[source + 1]);
        }
    } else {
        for (; flight->head < flight->tail; ++flight->head) {
            const int64_t place = flight->head & places;
            if (now - flight->step[place] < pathway->common_delay)
                break;
            const int32_t source = flight->source[place];
            events(pathway->order, row[source], row[source + 1]);
        }
    }
    flight->now = now + 1;
}

// One thread has all synapses of such a pathway.
template <class Events>
static void deliver_alone(Run *run, const Worker *me, const Pathway *pathway, const int32_t *space, int64_t n_space,
                          Events events)
{
    deliver(run, me, pathway, space, n_space, events);
}

#endif
