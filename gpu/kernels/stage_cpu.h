// Input collected in the cache, on the CPU where memory is far.
//
// Neurons that lie together have their steps of a window one vector after another. Right before, a thread collects what
// they take in the window on its stage, which holds the input of NEURONS_TOGETHER neurons and stays in the cache. Events
// that are due later wait in bins for the window that takes them, and sources make no spikes before the window in which
// they are due.
//
// The input of all neurons in memory holds the rest: what was pending when the batch of windows began, events of full bins,
// and spikes that were listed although they have a single target. As long as any of that is due, the neurons find all
// their input there.
#ifndef DENDRIFY_GPU_STAGE_H
#define DENDRIFY_GPU_STAGE_H

// Of different threads, what is counted for neurons that lie together lies in different cache lines.
enum { COUNTS_APART = 16 };

// The turn of input that no bin waits for.
enum { NO_TURN = 255 };

// The first step whose input is not taken by the end of a window.
DEVICE int32_t taken_until(const Window *window) { return window->flush ? window->end : window->end - 1; }

DEVICE int32_t *held_until(const Population *p, int32_t neuron, int32_t number)
{
    return &p->stage->held_until[neuron / NEURONS_TOGETHER + number * COUNTS_APART];
}

// Note that memory holds input of a neuron of a thread that is due before a step.
DEVICE void hold(const Population *p, int32_t neuron, int32_t number, int32_t step)
{
    int32_t *const until = held_until(p, neuron, number);
    *until = step > *until ? step : *until;
}

// Whether the neurons that lie together with neuron `first` find their input of a window on the stage.
DEVICE bool on_stage(const Population *p, int32_t first, int32_t number, const Window *window)
{
    return p->stage && *held_until(p, first, number) <= window->begin - 1 + window->resumed;
}

// Before the first window of a batch: anything that was pending is in memory.
DEVICE void clear_stage(const Population *p, const Window *window, int32_t number, int32_t n_thread)
{
    if (!p->stage)
        return;
    const int32_t end = first_owned(p, number + 1, n_thread);
    for (int32_t first = first_owned(p, number, n_thread); first < end; first += NEURONS_TOGETHER)
        *held_until(p, first, number) = window->source_begin + p->stage->longest;
    if (first_owned(p, number, n_thread) < end)
        *held_until(p, end - 1, number) = window->source_begin + p->stage->longest;
}

// Let `seen`, a copy of a population, have the input of the neurons that lie together with neuron `first` on the stage.
DEVICE void set_stage(const Population *p, int32_t first, int32_t number, Population *seen)
{
    const Stage *const stage = p->stage;
    const int64_t own = number * stage->n_byte;
    Port *const ports = (Port *)((uint8_t *)stage->port + own);
    const int32_t low = first / NEURONS_TOGETHER * NEURONS_TOGETHER;
    const int64_t place = input_place(low, p->n_slot);
    int64_t start = stage->input + own - p->input;
    for (int32_t k = 0; k < p->n_port; ++k) {
        ports[k] = p->port[k];
        if (!ports[k].staged)
            continue;
        const int64_t size = ports[k].narrow ? 1 : (int64_t)sizeof(integer);
        ports[k].offset = start - place * size;
        start += (int64_t)NEURONS_TOGETHER * p->n_slot * size;
    }
    seen->port = ports;
    if (stage->pending)
        seen->pending = p->pending + (stage->pending + own - pending_of(p, low, 0));
}

DEVICE uint8_t *turns_of(const Population *p, int32_t number) { return p->stage->turn + number * p->stage->n_byte; }

// Find in whose turn the bins are that wait for what is due in each slot, after window number `now` of a batch of n.
DEVICE void find_turns(const Population *p, const Window *window, int32_t now, int32_t n, int32_t number)
{
    if (!p->stage)
        return;
    uint8_t *const turn = turns_of(p, number);
    const int32_t n_turn = p->stage->n_turn, n_slot = p->n_slot, begin = taken_until(&window[now]);
    int32_t slot = (begin + n_slot) % n_slot, later = now;
    for (int32_t step = begin; step < begin + n_slot; ++step) {
        while (later < n && step >= taken_until(&window[later]))
            ++later;
        turn[slot] = (uint8_t)(later - now <= n_turn ? later % n_turn : NO_TURN);
        slot = slot + 1 == n_slot ? 0 : slot + 1;
    }
}

// Note that memory holds input due in a slot of a neuron of a worker.
DEVICE void hold_slot(const Population *p, int32_t neuron, const Worker *worker, int32_t slot)
{
    const int32_t next = (worker->due + p->n_slot) % p->n_slot;
    hold(p, neuron, worker->number, worker->due + (slot - next + p->n_slot) % p->n_slot + 1);
}

#endif
