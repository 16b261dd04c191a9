// Applies functions of lanes to many arguments and keeps those where they are farthest from a more exact function.
// Included after lane_cpu.h and lane_math.h, with WORST defined as how many are kept.
#include <math.h>
#include <string.h>

#include <cmath>

#if PRECISION == 32
typedef double exact;
#else
typedef long double exact;
#endif

enum { BLOCK = 1024 };

struct Report {
    double error[WORST];  // sorted, the greatest first
    real x[WORST], y[WORST], result[WORST];
    int64_t count;
};

static const int DIGITS = PRECISION == 32 ? 24 : 53, LEAST = PRECISION == 32 ? -125 : -1021,
                 MOST = PRECISION == 32 ? 128 : 1024;

// Distance in units in the last place of the exact result; infinity counts as the power of two after the greatest
// number.
static double distance(real result, exact truth, bool tiny_to_zero)
{
    if (std::isnan(truth) || std::isnan(result))
        return std::isnan(truth) && std::isnan(result) ? 0 : INFINITY;
    const exact end = std::ldexp((exact)1, MOST);
    if (std::isinf(truth) || std::fabs(truth) >= end)
        return std::isinf(result) && std::signbit(result) == std::signbit(truth) ? 0 : INFINITY;
    if (truth == 0)
        return result == 0 && std::signbit(result) == std::signbit(truth) ? 0 : INFINITY;
    const exact least = std::ldexp((exact)1, LEAST - 1) * (1 + std::ldexp((exact)1, -DIGITS));
    if (tiny_to_zero && result == 0 && std::fabs(truth) < least)
        return 0;
    int exponent;
    (void)std::frexp(truth, &exponent);
    const exact value = std::isinf(result) ? std::copysign(end, (exact)result) : (exact)result;
    return (double)std::ldexp(std::fabs(value - truth), DIGITS - (exponent > LEAST ? exponent : LEAST));
}

static void keep(Report *report, double error, real x, real y, real result)
{
    if (!(error > report->error[WORST - 1]))
        return;
    int place = WORST - 1;
    for (; place > 0 && report->error[place - 1] < error; --place) {
        report->error[place] = report->error[place - 1];
        report->x[place] = report->x[place - 1];
        report->y[place] = report->y[place - 1];
        report->result[place] = report->result[place - 1];
    }
    report->error[place] = error;
    report->x[place] = x;
    report->y[place] = y;
    report->result[place] = result;
}

// A function of lanes, what it should be, and the arguments that count.
template <typename Own, typename Reference>
struct Trial {
    Own own;
    Reference reference;
    bool tiny_to_zero;
    real largest;
    Report *report;

    void block(const real *a, const real *b, int n) const
    {
        alignas(64) real out[BLOCK];
        for (int k = 0; k < BLOCK; k += LANES)
            store(out + k, own(load(a + k), load(b + k)));
        for (int k = 0; k < n; ++k) {
            if (std::fabs(a[k]) > largest)
                continue;
            keep(report, distance(out[k], reference(a[k], b[k]), tiny_to_zero), a[k], b[k], out[k]);
            ++report->count;
        }
    }

    // Arguments given as numbers.
    void points(const real *a, const real *b, int64_t n) const
    {
        alignas(64) real x[BLOCK], y[BLOCK];
        for (int64_t begin = 0; begin < n; begin += BLOCK) {
            const int count = n - begin < BLOCK ? (int)(n - begin) : BLOCK;
            for (int k = 0; k < BLOCK; ++k) {
                x[k] = a[begin + (k < count ? k : 0)];
                y[k] = b[begin + (k < count ? k : 0)];
            }
            block(x, y, count);
        }
    }

    // One in `stride` of all bit patterns of single precision.
    void patterns(uint64_t first, uint64_t stride) const
    {
        alignas(64) real x[BLOCK];
        for (uint64_t begin = first; begin < (uint64_t)1 << 32;) {
            int count = 0;
            for (; count < BLOCK && begin < (uint64_t)1 << 32; ++count, begin += stride) {
                const uint32_t bits = (uint32_t)begin;
                memcpy(&x[count], &bits, 4);
            }
            for (int k = count; k < BLOCK; ++k)
                x[k] = 0;
            block(x, x, count);
        }
    }
};

// Functions points_NAME and patterns_NAME for an expression of the lanes x and y, and one of the numbers x and y.
#define SWEEP(NAME, OWN, REFERENCE, TINY_TO_ZERO)                                                                     \
    static auto trial_##NAME(real largest, Report *report)                                                            \
    {                                                                                                                 \
        const auto own = []([[maybe_unused]] lane x, [[maybe_unused]] lane y) { return OWN; };                        \
        const auto reference = []([[maybe_unused]] exact x, [[maybe_unused]] exact y) -> exact { return REFERENCE; }; \
        return Trial<decltype(own), decltype(reference)>{own, reference, TINY_TO_ZERO, largest, report};              \
    }                                                                                                                 \
    extern "C" void points_##NAME(const real *a, const real *b, int64_t n, real largest, Report *report)              \
    {                                                                                                                 \
        trial_##NAME(largest, report).points(a, b, n);                                                                \
    }                                                                                                                 \
    extern "C" void patterns_##NAME(uint64_t first, uint64_t stride, real largest, Report *report)                    \
    {                                                                                                                 \
        trial_##NAME(largest, report).patterns(first, stride);                                                        \
    }
