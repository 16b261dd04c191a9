// Spikes of Poisson sources on the CPU: the gaps of several sources are drawn side by side.
//
// The operations are those of geometric_gap, one after another, so the gaps are the same to the last bit. They are
// drawn in double precision whatever the precision of the lanes.
#ifndef DENDRIFY_GPU_GAPS_H
#define DENDRIFY_GPU_GAPS_H

#include "links_cpu.h"

enum { GAP_LANES = VECTOR_BYTES / 8, GAP_CHUNK = 4096 };

typedef double gap_lane __attribute__((vector_size(VECTOR_BYTES), may_alias));

// Whole numbers below 2^52, and small numbers of either sign, by way of the bits of a double.
DEVICE gap_lane whole_to_double(long_uvec x) { return (gap_lane)(x | 0x4330000000000000u) - 0x1p+52; }
DEVICE gap_lane small_to_double(long_uvec x) { return (gap_lane)(x + 0x4338000000000000u) - 0x1.8p+52; }

DEVICE gap_lane gap_log(gap_lane x)
{
    const long_uvec bits = (long_uvec)x;
    typedef int64_t signed_wide __attribute__((vector_size(VECTOR_BYTES), may_alias));
    const signed_wide exponent = ((signed_wide)bits - 0x3fe6a09e667f3bcd) >> 52;
    const gap_lane e = small_to_double((long_uvec)exponent);
    const gap_lane f = (gap_lane)(bits - ((long_uvec)exponent << 52)) - 1.0;
    const gap_lane s = f / (2.0 + f);
    const gap_lane z = s * s;
    gap_lane p = z * SCALAR_LOG_6 + SCALAR_LOG_5;
    p = p * z + SCALAR_LOG_4;
    p = p * z + SCALAR_LOG_3;
    p = p * z + SCALAR_LOG_2;
    p = p * z + SCALAR_LOG_1;
    p = p * z + SCALAR_LOG_0;
    const gap_lane half = 0.5 * f * f;
    return e * SCALAR_LN2_HIGH + (f - (half - (s * (half + z * p) + e * SCALAR_LN2_LOW)));
}

// The gaps after spikes of some sources, as geometric_gap draws them.
DEVICE void geometric_gaps(uint32_t seed, uint32_t stream, const uint64_t *index, const uint64_t *step,
                           const double *inverse, int32_t *gap)
{
    long_uvec counter[4] = {*(const long_uvec *)index, *(const long_uvec *)step, {}, (long_uvec){} + FOR_GAPS};
    uint32_t key_0 = seed, key_1 = stream;
    for (int round = 0; round < PHILOX_ROUNDS; ++round) {
        const long_uvec product_0 = multiply_wide(counter[0], (long_uvec){} + PHILOX_MULTIPLIER_0);
        const long_uvec product_1 = multiply_wide(counter[2], (long_uvec){} + PHILOX_MULTIPLIER_1);
        counter[0] = (product_1 >> 32) ^ counter[1] ^ key_0;
        counter[1] = product_1 & 0xffffffffu;
        counter[2] = (product_0 >> 32) ^ counter[3] ^ key_1;
        counter[3] = product_0 & 0xffffffffu;
        key_0 += PHILOX_WEYL_0;
        key_1 += PHILOX_WEYL_1;
    }
    const gap_lane high = whole_to_double((counter[0] & 0xffffffffu) >> 6);
    const gap_lane low = whole_to_double((counter[1] & 0xffffffffu) >> 6);
    const gap_lane u = (high * 0x1p+26 + low) * 0x1p-52 + 0x1p-53;
    const gap_lane length = gap_log(u) * *(const gap_lane *)inverse;
    for (int k = 0; k < GAP_LANES; ++k)
        gap[k] = whole_gap(length[k]);
}

// List the sources [first, last) whose next spike comes before a step. There is room for GAP_CHUNK + 16.
DEVICE int32_t due_sources(const int32_t *next, int32_t first, int32_t last, int32_t end, int32_t *due)
{
    int32_t count = 0;
    int32_t i = first;
#if defined(BIT_MASKS)
    typedef int words __attribute__((vector_size(64), aligned(4), may_alias));
    words numbers = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    numbers += i;
    for (; i + 16 <= last; i += 16) {
        // A processor foresees no further than the page.
        __builtin_prefetch(&next[i + NEURONS_TOGETHER]);
        const uint16_t soon = __builtin_ia32_cmpd512_mask(*(const words *)&next[i], words{} + end, 1, 0xffff);
        *(words *)&due[count] = (words)__builtin_ia32_compresssi512_mask(numbers, words{}, soon);
        count += __builtin_popcount(soon);
        numbers += 16;
    }
#endif
    for (; i < last; ++i) {
        due[count] = i;
        count += next[i] < end;
    }
    return count;
}

