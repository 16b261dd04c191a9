// Shared counters and sums on CUDA. Sums are of integers, so their order does not matter.
#ifndef DENDRIFY_GPU_ATOMICS_H
#define DENDRIFY_GPU_ATOMICS_H

#define RARE static __device__ __noinline__

// One thread of the group that delivers a spike: the threads take the synapses of a row, or of a part of it, in turn.
struct Worker {
    int32_t number;
    int32_t count;
    int64_t from;   // the part of the row
    int64_t until;
    int32_t first_step;
    int32_t emitter;  // whose spike it delivered last
    int32_t low;
    int32_t high;
    int32_t slot;
};

DEVICE void look_at(Worker *worker, const Population *p)
{
    worker->low = 0;
    worker->high = p->n;
    worker->slot = worker->first_step % p->n_slot;
}

DEVICE int64_t row_start(const Worker *worker) { return worker->from + worker->number; }
DEVICE int64_t row_end(const Worker *worker, int64_t begin, int64_t end)
{
    return begin + worker->until < end ? begin + worker->until : end;
}
DEVICE int64_t row_stride(const Worker *worker) { return worker->count; }

DEVICE int32_t parts_of(const Network *net, int32_t source) { return net->parts ? net->parts[source] : 1; }
DEVICE void put_part(const Network *net, int32_t place, int32_t part)
{
    if (net->parts && place < net->control->spike_capacity)
        net->part[place] = part;
}

// Whether a worker is the one that keeps a spike for the host.
DEVICE bool keeps(const Worker *worker) { return worker->number == 0 && worker->from == 0; }

DEVICE void accumulate(integer *where, integer amount)
{
#if PRECISION == 64
    atomicAdd((unsigned long long *)where, (unsigned long long)amount);
#else
    atomicAdd(where, amount);
#endif
}

// There is no atomic addition of bytes: add to the word that holds it. Sums stay below 256, so nothing is carried.
DEVICE void accumulate_narrow(uint8_t *where, integer amount)
{
    const uint64_t address = (uint64_t)where;
    atomicAdd((unsigned int *)(address & ~(uint64_t)3), (unsigned int)amount << (8 * (address & 3)));
}

DEVICE int32_t atomic_claim(int32_t *counter, int32_t amount) { return atomicAdd(counter, amount); }

DEVICE int32_t claim_kept(int32_t *counter) { return atomicAdd(counter, 1); }

DEVICE void atomic_lowest(uint64_t *where, uint64_t value)
{
    atomicMin((unsigned long long *)where, (unsigned long long)value);
}

// Other threads are at work while one waits for its states.
DEVICE void ask_for_states(const Population *, int32_t, int32_t, int64_t) {}

// Where a neuron's input of the first slot lies, counted in neurons.
DEVICE int64_t input_place(int32_t neuron, int32_t n_slot)
{
    const uint32_t block = (uint32_t)neuron / INPUT_BLOCK;
    return (int64_t)block * ((int64_t)n_slot * INPUT_BLOCK) + (uint32_t)neuron % INPUT_BLOCK;
}

// A device reads the input itself: neighbouring threads read neighbouring words.
DEVICE void set_pending(const Population *, int64_t, int32_t, int32_t) {}

// The input of one port to one neuron.
struct Inbox {
    uint8_t *start;  // of the first slot
    bool narrow;
};

DEVICE Inbox inbox_of(const Population *p, int32_t port, int64_t first)
{
    const Port *const q = &p->port[port];
    const int64_t size = q->narrow ? 1 : (int64_t)sizeof(integer);
    return {p->input + q->offset + input_place((int32_t)first, p->n_slot) * size, q->narrow != 0};
}

// Take the input that is due, and leave none.
DEVICE lane take_input(const Inbox *box, int32_t slot)
{
    if (box->narrow) {
        uint8_t *const byte = box->start + slot * INPUT_BLOCK;
        const lane sum = (real)*byte;
        if (*byte)
            *byte = 0;
        return sum;
    }
    integer *const word = (integer *)box->start + slot * INPUT_BLOCK;
    const lane sum = (real)*word;
    if (*word)
        *word = 0;
    return sum;
}

#endif
