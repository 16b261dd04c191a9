// Whole random numbers: of Poisson's and of the binomial distribution.
//
// Small means by inversion, on all lanes at a time: the outcomes are gone through from zero on. Large ones by Hormann's
// transformed rejection (1993, Insurance: Mathematics and Economics 12:39-45 and Journal of Statistical Computation and
// Simulation 46:101-110), lane by lane and in double precision whatever that of the lanes: means to 1e12 are drawn
// accurately, and the rounding of likelihoods shows from 1e15 on. Each trial has words of its own, so a result depends on
// nothing but its own counter.
#ifndef DENDRIFY_GPU_DRAWS_H
#define DENDRIFY_GPU_DRAWS_H

// Trials of a rejection have words of their own: their purposes follow this one.
#define FOR_TRIALS 16u
// Means from which on rejection is used.
#define LARGE_MEAN 10
// Outcomes whose probability, with that of all greater ones, is below this are found from above.
#define RARE_OUTCOMES CHOOSE(0x1p-10, 0x1p-20)
// A probability that no sum shows beside the least uniform number. Outcomes of a mean below LARGE_MEAN have it before
// MOST_TERMS.
#define NEGLIGIBLE CHOOSE(0x1p-64, 0x1p-96)
#define MOST_TERMS 100

#ifdef __CUDA_ARCH__
DEVICE double scalar_sqrt(double x) { return __dsqrt_rn(x); }
#else
DEVICE double scalar_sqrt(double x) { return __builtin_sqrt(x); }
#endif

// The whole number below, for sizes below 2^51.
DEVICE double scalar_floor(double x)
{
    const double whole = (x + 0x1.8p+52) - 0x1.8p+52;
    return whole > x ? whole - 1.0 : whole;
}

// log k! - ((k + 1/2) log(k + 1) - (k + 1) + log(2 pi) / 2)
DEVICE double stirling_rest(double k)
{
    const double exact[10] = {0x1.4c071bcda0a5bp-4, 0x1.52a9b923ea649p-5, 0x1.c579a268d80b3p-6, 0x1.54a2662fd78a9p-6,
                              0x1.10b4e513fcbedp-6, 0x1.c6b167bebdf36p-7, 0x1.85d4d612e4a86p-7, 0x1.552805e7b3076p-7,
                              0x1.2f4871b12ab64p-7, 0x1.10f9d4c0743a7p-7};
    if (k < 10.0)
        return exact[(int32_t)k];
    const double n = k + 1.0;
    const double square = n * n;
    return (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - 1.0 / 1680.0 / square) / square) / square) / n;
}

// Two uniform numbers of a trial.
struct Trial {
    double u;
    double v;
};

DEVICE Trial trial_of(uint32_t index, uint32_t step, uint32_t draw, uint32_t number, uint32_t seed, uint32_t stream)
{
    uint32_t words[4] = {index, step, draw, FOR_TRIALS + number};
    philox_scalar(words, seed, stream);
    const double u = (double)(words[0] >> 6) * 0x1p+26 + (double)(words[1] >> 6);
    const double v = (double)(words[2] >> 6) * 0x1p+26 + (double)(words[3] >> 6);
    return {u * 0x1p-52 + 0x1p-53, v * 0x1p-52 + 0x1p-53};
}

// Poisson's distribution for a mean from LARGE_MEAN on: the algorithm PTRS.
DEVICE double poisson_by_rejection(double mean, uint32_t index, uint32_t step, uint32_t draw, uint32_t seed,
                                   uint32_t stream)
{
    const double b = 0.931 + 2.53 * scalar_sqrt(mean);
    const double a = -0.059 + 0.02483 * b;
    const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
    const double sure = 0.9277 - 3.6224 / (b - 2.0);
    for (uint32_t number = 0;; ++number) {
        const Trial trial = trial_of(index, step, draw, number, seed, stream);
        const double u = trial.u - 0.5;
        const double room = 0.5 - (u < 0.0 ? -u : u);
        const double k = scalar_floor((2.0 * a / room + b) * u + mean + 0.43);
        if (room >= 0.07 && trial.v <= sure)
            return k;
        if (k < 0.0 || (room < 0.013 && trial.v > room))
            continue;
        const double n = k + 1.0;
        // log of mean^k e^-mean / k!
        const double likelihood = k * scalar_log(mean / n) - 0.5 * scalar_log(n) + (n - mean) -
                                  0x1.d67f1c864beb5p-1 - stirling_rest(k);
        if (scalar_log(trial.v * inverse_alpha / (a / (room * room) + b)) <= likelihood)
            return k;
    }
}

