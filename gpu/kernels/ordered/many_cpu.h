// What the text of tasks needs of vectors on the CPU, beyond the lane headers.
//
// Arrays have room for a whole vector behind their last element (see arrays.py), so vectors are loaded and stored whole.
#ifndef DENDRIFY_GPU_ORDERED_MANY_H
#define DENDRIFY_GPU_ORDERED_MANY_H

enum { PLACES = LANES, PLACES_ALONE = LANES };

LANE_UNARY(lane, operator-, lane, -a.part[k])
LANE_UNARY(ilane, operator-, ilane, -a.part[k])
LANE_BINARY(ilane, operator*, ilane, ilane, a.part[k] * b.part[k])

DEVICE mask mask_splat(bool x) { return x ? every_lane() : no_lane(); }
DEVICE ilane numbers_from(int64_t first) { return lane_iota() + isplat((integer)first); }
// Random numbers are counted by 32-bit words, one in each place.
DEVICE ulane as_counter(ilane x) { return as_unsigned(x) & usplat(0xffffffffu); }

#ifdef BIT_MASKS
DEVICE vmask vector_iless(ivec a, ivec b) { return (vmask)ICOMPARE(a, b, 1); }
#else
DEVICE vmask vector_iless(ivec a, ivec b) { return a < b; }
#endif
LANE_BINARY(mask, whole_less, ilane, ilane, vector_iless(a.part[k], b.part[k]))
DEVICE mask mask_equal(mask a, mask b) { return (a & b) | (mask_not(a) & mask_not(b)); }
DEVICE mask mask_select(mask m, mask a, mask b) { return (m & a) | (mask_not(m) & b); }

LANE_UNARY(ilane, to_integer, lane, __builtin_convertvector(a.part[k], ivec))

DEVICE ilane whole_floor_divide(ilane a, ilane b)
{
    ilane r;
    for (int k = 0; k < LANES; ++k) {
        const integer x = a.part[k / VECTOR_LANES][k % VECTOR_LANES];
        const integer y = b.part[k / VECTOR_LANES][k % VECTOR_LANES];
        r.part[k / VECTOR_LANES][k % VECTOR_LANES] = y == 0 ? 0 : x / y - ((x % y != 0) & ((x < 0) != (y < 0)));
    }
    return r;
}

DEVICE integer whole_value(ilane x, int k) { return x.part[k / VECTOR_LANES][k % VECTOR_LANES]; }
DEVICE void set_value(lane *x, int k, real value) { x->part[k / VECTOR_LANES][k % VECTOR_LANES] = value; }
DEVICE void set_value(ilane *x, int k, integer value) { x->part[k / VECTOR_LANES][k % VECTOR_LANES] = value; }

// A mask from bytes that are 0 or 1, and back.
DEVICE mask mask_of(ilane x) { return mask_not(iequal(x, isplat(0))); }

template <class T> struct Values {
    typedef T vector __attribute__((vector_size(sizeof(T) * VECTOR_LANES), may_alias, aligned(alignof(T))));
};
template <> struct Values<bool> {
    typedef uint8_t vector __attribute__((vector_size(VECTOR_LANES), may_alias, aligned(1)));
};

template <class T> DEVICE lane fetch_numbers(const T *p)
{
    lane r;
    FOR_EACH_PART(r.part[k] = __builtin_convertvector(*(const typename Values<T>::vector *)(p + k * VECTOR_LANES), vec))
    return r;
}
template <class T> DEVICE ilane fetch_wholes(const T *p)
{
    ilane r;
    FOR_EACH_PART(r.part[k] = __builtin_convertvector(*(const typename Values<T>::vector *)(p + k * VECTOR_LANES), ivec))
    return r;
}

// Values in memory: of any type there.
template <class T> DEVICE auto fetch(const T *p)
{
    if constexpr ((T)0.5 != (T)0)
        return fetch_numbers(p);
    else
        return fetch_wholes(p);
}
#ifdef BIT_MASKS
// Eight bytes that are 0 or 1 are gathered to eight bits by one multiplication, and spread again by another.
DEVICE mask fetch(const bool *p)
{
    mask r;
    for (int k = 0; k < REGISTERS; ++k) {
        uint32_t bits = 0;
        for (int part = 0; part < VECTOR_LANES / 8; ++part) {
            uint64_t bytes;
            memcpy(&bytes, p + k * VECTOR_LANES + 8 * part, 8);
            bits |= (uint32_t)((bytes * 0x0102040810204080u) >> 56) << (8 * part);
        }
        r.part[k] = (vmask)bits;
    }
    return r;
}

