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
#define SIGN_BIT ((integer)((unsigned_integer)1 << (PRECISION - 1)))
#define INFINITE CHOOSE(__builtin_inff(), __builtin_inf())
#define LOG2_E CHOOSE(0x1.715476p+0, 0x1.71547652b82fep+0)
// ln 2 in two parts; multiples of the first are exact.
#define LN2_HIGH CHOOSE(0x1.62e4p-1, 0x1.62e42fefa38p-1)
#define LN2_LOW CHOOSE(0x1.7f7d1cp-20, 0x1.ef35793c7673p-45)
// 2 / 3 and what its rounding leaves.
#define TWO_THIRDS CHOOSE(0x1.555556p-1, 0x1.5555555555555p-1)
#define TWO_THIRDS_LOW CHOOSE(-0x1.555556p-26, 0x1.5555555555555p-55)

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

// x = k ln 2 + f with |f| <= ln(2)/2 and f = high + low, of which high is exact.
struct ExpReduced {
    lane k;
    ilane bits;  // k in the low bits
    lane high;
    lane low;
    lane f;
    lane square;  // f^2
};

DEVICE ExpReduced exp_reduced(lane x)
{
    const lane shifted = lane_fma(x, splat(LOG2_E), splat(ROUNDER));
    const lane k = shifted - splat(ROUNDER);
    const lane high = lane_fma(k, splat(-LN2_HIGH), x);
    const lane low = k * splat(-LN2_LOW);
    const lane f = high + low;
    const lane square = f * f;
    return {k, as_integer(shifted), high, low, f, square};
}

// (e^f - 1 - f) / f^2
DEVICE lane exp_factor(lane f, lane f2)
{
#if PRECISION == 32 // error 6.5e-8
    const lane low = lane_fma(f, splat((real)0x1.5554dcf88fd17p-3), splat((real)0x1p-1));
    const lane middle = lane_fma(f, splat((real)0x1.120b6e42d2112p-7), splat((real)0x1.5555192d5f5dep-5));
    const lane high = splat((real)0x1.6d11093a17fd8p-10);
    return lane_fma(f2, lane_fma(f2, high, middle), low);
#else // error 1.1e-16
    const lane q0 = lane_fma(f, splat(0x1.5555555555556p-3), splat(0x1.0000000000001p-1));
    const lane q1 = lane_fma(f, splat(0x1.11111111109b3p-7), splat(0x1.5555555553d63p-5));
    const lane q2 = lane_fma(f, splat(0x1.a01a01a7c41d5p-13), splat(0x1.6c16c1788bd90p-10));
    const lane q3 = lane_fma(f, splat(0x1.71de0dae63bb3p-19), splat(0x1.a019b90d2ae7ap-16));
    const lane q4 = lane_fma(f, splat(0x1.af38a9b0ec855p-26), splat(0x1.289185613a3d6p-22));
    const lane f4 = f2 * f2;
    return lane_fma(f4, lane_fma(f4, q4, lane_fma(f2, q3, q2)), lane_fma(f2, q1, q0));
#endif
}

// The same with an error that e^f - 1 does not show.
DEVICE lane exp_factor_accurate(lane f, lane f2)
{
    const lane f4 = f2 * f2;
#if PRECISION == 32 // error 1.4e-9
    const lane q0 = lane_fma(f, splat((real)0x1.5555555a7c16bp-3), splat((real)0x1.0000000b9847ep-1));
    const lane q1 = lane_fma(f, splat((real)0x1.1110e0de7be2bp-7), splat((real)0x1.5554e8d9c7d96p-5));
    const lane q2 = lane_fma(f, splat((real)0x1.a125285dbcbf1p-13), splat((real)0x1.6d4362097d81ap-10));
    return lane_fma(f4, q2, lane_fma(f2, q1, q0));
#else // error 1.4e-18
    const lane q0 = lane_fma(f, splat(0x1.5555555555557p-3), splat(0x1.0000000000000p-1));
    const lane q1 = lane_fma(f, splat(0x1.11111111100cep-7), splat(0x1.5555555555556p-5));
    const lane q2 = lane_fma(f, splat(0x1.a01a01abef415p-13), splat(0x1.6c16c16c162ccp-10));
    const lane q3 = lane_fma(f, splat(0x1.71de021a90822p-19), splat(0x1.a01a01a6dcaffp-16));
    const lane q4 = lane_fma(f, splat(0x1.af4e196027428p-26), splat(0x1.27e4db57442fbp-22));
    const lane high = lane_fma(f4, splat(0x1.1f731ea5352cap-29), lane_fma(f2, q4, q3));
    return lane_fma(f4, lane_fma(f2, high, q2), lane_fma(f2, q1, q0));
#endif
}

