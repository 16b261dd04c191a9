// Sources that have a target of their own in every projection, on the CPU.
//
// Their spikes need not be listed for all threads: whoever makes a spike hands it to the target at once, if the target is
// its own, once the target has had its steps of the window: the input that they added to is free again then.
#ifndef DENDRIFY_GPU_LINKS_H
#define DENDRIFY_GPU_LINKS_H

// One projection, and the slot of the input in which a spike of the first source step is due.
struct Link {
    const Population *post;
    uint8_t *input;
    integer weight;
    int32_t first_target;
    int32_t port;
    int32_t slot;
    bool narrow;
};

enum { MOST_LINKS = 8 };

// The projections of some sources; where `direct` is false their spikes are listed.
struct Links {
    Link link[MOST_LINKS];
    int32_t count;
    bool direct;
    int32_t first_step;
    // The sources of the thread.
    int32_t first;
    int32_t last;
};

// Whether each of n sources has one target, which belongs to the thread that makes the source's spikes.
DEVICE bool is_link(const Network *net, const Projection *j, int32_t n, int32_t n_thread)
{
    if (j->kind != SYNAPSES_ONE_TO_ONE || j->first_source != 0 || j->n_source != n)
        return false;
    return n_thread == 1 || (j->first_target == 0 && net->population[j->population].n == n);
}

// The links of a group of sources. Spikes that the host wants are listed.
static __attribute__((noinline, unused)) Links find_links(const Network *net, const Emitter *emitter, const Window *window,
                                                          int32_t number, int32_t n_thread)
{
    Links links;
    const int32_t n = emitter->n;
    links.count = 0;
    links.first_step = window->source_begin;
    links.first = (int32_t)share(n, number, n_thread);
    links.last = (int32_t)share(n, number + 1, n_thread);
    bool linked = emitter->last_projection - emitter->first_projection <= MOST_LINKS;
    for (int32_t k = emitter->first_projection; linked && k < emitter->last_projection; ++k) {
        const Projection *const j = &net->projection[k];
        linked = is_link(net, j, n, n_thread);
        if (!linked)
            break;
        const Population *const post = &net->population[j->population];
        const Port *const port = &post->port[j->port];
        const int32_t slot = (window->source_begin % post->n_slot + j->common_delay) % post->n_slot;
        links.link[links.count++] = {post, post->input + port->offset, (integer)j->common_weight, j->first_target, j->port,
                                     slot, port->narrow != 0};
    }
    // A thread has the same sources in every window: what one window leaves to the next is its own.
    if (linked && links.count && n_thread > 1) {
        const Population *const post = links.link[0].post;
        const int32_t end = first_owned(post, number + 1, n_thread);
        links.first = first_owned(post, number, n_thread);
        links.last = end < n ? end : n;
    }
    links.direct = linked && !emitter->recorded && window->source_end <= net->control->keep_from;
    return links;
}

// Let the links of sources at home, whose spikes are due after one delay, lead to the input that a thread sees there. No
// spike is due before a step.
DEVICE void see_links(Links *links, const Population *home, int32_t due, int32_t delay)
{
    links->first_step = due - delay;
    for (int32_t k = 0; k < links->count; ++k) {
        Link *const link = &links->link[k];
        link->post = home;
        link->input = home->input + home->port[link->port].offset;
        link->slot = (due + home->n_slot) % home->n_slot;
    }
}

// The slot in which a spike is due at the target of a link, and where its input lies there, counted in neurons.
DEVICE int32_t due_slot(const Links *links, const Link *link, int32_t step)
{
    const int32_t slot = link->slot + step - links->first_step;
    return slot >= link->post->n_slot ? slot - link->post->n_slot : slot;
}

DEVICE int64_t due_place(const Link *link, int32_t source, int32_t slot)
{
    return input_place(link->first_target + source, link->post->n_slot) + (int64_t)slot * INPUT_BLOCK;
}

// Ask for the input that a spike adds to.
DEVICE void ask_for_targets(const Links *links, int32_t source, int32_t step)
{
    for (int32_t k = 0; k < links->count; ++k) {
        const Link *const link = &links->link[k];
        const int64_t place = due_place(link, source, due_slot(links, link, step));
        __builtin_prefetch(link->input + (link->narrow ? place : place * (int64_t)sizeof(integer)), 1);
    }
}

// Hand a spike to its targets.
DEVICE void follow_links(const Links *links, int32_t source, int32_t step)
{
    for (int32_t k = 0; k < links->count; ++k) {
        const Link *const link = &links->link[k];
        const int32_t slot = due_slot(links, link, step);
        add_event(link->post, link->port, link->input, link->narrow, link->first_target + source, slot, link->weight);
    }
}

#endif
