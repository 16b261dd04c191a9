// The lane on the CPU: a GCC or Clang vector of `real`, one neuron in each place.
//
// Integers have the same width as the numbers. A mask is a word of one bit for each place where the processor has
// such masks (AVX-512), else an integer lane. Every operation is an IEEE operation with one defined result,
// whatever the width of the vector.
#ifndef DENDRIFY_GPU_LANE_H
#define DENDRIFY_GPU_LANE_H

#include <stdint.h>

#define DEVICE static inline __attribute__((always_inline, unused))

#ifndef VECTOR_BYTES
#if defined(__AVX512F__) && defined(__AVX512DQ__)
#define VECTOR_BYTES 64
#elif defined(__AVX__)
#define VECTOR_BYTES 32
#else
#define VECTOR_BYTES 16
#endif
#endif

// GCC makes scalar code of a loop over the lanes, or integer vectors of a comparison, and has no portable function
// for what these do: its built-in functions are named where it has them.
#if defined(__GNUC__) && !defined(__clang__) && defined(__FMA__) && defined(__AVX2__) &&                        \
    (VECTOR_BYTES < 64 || (defined(__AVX512F__) && defined(__AVX512DQ__)))
#define GCC_VECTOR_FUNCTIONS
#if VECTOR_BYTES == 64
#define BIT_MASKS
#endif
#endif

#if PRECISION == 32
typedef float real;
typedef int32_t integer;
typedef uint32_t unsigned_integer;
#else
typedef double real;
typedef int64_t integer;
typedef uint64_t unsigned_integer;
#endif

#define LANES ((int)(VECTOR_BYTES / sizeof(real)))

typedef real lane __attribute__((vector_size(VECTOR_BYTES), may_alias));
typedef integer ilane __attribute__((vector_size(VECTOR_BYTES), may_alias));
typedef unsigned_integer ulane __attribute__((vector_size(VECTOR_BYTES), may_alias));

// One number in every place. x - 0 is x for every x, minus zero and NaN included.
DEVICE lane splat(real x) { return x - (lane){}; }
DEVICE ilane isplat(integer x) { return x - (ilane){}; }
DEVICE ulane usplat(unsigned_integer x) { return x - (ulane){}; }

DEVICE lane load(const real *p) { return *(const lane *)p; }
DEVICE void store(real *p, lane x) { *(lane *)p = x; }
DEVICE ilane iload(const integer *p) { return *(const ilane *)p; }
DEVICE void istore(integer *p, ilane x) { *(ilane *)p = x; }

// a * b + c with one rounding.
DEVICE lane lane_fma(lane a, lane b, lane c)
{
#if defined(__clang__) && __has_builtin(__builtin_elementwise_fma)
    return __builtin_elementwise_fma(a, b, c);
#elif defined(GCC_VECTOR_FUNCTIONS)
#if PRECISION == 32
    typedef float vector __attribute__((vector_size(VECTOR_BYTES)));
#if VECTOR_BYTES == 64
    return (lane)__builtin_ia32_vfmaddps512_mask((vector)a, (vector)b, (vector)c, (uint16_t)-1, 4);
#elif VECTOR_BYTES == 32
    return (lane)__builtin_ia32_vfmaddps256((vector)a, (vector)b, (vector)c);
#else
    return (lane)__builtin_ia32_vfmaddps((vector)a, (vector)b, (vector)c);
#endif
#else
    typedef double vector __attribute__((vector_size(VECTOR_BYTES)));
#if VECTOR_BYTES == 64
    return (lane)__builtin_ia32_vfmaddpd512_mask((vector)a, (vector)b, (vector)c, (uint8_t)-1, 4);
#elif VECTOR_BYTES == 32
    return (lane)__builtin_ia32_vfmaddpd256((vector)a, (vector)b, (vector)c);
#else
    return (lane)__builtin_ia32_vfmaddpd((vector)a, (vector)b, (vector)c);
#endif
#endif
#else
    lane r;
    for (int k = 0; k < LANES; ++k)
        r[k] = sizeof(real) == 4 ? (real)__builtin_fmaf((float)a[k], (float)b[k], (float)c[k])
                                 : (real)__builtin_fma((double)a[k], (double)b[k], (double)c[k]);
    return r;
#endif
}

