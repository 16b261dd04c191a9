// A vector register of the CPU: a GCC or Clang vector of `real`. A lane is made of some of them.
//
// Integers have the same width as the numbers. A mask is a word of one bit for each place where the processor has
// such masks (AVX-512), else an integer vector. Every operation is an IEEE operation with one defined result,
// whatever the width of the vector.
#ifndef DENDRIFY_GPU_VECTOR_H
#define DENDRIFY_GPU_VECTOR_H

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

#define VECTOR_LANES (8 * VECTOR_BYTES / PRECISION)

typedef real vec __attribute__((vector_size(VECTOR_BYTES), may_alias));
typedef integer ivec __attribute__((vector_size(VECTOR_BYTES), may_alias));
typedef unsigned_integer uvec __attribute__((vector_size(VECTOR_BYTES), may_alias));

// One number in every place. x - 0 is x for every x, minus zero and NaN included.
DEVICE vec vector_splat(real x) { return x - (vec){}; }
DEVICE ivec vector_isplat(integer x) { return x - (ivec){}; }
DEVICE uvec vector_usplat(unsigned_integer x) { return x - (uvec){}; }

DEVICE vec vector_load(const real *p) { return *(const vec *)p; }
DEVICE void store(real *p, vec x) { *(vec *)p = x; }
DEVICE ivec vector_iload(const integer *p) { return *(const ivec *)p; }
DEVICE void istore(integer *p, ivec x) { *(ivec *)p = x; }

// a * b + c with one rounding.
DEVICE vec lane_fma(vec a, vec b, vec c)
{
#if defined(__clang__) && __has_builtin(__builtin_elementwise_fma)
    return __builtin_elementwise_fma(a, b, c);
#elif defined(GCC_VECTOR_FUNCTIONS)
#if PRECISION == 32
    typedef float vector __attribute__((vector_size(VECTOR_BYTES)));
#if VECTOR_BYTES == 64
    return (vec)__builtin_ia32_vfmaddps512_mask((vector)a, (vector)b, (vector)c, (uint16_t)-1, 4);
#elif VECTOR_BYTES == 32
    return (vec)__builtin_ia32_vfmaddps256((vector)a, (vector)b, (vector)c);
#else
    return (vec)__builtin_ia32_vfmaddps((vector)a, (vector)b, (vector)c);
#endif
#else
    typedef double vector __attribute__((vector_size(VECTOR_BYTES)));
#if VECTOR_BYTES == 64
    return (vec)__builtin_ia32_vfmaddpd512_mask((vector)a, (vector)b, (vector)c, (uint8_t)-1, 4);
#elif VECTOR_BYTES == 32
    return (vec)__builtin_ia32_vfmaddpd256((vector)a, (vector)b, (vector)c);
#else
    return (vec)__builtin_ia32_vfmaddpd((vector)a, (vector)b, (vector)c);
#endif
#endif
#else
    vec r;
    for (int k = 0; k < VECTOR_LANES; ++k)
        r[k] = sizeof(real) == 4 ? (real)__builtin_fmaf((float)a[k], (float)b[k], (float)c[k])
                                 : (real)__builtin_fma((double)a[k], (double)b[k], (double)c[k]);
    return r;
#endif
}

DEVICE vec lane_sqrt(vec x)
{
#if defined(__clang__) && __has_builtin(__builtin_elementwise_sqrt)
    return __builtin_elementwise_sqrt(x);
#else
    vec r;
    for (int k = 0; k < VECTOR_LANES; ++k)
        r[k] = sizeof(real) == 4 ? (real)__builtin_sqrtf((float)x[k]) : (real)__builtin_sqrt((double)x[k]);
    return r;
#endif
}

#ifdef BIT_MASKS

