// Logarithms and powers of lanes.
//
// Polynomials are near-minimax fits, computed with 50 digits; the error beside each is that of the fitted function over
// its interval. Errors of the functions themselves are tested in units in the last place.
#ifndef DENDRIFY_GPU_LANE_LOGARITHMS_H
#define DENDRIFY_GPU_LANE_LOGARITHMS_H

// 2 / 3 and what its rounding leaves.
#define TWO_THIRDS CHOOSE(0x1.555556p-1, 0x1.5555555555555p-1)
#define TWO_THIRDS_LOW CHOOSE(-0x1.555556p-26, 0x1.5555555555555p-55)

// x = 2^exponent * (1 + f) with 1 + f between sqrt(1/2) and sqrt(2), for finite x > 0.
DEVICE lane log_reduced(lane x, lane *exponent)
{
    const mask small = less(x, splat(CHOOSE(0x1p-126, 0x1p-1022)));
    const lane scaled = select(small, x * splat(CHOOSE(0x1p+23, 0x1p+52)), x);
    const ilane bits = as_integer(scaled);
    const ilane root = as_integer(splat(CHOOSE(0x1.6a09e6p-1, 0x1.6a09e667f3bcdp-1)));
    const ilane shift = as_signed(as_unsigned((bits - root) >> FRACTION_BITS) << FRACTION_BITS);
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

#endif
