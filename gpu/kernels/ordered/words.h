// Functions of Brian2's language that are written alike for one number and for vectors.
#ifndef DENDRIFY_GPU_ORDERED_WORDS_H
#define DENDRIFY_GPU_ORDERED_WORDS_H

DEVICE ilane whole_of(mask m) { return iselect(m, isplat(1), isplat(0)); }
DEVICE mask nonzero(lane x) { return not_equal(x, splat(0)); }
DEVICE mask nonzero(ilane x) { return mask_not(iequal(x, isplat(0))); }

DEVICE mask whole_less_equal(ilane a, ilane b) { return mask_not(whole_less(b, a)); }
DEVICE mask whole_greater(ilane a, ilane b) { return whole_less(b, a); }
DEVICE mask whole_greater_equal(ilane a, ilane b) { return mask_not(whole_less(a, b)); }
DEVICE mask whole_equal(ilane a, ilane b) { return iequal(a, b); }
DEVICE mask whole_not_equal(ilane a, ilane b) { return mask_not(iequal(a, b)); }
DEVICE mask mask_not_equal(mask a, mask b) { return mask_not(mask_equal(a, b)); }

DEVICE ilane whole_min(ilane a, ilane b) { return iselect(whole_less(b, a), b, a); }
DEVICE ilane whole_max(ilane a, ilane b) { return iselect(whole_less(a, b), b, a); }
DEVICE ilane whole_clip(ilane x, ilane low, ilane high) { return whole_min(whole_max(x, low), high); }
DEVICE ilane whole_abs(ilane x) { return whole_max(x, isplat(0) - x); }
DEVICE ilane whole_sign(ilane x) { return whole_of(whole_less(isplat(0), x)) - whole_of(whole_less(x, isplat(0))); }
DEVICE ilane whole_mod(ilane a, ilane b) { return a - whole_floor_divide(a, b) * b; }

// As in Python: what remains has the sign of the divisor.
DEVICE lane floor_divide(lane a, lane b) { return lane_round_even((a - lane_mod(a, b)) / b); }

// The number of the time step that a time lies in, as Brian2 counts.
DEVICE ilane timestep(lane t, lane dt) { return to_integer((t + splat((real)1e-3) * dt) / dt); }

// Powers with whole exponents, as products.
template <int N> DEVICE lane power(lane x)
{
    if constexpr (N < 0)
        return splat(1) / power<-N>(x);
    else if constexpr (N == 0)
        return splat(1);
    else if constexpr (N == 1)
        return x;
    else if constexpr (N % 2 == 0)
        return power<N / 2>(x * x);
    else
        return x * power<N - 1>(x);
}

template <int N> DEVICE ilane whole_power(ilane x)
{
    if constexpr (N == 0)
        return isplat(1);
    else if constexpr (N == 1)
        return x;
    else
        return x * whole_power<N - 1>(x);
}

#endif