DEVICE void put(bool *p, mask m)
{
    for (int k = 0; k < REGISTERS; ++k)
        for (int part = 0; part < VECTOR_LANES / 8; ++part) {
            const uint64_t bits = ((uint32_t)m.part[k] >> (8 * part)) & 0xffu;
            const uint64_t spread = (bits * 0x0101010101010101u) & 0x8040201008040201u;
            const uint64_t bytes = ((spread + 0x7f7f7f7f7f7f7f7fu) >> 7) & 0x0101010101010101u;
            memcpy(p + k * VECTOR_LANES + 8 * part, &bytes, 8);
        }
}
#else
DEVICE mask fetch(const bool *p) { return mask_of(fetch_wholes(p)); }
#endif

template <class T> DEVICE void put(T *p, lane x)
{
    FOR_EACH_PART(*(typename Values<T>::vector *)(p + k * VECTOR_LANES) =
                      __builtin_convertvector(x.part[k], typename Values<T>::vector))
}
template <class T> DEVICE void put(T *p, ilane x)
{
    FOR_EACH_PART(*(typename Values<T>::vector *)(p + k * VECTOR_LANES) =
                      __builtin_convertvector(x.part[k], typename Values<T>::vector))
}
#ifndef BIT_MASKS
DEVICE void put(bool *p, mask m) { put(p, iselect(m, isplat(1), isplat(0))); }
#endif

template <class T> DEVICE auto gather(const T *p, ilane index)
{
    if constexpr ((T)0.5 != (T)0) {
        lane r = splat(0);
        for (int k = 0; k < LANES; ++k)
            set_value(&r, k, (real)p[whole_value(index, k)]);
        return r;
    } else {
        ilane r = isplat(0);
        for (int k = 0; k < LANES; ++k)
            set_value(&r, k, (integer)p[whole_value(index, k)]);
        return r;
    }
}
DEVICE mask gather(const bool *p, ilane index) { return mask_of(gather((const uint8_t *)p, index)); }

// In the order of the places, so that of equal indices the last one wins.
template <class T> DEVICE void scatter(T *p, ilane index, lane x, uint32_t here)
{
    for (int k = 0; k < LANES; ++k)
        if ((here >> k) & 1)
            p[whole_value(index, k)] = (T)lane_value(x, k);
}
template <class T> DEVICE void scatter(T *p, ilane index, ilane x, uint32_t here)
{
    for (int k = 0; k < LANES; ++k)
        if ((here >> k) & 1)
            p[whole_value(index, k)] = (T)whole_value(x, k);
}
DEVICE void scatter(bool *p, ilane index, mask x, uint32_t here)
{
    for (int k = 0; k < LANES; ++k)
        if ((here >> k) & 1)
            p[whole_value(index, k)] = lane_is_set(x, k);
}

DEVICE real value_at(lane x, int k) { return lane_value(x, k); }
DEVICE integer value_at(ilane x, int k) { return whole_value(x, k); }
DEVICE bool value_at(mask x, int k) { return lane_is_set(x, k); }

// Functions that are given for single numbers, at the places of a vector that `here` has a bit for.
template <class F, class... X> DEVICE lane each_number(uint32_t here, F f, X... x)
{
    lane r = splat(0);
    for (int k = 0; k < LANES; ++k)
        if ((here >> k) & 1)
            set_value(&r, k, (real)f(value_at(x, k)...));
    return r;
}
template <class F, class... X> DEVICE ilane each_whole(uint32_t here, F f, X... x)
{
    ilane r = isplat(0);
    for (int k = 0; k < LANES; ++k)
        if ((here >> k) & 1)
            set_value(&r, k, (integer)f(value_at(x, k)...));
    return r;
}
template <class F, class... X> DEVICE mask each_condition(uint32_t here, F f, X... x)
{
    return mask_of(each_whole(here, [&](auto... y) { return f(y...) ? 1 : 0; }, x...));
}

DEVICE real first_value(lane x) { return value_at(x, 0); }
DEVICE integer first_value(ilane x) { return value_at(x, 0); }
DEVICE bool first_value(mask x) { return value_at(x, 0); }

// The places of a vector that begins at `first` and that lie below `end`, one bit for each.
DEVICE uint32_t places_below(int64_t first, int64_t end)
{
    return end - first < LANES ? (1u << (end - first)) - 1u : 0xffffffffu >> (32 - LANES);
}

