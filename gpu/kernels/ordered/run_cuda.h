// What the host launches.
#ifndef DENDRIFY_GPU_ORDERED_RUN_H
#define DENDRIFY_GPU_ORDERED_RUN_H

// Do whole steps until the end, or until the host has something to do; the run's state says why.
extern "C" __global__ void __launch_bounds__(WORKER_THREADS, 1) run_steps(Run *run)
{
    Worker *const me = &run->worker[blockIdx.x];
    assemble_team();
    meet(run, [run] {
        prepare(run);
        look_ahead(run);
    });
    while (run->running) {
        carry_out(run, me, 0, ALL_TASKS);
        meet(run, [run] {
            end_step(run);
            look_ahead(run);
        });
    }
}

// Do a part of the current step; at its end the host says so.
extern "C" __global__ void __launch_bounds__(WORKER_THREADS, 1) run_part(Run *run)
{
    Worker *const me = &run->worker[blockIdx.x];
    assemble_team();
    meet(run, [run] { prepare(run); });
    carry_out(run, me, run->first_task, run->end_task);
}

extern "C" __global__ void __launch_bounds__(WORKER_THREADS, 1) finish_step(Run *run)
{
    if (first_of_all(&run->worker[blockIdx.x])) {
        end_step(run);
        ++run->steps;
    }
}

// The sizes of the structures, for the host to compare with its own.
extern "C" __global__ void __launch_bounds__(WORKER_THREADS, 1) describe_sizes(int64_t *sizes)
{
    const int64_t known[] = {sizeof(Run), sizeof(Clock), sizeof(Record), sizeof(Pathway), sizeof(Flight), sizeof(Worker)};
    if (blockIdx.x == 0 && threadIdx.x < 6)
        sizes[threadIdx.x] = known[threadIdx.x];
}

#endif