// The binomial distribution for p <= 1/2 and n p from LARGE_MEAN on: the algorithm BTRS.
DEVICE double binomial_by_rejection(double n, double p, uint32_t index, uint32_t step, uint32_t draw, uint32_t seed,
                                    uint32_t stream)
{
    const double odds = p / (1.0 - p);
    const double deviation = scalar_sqrt(n * p * (1.0 - p));
    const double b = 1.15 + 2.53 * deviation;
    const double a = -0.0873 + 0.0248 * b + 0.01 * p;
    const double alpha = (2.83 + 5.1 / b) * deviation;
    const double sure = 0.92 - 4.2 / b;
    const double mode = scalar_floor((n + 1.0) * p);
    for (uint32_t number = 0;; ++number) {
        const Trial trial = trial_of(index, step, draw, number, seed, stream);
        const double u = trial.u - 0.5;
        const double room = 0.5 - (u < 0.0 ? -u : u);
        const double k = scalar_floor((2.0 * a / room + b) * u + n * p + 0.5);
        if (k < 0.0 || k > n)
            continue;
        if (room >= 0.07 && trial.v <= sure)
            return k;
        // log of the probability of k over that of the mode
        const double likelihood = (mode + 0.5) * scalar_log((mode + 1.0) / (odds * (n - mode + 1.0))) +
                                  (n + 1.0) * scalar_log((n - mode + 1.0) / (n - k + 1.0)) +
                                  (k + 0.5) * scalar_log(odds * (n - k + 1.0) / (k + 1.0)) + stirling_rest(mode) +
                                  stirling_rest(n - mode) - stirling_rest(k) - stirling_rest(n - k);
        if (scalar_log(trial.v * alpha / (a / (room * room) + b)) <= likelihood)
            return k;
    }
}

// A uniform number above 0 and at most 1, with all its digits near 0.
DEVICE lane tail_uniform(ulane index, uint32_t step, uint32_t draw, uint32_t seed, uint32_t stream)
{
    ulane words[4];
    draw_words(words, index, step, draw, seed, stream);
    return unit_for_logarithm(words[0], words[1]);
}

// The outcomes 0, 1, ..., most, where the probability of k is that of k - 1 times offset / k + slope.
struct Outcomes {
    lane none;  // the probability of zero
    lane some;  // that of all others
    lane offset;
    lane slope;
    lane most;
};

DEVICE lane outcome_ratio(Outcomes outcomes, int k) { return outcomes.offset / splat((real)k) + outcomes.slope; }

// The least outcome above which lies a probability of at most u, for each lane that is wanted. Every probability is
// subtracted from that of what is left, which has the rounding errors of numbers near 1.
DEVICE lane outcome_from_below(mask wanted, lane u, Outcomes outcomes)
{
    lane result = splat(0), probability = outcomes.none, above = outcomes.some;
    mask open = wanted & less(u, above);
    for (int k = 1; k < MOST_TERMS && any_set(open); ++k) {
        result = select(open, splat((real)k), result);
        probability = probability * outcome_ratio(outcomes, k);
        above = above - probability;
        open = open & less(u, above);
    }
    return result;
}

