// Input asked for ahead of the steps that take it, on the CPU where memory is far: processors foresee neither how the slots of
// blocks follow each other nor which vectors have wide input.
#ifndef DENDRIFY_GPU_AHEAD_H
#define DENDRIFY_GPU_AHEAD_H

enum { MOST_LINES = 256, VECTORS_OF_BLOCK = INPUT_BLOCK > LANES ? INPUT_BLOCK / LANES : 1 };

// What the steps of a window take of a population's input.
struct DueInput {
    int32_t n_slot;
    int32_t slot[MOST_STEPS + 1];
    // Narrow input: the lines of a block, by their distance from the first slot of the first port; and how many of them each
    // vector of a block asks for.
    int32_t n_line;
    int32_t share;
    int64_t line[MOST_LINES];
    bool wide;
    bool on_stage;
};

DEVICE bool is_asked_for(const Port *port, bool on_stage) { return !(on_stage && port->staged); }

// Find what a window takes, or nothing if memory is near: then nothing need be asked for. Nor need what is on a stage.
static __attribute__((noinline, unused)) void find_due_input(const Population *p, const Window *window, bool far,
                                                             bool on_stage, DueInput *due)
{
    due->on_stage = on_stage;
    due->n_slot = due->n_line = due->share = 0;
    due->wide = false;
    if (!far)
        return;
    due->n_slot = window->end - window->begin + 1;
    for (int32_t k = 0; k < due->n_slot; ++k)
        due->slot[k] = (window->begin - 1 + k + p->n_slot) % p->n_slot;
    for (int32_t port = 0; port < p->n_port; ++port) {
        if (!is_asked_for(&p->port[port], on_stage))
            continue;
        due->wide |= !p->port[port].narrow;
        for (int32_t k = 0; p->port[port].narrow && k < due->n_slot && due->n_line < MOST_LINES; ++k)
            due->line[due->n_line++] = p->port[port].offset + due->slot[k] * INPUT_BLOCK;
    }
    due->share = (due->n_line + VECTORS_OF_BLOCK - 1) / VECTORS_OF_BLOCK;
}

// Ask for the narrow input of the neurons that lie NEURONS_TOGETHER later, where events will be added to it before the steps;
// each vector of a block asks for its share.
DEVICE void ask_for_narrow_input(const Population *p, const DueInput *due, int64_t first)
{
    const uint8_t *const later = p->input + (first + NEURONS_TOGETHER) / INPUT_BLOCK * ((int64_t)p->n_slot * INPUT_BLOCK);
    const int32_t begin = (int32_t)((uint64_t)first / LANES % VECTORS_OF_BLOCK) * due->share;
    const int32_t end = begin + due->share < due->n_line ? begin + due->share : due->n_line;
    for (int32_t k = begin; k < end; ++k)
        __builtin_prefetch(later + due->line[k]);
}

// Ask for the wide input of the vector after the next one, where it has any.
DEVICE void ask_for_wide_input(const Population *p, const DueInput *due, int64_t first)
{
    enum { LINE_NEURONS = 64 / sizeof(integer) };
    const int64_t later = first + 2 * LANES;
    for (int32_t port = 0; port < p->n_port; ++port) {
        if (p->port[port].narrow || !is_asked_for(&p->port[port], due->on_stage))
            continue;
        const uint8_t *const pending = pending_of(p, later, port);
        const integer *const start =
            (const integer *)(p->input + p->port[port].offset) + input_place((int32_t)later, p->n_slot);
        for (int32_t k = 0; k < due->n_slot; ++k) {
            // Not a branch: a processor would guess every other one wrong.
            const integer *const line = start + pending[due->slot[k]] * (due->slot[k] * INPUT_BLOCK);
            for (int32_t neuron = 0; neuron < LANES; neuron += LINE_NEURONS)
                __builtin_prefetch(line + neuron, 1);
        }
    }
}

// Ask for input that later neurons will take, while the vector that begins with `first` has its steps.
DEVICE void ask_for_input(const Population *p, const DueInput *due, int64_t first, int64_t end)
{
    if (due->n_line)
        ask_for_narrow_input(p, due, first);
    if (due->wide && first + 2 * LANES < end)
        ask_for_wide_input(p, due, first);
}

#endif
