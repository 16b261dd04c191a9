// Elementary functions of lanes, built on + - * /, fused multiply-add, integer operations and selection, so that
// they give the same bits on every backend.
//
// Polynomials are near-minimax (Chebyshev) fits, computed with 50 digits; the error beside each is that of the
// fitted function over its interval. Errors of the functions themselves are tested in units in the last place.
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
#define INFINITE CHOOSE(__builtin_inff(), __builtin_inf())
#define LOG2_E CHOOSE(0x1.715476p+0, 0x1.71547652b82fep+0)
// ln 2 in two parts; multiples of the first are exact.
#define LN2_HIGH CHOOSE(0x1.62e4p-1, 0x1.62e42fefa38p-1)
#define LN2_LOW CHOOSE(0x1.7f7d1cp-20, 0x1.ef35793c7673p-45)

DEVICE lane not_a_number(void) { return splat(INFINITE) - splat(INFINITE); }
DEVICE lane lane_abs(lane x) { return select(less(x, splat(0)), splat(0) - x, x); }
DEVICE lane lane_min(lane a, lane b) { return select(less(b, a), b, a); }
DEVICE lane lane_max(lane a, lane b) { return select(greater(b, a), b, a); }
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

// To the nearest whole number, halves to even.
DEVICE lane lane_round_even(lane x)
{
    const lane size = lane_abs(x);
    const lane rounded = (size + splat(ROUNDER)) - splat(ROUNDER);
    const lane whole = select(less(x, splat(0)), splat(0) - rounded, rounded);
    return select(less(size, splat(CHOOSE(0x1p+22, 0x1p+51))), whole, x);
}

DEVICE lane lane_floor(lane x)
{
    const lane whole = lane_round_even(x);
    return whole - select(greater(whole, x), splat(1), splat(0));
}

DEVICE lane lane_ceil(lane x)
{
    const lane whole = lane_round_even(x);
    return whole + select(less(whole, x), splat(1), splat(0));
}

// Toward zero.
DEVICE lane lane_int(lane x) { return select(less(x, splat(0)), lane_ceil(x), lane_floor(x)); }

// The remainder has the sign of the divisor, as in Python.
DEVICE lane lane_mod(lane x, lane y) { return lane_fma(splat(0) - lane_floor(x / y), y, x); }

// x = whole * ln 2 + rest with |rest| <= ln(2)/2; returns e^rest - 1 and the whole number, as a number and as
// the low bits of an integer.
DEVICE lane exp_reduced(lane x, lane *whole, ilane *bits)
{
    const lane shifted = lane_fma(x, splat(LOG2_E), splat(ROUNDER));
    const lane k = shifted - splat(ROUNDER);
    const lane f = lane_fma(k, splat(-LN2_LOW), lane_fma(k, splat(-LN2_HIGH), x));
    const lane f2 = f * f;
    // (e^f - 1 - f) / f^2
#if PRECISION == 32 // error 6.5e-8
    const lane low = lane_fma(f, splat((real)0x1.5554dcf88fd17p-3), splat((real)0x1p-1));
    const lane middle = lane_fma(f, splat((real)0x1.120b6e42d2112p-7), splat((real)0x1.5555192d5f5dep-5));
    const lane high = splat((real)0x1.6d11093a17fd8p-10);
    const lane q = lane_fma(f2, lane_fma(f2, high, middle), low);
#else // error 1.1e-16
    const lane q0 = lane_fma(f, splat(0x1.5555555555556p-3), splat(0x1.0000000000001p-1));
    const lane q1 = lane_fma(f, splat(0x1.11111111109b3p-7), splat(0x1.5555555553d63p-5));
    const lane q2 = lane_fma(f, splat(0x1.a01a01a7c41d5p-13), splat(0x1.6c16c1788bd90p-10));
    const lane q3 = lane_fma(f, splat(0x1.71de0dae63bb3p-19), splat(0x1.a019b90d2ae7ap-16));
    const lane q4 = lane_fma(f, splat(0x1.af38a9b0ec855p-26), splat(0x1.289185613a3d6p-22));
    const lane f4 = f2 * f2;
    const lane q = lane_fma(f4, lane_fma(f4, q4, lane_fma(f2, q3, q2)), lane_fma(f2, q1, q0));
#endif
    *whole = k;
    *bits = as_integer(shifted);
    return lane_fma(f2, q, f);
}