// The same for a small u: probabilities are added from the least on, so that their sum is accurate however small it is.
DEVICE lane outcome_from_above(mask wanted, lane u, Outcomes outcomes)
{
    lane last = splat(0), probability = outcomes.none;
    int k = 1;
    for (mask open = wanted; any_set(open); ++k) {
        open = open & less_equal(splat((real)k), outcomes.most);
        last = select(open, splat((real)k), last);
        probability = select(open, probability * outcome_ratio(outcomes, k), probability);
        open = open & greater(probability, splat(NEGLIGIBLE));
    }
    lane result = splat(0), sum = splat(0);
    for (mask open = wanted; --k > 0 && any_set(open);) {
        const mask reached = open & less_equal(splat((real)k), last);
        sum = select(reached, sum + probability, sum);
        probability = select(reached, probability / outcome_ratio(outcomes, k), probability);
        const mask found = reached & greater(sum, u);
        result = select(found, splat((real)k), result);
        open = open & mask_not(found);
    }
    return result;
}

DEVICE lane outcome_of(lane u, Outcomes outcomes)
{
    const mask rare = less(u, splat(RARE_OUTCOMES));
    const lane result = outcome_from_below(mask_not(rare), u, outcomes);
    return any_set(rare) ? select(rare, outcome_from_above(rare, u, outcomes), result) : result;
}

// Poisson's distribution. A mean that is negative, infinite or not a number gives NaN.
DEVICE lane random_poisson(lane mean, ulane index, uint32_t step, uint32_t draw, uint32_t seed, uint32_t stream)
{
    const mask valid = greater_equal(mean, splat(0)) & less(mean, splat(INFINITE));
    const mask large = valid & greater_equal(mean, splat(LARGE_MEAN));
    const lane small_mean = select(valid & mask_not(large), mean, splat(0));
    const lane u = tail_uniform(index, step, draw, seed, stream);
    const Outcomes outcomes = {lane_exp(splat(0) - small_mean), splat(0) - lane_expm1(splat(0) - small_mean),
                               small_mean, splat(0), splat(MOST_TERMS)};
    lane result = outcome_of(u, outcomes);
    if (any_set(large)) {
        alignas(64) real means[LANES], results[LANES];
        store(means, mean);
        store(results, result);
        for (int k = 0; k < LANES; ++k)
            if (lane_is_set(large, k))
                results[k] = (real)poisson_by_rejection((double)means[k], counter_value(index, k), step, draw, seed,
                                                        stream);
        result = load(results);
    }
    return select(valid, result, not_a_number());
}

// The number of successes of n trials of probability p. An n that is not a whole number from 0 on, or a p that is not from
// 0 to 1, gives NaN.
DEVICE lane random_binomial(lane n, lane p, ulane index, uint32_t step, uint32_t draw, uint32_t seed, uint32_t stream)
{
    const mask valid = greater_equal(n, splat(0)) & less(n, splat(INFINITE)) & equal(lane_floor(n), n) &
                       greater_equal(p, splat(0)) & less_equal(p, splat(1));
    // The rarer of success and failure is counted.
    const mask turned = greater(p, splat((real)0.5));
    const lane rare = select(turned, splat(1) - p, p);
    const mask large = valid & greater_equal(n * rare, splat(LARGE_MEAN));
    const mask small = valid & mask_not(large);
    const lane trials = select(small, n, splat(0));
    const lane chance = select(small, rare, splat(0));
    const lane odds = chance / (splat(1) - chance);
    const lane exponent = trials * lane_log1p(splat(0) - chance);
    const lane u = tail_uniform(index, step, draw, seed, stream);
    // The probability of k is that of k - 1 times odds (n + 1 - k) / k.
    const Outcomes outcomes = {lane_exp(exponent), splat(0) - lane_expm1(exponent), odds * (trials + splat(1)),
                               splat(0) - odds, trials};
    lane count = outcome_of(u, outcomes);
    if (any_set(large)) {
        alignas(64) real numbers[LANES], chances[LANES], results[LANES];
        store(numbers, n);
        store(chances, rare);
        store(results, count);
        for (int k = 0; k < LANES; ++k)
            if (lane_is_set(large, k))
                results[k] = (real)binomial_by_rejection((double)numbers[k], (double)chances[k],
                                                         counter_value(index, k), step, draw, seed, stream);
        count = load(results);
    }
    return select(valid, select(turned, n - lane_min(count, n), lane_min(count, n)), not_a_number());
}

#endif
