// Sine, cosine and tangent of lanes.
//
// Polynomials are near-minimax fits, computed with 50 digits; the error beside each is that of the fitted function over
// its interval. Errors of the functions themselves are tested in units in the last place.
#ifndef DENDRIFY_GPU_LANE_ANGLES_H
#define DENDRIFY_GPU_LANE_ANGLES_H

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