DEVICE lane lane_sqrt(lane x)
{
#if defined(__clang__) && __has_builtin(__builtin_elementwise_sqrt)
    return __builtin_elementwise_sqrt(x);
#else
    lane r;
    for (int k = 0; k < LANES; ++k)
        r[k] = sizeof(real) == 4 ? (real)__builtin_sqrtf((float)x[k]) : (real)__builtin_sqrt((double)x[k]);
    return r;
#endif
}

#ifdef BIT_MASKS

#if PRECISION == 32
typedef uint16_t mask;
typedef float vector __attribute__((vector_size(64)));
typedef int32_t ivector __attribute__((vector_size(64)));
#define EVERYWHERE ((mask)0xffff)
#define COMPARE(a, b, how) __builtin_ia32_cmpps512_mask((vector)(a), (vector)(b), how, EVERYWHERE, 4)
#define ICOMPARE(a, b, how) __builtin_ia32_cmpd512_mask((ivector)(a), (ivector)(b), how, EVERYWHERE)
#define BLEND(m, a, b) __builtin_ia32_blendmps_512_mask((vector)(b), (vector)(a), m)
#define IBLEND(m, a, b) __builtin_ia32_blendmd_512_mask((ivector)(b), (ivector)(a), m)
#else
typedef uint8_t mask;
typedef double vector __attribute__((vector_size(64)));
typedef long long ivector __attribute__((vector_size(64)));
#define EVERYWHERE ((mask)0xff)
#define COMPARE(a, b, how) __builtin_ia32_cmppd512_mask((vector)(a), (vector)(b), how, EVERYWHERE, 4)
#define ICOMPARE(a, b, how) __builtin_ia32_cmpq512_mask((ivector)(a), (ivector)(b), how, EVERYWHERE)
#define BLEND(m, a, b) __builtin_ia32_blendmpd_512_mask((vector)(b), (vector)(a), m)
#define IBLEND(m, a, b) __builtin_ia32_blendmq_512_mask((ivector)(b), (ivector)(a), m)
#endif

// The numbers name the comparison: quiet, and false for a NaN, except that a NaN differs from everything.
DEVICE mask less(lane a, lane b) { return (mask)COMPARE(a, b, 0x11); }
DEVICE mask less_equal(lane a, lane b) { return (mask)COMPARE(a, b, 0x12); }
DEVICE mask greater(lane a, lane b) { return (mask)COMPARE(a, b, 0x1e); }
DEVICE mask greater_equal(lane a, lane b) { return (mask)COMPARE(a, b, 0x1d); }
DEVICE mask equal(lane a, lane b) { return (mask)COMPARE(a, b, 0x00); }
DEVICE mask not_equal(lane a, lane b) { return (mask)COMPARE(a, b, 0x04); }
DEVICE mask iequal(ilane a, ilane b) { return (mask)ICOMPARE(a, b, 0); }
DEVICE lane select(mask m, lane a, lane b) { return (lane)BLEND(m, a, b); }
DEVICE ilane iselect(mask m, ilane a, ilane b) { return (ilane)IBLEND(m, a, b); }
DEVICE mask mask_not(mask m) { return (mask)(m ^ EVERYWHERE); }
DEVICE bool any_set(mask m) { return m != 0; }
DEVICE bool lane_is_set(mask m, int k) { return (m >> k) & 1; }

// Masks as bits of an integer word.
DEVICE ilane mask_bit(mask m, int bit) { return iselect(m, isplat((integer)1 << bit), isplat(0)); }
DEVICE mask has_bit(ilane word, int bit)
{
    return (mask)ICOMPARE(word & isplat((integer)1 << bit), isplat(0), 4);
}