// 2^(k + shift), where the low bits of `bits` are k.
DEVICE lane power_of_two(ilane bits, int shift)
{
    return as_real((bits + isplat(EXPONENT_BIAS + shift)) << FRACTION_BITS);
}

// e^x. Results below 2^-125 (single) or 2^-1021 (double) become zero.
DEVICE lane lane_exp(lane x)
{
    lane k;
    ilane bits;
    const lane q = exp_reduced(x, &k, &bits);
    const lane p = splat(1) + q;
    const lane y = (p + p) * power_of_two(bits, -1);
    const lane bounded = select(less(x, splat(CHOOSE(-86.6, -707.7))), splat(0), y);
    return select(greater(x, splat(CHOOSE(0x1.62e42ep+6, 0x1.62e42fefa39efp+9))), splat(INFINITE), bounded);
}

// e^x - 1 without cancellation near zero.
DEVICE lane lane_expm1(lane x)
{
    // Beyond +-60 the one does not matter, or nothing else does.
    const lane bounded = lane_clip(x, splat(-60), splat(60));
    lane k;
    ilane bits;
    const lane q = exp_reduced(bounded, &k, &bits);
    const lane scale = power_of_two(bits, 0);
    const lane y = select(equal(k, splat(0)), q, lane_fma(scale, q, scale - splat(1)));
    return select(greater(x, splat(60)), lane_exp(x), select(equal(x, x), y, x));
}

// (e^x - 1) / x, and 1 at zero.
DEVICE lane lane_exprel(lane x)
{
    const mask zero = equal(x, splat(0));
    return select(zero, splat(1), lane_expm1(x) / select(zero, splat(1), x));
}

// x = 2^exponent * (1 + f) with 1 + f between sqrt(1/2) and sqrt(2), for finite x > 0.
DEVICE lane log_reduced(lane x, lane *exponent)
{
    const mask small = less(x, splat(CHOOSE(0x1p-126, 0x1p-1022)));
    const lane scaled = select(small, x * splat(CHOOSE(0x1p+23, 0x1p+52)), x);
    const ilane bits = as_integer(scaled);
    const ilane root = as_integer(splat(CHOOSE(0x1.6a09e6p-1, 0x1.6a09e667f3bcdp-1)));
    const ilane shift = ((bits - root) >> FRACTION_BITS) << FRACTION_BITS;
    *exponent = to_real(shift >> FRACTION_BITS) - select(small, splat(FRACTION_BITS), splat(0));
    return as_real(bits - shift) - splat(1);
}

// (2 atanh(s) - 2 s) / s as a function of z = s^2, for |s| <= 0.1716
DEVICE lane atanh_series(lane z)
{
#if PRECISION == 32 // error of the fit divided by z: 1.9e-7
    const lane p = lane_fma(z, splat((real)0x1.2ee6559160a97p-2), splat((real)0x1.997c2ed527c68p-2));
    return z * lane_fma(z, p, splat((real)0x1.55555b800896ap-1));
#else // error of the fit divided by z: 3.1e-16
    const lane z2 = z * z;
    const lane p0 = lane_fma(z, splat(0x1.99999999952d7p-2), splat(0x1.5555555555558p-1));
    const lane p1 = lane_fma(z, splat(0x1.c71c62e3f11e6p-3), splat(0x1.2492492df281ap-2));
    const lane p2 = lane_fma(z, splat(0x1.39fe51a7c18f9p-3), splat(0x1.7462b51cb66b1p-3));
    const lane p = lane_fma(z2, lane_fma(z2, splat(0x1.2b5900de53b32p-3), p2), p1);
    return z * lane_fma(z2, p, p0);
#endif
}

