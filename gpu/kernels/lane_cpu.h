// The lane on the CPU: one neuron in each place of a few vector registers.
//
// A step of a neuron is a chain of operations that wait for each other. Two registers side by side make two such chains,
// which a processor carries out at the same time.
#ifndef DENDRIFY_GPU_LANE_H
#define DENDRIFY_GPU_LANE_H

#include "vector_cpu.h"

#ifndef REGISTERS
#define REGISTERS 2
#endif

#define LANES (REGISTERS * VECTOR_LANES)

// A step function is compiled on its own: its loop needs all registers for itself.
#define STEP_FUNCTION static __attribute__((noinline, unused))

// Before the loop over steps. Compilers for the CPU do not unroll it of their own accord.
#define ROLLED
#define RELOAD_COEFFICIENTS (void)0

// Whether what seldom changes is held in a variable; see codegen/holding.py.
#define HOLDS true

struct lane {
    vec part[REGISTERS];
};
struct ilane {
    ivec part[REGISTERS];
};
struct ulane {
    uvec part[REGISTERS];
};
struct mask {
    vmask part[REGISTERS];
};

// Written out: with a loop here, compilers take a minute for what takes them a second.
#define FOR_PART(which, ...) { constexpr int k = which; __VA_ARGS__; }
#if REGISTERS == 1
#define FOR_EACH_PART(...) FOR_PART(0, __VA_ARGS__)
#elif REGISTERS == 2
#define FOR_EACH_PART(...) FOR_PART(0, __VA_ARGS__) FOR_PART(1, __VA_ARGS__)
#else
#define FOR_EACH_PART(...)                                                                                            \
    FOR_PART(0, __VA_ARGS__) FOR_PART(1, __VA_ARGS__) FOR_PART(2, __VA_ARGS__) FOR_PART(3, __VA_ARGS__)
#endif

// A function of lanes that does to each register what a function or an operator of registers does.
#define LANE_UNARY(result, name, type, expression)                                                                    \
    DEVICE result name(type a)                                                                                        \
    {                                                                                                                 \
        result r;                                                                                                     \
        FOR_EACH_PART(r.part[k] = (expression))                                                                       \
        return r;                                                                                                     \
    }
#define LANE_BINARY(result, name, left, right, expression)                                                            \
    DEVICE result name(left a, right b)                                                                               \
    {                                                                                                                 \
        result r;                                                                                                     \
        FOR_EACH_PART(r.part[k] = (expression))                                                                       \
        return r;                                                                                                     \
    }
#define LANE_TERNARY(result, name, first, second, third, expression)                                                  \
    DEVICE result name(first a, second b, third c)                                                                    \
    {                                                                                                                 \
        result r;                                                                                                     \
        FOR_EACH_PART(r.part[k] = (expression))                                                                       \
        return r;                                                                                                     \
    }

// One number in every place.
LANE_UNARY(lane, splat, real, vector_splat(a))
LANE_UNARY(ilane, isplat, integer, vector_isplat(a))
LANE_UNARY(ulane, usplat, unsigned_integer, vector_usplat(a))

LANE_UNARY(lane, load, const real *, vector_load(a + k * VECTOR_LANES))
LANE_UNARY(ilane, iload, const integer *, vector_iload(a + k * VECTOR_LANES))

DEVICE void store(real *p, lane x) { FOR_EACH_PART(store(p + k * VECTOR_LANES, x.part[k])) }
DEVICE void istore(integer *p, ilane x) { FOR_EACH_PART(istore(p + k * VECTOR_LANES, x.part[k])) }

LANE_BINARY(lane, operator+, lane, lane, a.part[k] + b.part[k])
LANE_BINARY(lane, operator-, lane, lane, a.part[k] - b.part[k])
LANE_BINARY(lane, operator*, lane, lane, a.part[k] * b.part[k])
LANE_BINARY(lane, operator/, lane, lane, a.part[k] / b.part[k])
// a * b + c with one rounding.
LANE_TERNARY(lane, lane_fma, lane, lane, lane, lane_fma(a.part[k], b.part[k], c.part[k]))
LANE_UNARY(lane, lane_sqrt, lane, lane_sqrt(a.part[k]))

LANE_BINARY(mask, less, lane, lane, less(a.part[k], b.part[k]))
LANE_BINARY(mask, less_equal, lane, lane, less_equal(a.part[k], b.part[k]))
LANE_BINARY(mask, greater, lane, lane, greater(a.part[k], b.part[k]))
LANE_BINARY(mask, greater_equal, lane, lane, greater_equal(a.part[k], b.part[k]))
LANE_BINARY(mask, equal, lane, lane, equal(a.part[k], b.part[k]))
LANE_BINARY(mask, not_equal, lane, lane, not_equal(a.part[k], b.part[k]))
LANE_BINARY(mask, iequal, ilane, ilane, iequal(a.part[k], b.part[k]))
LANE_TERNARY(lane, select, mask, lane, lane, select(a.part[k], b.part[k], c.part[k]))
LANE_TERNARY(ilane, iselect, mask, ilane, ilane, iselect(a.part[k], b.part[k], c.part[k]))

