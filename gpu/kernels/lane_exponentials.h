// Exponential functions of lanes, and hyperbolic ones.
//
// Polynomials are near-minimax fits, computed with 50 digits; the error beside each is that of the fitted function over
// its interval. Errors of the functions themselves are tested in units in the last place.
#ifndef DENDRIFY_GPU_LANE_EXPONENTIALS_H
#define DENDRIFY_GPU_LANE_EXPONENTIALS_H

#define LOG2_E CHOOSE(0x1.715476p+0, 0x1.71547652b82fep+0)

// x = k ln 2 + f with |f| <= ln(2)/2 and f = high - k LN2_LOW, of which high is exact.
struct ExpReduced {
    lane k;
    ilane bits;  // k in the low bits
    lane high;
};

DEVICE ExpReduced exp_reduced(lane x)
{
    const lane shifted = lane_fma(x, splat(LOG2_E), splat(ROUNDER));
    const lane k = shifted - splat(ROUNDER);
    const lane high = lane_fma(k, splat(-LN2_HIGH), x);
    return {k, as_integer(shifted), high};
}

// (e^f - 1 - f) / f^2, with the least error in e^f.
DEVICE lane exp_factor(lane f)
{
#if PRECISION == 32 // relative error of e^f 3.1e-9
    lane q = lane_fma(f, splat(0x1.6a2442p-10f), splat(0x1.1239e2p-7f));
    q = lane_fma(f, q, splat(0x1.5558f2p-5f));
    q = lane_fma(f, q, splat(0x1.555492p-3f));
    return lane_fma(f, q, splat(0x1.fffffcp-2f));
#else // relative error of e^f 3.6e-18
    const lane f2 = f * f;
    const lane q0 = lane_fma(f, splat(0x1.55555555554fap-3), splat(0x1.000000000000ap-1));
    const lane q1 = lane_fma(f, splat(0x1.1111111127be6p-7), splat(0x1.555555555087cp-5));
    const lane q2 = lane_fma(f, splat(0x1.a01a012a57804p-13), splat(0x1.6c16c1842a109p-10));
    const lane q3 = lane_fma(f, splat(0x1.71df2552b5058p-19), splat(0x1.a0199a0c6a6efp-16));
    const lane q4 = lane_fma(f, splat(0x1.ad7f6e40e0c63p-26), splat(0x1.28ad72c9d4e2cp-22));
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

// A number in the bits of the exponent. Unsigned: of arguments out of bounds, digits are lost, and what comes of them is
// not used.
DEVICE ulane exponent_bits(ilane x) { return as_unsigned(x) << FRACTION_BITS; }

// 2^shift e^x for least <= x <= greatest, zero below and infinity above. The bounds keep the result a normal
// number: the scale is added to the bits of its exponent.
DEVICE lane exp_scaled(lane x, int shift, real least, real greatest)
{
    const ExpReduced r = exp_reduced(x);
    const lane f = lane_fma(r.k, splat(-LN2_LOW), r.high);
    const lane p = lane_fma(f, lane_fma(f, exp_factor(f), splat(1)), splat(1));
    const lane y = as_real(as_signed(as_unsigned(as_integer(p)) + exponent_bits(r.bits + isplat(shift))));
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
    const lane f_low = r.k * splat(-LN2_LOW);
    const lane f = r.high + f_low;
    const lane square = f * f;
    const lane scale = as_real(as_signed(exponent_bits(r.bits + isplat(EXPONENT_BIAS - 2))));
    const lane head = scale - splat((real)0.25);
    const lane rest = scale * r.high;
    const lane sum = head + rest;
    // What the rounding of f and of its square leaves in f^2 / 2 belongs to the result, too.
    const lane f_error = (r.high - f) + f_low;
    const lane square_error = lane_fma(f, f, splat(0) - square);
    const lane low = lane_fma(square_error, splat((real)0.5), lane_fma(f, f_error, f_low));
    const lane more = lane_fma(square, exp_factor_accurate(f, square), low);
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

// x / (e^x - 1), and 1 at zero: the inverse of exprel for one division. Zero from 89.6 (single) or 710.7 (double) on,
// a little before it must be.
DEVICE lane lane_inverse_exprel(lane x)
{
    lane error;
    const lane quarter = quarter_expm1(x, &error);
    const mask small = less(lane_abs(x), splat(SMALL));
    const lane y = (x * splat((real)0.25)) / select(small, splat(1), quarter);
    const lane bounded = select(greater_equal(x, splat(CHOOSE(89.6, 710.7))), splat(0), y);
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

#endif