#if PRECISION == 32
typedef uint16_t vmask;
typedef float vector __attribute__((vector_size(64)));
typedef int32_t ivector __attribute__((vector_size(64)));
#define EVERYWHERE ((vmask)0xffff)
#define COMPARE(a, b, how) __builtin_ia32_cmpps512_mask((vector)(a), (vector)(b), how, EVERYWHERE, 4)
#define ICOMPARE(a, b, how) __builtin_ia32_cmpd512_mask((ivector)(a), (ivector)(b), how, EVERYWHERE)
#define BLEND(m, a, b) __builtin_ia32_blendmps_512_mask((vector)(b), (vector)(a), m)
#define IBLEND(m, a, b) __builtin_ia32_blendmd_512_mask((ivector)(b), (ivector)(a), m)
#else
typedef uint8_t vmask;
typedef double vector __attribute__((vector_size(64)));
typedef long long ivector __attribute__((vector_size(64)));
#define EVERYWHERE ((vmask)0xff)
#define COMPARE(a, b, how) __builtin_ia32_cmppd512_mask((vector)(a), (vector)(b), how, EVERYWHERE, 4)
#define ICOMPARE(a, b, how) __builtin_ia32_cmpq512_mask((ivector)(a), (ivector)(b), how, EVERYWHERE)
#define BLEND(m, a, b) __builtin_ia32_blendmpd_512_mask((vector)(b), (vector)(a), m)
#define IBLEND(m, a, b) __builtin_ia32_blendmq_512_mask((ivector)(b), (ivector)(a), m)
#endif

// The numbers name the comparison: quiet, and false for a NaN, except that a NaN differs from everything.
DEVICE vmask less(vec a, vec b) { return (vmask)COMPARE(a, b, 0x11); }
DEVICE vmask less_equal(vec a, vec b) { return (vmask)COMPARE(a, b, 0x12); }
DEVICE vmask greater(vec a, vec b) { return (vmask)COMPARE(a, b, 0x1e); }
DEVICE vmask greater_equal(vec a, vec b) { return (vmask)COMPARE(a, b, 0x1d); }
DEVICE vmask equal(vec a, vec b) { return (vmask)COMPARE(a, b, 0x00); }
DEVICE vmask not_equal(vec a, vec b) { return (vmask)COMPARE(a, b, 0x04); }
DEVICE vmask iequal(ivec a, ivec b) { return (vmask)ICOMPARE(a, b, 0); }
DEVICE vec select(vmask m, vec a, vec b) { return (vec)BLEND(m, a, b); }
DEVICE ivec iselect(vmask m, ivec a, ivec b) { return (ivec)IBLEND(m, a, b); }
DEVICE vmask mask_not(vmask m) { return (vmask)(m ^ EVERYWHERE); }
DEVICE bool any_set(vmask m) { return m != 0; }
DEVICE bool lane_is_set(vmask m, int k) { return (m >> k) & 1; }
DEVICE vmask vector_no_lane(void) { return 0; }
// One bit for each place.
DEVICE uint32_t lane_bits(vmask m) { return m; }

// Bits k and k + 1, if k is the whole number next to x and from 0 to 31. What changes when a count of steps reaches
// zero changes in one of these two steps, also where rounding has touched the count. A shift by less than zero or by
// more than a word leaves nothing; what is not a number is out of every range.
DEVICE ivec steps_left(vec x)
{
#if PRECISION == 32
    const ivector count = __builtin_ia32_cvtps2dq512_mask((vector)x, (ivector){}, EVERYWHERE, 4);
    return (ivec)__builtin_ia32_psllv16si_mask((ivector)vector_isplat(3), count, (ivector){}, EVERYWHERE);
#else
    const ivector count = __builtin_ia32_cvtpd2qq512_mask((vector)x, (ivector){}, EVERYWHERE, 4);
    return (ivec)__builtin_ia32_psllv8di_mask((ivector)vector_isplat(3), count, (ivector){}, EVERYWHERE);
#endif
}

