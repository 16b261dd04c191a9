// Inverse tangent, sine and cosine of lanes, within a few units in the last place.
//
// Polynomials interpolate at the Chebyshev points, computed with 50 digits; the error beside each is relative.
#ifndef DENDRIFY_GPU_INVERSE_ANGLES_H
#define DENDRIFY_GPU_INVERSE_ANGLES_H

// pi/2 and pi/4, each as a sum of two numbers.
DEVICE lane half_pi(void) { return splat(CHOOSE(0x1.921fb6p+0, 0x1.921fb54442d18p+0)); }
DEVICE lane half_pi_rest(void) { return splat(CHOOSE(-0x1.777a5cp-25, 0x1.1a62633145c07p-54)); }

// (arctan(x) - x) / x for |x| <= tan(pi/8), from z = x^2
DEVICE lane arctan_excess(lane z)
{
#if PRECISION == 32 // error 2.4e-9
    lane p = lane_fma(z, splat((real)-0x1.08455ee800ef0p-4), splat((real)0x1.b810309e6479ep-4));
    p = lane_fma(z, p, splat((real)-0x1.24203520652cap-3));
    p = lane_fma(z, p, splat((real)0x1.999730d8fbe92p-3));
    p = lane_fma(z, p, splat((real)-0x1.555554473ccb3p-2));
#else // error 1.3e-16
    lane p = lane_fma(z, splat(0x1.74bea059cee82p-6), splat(-0x1.6f4657797fec4p-5));
    p = lane_fma(z, p, splat(0x1.d5eb9ad0804d0p-5));
    p = lane_fma(z, p, splat(-0x1.105e40d85ead1p-4));
    p = lane_fma(z, p, splat(0x1.3b068efc532d3p-4));
    p = lane_fma(z, p, splat(-0x1.745c7f8421f5cp-4));
    p = lane_fma(z, p, splat(0x1.c71c6dd1ca28cp-4));
    p = lane_fma(z, p, splat(-0x1.2492491dd4b29p-3));
    p = lane_fma(z, p, splat(0x1.9999999990a9fp-3));
    p = lane_fma(z, p, splat(-0x1.5555555555546p-2));
#endif
    return z * p;
}

DEVICE lane lane_arctan(lane x)
{
    const lane size = lane_abs(x);
    const mask steep = greater(size, splat((real)2.414213562373095));
    const mask medium = greater(size, splat((real)0.414213562373095)) & mask_not(steep);
    // arctan(x) = pi/2 + arctan(-1/x) = pi/4 + arctan((x - 1)/(x + 1))
    const lane over = select(steep, splat(-1), size - splat(1));
    const lane under = select(steep, size, size + splat(1));
    const lane r = select(steep | medium, over / under, size);
    const lane factor = select(steep, splat(1), select(medium, splat((real)0.5), splat(0)));
    const lane rest = lane_fma(r, arctan_excess(r * r), factor * half_pi_rest());
    return with_sign_of(factor * half_pi() + (r + rest), x);
}

// (arcsin(x) - x) / x for |x| <= 1/2, from z = x^2
DEVICE lane arcsin_excess(lane z)
{
#if PRECISION == 32 // error 1.8e-8
    lane p = lane_fma(z, splat((real)0x1.37fe1555316aep-5), splat((real)0x1.b311d2957c591p-6));
    p = lane_fma(z, p, splat((real)0x1.70a6bbf59aab0p-5));
    p = lane_fma(z, p, splat((real)0x1.332731cf15102p-4));
    p = lane_fma(z, p, splat((real)0x1.55555d0c60135p-3));
#else // error 5.9e-17
    lane p = lane_fma(z, splat(0x1.cd864394d2ff2p-6), splat(-0x1.603991d6060e0p-7));
    p = lane_fma(z, p, splat(0x1.06b9d26d10838p-6));
    p = lane_fma(z, p, splat(0x1.ff5fc4d14c735p-8));
    p = lane_fma(z, p, splat(0x1.8522ddffa6208p-7));
    p = lane_fma(z, p, splat(0x1.c87265d47ef49p-7));
    p = lane_fma(z, p, splat(0x1.1c593c7b1d958p-6));
    p = lane_fma(z, p, splat(0x1.6e8b2b3b10be4p-6));
    p = lane_fma(z, p, splat(0x1.f1c71f95269afp-6));
    p = lane_fma(z, p, splat(0x1.6db6db684b6a1p-5));
    p = lane_fma(z, p, splat(0x1.3333333336da5p-4));
    p = lane_fma(z, p, splat(0x1.555555555554fp-3));
#endif
    return z * p;
}

// For 1/2 < x <= 1: arccos(x) = 2 arcsin(sqrt((1 - x) / 2)); NaN beyond 1.
DEVICE lane arccos_of_large(lane size)
{
    const lane z = (splat(1) - size) * splat((real)0.5);
    const lane root = lane_sqrt(z);
    const lane half = lane_fma(root, arcsin_excess(z), root);
    return half + half;
}

DEVICE lane lane_arcsin(lane x)
{
    const lane size = lane_abs(x);
    const lane large = half_pi() - (arccos_of_large(size) - half_pi_rest());
    const lane small_one = lane_fma(size, arcsin_excess(size * size), size);
    return with_sign_of(select(less_equal(size, splat((real)0.5)), small_one, large), x);
}

DEVICE lane lane_arccos(lane x)
{
    const lane size = lane_abs(x);
    const lane large = arccos_of_large(size);
    const lane turned = (half_pi() - (large - half_pi_rest())) + (half_pi() + half_pi_rest());
    const lane small_one = half_pi() - (lane_fma(x, arcsin_excess(x * x), x) - half_pi_rest());
    const lane outer = select(less(x, splat(0)), turned, large);
    return select(less_equal(size, splat((real)0.5)), small_one, outer);
}

#endif
