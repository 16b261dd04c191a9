// Runs one window on CUDA: one launch advances all populations and sources, one delivers the spikes, one
// closes the window. Each returns at once when an earlier window of the batch has stopped.
#ifndef DENDRIFY_GPU_DRIVER_CUDA_H
#define DENDRIFY_GPU_DRIVER_CUDA_H

#define BLOCK_SIZE 128

// Work of one block of the advancing launch: BLOCK_SIZE items of one object.
struct BlockTask {
    int32_t kind;    // 0: population, 1: Poisson sources, 2: spike generator
    int32_t object;
    int32_t first;
    int32_t count;   // items for populations and Poisson sources, workers for generators
};

extern "C" __global__ void __launch_bounds__(BLOCK_SIZE, 1)
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
            step_population(net, task.object, window, item);
    } else if (window->source_begin < window->source_end) {
        if (task.kind == 1) {
            if (item < net->poisson[task.object].n)
                emit_poisson(net, &net->poisson[task.object], window, item, item + 1);
        } else {
            emit_generator(net, &net->generator[task.object], window, item, task.count);
        }
    }
}

// One warp for each spike, striding over the spikes of the window. Eight blocks to a multiprocessor are named so that
// the assembler does not save registers by spilling.
extern "C" __global__ void __launch_bounds__(BLOCK_SIZE, 8) deliver_window(const Network *__restrict__ net, const Window *__restrict__ windows, int32_t number)
{
    if (!window_can_run(net))
        return;
    const int32_t warp = (int32_t)((blockIdx.x * blockDim.x + threadIdx.x) / 32);
    const int32_t warps = (int32_t)(gridDim.x * blockDim.x / 32);
    Worker worker = {(int32_t)(threadIdx.x % 32), 32, windows[number].begin, 0, 0, 0, 0};
    const int32_t end = listed_spikes(net);
    for (int32_t k = net->control->spike_begin + warp; k < end; k += warps)
        deliver_spike(net, net->spike[k], &worker);
}

extern "C" __global__ void finish_window(const Network *__restrict__ net)
{
    if (window_can_run(net))
        close_window(net);
}

#endif
