// The network as every kernel sees it: plain structures of sizes and pointers, filled by the host.
//
// The same text serves the CPU and CUDA. Sizes and the order of the members are repeated on the host in
// engine/layout.py; every structure is a multiple of eight bytes without hidden padding.
#ifndef DENDRIFY_GPU_NETWORK_H
#define DENDRIFY_GPU_NETWORK_H

#include <stdint.h>

// Steps [begin, end) of the neurons, and steps [source_begin, source_end) of the input spikes, which
// are made one window ahead. A flushing window only completes step begin - 1; a resumed one finds it complete.
struct Window {
    int32_t begin;
    int32_t end;
    int32_t source_begin;
    int32_t source_end;
    int32_t flush;
    int32_t resumed;
};

struct Spike {
    int32_t source;  // number among all spiking objects of the network
    int32_t step;
};

// Samples of some variables of some neurons, taken every `every` steps.
struct Monitor {
    const int32_t *row;     // row of each neuron in the buffer, -1 where it is not recorded
    const int32_t *column;  // where the buffer has each variable that the model can sample, -1 where it has not
    real *buffer;           // [sample][variable][row]
    int32_t lowest;      // recorded neurons lie in [lowest, highest)
    int32_t highest;
    int32_t every;
    int32_t n_rows;
    int32_t n_variables;
    int32_t first_sample;  // number of the sample that the buffer begins with
};

// Most steps of a window.
enum { MOST_STEPS = 32 };

// Neurons of a block, whose input lies together.
enum { INPUT_BLOCK = 64 };

// Where a population keeps the input of one port that is due in the coming steps: [block][slot][neuron of the block],
// in bytes where sums cannot exceed them, else in integers.
struct Port {
    int64_t offset;  // of its first slot in the population's input, in bytes
    int32_t narrow;
    int32_t staged;  // CPU: whether its input is collected on stages, see stage_cpu.h
};

// Events of one port on their way to neurons that lie together, see bins_cpu.h.
struct Bin {
    uint8_t *event;  // [turn][bin], null where the port has no bins
    int32_t *count;  // [turn], of each bin
    int32_t n_bin;    // of a turn
    int32_t n_count;
};

// Where each thread collects the input that its neurons take in the window under way, see stage_cpu.h.
struct Stage {
    uint8_t *input;       // of NEURONS_TOGETHER neurons at the staged ports
    uint8_t *pending;     // of these neurons, as that of the population; null unless all wide ports are staged
    Port *port;           // where the thread finds input while it works on its stage
    uint8_t *turn;        // [slot], the bins for what is due in the slot
    int32_t *held_until;  // by thread and neurons that lie together: the first step whose input is all in bins and to come
    int64_t n_byte;       // from what one thread has of the first four to what the next one has
    int32_t n_turn;       // bins of the same neurons and port, for as many coming windows
    int32_t longest;      // longest delay of the synapses onto the population
};

// One population of neurons.
struct Population {
    real *state;               // [variable][stride]
    integer *last_spike;       // [stride], the step of the last spike
    integer *flags;            // [word][stride], what happened in the last step
    const real *coefficient;   // shared numbers computed by the host
    const real *vary;          // per-neuron numbers computed by the host
    const int64_t *vary_offset;
    const int64_t *vary_step;  // 1 where neurons differ, 0 where one vector serves all
    uint8_t *input;            // of all ports
    const Port *port;
    uint8_t *pending;          // CPU: [vector][port][slot], whether any lane of the vector has input
    const Bin *bin;            // CPU: bins of each port, null where memory is near
    const Stage *stage;        // CPU: null where no port is staged
    const Monitor *monitor;
    int32_t n;
    int32_t stride;
    int32_t model;
    int32_t source;            // number of its first neuron among all spiking objects
    int32_t n_port;
    int32_t n_slot;
    int32_t spike_width;       // delay of the second reset in steps
    int32_t stream;            // stream of its random numbers
    int32_t first_poisson;     // first group of sources at home here, -1 if there is none
    int32_t reserved;
};

// Independent sources that spike with a fixed probability in each step.
struct Poisson {
    int32_t *next;                  // step of the next spike of each source
    const double *gap_scale;        // 1 / log(1 - p)
    int32_t n;
    int32_t rate_step;              // 1 where sources differ, 0 where one rate serves all
    int32_t source;
    int32_t stream;
    int32_t restart;                // step at which the first spikes are drawn, -1 for no restart
    int32_t emitter;                // its number among the spiking objects
    int32_t home;                   // population where each source has one neuron to itself, -1 if there is none
    int32_t sibling;                // next group with the same home, -1 after the last
    int32_t delay;                  // delay of all synapses of a group with a home, -1 if they differ
    int32_t reserved;
};

// Given spikes, sorted by step.
struct Generator {
    const int32_t *step;
    const int32_t *index;
    int32_t n_spike;
    int32_t source;
};

enum { SYNAPSES_EXPLICIT = 0, SYNAPSES_ONE_TO_ONE = 1, SYNAPSES_ALL_TO_ALL = 2 };

// Synapses from one spiking object to one port of one population.
struct Projection {
    const int64_t *row;      // explicit synapses: first synapse of each source, n_source + 1 entries
    const int32_t *target;   // explicit synapses: neuron in the target population
    const integer *weight;   // per-synapse weight in units of the port, or null
    const uint16_t *delay;   // per-synapse delay in steps, or null
    int64_t common_weight;
    int32_t common_delay;
    int32_t kind;
    int32_t population;
    int32_t port;
    int32_t n_source;
    int32_t n_target;
    int32_t first_source;    // first source, relative to the spiking object
    int32_t first_target;
};

// A spiking object and its projections.
struct Emitter {
    int32_t source;            // number of its first source
    int32_t n;
    int32_t first_projection;  // its projections are [first_projection, last_projection)
    int32_t last_projection;
    int32_t recorded;          // whether the host wants all its spikes
    int32_t reserved;
};

// Why no further window of a batch may run.
enum { HALTED_FULL = 1, HALTED_NOT_FINITE = 2, HALTED_OVERFLOW = 3 };

// What the kernels tell the host about a batch of windows, and what one window leaves to the next.
struct Control {
    uint64_t not_finite;    // population, variable and neuron of the first bad value, or all ones
    uint64_t spike_total;   // spikes of all windows
    int32_t spike_count;    // spikes of this window
    int32_t spike_capacity; // the most that one window can have
    int32_t kept_count;     // spikes that the host will fetch
    int32_t kept_capacity;
    int32_t keep_from;      // spikes from this step on are kept even if nobody records them
    int32_t halted;
    int32_t windows_done;
    int32_t blocks_done;    // CUDA: blocks that have delivered their spikes of this window
    int32_t repeated;       // places of this window's list beyond the first of each spike
    int32_t unlisted;       // spikes of this window that were delivered without being listed
};

struct Network {
    const Population *population;
    const Poisson *poisson;
    const Generator *generator;
    const Projection *projection;
    const Emitter *emitter;
    Spike *spike;  // of this window
    Spike *kept;   // of the batch
    // Where rows of synapses are delivered in parts: their number for each source, and the part of each place in the list.
    const int32_t *parts;
    int32_t *part;
    Control *control;
    double dt;
    int32_t n_population;
    int32_t n_poisson;
    int32_t n_generator;
    int32_t n_emitter;
    uint32_t seed;
    int32_t group;     // CUDA: threads that share a spike
    int32_t row_part;  // synapses of a part of a row
    int32_t far;       // CPU: whether states and input are more than the caches hold
};

#endif