DEVICE lane log_special(lane x, lane y)
{
    const lane finite = select(equal(x, splat(INFINITE)), x, y);
    return select(greater(x, splat(0)), finite, select(equal(x, splat(0)), splat(-INFINITE), not_a_number()));
}

// Natural logarithm: log(1 + f) = 2 atanh(f / (2 + f)).
DEVICE lane lane_log(lane x)
{
    lane e;
    const lane f = log_reduced(x, &e);
    const lane s = f / (splat(2) + f);
    const lane half = splat((real)0.5) * f * f;
    const lane r = atanh_series(s * s);
    const lane low = lane_fma(s, half + r, e * splat(LN2_LOW));
    return log_special(x, lane_fma(e, splat(LN2_HIGH), f - (half - low)));
}

// log(1 + x): the rounding error of 1 + x is put back.
DEVICE lane lane_log1p(lane x)
{
    const lane u = splat(1) + x;
    const lane y = lane_log(u) - ((u - splat(1)) - x) / u;
    return select(equal(u, splat(1)), x, select(less(u, splat(INFINITE)), select(equal(u, splat(0)), lane_log(u), y), u));
}

DEVICE lane lane_log10(lane x) { return lane_log(x) * splat(CHOOSE(0x1.bcb7b2p-2, 0x1.bcb7b1526e50ep-2)); }

// x^y = e^(y log x), the logarithm and the product in double length. A negative x needs a whole y.
DEVICE lane lane_pow(lane x, lane y)
{
    const lane size = lane_abs(x);
    lane e;
    const lane f = log_reduced(size, &e);
    // s = f / (2 + f) in double length
    const lane d = splat(2) + f;
    const lane d_error = (splat(2) - d) + f;
    const lane s = f / d;
    const lane s_error = (lane_fma(splat(0) - s, d, f) - s * d_error) / d;
    // log(size) = e ln 2 + 2 s + s * series
    const lane tail = lane_fma(s, atanh_series(s * s), s_error + s_error);
    const lane head = e * splat(LN2_HIGH);
    const lane s2 = s + s;
    const lane sum = head + s2;
    const lane s2_part = sum - head;
    const lane sum_error = (head - (sum - s2_part)) + (s2 - s2_part);
    const lane low = sum_error + lane_fma(e, splat(LN2_LOW), tail);
    const lane high = sum + low;
    const lane rest = (sum - high) + low;
    const lane product = y * high;
    const lane product_error = lane_fma(y, high, splat(0) - product) + y * rest;
    const lane base = lane_exp(product);
    const lane corrected =
        select(greater(base, splat(0)) & less(base, splat(INFINITE)), lane_fma(base, product_error, base), base);
    // signs and special cases
    const mask whole = equal(lane_round_even(y), y);
    const lane half = y * splat((real)0.5);
    const mask odd = whole & mask_not(equal(lane_round_even(half), half));
    const lane at_zero = select(greater(y, splat(0)), splat(0), splat(INFINITE));
    const lane at_infinity = select(greater(y, splat(0)), splat(INFINITE), splat(0));
    const lane positive =
        select(equal(size, splat(0)), at_zero, select(equal(size, splat(INFINITE)), at_infinity, corrected));
    const lane negative = select(whole, select(odd, splat(0) - positive, positive), not_a_number());
    const lane signed_power = select(less(x, splat(0)), negative, positive);
    const lane result = select(equal(x, x) & equal(y, y), signed_power, x + y);
    return select(equal(y, splat(0)) | equal(x, splat(1)), splat(1), result);
}