LANE_BINARY(mask, operator&, mask, mask, (vmask)(a.part[k] & b.part[k]))
LANE_BINARY(mask, operator|, mask, mask, (vmask)(a.part[k] | b.part[k]))
LANE_UNARY(mask, mask_not, mask, mask_not(a.part[k]))

DEVICE mask no_lane(void)
{
    mask r;
    FOR_EACH_PART(r.part[k] = vector_no_lane())
    return r;
}

DEVICE mask every_lane(void) { return mask_not(no_lane()); }

// Whether a mask is set anywhere.
DEVICE bool any_set(mask m)
{
    vmask all = m.part[0];
    for (int k = 1; k < REGISTERS; ++k)
        all = (vmask)(all | m.part[k]);
    return any_set(all);
}

DEVICE bool lane_is_set(mask m, int k) { return lane_is_set(m.part[k / VECTOR_LANES], k % VECTOR_LANES); }

// One bit for each place.
DEVICE uint32_t lane_bits(mask m)
{
    uint32_t bits = 0;
    FOR_EACH_PART(bits |= lane_bits(m.part[k]) << (k * VECTOR_LANES))
    return bits;
}

// Masks as bits of an integer word.
LANE_BINARY(ilane, mask_bit, mask, int, mask_bit(a.part[k], b))
LANE_BINARY(mask, has_bit, ilane, int, has_bit(a.part[k], b))

LANE_UNARY(ilane, steps_left, lane, steps_left(a.part[k]))

// The bits that a word has anywhere.
DEVICE uint32_t bits_of_any(ilane words)
{
    ivec all = words.part[0];
    for (int k = 1; k < REGISTERS; ++k)
        all |= words.part[k];
    return bits_of_any(all);
}

// Whether a word has a bit anywhere.
DEVICE bool any_bit(ilane word) { return any_set(mask_not(iequal(word, isplat(0)))); }

DEVICE uint32_t counter_value(ulane x, int k)
{
    return (uint32_t)x.part[k / VECTOR_LANES][k % VECTOR_LANES];
}
DEVICE real lane_value(lane x, int k) { return lane_value(x.part[k / VECTOR_LANES], k % VECTOR_LANES); }

LANE_BINARY(ilane, operator+, ilane, ilane, a.part[k] + b.part[k])
LANE_BINARY(ilane, operator-, ilane, ilane, a.part[k] - b.part[k])
LANE_BINARY(ilane, operator&, ilane, ilane, a.part[k] & b.part[k])
LANE_BINARY(ilane, operator|, ilane, ilane, a.part[k] | b.part[k])
LANE_BINARY(ilane, operator<<, ilane, int, a.part[k] << b)
LANE_BINARY(ilane, operator>>, ilane, int, a.part[k] >> b)

LANE_BINARY(ulane, operator^, ulane, ulane, a.part[k] ^ b.part[k])
LANE_BINARY(ulane, operator|, ulane, ulane, a.part[k] | b.part[k])
LANE_BINARY(ulane, operator&, ulane, ulane, a.part[k] & b.part[k])
LANE_BINARY(ulane, operator+, ulane, ulane, a.part[k] + b.part[k])
LANE_BINARY(ulane, operator*, ulane, ulane, a.part[k] * b.part[k])
LANE_BINARY(ulane, operator<<, ulane, int, a.part[k] << b)
LANE_BINARY(ulane, operator>>, ulane, int, a.part[k] >> b)

LANE_UNARY(lane, to_real, ilane, to_real(a.part[k]))
LANE_UNARY(ilane, as_integer, lane, as_integer(a.part[k]))
LANE_UNARY(lane, as_real, ilane, as_real(a.part[k]))
LANE_UNARY(ilane, as_signed, ulane, as_signed(a.part[k]))
LANE_UNARY(ulane, as_unsigned, ilane, (uvec)a.part[k])

// The number of each place.
DEVICE ilane lane_iota(void)
{
    ilane r;
    FOR_EACH_PART(r.part[k] = vector_iota() + vector_isplat(k * VECTOR_LANES))
    return r;
}

// The upper and the lower half of the product of 32-bit words, one word in each place.
LANE_BINARY(ulane, multiply_high, ulane, uint32_t, multiply_high(a.part[k], b))
LANE_BINARY(ulane, multiply_low, ulane, uint32_t, multiply_low(a.part[k], b))

// Bytes and integers of memory as numbers; none are left there.
LANE_UNARY(lane, take_bytes, uint8_t *, vector_take_bytes(a + k * VECTOR_LANES))

DEVICE lane take_integers(integer *where)
{
    const lane r = to_real(iload(where));
    istore(where, isplat(0));
    return r;
}

#endif
