// Input asked for ahead of the steps that take it, on the CPU where memory is far: processors foresee neither how the slots of
// blocks follow each other nor which vectors have wide input.
#ifndef DENDRIFY_GPU_AHEAD_H
#define DENDRIFY_GPU_AHEAD_H

// The slots that a vector's steps of a window take from.
struct DueSlots {
    int32_t first;
    int32_t count;
};

DEVICE DueSlots due_slots(const Population *p, const Window *window)
{
    return {(window->begin - 1 + p->n_slot) % p->n_slot, window->end - window->begin + 1};
}

DEVICE int32_t due_slot(const Population *p, const DueSlots *due, int32_t k)
{
    return due->first + k < p->n_slot ? due->first + k : due->first + k - p->n_slot;
}

// Ask for the narrow input of the neurons that lie NEURONS_TOGETHER later, where events will be added to it before the steps;
// each vector of a block asks for its part.
DEVICE void ask_for_narrow_input(const Population *p, const DueSlots *due, int64_t first)
{
    enum { VECTORS = INPUT_BLOCK > LANES ? INPUT_BLOCK / LANES : 1 };
    const uint8_t *const later = p->input + (first + NEURONS_TOGETHER) / INPUT_BLOCK * p->n_slot * INPUT_BLOCK;
    const Port *const end = p->port + p->n_port;
    for (int32_t k = (int32_t)(first / LANES % VECTORS); k < due->count; k += VECTORS) {
        const uint8_t *const line = later + due_slot(p, due, k) * INPUT_BLOCK;
        for (const Port *port = p->port; port < end; ++port)
            if (port->narrow)
                __builtin_prefetch(line + port->offset);
    }
}

// Ask for the wide input of the vector after the next one, where it has any.
DEVICE void ask_for_wide_input(const Population *p, const DueSlots *due, int64_t first)
{
    enum { LINE_NEURONS = 64 / sizeof(integer) };
    const int64_t later = first + 2 * LANES;
    for (int32_t port = 0; port < p->n_port; ++port) {
        if (p->port[port].narrow)
            continue;
        const uint8_t *const pending = pending_of(p, later, port);
        const integer *const start =
            (const integer *)(p->input + p->port[port].offset) + input_place((int32_t)later, p->n_slot);
        for (int32_t k = 0; k < due->count; ++k) {
            const int32_t slot = due_slot(p, due, k);
            // Not a branch: a processor would guess every other one wrong.
            const integer *const line = start + pending[slot] * (slot * INPUT_BLOCK);
            for (int32_t neuron = 0; neuron < LANES; neuron += LINE_NEURONS)
                __builtin_prefetch(line + neuron, 1);
        }
    }
}

// Ask for input that later neurons will take, while the vector that begins with `first` has its steps.
DEVICE void ask_for_input(const Population *p, const DueSlots *due, int64_t first, int64_t end)
{
    ask_for_narrow_input(p, due, first);
    if (first + 2 * LANES < end)
        ask_for_wide_input(p, due, first);
}

#endif