// x = k * pi/2 + rest with |rest| <= pi/4; returns sin(rest) or cos(rest) of the shifted quadrant.
//
// Valid to |x| = 2^22 (single) or 2^50 (double), NaN beyond: no angle is left in the last places there.
DEVICE lane sine_of_quadrant(lane x, integer quadrant_shift)
{
    const lane shifted = lane_fma(x, splat(CHOOSE(0x1.45f306p-1, 0x1.45f306dc9c883p-1)), splat(ROUNDER));
    const lane k = shifted - splat(ROUNDER);
    const ilane quadrant = as_integer(shifted) + isplat(quadrant_shift);
    lane r = lane_fma(k, splat(CHOOSE(-0x1.921fb6p+0, -0x1.921fb54442d18p+0)), x);
    r = lane_fma(k, splat(CHOOSE(0x1.777a5cp-25, -0x1.1a62633145c07p-54)), r);
    r = lane_fma(k, splat(CHOOSE(0x1.ee59dap-50, 0x1.f1976b7ed8fbcp-110)), r);
    const lane z = r * r;
#if PRECISION == 32 // errors 2.0e-8 and 2.0e-9
    lane sine = lane_fma(z, splat((real)-0x1.9ac98da0e362fp-13), splat((real)0x1.110c28675f6c5p-7));
    sine = lane_fma(z, sine, splat((real)-0x1.555552a46fe4ap-3));
    lane cosine = lane_fma(z, splat((real)0x1.9bd88004b0139p-16), splat((real)-0x1.6c12d2bbdb37ep-10));
    cosine = lane_fma(z, cosine, splat((real)0x1.55555441635f9p-5));
#else // errors 2.0e-17 and 1.3e-18
    lane sine = lane_fma(z, splat(0x1.5e0b05bff20f2p-33), splat(-0x1.ae600aca92c64p-26));
    sine = lane_fma(z, sine, splat(0x1.71de379654304p-19));
    sine = lane_fma(z, sine, splat(-0x1.a01a019e83816p-13));
    sine = lane_fma(z, sine, splat(0x1.1111111110bb2p-7));
    sine = lane_fma(z, sine, splat(-0x1.5555555555555p-3));
    lane cosine = lane_fma(z, splat(-0x1.907d8f29fe831p-37), splat(0x1.1eeb68cd22f56p-29));
    cosine = lane_fma(z, cosine, splat(-0x1.27e4fa17bf139p-22));
    cosine = lane_fma(z, cosine, splat(0x1.a01a019f4e9b4p-16));
    cosine = lane_fma(z, cosine, splat(-0x1.6c16c16c16967p-10));
    cosine = lane_fma(z, cosine, splat(0x1.5555555555555p-5));
#endif
    sine = lane_fma(r * z, sine, r);
    // 1 - z/2 + z^2 cosine, with the rounding error of 1 - z/2 put back
    const lane half = splat((real)0.5) * z;
    const lane near_one = splat(1) - half;
    cosine = near_one + lane_fma(z * z, cosine, (splat(1) - near_one) - half);
    const lane value = select(has_bit(quadrant, 0), cosine, sine);
    const lane turned = select(has_bit(quadrant, 1), splat(0) - value, value);
    return select(less_equal(lane_abs(x), splat(CHOOSE(0x1p+22, 0x1p+50))), turned, not_a_number());
}

DEVICE lane lane_sin(lane x) { return sine_of_quadrant(x, 0); }
DEVICE lane lane_cos(lane x) { return sine_of_quadrant(x, 1); }
DEVICE lane lane_tan(lane x) { return lane_sin(x) / lane_cos(x); }

DEVICE lane lane_tanh(lane x)
{
    const lane t = lane_expm1(splat(2) * lane_min(lane_abs(x), splat(30)));
    const lane y = t / (t + splat(2));
    return select(equal(x, x), select(less(x, splat(0)), splat(0) - y, y), x);
}

DEVICE lane lane_sinh(lane x)
{
    const lane size = lane_abs(x);
    const lane t = lane_expm1(size);
    const lane root = lane_exp(splat((real)0.5) * size);
    const lane y = select(greater(size, splat(40)), (splat((real)0.5) * root) * root,
                          splat((real)0.5) * (t + t / (t + splat(1))));
    return select(less(x, splat(0)), splat(0) - y, y);
}

DEVICE lane lane_cosh(lane x)
{
    const lane size = lane_abs(x);
    const lane t = lane_exp(size);
    const lane root = lane_exp(splat((real)0.5) * size);
    return select(greater(size, splat(40)), (splat((real)0.5) * root) * root,
                  splat((real)0.5) * t + splat((real)0.5) / t);
}

#endif
