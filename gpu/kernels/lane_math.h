// Elementary functions of lanes, built on + - * /, fused multiply-add, integer operations and selection, so that
// they give the same bits on every backend. Here are signs, bounds and rounding; the others have headers of their own.
#ifndef DENDRIFY_GPU_LANE_MATH_H
#define DENDRIFY_GPU_LANE_MATH_H

#if PRECISION == 32
#define CHOOSE(single_value, double_value) ((real)(single_value))
#define FRACTION_BITS 23
#define EXPONENT_BIAS 127
#else
#define CHOOSE(single_value, double_value) ((real)(double_value))
#define FRACTION_BITS 52
#define EXPONENT_BIAS 1023
#endif

// Adding and subtracting this number rounds to a whole number: 1.5 * 2^FRACTION_BITS.
#define ROUNDER CHOOSE(0x1.8p+23, 0x1.8p+52)
#define SIGN_BIT ((integer)((unsigned_integer)1 << (PRECISION - 1)))
#define INFINITE CHOOSE(__builtin_inff(), __builtin_inf())
// ln 2 in two parts; multiples of the first are exact.
#define LN2_HIGH CHOOSE(0x1.62e4p-1, 0x1.62e42fefa38p-1)
#define LN2_LOW CHOOSE(0x1.7f7d1cp-20, 0x1.ef35793c7673p-45)

DEVICE lane not_a_number(void) { return splat(INFINITE) - splat(INFINITE); }

DEVICE lane lane_abs(lane x) { return as_real(as_integer(x) & isplat(~SIGN_BIT)); }

// A number that is not negative, with the sign of another; zeros have signs too.
DEVICE lane with_sign_of(lane size, lane x)
{
    return as_real(as_integer(size) | (as_integer(x) & isplat(SIGN_BIT)));
}

// NaN in either argument gives NaN, so that a bound never hides one.
DEVICE lane lane_min(lane a, lane b) { return select(less(b, a) | not_equal(b, b), b, a); }
DEVICE lane lane_max(lane a, lane b) { return select(greater(b, a) | not_equal(b, b), b, a); }
DEVICE lane lane_clip(lane x, lane low, lane high) { return lane_min(lane_max(x, low), high); }

DEVICE lane lane_sign(lane x)
{
    return select(greater(x, splat(0)), splat(1), select(less(x, splat(0)), splat(-1), x));
}

// Numbers far below anything that matters become zero. No state that a model uses is this small, and
// arithmetic on subnormal numbers is slow on many processors.
DEVICE lane flush_tiny(lane x)
{
    return select(less(lane_abs(x), splat(CHOOSE(1e-30, 1e-250))), splat(0), x);
}

// To the nearest whole number, halves to even. From 2^FRACTION_BITS every number is whole.
DEVICE lane lane_round_even(lane x)
{
    const lane last = splat(CHOOSE(0x1p+23, 0x1p+52));
    const lane size = lane_abs(x);
    return select(less(size, last), with_sign_of((size + last) - last, x), x);
}

DEVICE lane lane_floor(lane x)
{
    const lane whole = lane_round_even(x);
    return select(greater(whole, x), whole - splat(1), whole);
}

DEVICE lane lane_ceil(lane x)
{
    const lane whole = lane_round_even(x);
    return select(less(whole, x), whole + splat(1), whole);
}

// Toward zero.
DEVICE lane lane_int(lane x) { return select(less(x, splat(0)), lane_ceil(x), lane_floor(x)); }

// The remainder has the sign of the divisor, as in Python. It is exact where x and y have the same sign; NaN
// where x / y overflows.
DEVICE lane lane_mod(lane x, lane y)
{
    const lane size = lane_abs(y);
    const lane most = size * splat(CHOOSE(0x1p+23, 0x1p+52));
    // A quotient with more digits than a number holds is rounded, but still whole: what it leaves is exact.
    lane rest = x;
    for (mask large = greater_equal(lane_abs(rest), most); any_set(large);
         large = greater_equal(lane_abs(rest), most))
        rest = select(large, lane_fma(splat(0) - rest / y, y, rest), rest);
    // The quotient may have been rounded up to the next whole number, which leaves the other sign.
    const lane near = lane_fma(splat(0) - lane_floor(rest / y), y, rest);
    const mask beyond = less(near * with_sign_of(splat(1), y), splat(0));
    const lane finite = with_sign_of(lane_abs(select(beyond, near + y, near)), y);
    // An infinite divisor leaves a finite number as it is, or is itself the remainder.
    const mask same_sign = equal(x, splat(0)) | greater(y * with_sign_of(splat(1), x), splat(0));
    const mask unbounded = equal(size, splat(INFINITE)) & less(lane_abs(x), splat(INFINITE));
    return select(unbounded, select(same_sign, with_sign_of(lane_abs(x), y), y), finite);
}

#include "lane_exponentials.h"
#include "lane_logarithms.h"
#include "lane_angles.h"

#endif