// Masks as bits of an integer word.
DEVICE ivec mask_bit(vmask m, int bit) { return iselect(m, vector_isplat((integer)1 << bit), vector_isplat(0)); }
DEVICE vmask has_bit(ivec word, int bit)
{
    return (vmask)ICOMPARE(word & vector_isplat((integer)1 << bit), vector_isplat(0), 4);
}

#else

typedef ivec vmask;

DEVICE vmask less(vec a, vec b) { return a < b; }
DEVICE vmask less_equal(vec a, vec b) { return a <= b; }
DEVICE vmask greater(vec a, vec b) { return a > b; }
DEVICE vmask greater_equal(vec a, vec b) { return a >= b; }
DEVICE vmask equal(vec a, vec b) { return a == b; }
DEVICE vmask not_equal(vec a, vec b) { return a != b; }
DEVICE vmask iequal(ivec a, ivec b) { return a == b; }
DEVICE vec select(vmask m, vec a, vec b) { return m ? a : b; }
DEVICE ivec iselect(vmask m, ivec a, ivec b) { return m ? a : b; }
DEVICE vmask mask_not(vmask m) { return ~m; }

// Whether a mask is set anywhere.
DEVICE bool any_set(vmask m)
{
#if defined(__AVX__) && VECTOR_BYTES == 32
    typedef float vector __attribute__((vector_size(32)));
    return __builtin_ia32_movmskps256((vector)m) != 0;
#elif defined(__SSE__) && VECTOR_BYTES == 16
    typedef float vector __attribute__((vector_size(16)));
    return __builtin_ia32_movmskps((vector)m) != 0;
#else
    integer set = 0;
    for (int k = 0; k < VECTOR_LANES; ++k)
        set |= m[k];
    return set != 0;
#endif
}

DEVICE bool lane_is_set(vmask m, int k) { return m[k] != 0; }
DEVICE vmask vector_no_lane(void) { return (vmask){}; }
// One bit for each place.
DEVICE uint32_t lane_bits(vmask m)
{
    uint32_t bits = 0;
    for (int k = 0; k < VECTOR_LANES; ++k)
        bits |= (uint32_t)(m[k] & 1) << k;
    return bits;
}

// The same without such instructions. Adding 1.5 * 2^23, or 2^52, rounds to the whole number in the last bits.
DEVICE ivec steps_left(vec x)
{
    const real magic = PRECISION == 32 ? (real)0x1.8p+23 : (real)0x1.8p+52;
    const vmask soon = greater_equal(x, vector_splat((real)-0.5)) & less(x, vector_splat((real)31.5));
    const vec count = select(soon, x, vec{}) + magic;
    return (ivec)(((uvec)vector_isplat(3)) << ((uvec)count - (uvec)vector_splat(magic))) & soon;
}

// Masks as bits of an integer word.
DEVICE ivec mask_bit(vmask m, int bit) { return m & ((integer)1 << bit); }
DEVICE vmask has_bit(ivec word, int bit) { return (word & ((integer)1 << bit)) != 0; }

#endif

DEVICE real lane_value(vec x, int k) { return x[k]; }

// The bits that a word has anywhere, of the lower 32.
DEVICE uint32_t bits_of_any(ivec words)
{
    typedef uint64_t half __attribute__((vector_size(VECTOR_BYTES / 2), may_alias));
    const half *const halves = (const half *)&words;
    const half both = halves[0] | halves[1];
    uint64_t bits = 0;
    for (int k = 0; k < VECTOR_BYTES / 16; ++k)
        bits |= both[k];
    return (uint32_t)(PRECISION == 32 ? bits | bits >> 32 : bits);
}

DEVICE vec to_real(ivec x) { return __builtin_convertvector(x, vec); }
DEVICE ivec as_integer(vec x) { return (ivec)x; }
DEVICE vec as_real(ivec x) { return (vec)x; }
DEVICE ivec as_signed(uvec x) { return (ivec)x; }

DEVICE ivec vector_iota(void)
{
    ivec r = {};
    for (int k = 0; k < VECTOR_LANES; ++k)
        r[k] = k;
    return r;
}