// Make the spikes of those sources of a chunk that spike before a step. The number of spikes that were not listed.
DEVICE int32_t emit_chunk(const Network *net, const Poisson *group, int32_t end, const Links *links, int32_t first,
                          int32_t last)
{
    int32_t due[GAP_CHUNK + 16];
    int32_t *const next = group->next;
    int32_t count = due_sources(next, first, last, end, due);
    if (links->direct && net->far)
        for (int32_t k = 0; k < count; ++k)
            ask_for_targets(links, due[k], next[due[k]]);
    int32_t unlisted = 0;
    // Groups of lanes are filled up with repetitions of the last source, whose gaps are drawn for nothing.
    while (count > 0) {
        int32_t place = links->direct ? 0 : claim_spikes(net, count);
        unlisted += links->direct ? count : 0;
        int32_t left = 0;
        for (int32_t begin = 0; begin < count; begin += GAP_LANES) {
            alignas(VECTOR_BYTES) uint64_t index[GAP_LANES], step[GAP_LANES];
            alignas(VECTOR_BYTES) double inverse[GAP_LANES];
            int32_t gap[GAP_LANES];
            const int32_t filled = count - begin < GAP_LANES ? count - begin : GAP_LANES;
            for (int32_t k = 0; k < GAP_LANES; ++k) {
                const int32_t i = due[begin + (k < filled ? k : filled - 1)];
                index[k] = (uint32_t)i;
                step[k] = (uint32_t)next[i];
                inverse[k] = group->gap_scale[(int64_t)i * group->rate_step];
            }
            for (int32_t k = 0; k < filled; ++k)
                if (links->direct)
                    follow_links(links, (int32_t)index[k], (int32_t)step[k]);
                else
                    put_spike(net, place++, group->source + (int32_t)index[k], (int32_t)step[k]);
            geometric_gaps(net->seed, (uint32_t)group->stream, index, step, inverse, gap);
            for (int32_t k = 0; k < filled; ++k) {
                const int32_t i = due[begin + k];
                next[i] = (int32_t)step[k] + 1 + gap[k];
                due[left] = i;
                left += next[i] < end;
            }
        }
        count = left;
    }
    return unlisted;
}

// The spikes of sources [first, last) of a Poisson object before a step.
static __attribute__((noinline, unused)) void emit_sources(const Network *net, const Poisson *group, int32_t end,
                                                           const Links *links, int32_t first, int32_t last)
{
    int32_t unlisted = 0;
    for (int32_t begin = first; begin < last; begin += GAP_CHUNK)
        unlisted += emit_chunk(net, group, end, links, begin, last - begin < GAP_CHUNK ? last : begin + GAP_CHUNK);
    if (unlisted)
        atomic_claim(&net->control->unlisted, unlisted);
}

// Some spikes of sources at home: of the source steps of a window, those that are due before `end`. What is due before
// `begin` has been made.
struct HomeSpikes {
    const Window *made;
    int32_t begin;
    int32_t end;
    bool first;  // whether none of that window have been made
};

// Make spikes of the sources that are at home with neurons [first, last). Their input is that of `home`, the population as
// the thread sees it. Where the synapses of a source have different delays, all are made in the first part.
static __attribute__((noinline, unused)) void emit_at_home(const Network *net, const Population *home,
                                                           const HomeSpikes *some, int32_t first, int32_t last,
                                                           int32_t number, int32_t n_thread)
{
    for (int32_t k = home->first_poisson; k >= 0; k = net->poisson[k].sibling) {
        const Poisson *const group = &net->poisson[k];
        Links links = find_links(net, &net->emitter[group->emitter], some->made, number, n_thread);
        if (!links.direct)
            continue;
        int32_t end = some->made->source_end;
        if (group->delay >= 0) {
            see_links(&links, home, some->begin, group->delay);
            end = some->end - group->delay < end ? some->end - group->delay : end;
        }
        const int32_t shift = links.link[0].first_target;
        const int32_t low = first - shift > links.first ? first - shift : links.first;
        const int32_t high = last - shift < links.last ? last - shift : links.last;
        if (some->first && some->made->source_begin != some->made->source_end)
            restart_poisson(net, group, some->made, low, high);
        emit_sources(net, group, end, &links, low, high);
    }
}

// The spikes of a thread's share of a Poisson object, where that was not done at home.
DEVICE void emit_poisson(const Network *net, const Poisson *group, const Window *window, int32_t number, int32_t n_thread)
{
    const Links links = find_links(net, &net->emitter[group->emitter], window, number, n_thread);
    if (group->home >= 0 && links.direct)
        return;
    restart_poisson(net, group, window, links.first, links.last);
    emit_sources(net, group, window->source_end, &links, links.first, links.last);
}

#endif