// 2^shift e^x for least <= x <= greatest, zero below and infinity above. The bounds keep the result a normal
// number: the scale is added to the bits of its exponent.
DEVICE lane exp_scaled(lane x, int shift, real least, real greatest)
{
    const ExpReduced r = exp_reduced(x);
    const lane p = splat(1) + (r.high + lane_fma(r.square, exp_factor(r.f, r.square), r.low));
    const lane y = as_real(as_integer(p) + ((r.bits + isplat(shift)) << FRACTION_BITS));
    const lane bounded = select(less(x, splat(least)), splat(0), y);
    return select(less_equal(x, splat(greatest)), bounded, x + splat(INFINITE));
}

// Results below the smallest normal number, 2^-126 (single) or 2^-1022 (double), become zero.
DEVICE lane lane_exp(lane x)
{
    return exp_scaled(x, 0, CHOOSE(-0x1.5d589ep+6, -0x1.6232bdd7abcd2p+9),
                      CHOOSE(0x1.62e42ep+6, 0x1.62e42fefa39efp+9));
}

// (e^x - 1) / 4, which does not overflow before sinh does, and its rounding error. Needs |x| to be a normal
// number, or the last bits are lost.
DEVICE lane quarter_expm1(lane x, lane *error)
{
    // Below, the result is -1/4 and all its digits; above, four times and twice the result are infinite.
    const ExpReduced r = exp_reduced(lane_clip(x, splat(CHOOSE(-20, -40)), splat(CHOOSE(89.6, 710.7))));
    const lane scale = as_real((r.bits + isplat(EXPONENT_BIAS - 2)) << FRACTION_BITS);
    const lane head = scale - splat((real)0.25);
    const lane rest = scale * r.high;
    const lane sum = head + rest;
    // What the rounding of f and of its square leaves in f^2 / 2 belongs to the result, too.
    const lane f_error = (r.high - r.f) + r.low;
    const lane square_error = lane_fma(r.f, r.f, splat(0) - r.square);
    const lane low = lane_fma(square_error, splat((real)0.5), lane_fma(r.f, f_error, r.low));
    const lane more = lane_fma(r.square, exp_factor_accurate(r.f, r.square), low);
    const lane sum_error = (rest - (sum - head)) + ((scale - head) - splat((real)0.25));
    const lane tail = lane_fma(scale, more, sum_error);
    const lane y = sum + tail;
    *error = (sum - y) + tail;
    return y;
}

// Below this size x is e^x - 1, sinh x and tanh x to all digits.
#define SMALL CHOOSE(0x1p-26, 0x1p-55)

// e^x - 1 without cancellation near zero.
DEVICE lane lane_expm1(lane x)
{
    lane error;
    const lane quarter = quarter_expm1(x, &error);
    return select(less(lane_abs(x), splat(SMALL)), x, quarter * splat(4));
}

// (e^x - 1) / x, and 1 at zero. Infinite from 89.6 (single) or 710.7 (double) on, a little before it must be.
DEVICE lane lane_exprel(lane x)
{
    lane error;
    const lane quarter = quarter_expm1(x, &error);
    const mask small = less(lane_abs(x), splat(SMALL));
    const lane y = quarter / select(small, splat(1), x) * splat(4);
    const lane bounded = select(less(x, splat(CHOOSE(89.6, 710.7))), y, x + splat(INFINITE));
    return select(small, splat(1), bounded);
}

DEVICE lane lane_sinh(lane x)
{
    const lane size = lane_abs(x);
    lane error;
    const lane half = quarter_expm1(size, &error) * splat(2);
    const lane inverse = splat(1) / lane_fma(splat(2), half, splat(1));
    // From 2^60 the second term is lost; the bound keeps infinity from being multiplied by zero.
    const lane second = lane_min(half, splat((real)0x1p+60)) * inverse;
    const lane y = half + lane_fma(error * splat(2), lane_fma(inverse, inverse, splat(1)), second);
    return with_sign_of(select(less(size, splat(SMALL)), size, y), x);
}

