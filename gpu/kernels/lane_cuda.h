// The lane on CUDA: one number, one neuron for each thread.
//
// With LANE_HOST_EMULATION the same text compiles as plain C++, one neuron after another; the tests use it
// to compare the arithmetic of both backends without a device.
#ifndef DENDRIFY_GPU_LANE_H
#define DENDRIFY_GPU_LANE_H

#include <stdint.h>

#ifdef LANE_HOST_EMULATION
#define DEVICE static inline __attribute__((unused))
#else
#define DEVICE static __device__ __forceinline__ __attribute__((unused))
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

#define LANES 1

// A step function becomes part of the kernel that calls it.
#define STEP_FUNCTION DEVICE

// Before the loop over steps, which is not unrolled: the states of several steps would not fit into registers.
#ifdef LANE_HOST_EMULATION
#define ROLLED
#define RELOAD_COEFFICIENTS
#else
#define ROLLED _Pragma("unroll 1")
// In each step, or the compiler reads all of a large model's coefficients before the loop and spills them.
#define RELOAD_COEFFICIENTS asm volatile("" ::: "memory")
#endif

// What seldom changes is computed in every step all the same: among the threads of a warp there nearly always is one
// for which it changes, and values that are held take registers.
#define HOLDS false

typedef real lane;
typedef integer ilane;
typedef unsigned_integer ulane;
typedef bool mask;

DEVICE lane splat(real x) { return x; }
DEVICE ilane isplat(integer x) { return x; }
DEVICE ulane usplat(unsigned_integer x) { return x; }

DEVICE lane load(const real *p) { return *p; }
DEVICE void store(real *p, lane x) { *p = x; }
DEVICE ilane iload(const integer *p) { return *p; }
DEVICE void istore(integer *p, ilane x) { *p = x; }

DEVICE lane lane_fma(lane a, lane b, lane c)
{
#ifdef LANE_HOST_EMULATION
    return sizeof(real) == 4 ? (real)__builtin_fmaf((float)a, (float)b, (float)c)
                             : (real)__builtin_fma((double)a, (double)b, (double)c);
#elif PRECISION == 32
    return __fmaf_rn(a, b, c);
#else
    return __fma_rn(a, b, c);
#endif
}

DEVICE lane lane_sqrt(lane x)
{
#ifdef LANE_HOST_EMULATION
    return sizeof(real) == 4 ? (real)__builtin_sqrtf((float)x) : (real)__builtin_sqrt((double)x);
#elif PRECISION == 32
    return __fsqrt_rn(x);
#else
    return __dsqrt_rn(x);
#endif
}

DEVICE mask less(lane a, lane b) { return a < b; }
DEVICE mask less_equal(lane a, lane b) { return a <= b; }
DEVICE mask greater(lane a, lane b) { return a > b; }
DEVICE mask greater_equal(lane a, lane b) { return a >= b; }
DEVICE mask equal(lane a, lane b) { return a == b; }
DEVICE mask not_equal(lane a, lane b) { return a != b; }
DEVICE mask iequal(ilane a, ilane b) { return a == b; }
DEVICE lane select(mask m, lane a, lane b) { return m ? a : b; }
DEVICE ilane iselect(mask m, ilane a, ilane b) { return m ? a : b; }
DEVICE mask mask_not(mask m) { return !m; }
DEVICE bool any_set(mask m) { return m; }
DEVICE bool lane_is_set(mask m, int) { return m; }
DEVICE mask no_lane(void) { return false; }
DEVICE mask every_lane(void) { return true; }
DEVICE bool any_bit(ilane word) { return word != 0; }
DEVICE real lane_value(lane x, int) { return x; }
DEVICE uint32_t counter_value(ulane x, int) { return (uint32_t)x; }
DEVICE ilane mask_bit(mask m, int bit) { return m ? (integer)1 << bit : 0; }
DEVICE mask has_bit(ilane word, int bit) { return (word & ((integer)1 << bit)) != 0; }
DEVICE lane to_real(ilane x) { return (real)x; }

// Bits k and k + 1, if k is the whole number next to x and from 0 to 31. What changes when a count of steps reaches
// zero changes in one of these two steps, also where rounding has touched the count.
DEVICE ilane steps_left(lane x)
{
    const real magic = PRECISION == 32 ? (real)0x1.8p+23 : (real)0x1.8p+52;
    return x >= (real)-0.5 && x < (real)31.5 ? (ilane)(3u << (uint32_t)((x + magic) - magic)) : 0;
}
DEVICE uint32_t bits_of_any(ilane word) { return (uint32_t)word; }

// The number of the lowest bit that is set.
DEVICE int32_t lowest_bit(uint32_t bits)
{
#ifdef LANE_HOST_EMULATION
    return __builtin_ctz(bits);
#else
    return __ffs((int)bits) - 1;
#endif
}

union LaneBits {
    real number;
    integer bits;
};

DEVICE ilane as_integer(lane x)
{
    LaneBits u;
    u.number = x;
    return u.bits;
}

DEVICE lane as_real(ilane x)
{
    LaneBits u;
    u.bits = x;
    return u.number;
}

DEVICE ilane as_signed(ulane x) { return (integer)x; }
DEVICE ulane as_unsigned(ilane x) { return (unsigned_integer)x; }
DEVICE ilane lane_iota(void) { return 0; }

// The upper and the lower half of the product of 32-bit words.
DEVICE ulane multiply_high(ulane a, uint32_t b) { return (ulane)(((uint64_t)a * b) >> 32); }
DEVICE ulane multiply_low(ulane a, uint32_t b) { return (ulane)(uint32_t)((uint32_t)a * b); }

#endif
