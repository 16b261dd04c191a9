// Runs one window on CUDA in two launches: one advances all populations and sources, one delivers the spikes and closes
// the window. Each returns at once when an earlier window of the batch has stopped.
#ifndef DENDRIFY_GPU_DRIVER_CUDA_H
#define DENDRIFY_GPU_DRIVER_CUDA_H

// Most threads of a block of each launch. The host may take fewer, in whole warps; results do not depend on it.
#define ADVANCING_THREADS 256
#define DELIVERING_THREADS 128

// Work of one block of the advancing launch: as many items of one object as the block has threads.
struct BlockTask {
    int32_t kind;    // 0: population, 1: Poisson sources, 2: spike generator
    int32_t object;
    int32_t first;
    int32_t count;   // items for populations and Poisson sources, workers for generators
};

extern "C" __global__ void __launch_bounds__(ADVANCING_THREADS, 1)
    advance_window(const Network *__restrict__ net, const Window *__restrict__ windows, int32_t number,
            const BlockTask *__restrict__ tasks)
{
    if (!window_can_run(net))
        return;
    const Window *window = &windows[number];
    const BlockTask task = tasks[blockIdx.x];
    const int32_t item = task.first + (int32_t)threadIdx.x;
    if (task.kind == 0) {
        if (item < net->population[task.object].n)
            step_population(net, &net->population[task.object], task.object, window, item);
    } else if (window->source_begin < window->source_end) {
        if (task.kind == 1) {
            if (item < net->poisson[task.object].n)
                emit_poisson(net, &net->poisson[task.object], window, item, item + 1);
        } else {
            emit_generator(net, &net->generator[task.object], window, item, task.count);
        }
    }
}

// A group of threads for each spike or each part of one, striding over those of the window.
DEVICE void deliver_share(const Network *__restrict__ net, const Window *__restrict__ windows, int32_t number)
{
    const int32_t thread = (int32_t)(blockIdx.x * blockDim.x + threadIdx.x);
    const int32_t groups = (int32_t)(gridDim.x * blockDim.x) / net->group;
    const int64_t all = (int64_t)1 << 62;
    Worker worker = {thread % net->group, net->group, 0, all, windows[number].begin, 0, 0, 0, 0};
    const int32_t end = listed_spikes(net);
    for (int32_t k = thread / net->group; k < end; k += groups) {
        if (net->parts) {
            worker.from = (int64_t)net->part[k] * net->row_part;
            worker.until = worker.from + net->row_part;
        }
        const Spike spike = net->spike[k];
        const Emitter *const emitter = keep_spike(net, spike, &worker);
        Errand errand;
        for (int32_t q = emitter->first_projection; q < emitter->last_projection; ++q) {
            const Projection *const j = &net->projection[q];
            const int32_t source = spike.source - emitter->source - j->first_source;
            if (find_errand(net, j, source, spike.step, &worker, &errand))
                run_errand(&errand);
        }
    }
}

// The last block to finish closes the window: nobody reads the control block any more. Eight blocks to a multiprocessor
// are named so that the assembler does not save registers by spilling.
extern "C" __global__ void __launch_bounds__(DELIVERING_THREADS, 8)
    deliver_window(const Network *__restrict__ net, const Window *__restrict__ windows, int32_t number)
{
    if (!window_can_run(net))
        return;
    deliver_share(net, windows, number);
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0 && atomicAdd(&net->control->blocks_done, 1) == (int32_t)gridDim.x - 1) {
        __threadfence();
        net->control->blocks_done = 0;
        close_window(net);
    }
}

#endif