DEVICE lane lane_cosh(lane x)
{
    const lane half = exp_scaled(lane_abs(x), -1, 0, CHOOSE(0x1.65a9f8p+6, 0x1.633ce8fb9f87dp+9));
    return half + splat((real)0.25) / half;
}

// tanh x = t / (t + 2) with t = e^2x - 1, or 1 - 2 / (t + 2) where that is more accurate. The errors of t and of
// the division are put back.
DEVICE lane lane_tanh(lane x)
{
    const lane size = lane_min(lane_abs(x), splat(CHOOSE(10, 22)));
    lane error;
    const lane t = quarter_expm1(size + size, &error) * splat(4);
    const lane d = t + splat(2);
    const lane t_error = error * splat(4);
    const lane d_error = (t - (d - splat(2))) + t_error;
    const mask small = less(t, splat(2));
    const lane above = select(small, t, splat(-2));
    const lane above_error = select(small, t_error, splat(0));
    const lane inverse = splat(1) / d;
    const lane q = above * inverse;
    const lane residue = lane_fma(splat(0) - q, d, above) + lane_fma(splat(0) - q, d_error, above_error);
    const lane y = select(small, splat(0), splat(1)) + lane_fma(residue, inverse, q);
    return with_sign_of(select(less(size, splat(SMALL)), size, y), x);
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

// (2 atanh(s) / s - 2 - 2 z / 3) / z^2 as a function of z = s^2, for |s| <= 0.1716
DEVICE lane atanh_tail(lane z)
{
#if PRECISION == 32 // error 1.6e-7
    return lane_fma(z, lane_fma(z, splat(0x1.d80726p-3f), splat(0x1.247a3p-2f)), splat(0x1.9999a4p-2f));
#else // error 2.6e-17
    const lane z2 = z * z;
    const lane p0 = lane_fma(z, splat(0x1.2492492492521p-2), splat(0x1.999999999999ap-2));
    const lane p1 = lane_fma(z, splat(0x1.745d177a96056p-3), splat(0x1.c71c71c6eaa10p-3));
    const lane p2 = lane_fma(z, splat(0x1.1118c7e4b0962p-3), splat(0x1.3b1395d2190c0p-3));
    const lane p3 = lane_fma(z, splat(0x1.e02e6fff2f162p-4), splat(0x1.df7cc8e5f97f1p-4));
    return lane_fma(z2, lane_fma(z2, lane_fma(z2, p3, p2), p1), p0);
#endif
}

DEVICE lane log_special(lane x, lane y)
{
    const lane finite = select(equal(x, splat(INFINITE)), x, y);
    const lane not_positive = select(equal(x, splat(0)), splat(-INFINITE), not_a_number());
    return select(greater(x, splat(0)), finite, not_positive);
}

// log(1 + f) + e ln 2 + more = 2 atanh(f / (2 + f)) + ..., where `more` is far smaller than the result.
DEVICE lane log_of_reduced(lane f, lane e, lane more)
{
    const lane s = f / (splat(2) + f);
    const lane half = splat((real)0.5) * f * f;
    const lane z = s * s;
    const lane r = z * lane_fma(z, atanh_tail(z), splat(TWO_THIRDS));
    const lane low = lane_fma(s, half + r, lane_fma(e, splat(LN2_LOW), more));
    return lane_fma(e, splat(LN2_HIGH), f - (half - low));
}

// Natural logarithm.
DEVICE lane lane_log(lane x)
{
    lane e;
    const lane f = log_reduced(x, &e);
    return log_special(x, log_of_reduced(f, e, splat(0)));
}

// log(1 + x). Near zero 1 + x is not rounded; farther away what its rounding leaves is put back.
DEVICE lane lane_log1p(lane x)
{
    const lane u = splat(1) + x;
    lane e;
    const lane f = log_reduced(u, &e);
    const mask near = equal(e, splat(0));
    const lane more = (x - (u - splat(1))) / u;
    const lane y = log_of_reduced(select(near, x, f), e, select(near, splat(0), more));
    const lane finite = select(equal(u, splat(0)), splat(-INFINITE), select(less(u, splat(0)), not_a_number(), y));
    return select(less(lane_abs(x), splat(SMALL)), x, select(less(u, splat(INFINITE)), finite, u));
}

// log(x) for finite x > 0 in double length: the result and its rounding error.
DEVICE lane log_double_length(lane x, lane *error)
{
    lane e;
    const lane f = log_reduced(x, &e);
    // s = f / (2 + f) in double length
    const lane d = splat(2) + f;
    const lane d_error = (splat(2) - d) + f;
    const lane s = f / d;
    const lane s_error = (lane_fma(splat(0) - s, d, f) - s * d_error) / d;
    // s^2 (2/3 + s^2 tail) in double length
    const lane z = s * s;
    const lane z_error = lane_fma(s, s, splat(0) - z) + (s + s) * s_error;
    const lane small = z * atanh_tail(z);
    const lane factor = splat(TWO_THIRDS) + small;
    const lane factor_error = (small - (factor - splat(TWO_THIRDS))) + splat(TWO_THIRDS_LOW);
    const lane series = z * factor;
    const lane series_error = lane_fma(z, factor, splat(0) - series) + lane_fma(z, factor_error, z_error * factor);
    // log(x) = e ln 2 + 2 s + s * series
    const lane cubic = s * series;
    const lane cubic_error =
        lane_fma(s, series, splat(0) - cubic) + lane_fma(s, series_error, s_error * series);
    const lane head = e * splat(LN2_HIGH);
    const lane s2 = s + s;
    const lane line = head + s2;
    const lane line_error = s2 - (line - head);
    const lane sum = line + cubic;
    const lane sum_error = cubic - (sum - line);
    const lane low =
        (sum_error + line_error) + (lane_fma(e, splat(LN2_LOW), cubic_error) + (s_error + s_error));
    const lane high = sum + low;
    *error = (sum - high) + low;
    return high;
}

DEVICE lane lane_log10(lane x)
{
    // 1 / ln 10 in two parts
    const lane scale = splat(CHOOSE(0x1.bcb7b2p-2, 0x1.bcb7b1526e50ep-2));
    const lane scale_low = splat(CHOOSE(-0x1.5b235ep-27, 0x1.95355baaafad3p-57));
    lane rest;
    const lane high = log_double_length(x, &rest);
    const lane y = high * scale;
    const lane y_error = lane_fma(high, scale, splat(0) - y) + lane_fma(high, scale_low, rest * scale);
    return log_special(x, y + y_error);
}

// x^y = e^(y log x), the logarithm and the product in double length. A negative x needs a whole y.
DEVICE lane lane_pow(lane x, lane y)
{
    const lane size = lane_abs(x);
    lane rest;
    const lane high = log_double_length(size, &rest);
    const lane product = y * high;
    const lane product_error = lane_fma(y, high, splat(0) - product) + y * rest;
    const lane base = lane_exp(product);
    const lane corrected =
        select(greater(base, splat(0)) & less(base, splat(INFINITE)), lane_fma(base, product_error, base), base);
    // signs and special cases
    const mask whole = equal(lane_round_even(y), y);
    const lane half_y = y * splat((real)0.5);
    const mask odd = whole & not_equal(lane_round_even(half_y), half_y);
    const lane at_zero = select(greater(y, splat(0)), splat(0), splat(INFINITE));
    const lane at_infinity = select(greater(y, splat(0)), splat(INFINITE), splat(0));
    const lane bounded = select(equal(size, splat(1)), splat(1), corrected);
    const lane positive = select(equal(size, splat(0)), at_zero,
                                 select(equal(size, splat(INFINITE)), at_infinity, bounded));
    const lane signed_power = select(odd, with_sign_of(positive, x), positive);
    const mask real_valued = greater_equal(x, splat(0)) | whole;
    const lane result = select(equal(x, x) & equal(y, y),
                               select(real_valued, signed_power, not_a_number()), x + y);
    return select(equal(y, splat(0)) | equal(x, splat(1)), splat(1), result);
}

// x = k * pi/2 + rest with |rest| <= pi/4; returns sin(rest) or cos(rest) of the shifted quadrant.
//
// Within 2 units in the last place to |x| = 1e5, within 8 to 2^22 (single) or 2^50 (double), NaN beyond: no angle
// is left in the last places there.
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

// The sine of a zero is this zero, with its sign.
DEVICE lane lane_sin(lane x) { return select(equal(x, splat(0)), x, sine_of_quadrant(x, 0)); }
DEVICE lane lane_cos(lane x) { return sine_of_quadrant(x, 1); }
DEVICE lane lane_tan(lane x) { return lane_sin(x) / lane_cos(x); }

#endif
