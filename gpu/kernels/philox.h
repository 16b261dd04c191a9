// Random numbers that are functions of what they are for: no generator state, no order of drawing.
//
// Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011),
// keyed by (seed, stream) and counted by (neuron, step, draw, purpose).
#ifndef DENDRIFY_GPU_PHILOX_H
#define DENDRIFY_GPU_PHILOX_H

#define PHILOX_ROUNDS 10
#define PHILOX_MULTIPLIER_0 0xD2511F53u
#define PHILOX_MULTIPLIER_1 0xCD9E8D57u
#define PHILOX_WEYL_0 0x9E3779B9u
#define PHILOX_WEYL_1 0xBB67AE85u

// What a number is drawn for; part of the counter.
#define FOR_EQUATIONS 0u
#define FOR_GAPS 1u

// Four random words from a counter and a key. Words of a lane lie in the low 32 bits of each place.
DEVICE void philox(ulane counter[4], uint32_t key_0, uint32_t key_1)
{
    for (int round = 0; round < PHILOX_ROUNDS; ++round) {
        const ulane high_0 = multiply_high(counter[0], PHILOX_MULTIPLIER_0);
        const ulane high_1 = multiply_high(counter[2], PHILOX_MULTIPLIER_1);
        const ulane low_0 = multiply_low(counter[0], PHILOX_MULTIPLIER_0);
        const ulane low_1 = multiply_low(counter[2], PHILOX_MULTIPLIER_1);
        counter[0] = high_1 ^ counter[1] ^ usplat(key_0);
        counter[1] = low_1;
        counter[2] = high_0 ^ counter[3] ^ usplat(key_1);
        counter[3] = low_0;
        key_0 += PHILOX_WEYL_0;
        key_1 += PHILOX_WEYL_1;
    }
}

// The same for a single counter.
DEVICE void philox_scalar(uint32_t counter[4], uint32_t key_0, uint32_t key_1)
{
    for (int round = 0; round < PHILOX_ROUNDS; ++round) {
        const uint64_t product_0 = (uint64_t)PHILOX_MULTIPLIER_0 * counter[0];
        const uint64_t product_1 = (uint64_t)PHILOX_MULTIPLIER_1 * counter[2];
        counter[0] = (uint32_t)(product_1 >> 32) ^ counter[1] ^ key_0;
        counter[1] = (uint32_t)product_1;
        counter[2] = (uint32_t)(product_0 >> 32) ^ counter[3] ^ key_1;
        counter[3] = (uint32_t)product_0;
        key_0 += PHILOX_WEYL_0;
        key_1 += PHILOX_WEYL_1;
    }
}

// Two words to a number strictly between 0 and 1: the middles of 2^23 or 2^52 equal intervals, which are the
// finest whose middles are all exact.
DEVICE lane open_unit(ulane first, ulane second)
{
#if PRECISION == 32
    (void)second;
    return lane_fma(to_real(as_signed(first >> 9)), splat(0x1p-23f), splat(0x1p-24f));
#else
    const lane high = to_real(as_signed(first >> 6));
    const lane low = to_real(as_signed(second >> 6));
    return lane_fma(lane_fma(high, splat(0x1p+26), low), splat(0x1p-52), splat(0x1p-53));
#endif
}

DEVICE void draw_words(ulane words[4], ulane index, uint32_t step, uint32_t draw, uint32_t seed,
                       uint32_t stream)
{
    words[0] = index;
    words[1] = usplat(step);
    words[2] = usplat(draw);
    words[3] = usplat(FOR_EQUATIONS);
    philox(words, seed, stream);
}

// Uniform on the open interval (0, 1).
DEVICE lane random_uniform(ulane index, uint32_t step, uint32_t draw, uint32_t seed, uint32_t stream)
{
    ulane words[4];
    draw_words(words, index, step, draw, seed, stream);
    return open_unit(words[0], words[1]);
}

// Two words to a number above 0 and at most 1, with all 32 bits of the first near 0: a normal number drawn from
// it reaches 6.6 standard deviations in single precision, 8.5 in double.
DEVICE lane unit_for_logarithm(ulane first, ulane second)
{
#if PRECISION == 32
    (void)second;
    return lane_fma(to_real(as_signed(first >> 1)), splat(0x1p-31f), splat(0x1p-32f));
#else
    return open_unit(first, second);
#endif
}

// Standard normal, by the transform of Box and Muller (1958).
DEVICE lane random_normal(ulane index, uint32_t step, uint32_t draw, uint32_t seed, uint32_t stream)
{
    ulane words[4];
    draw_words(words, index, step, draw, seed, stream);
    const lane radius = lane_sqrt(splat(-2) * lane_log(unit_for_logarithm(words[0], words[1])));
    return radius * lane_cos(splat((real)0x1.921fb54442d18p+2) * open_unit(words[2], words[3]));
}

// Near-minimax fit of (2 atanh(s) - 2 s) / s^3 in s^2; its error is 3.1e-16. ln 2 in two parts.
#define SCALAR_LOG_6 0x1.2b5900de53b32p-3
#define SCALAR_LOG_5 0x1.39fe51a7c18f9p-3
#define SCALAR_LOG_4 0x1.7462b51cb66b1p-3
#define SCALAR_LOG_3 0x1.c71c62e3f11e6p-3
#define SCALAR_LOG_2 0x1.2492492df281ap-2
#define SCALAR_LOG_1 0x1.99999999952d7p-2
#define SCALAR_LOG_0 0x1.5555555555558p-1
#define SCALAR_LN2_HIGH 0x1.62e42fefa38p-1
#define SCALAR_LN2_LOW 0x1.ef35793c7673p-45

// Natural logarithm of a single positive normal double, whatever the precision of the lanes, so that input spikes
// do not depend on it. The method is that of lane_log.
DEVICE double scalar_log(double x)
{
    union {
        double number;
        int64_t bits;
    } u;
    u.number = x;
    const int64_t shift = ((u.bits - 0x3fe6a09e667f3bcd) >> 52) * 0x10000000000000;
    const double e = (double)(shift / 0x10000000000000);
    u.bits -= shift;
    const double f = u.number - 1.0;
    const double s = f / (2.0 + f);
    const double z = s * s;
    double p = z * SCALAR_LOG_6 + SCALAR_LOG_5;
    p = p * z + SCALAR_LOG_4;
    p = p * z + SCALAR_LOG_3;
    p = p * z + SCALAR_LOG_2;
    p = p * z + SCALAR_LOG_1;
    p = p * z + SCALAR_LOG_0;
    const double half = 0.5 * f * f;
    return e * SCALAR_LN2_HIGH + (f - (half - (s * (half + z * p) + e * SCALAR_LN2_LOW)));
}

// A length as a number of steps, at most 2^30 - 1.
DEVICE int32_t whole_gap(double length)
{
    return length >= 0.0 && length < 0x1p+30 ? (int32_t)length : 0x3fffffff;
}

// Steps without a spike before the next one, for a probability of p in each step: the floor of
// log(u) / log(1 - p), with inverse = 1 / log(1 - p). At most 2^30 - 1, which is also the gap of p = 0 whatever
// the sign of its infinite inverse.
DEVICE int32_t geometric_gap(uint32_t seed, uint32_t stream, uint32_t index, uint32_t step, uint32_t draw,
                             double inverse)
{
    uint32_t words[4] = {index, step, draw, FOR_GAPS};
    philox_scalar(words, seed, stream);
    const double u = ((double)(words[0] >> 6) * 0x1p+26 + (double)(words[1] >> 6)) * 0x1p-52 + 0x1p-53;
    return whole_gap(scalar_log(u) * inverse);
}

#endif