#else

typedef ilane mask;

DEVICE mask less(lane a, lane b) { return a < b; }
DEVICE mask less_equal(lane a, lane b) { return a <= b; }
DEVICE mask greater(lane a, lane b) { return a > b; }
DEVICE mask greater_equal(lane a, lane b) { return a >= b; }
DEVICE mask equal(lane a, lane b) { return a == b; }
DEVICE mask not_equal(lane a, lane b) { return a != b; }
DEVICE mask iequal(ilane a, ilane b) { return a == b; }
DEVICE lane select(mask m, lane a, lane b) { return m ? a : b; }
DEVICE ilane iselect(mask m, ilane a, ilane b) { return m ? a : b; }
DEVICE mask mask_not(mask m) { return ~m; }

// Whether a mask is set anywhere.
DEVICE bool any_set(mask m)
{
#if defined(__AVX__) && VECTOR_BYTES == 32
    typedef float vector __attribute__((vector_size(32)));
    return __builtin_ia32_movmskps256((vector)m) != 0;
#elif defined(__SSE__) && VECTOR_BYTES == 16
    typedef float vector __attribute__((vector_size(16)));
    return __builtin_ia32_movmskps((vector)m) != 0;
#else
    integer set = 0;
    for (int k = 0; k < LANES; ++k)
        set |= m[k];
    return set != 0;
#endif
}

DEVICE bool lane_is_set(mask m, int k) { return m[k] != 0; }

// Masks as bits of an integer word.
DEVICE ilane mask_bit(mask m, int bit) { return m & ((integer)1 << bit); }
DEVICE mask has_bit(ilane word, int bit) { return (word & ((integer)1 << bit)) != 0; }

#endif

DEVICE real lane_value(lane x, int k) { return x[k]; }

DEVICE lane to_real(ilane x) { return __builtin_convertvector(x, lane); }
DEVICE ilane as_integer(lane x) { return (ilane)x; }
DEVICE lane as_real(ilane x) { return (lane)x; }
DEVICE ilane as_signed(ulane x) { return (ilane)x; }

DEVICE ilane lane_iota(void)
{
    ilane r = {};
    for (int k = 0; k < LANES; ++k)
        r[k] = k;
    return r;
}

// The product of the low 32 bits of each pair of 64-bit numbers.
typedef uint64_t wide __attribute__((vector_size(VECTOR_BYTES), may_alias));

DEVICE wide multiply_wide(wide a, wide b)
{
#if defined(GCC_VECTOR_FUNCTIONS)
    typedef int words __attribute__((vector_size(VECTOR_BYTES)));
#if VECTOR_BYTES == 64
    typedef long long product __attribute__((vector_size(VECTOR_BYTES)));
    return (wide)__builtin_ia32_pmuludq512_mask((words)a, (words)b, (product){}, (uint8_t)-1);
#elif VECTOR_BYTES == 32
    return (wide)__builtin_ia32_pmuludq256((words)a, (words)b);
#else
    return (wide)__builtin_ia32_pmuludq128((words)a, (words)b);
#endif
#else
    return (a & 0xffffffffu) * (b & 0xffffffffu);
#endif
}

// The upper half of the product of 32-bit words, one word in each place.
DEVICE ulane multiply_high(ulane a, uint32_t b)
{
    const wide factor = (uint64_t)b - (wide){};
#if PRECISION == 32
    const wide even = multiply_wide((wide)a, factor);
    const wide odd = multiply_wide((wide)a >> 32, factor);
    return (ulane)((even >> 32) | (odd & 0xffffffff00000000u));
#else
    return multiply_wide(a, factor) >> 32;
#endif
}

// The lower half.
DEVICE ulane multiply_low(ulane a, uint32_t b)
{
#if PRECISION == 32
    return a * b;
#else
    return multiply_wide(a, (uint64_t)b - (wide){}) & 0xffffffffu;
#endif
}

#endif
