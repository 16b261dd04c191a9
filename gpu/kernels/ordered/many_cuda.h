// What the text of tasks needs of groups on CUDA, beyond the lane headers: one element for each thread of a worker.
//
// The same functions as in many_cpu.h, and the same random numbers.
#ifndef DENDRIFY_GPU_ORDERED_MANY_H
#define DENDRIFY_GPU_ORDERED_MANY_H

DEVICE uint32_t places_below(int64_t first, int64_t end) { return first < end; }

template <class F, class... X> DEVICE lane each_number(uint32_t here, F f, X... x)
{
    return here ? (lane)f(x...) : splat(0);
}
template <class F, class... X> DEVICE ilane each_whole(uint32_t here, F f, X... x)
{
    return here ? (ilane)f(x...) : isplat(0);
}
template <class F, class... X> DEVICE mask each_condition(uint32_t here, F f, X... x) { return here && f(x...); }

// Events of a threshold. Each thread leaves a mark for its elements; gather_found in team_cuda.h lists them in order.
struct Found {
    int32_t *mark;
};

DEVICE Found none_found(int32_t *space, int64_t)
{
    Found f;
    f.mark = space;
    return f;
}

template <class F> DEVICE void note_found(Found *found, mask condition, int64_t first, int64_t, F then)
{
    found->mark[first] = condition;
    if (condition)
        then(first);
}

// Bytes of a counter decide for sixteen elements on the CPU; here each thread takes its own byte of it.
#define FOR_CHANCES 2u
struct Chances {
};
DEVICE Chances no_chances(void) { return Chances(); }

DEVICE mask random_below(lane p, Chances *, int64_t first, uint32_t step, uint32_t draw, uint32_t seed, uint32_t stream)
{
    ulane words[4];
    words[0] = as_counter((ilane)((first & 7) + 8 * (first >> 7)));
    words[1] = usplat(step);
    words[2] = usplat(draw);
    words[3] = usplat(FOR_CHANCES);
    philox(words, seed, stream);
    const int place = (int)(first & 127) >> 3;
    const ulane byte = (words[place >> 2] >> (8 * (place & 3))) & usplat(0xffu);
    const lane scaled = p * splat(256);
    const lane whole = lane_floor(scaled);
    const lane drawn = to_real(as_signed(byte));
    if (!equal(drawn, whole))
        return less(drawn, whole);
    const lane rest = random_uniform(as_counter(numbers_from(first)), step, draw, seed, stream);
    return less(rest, scaled - whole);
}

// Of 64 elements, the first half gets the cosines of Box and Muller's transform, and the second the sines.
#define FOR_NORMALS 3u
struct Normals {
};
DEVICE Normals no_normals(void) { return Normals(); }

DEVICE lane paired_normal(Normals *, int64_t first, uint32_t step, uint32_t draw, uint32_t seed, uint32_t stream)
{
    ulane words[4];
    words[0] = as_counter((ilane)((first >> 6) * 32 + (first & 31)));
    words[1] = usplat(step);
    words[2] = usplat(draw);
    words[3] = usplat(FOR_NORMALS);
    philox(words, seed, stream);
    const lane radius = lane_sqrt(splat(-2) * lane_log(unit_for_logarithm(words[0], words[1])));
    const lane angle = splat((real)0x1.921fb54442d18p+2) * open_unit(words[2], words[3]);
    return radius * ((first & 32) != 0 ? lane_sin(angle) : lane_cos(angle));
}

#endif
