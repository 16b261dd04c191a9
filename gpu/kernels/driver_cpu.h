// Runs windows on the CPU: every thread owns a range of neurons, sources and spikes, and the threads meet
// after each phase.
#ifndef DENDRIFY_GPU_DRIVER_CPU_H
#define DENDRIFY_GPU_DRIVER_CPU_H

#include <pthread.h>

#include "ahead_cpu.h"
#include "barrier_cpu.h"
#include "delivery_cpu.h"

struct Team {
    const Network *net;
    const Window *window;
    int32_t n_window;
    int32_t n_thread;
    int32_t started;  // set once the number of threads is known
    Barrier barrier;
};

struct Member {
    Team *team;
    int32_t number;
};

enum { EVER = 1 << 30 };

// The end of the neurons of [first, end) that lie together with the first one.
DEVICE int32_t end_together(int32_t first, int32_t end)
{
    const int32_t next = (first / NEURONS_TOGETHER + 1) * NEURONS_TOGETHER;
    return next < end ? next : end;
}

// What was left until now for neurons [first, last), and is due in their steps of a window: spikes of their sources, and
// events in bins.
static void catch_up(const Network *net, const Population *seen, const Window *windows, int32_t now, int32_t first,
                     int32_t last, int32_t number, int32_t n_thread)
{
    if (now > 0) {
        const HomeSpikes due = {&windows[now - 1], taken_until(&windows[now - 1]), taken_until(&windows[now]), true};
        emit_at_home(net, seen, &due, first, last, number, n_thread);
    }
    empty_bins(seen, first, number, seen->stage ? now % seen->stage->n_turn : 0);
}

// Where the spikes of sources are listed from this window on, since the host wants them: make those before, after the steps of
// neurons [first, last). They wait in memory, and so do those that are listed.
static void make_rest(const Network *net, const Population *p, const Window *windows, int32_t now, int32_t first,
                      int32_t last, int32_t number, int32_t n_thread)
{
    if (p->first_poisson < 0 || windows[now].source_end <= net->control->keep_from)
        return;
    if (now > 0) {
        const HomeSpikes rest = {&windows[now - 1], taken_until(&windows[now]), EVER, false};
        emit_at_home(net, p, &rest, first, last, number, n_thread);
    }
    if (p->stage)
        hold(p, first, number, windows[now].source_end + p->stage->longest);
}

// Advance a thread's neurons of one population.
static void advance_population(const Network *net, int32_t k, const Window *windows, int32_t now, int32_t number,
                               int32_t n_thread)
{
    const Population *const p = &net->population[k];
    const Window *const window = &windows[now];
    Population staged = *p;
    DueInput due_in_memory, due_beside_stage;
    find_due_input(p, window, net->far != 0, false, &due_in_memory);
    find_due_input(p, window, net->far != 0, true, &due_beside_stage);
    const int32_t end = first_owned(p, number + 1, n_thread);
    for (int32_t begin = first_owned(p, number, n_thread); begin < end; begin = end_together(begin, end)) {
        const int32_t last = end_together(begin, end);
        const bool is_staged = on_stage(p, begin, number, window);
        if (is_staged)
            set_stage(p, begin, number, &staged);
        const Population *const seen = is_staged ? &staged : p;
        const DueInput *const due = is_staged ? &due_beside_stage : &due_in_memory;
        catch_up(net, seen, windows, now, begin, last, number, n_thread);
        for (int32_t first = begin; first < last; first += LANES) {
            ask_for_input(p, due, first, end);
            step_population(net, seen, k, window, first);
        }
        make_rest(net, p, windows, now, begin, last, number, n_thread);
    }
}

// After window number `now`, the last one of a batch that ran, leave nothing undone: what is still to come is in memory.
static void catch_up_with_all(const Network *net, const Window *windows, int32_t now, int32_t number, int32_t n_thread)
{
    const HomeSpikes all = {&windows[now], taken_until(&windows[now]), EVER, true};
    for (int32_t k = 0; k < net->n_population; ++k) {
        const Population *const p = &net->population[k];
        const int32_t end = first_owned(p, number + 1, n_thread), n_turn = p->stage ? p->stage->n_turn : 1;
        for (int32_t begin = first_owned(p, number, n_thread); begin < end; begin = end_together(begin, end)) {
            emit_at_home(net, p, &all, begin, end_together(begin, end), number, n_thread);
            for (int32_t turn = 0; turn < n_turn; ++turn)
                empty_bins(p, begin, number, turn);
        }
    }
}

static void advance_share(const Network *net, const Window *windows, int32_t now, int32_t number, int32_t n_thread)
{
    const Window *const window = &windows[now];
    for (int32_t k = 0; k < net->n_population; ++k)
        advance_population(net, k, windows, now, number, n_thread);
    if (window->source_begin == window->source_end)
        return;
    for (int32_t k = 0; k < net->n_poisson; ++k)
        emit_poisson(net, &net->poisson[k], window, number, n_thread);
    for (int32_t k = 0; k < net->n_generator; ++k)
        emit_generator(net, &net->generator[k], window, number, n_thread);
}

static void *run_member(void *argument)
{
    const Member *member = (const Member *)argument;
    Team *team = member->team;
    const Network *net = team->net;
    while (!__atomic_load_n(&team->started, __ATOMIC_ACQUIRE))
        sched_yield();
    const Window *const windows = team->window;
    for (int32_t k = 0; k < net->n_population; ++k)
        clear_stage(&net->population[k], windows, member->number, team->n_thread);
    int32_t now = 0;
    for (;; ++now) {
        advance_share(net, windows, now, member->number, team->n_thread);
        meet(&team->barrier, team->n_thread, [] {});
        for (int32_t k = 0; k < net->n_population; ++k)
            find_turns(&net->population[k], windows, now, team->n_window, member->number);
        Worker worker = {member->number, team->n_thread, windows[now].begin, taken_until(&windows[now]), 0, 0, 0, 0, 0};
        deliver_spikes(net, &worker);
        meet(&team->barrier, team->n_thread, [net] { close_window(net); });
        if (now + 1 == team->n_window || !window_can_run(net))
            break;
    }
    catch_up_with_all(net, windows, now, member->number, team->n_thread);
    return 0;
}

enum { MOST_THREADS = 1024 };

// Run windows until all are done or the control block says stop. Returns the number of threads that ran: fewer
// than asked for where the system refused one, which changes no result.
extern "C" int32_t run_windows(const Network *net, const Window *window, int32_t n_window, int32_t n_thread)
{
    Team team = {net, window, n_window, 1, 0, {0, 0, 0}};
    Member member[MOST_THREADS];
    pthread_t thread[MOST_THREADS];
    member[0] = {&team, 0};
    for (; team.n_thread < n_thread && team.n_thread < MOST_THREADS; ++team.n_thread) {
        member[team.n_thread] = {&team, team.n_thread};
        if (pthread_create(&thread[team.n_thread], 0, run_member, &member[team.n_thread]) != 0)
            break;
    }
    __atomic_store_n(&team.started, 1, __ATOMIC_RELEASE);
    run_member(&member[0]);
    for (int32_t k = 1; k < team.n_thread; ++k)
        pthread_join(thread[k], 0);
    net->control->spike_total += (uint64_t)net->control->unlisted;
    net->control->unlisted = 0;
    return team.n_thread;
}

// Lanes of the vectors that this library was built with.
extern "C" int32_t lane_count(void) { return LANES; }

#endif