// Events of a threshold, one after another.
struct Found {
    int32_t *event;
    int64_t count;
};

DEVICE Found none_found(int32_t *space, int64_t begin)
{
    Found f;
    f.event = space + begin;
    f.count = 0;
    return f;
}

// Note the elements of a vector for which a condition holds; `then` does what else happens to each.
template <class F> DEVICE void note_found(Found *found, mask condition, int64_t first, int64_t end, F then)
{
    for (uint32_t bits = lane_bits(condition) & places_below(first, end); bits; bits &= bits - 1) {
        const int64_t element = first + __builtin_ctz(bits);
        found->event[found->count++] = (int32_t)element;
        then(element);
    }
}

// ---------------------------------------------------------------------------------------------------------- chances

// What the numbers are drawn for; part of the counter (see philox.h).
#define FOR_CHANCES 2u

// Bytes that decide `rand() < p` for 128 elements: the sixteen bytes of a counter serve every eighth element.
struct Chances {
    ulane words[4];
    int64_t group;
};

DEVICE Chances no_chances(void)
{
    Chances c;
    c.group = -1;
    return c;
}

LANE_BINARY(ulane, shifted, ulane, ulane, a.part[k] >> b.part[k])

// Whether a uniform number is below p. Its first eight bits are drawn for 128 elements at a time; the others only for
// elements for which the first bits leave it open. The same law as that of 60 bits drawn at once, at a tenth of the cost.
DEVICE mask random_below(lane p, Chances *chances, int64_t first, uint32_t step, uint32_t draw, uint32_t seed, uint32_t stream)
{
    const int64_t group = first >> 7;
    if (LANES < 8 || chances->group != group) {
        chances->words[0] = as_counter((numbers_from(first) & isplat(7)) + isplat((integer)(8 * group)));
        chances->words[1] = usplat(step);
        chances->words[2] = usplat(draw);
        chances->words[3] = usplat(FOR_CHANCES);
        philox(chances->words, seed, stream);
        chances->group = group;
    }
    const int place = (int)(first & 127) >> 3;
    const ulane shift = as_unsigned(((lane_iota() >> 3) << 3) + isplat(8 * (place & 3)));
    const lane byte = to_real(as_signed(shifted(chances->words[place >> 2], shift) & usplat(0xffu)));
    const lane scaled = p * splat(256);
    const lane whole = lane_floor(scaled);
    const mask open = equal(byte, whole);
    mask below = less(byte, whole);
    if (any_set(open)) {
        const lane rest = random_uniform(as_counter(numbers_from(first)), step, draw, seed, stream);
        below = below | (open & less(rest, scaled - whole));
    }
    return below;
}

// ---------------------------------------------------------------------------------------------------------- normals

// Box and Muller's transform (1958) gives two numbers: of 64 elements, the first half gets the cosines, and the second
// the sines that were kept.
#define FOR_NORMALS 3u
enum { HALF = 32, KEPT_NORMALS = HALF / LANES };

struct Normals {
    lane sine[KEPT_NORMALS];
    int64_t group;
    uint32_t kept;  // which of them belong to the group
};

DEVICE Normals no_normals(void)
{
    Normals n;
    n.group = -1;
    n.kept = 0;
    return n;
}

// Standard normal numbers of the elements of a vector.
DEVICE lane paired_normal(Normals *normals, int64_t first, uint32_t step, uint32_t draw, uint32_t seed, uint32_t stream)
{
    const int64_t group = first >> 6;
    const int place = (int)(first & (HALF - 1)) / LANES;
    const bool second_half = (first & HALF) != 0;
    if (normals->group != group) {
        normals->group = group;
        normals->kept = 0;
    }
    if (second_half && (normals->kept >> place) & 1)
        return normals->sine[place];
    ulane words[4];
    words[0] = as_counter(numbers_from(group * HALF + (first & (HALF - 1))));
    words[1] = usplat(step);
    words[2] = usplat(draw);
    words[3] = usplat(FOR_NORMALS);
    philox(words, seed, stream);
    const lane radius = lane_sqrt(splat(-2) * lane_log(unit_for_logarithm(words[0], words[1])));
    const lane angle = splat((real)0x1.921fb54442d18p+2) * open_unit(words[2], words[3]);
    const lane sine = radius * lane_sin(angle);
    if (second_half)
        return sine;
    normals->sine[place] = sine;
    normals->kept |= 1u << place;
    return radius * lane_cos(angle);
}

#endif