// The product of the low 32 bits of each pair of 64-bit numbers.
typedef uint64_t long_uvec __attribute__((vector_size(VECTOR_BYTES), may_alias));

DEVICE long_uvec multiply_wide(long_uvec a, long_uvec b)
{
#if defined(GCC_VECTOR_FUNCTIONS)
    typedef int words __attribute__((vector_size(VECTOR_BYTES)));
#if VECTOR_BYTES == 64
    typedef long long product __attribute__((vector_size(VECTOR_BYTES)));
    return (long_uvec)__builtin_ia32_pmuludq512_mask((words)a, (words)b, (product){}, (uint8_t)-1);
#elif VECTOR_BYTES == 32
    return (long_uvec)__builtin_ia32_pmuludq256((words)a, (words)b);
#else
    return (long_uvec)__builtin_ia32_pmuludq128((words)a, (words)b);
#endif
#else
    return (a & 0xffffffffu) * (b & 0xffffffffu);
#endif
}

// The upper half of the product of 32-bit words, one word in each place.
DEVICE uvec multiply_high(uvec a, uint32_t b)
{
    const long_uvec factor = (uint64_t)b - (long_uvec){};
#if PRECISION == 32
    const long_uvec even = multiply_wide((long_uvec)a, factor);
    const long_uvec odd = multiply_wide((long_uvec)a >> 32, factor);
    return (uvec)((even >> 32) | (odd & 0xffffffff00000000u));
#else
    return multiply_wide(a, factor) >> 32;
#endif
}

// The lower half.
DEVICE uvec multiply_low(uvec a, uint32_t b)
{
#if PRECISION == 32
    return a * b;
#else
    return multiply_wide(a, (uint64_t)b - (long_uvec){}) & 0xffffffffu;
#endif
}

// Bytes of memory as numbers; none are left there.
DEVICE vec vector_take_bytes(uint8_t *where)
{
#if defined(GCC_VECTOR_FUNCTIONS)
    typedef char bytes __attribute__((vector_size(16)));
    typedef long long halves __attribute__((vector_size(16)));
    // Through one word: a vector put together from bytes would wait for memory.
#if VECTOR_LANES == 16
    typedef halves word __attribute__((may_alias, aligned(1)));
    const bytes row = (bytes) * (const word *)where;
#else
#if VECTOR_LANES == 8
    typedef uint64_t word __attribute__((may_alias, aligned(1)));
#elif VECTOR_LANES == 4
    typedef uint32_t word __attribute__((may_alias, aligned(1)));
#else
    typedef uint16_t word __attribute__((may_alias, aligned(1)));
#endif
    const bytes row = (bytes)(halves){(long long)*(const word *)where, 0};
#endif
    *(word *)where = word{};
#if VECTOR_BYTES == 64 && PRECISION == 32
    typedef int words __attribute__((vector_size(64)));
    return to_real((ivec)__builtin_ia32_pmovzxbd512_mask(row, (words){}, (uint16_t)-1));
#elif VECTOR_BYTES == 64
    typedef long long words __attribute__((vector_size(64)));
    return to_real((ivec)__builtin_ia32_pmovzxbq512_mask(row, (words){}, (uint8_t)-1));
#elif VECTOR_BYTES == 32 && PRECISION == 32
    return to_real((ivec)__builtin_ia32_pmovzxbd256(row));
#elif VECTOR_BYTES == 32
    return to_real((ivec)__builtin_ia32_pmovzxbq256(row));
#elif PRECISION == 32
    return to_real((ivec)__builtin_ia32_pmovzxbd128(row));
#else
    return to_real((ivec)__builtin_ia32_pmovzxbq128(row));
#endif
#else
    typedef uint8_t bytes __attribute__((vector_size(VECTOR_LANES), may_alias, aligned(1)));
    const vec r = __builtin_convertvector(*(bytes *)where, vec);
    *(bytes *)where = (bytes){};
    return r;
#endif
}

#endif
