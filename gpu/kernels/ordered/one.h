// What the text of tasks needs of one number at a time, beyond the lane headers.
#ifndef DENDRIFY_GPU_ORDERED_ONE_H
#define DENDRIFY_GPU_ORDERED_ONE_H

enum { PLACES = SIDE_BY_SIDE, PLACES_ALONE = 1 };

DEVICE mask mask_splat(bool x) { return x; }
DEVICE ulane as_counter(ilane x) { return (ulane)(uint32_t)x; }
DEVICE ilane numbers_from(int64_t first) { return (ilane)first; }

DEVICE mask whole_less(ilane a, ilane b) { return a < b; }
DEVICE mask mask_equal(mask a, mask b) { return a == b; }
DEVICE mask mask_select(mask m, mask a, mask b) { return m ? a : b; }
DEVICE ilane whole_floor_divide(ilane a, ilane b) { return b == 0 ? 0 : a / b - ((a % b != 0) & ((a < 0) != (b < 0))); }
DEVICE ilane to_integer(lane x) { return (ilane)x; }

// Values in memory: of any type there.
template <class T> DEVICE auto as_value(T x)
{
    if constexpr ((T)0.5 != (T)0)
        return (lane)x;
    else
        return (ilane)x;
}
DEVICE mask as_value(bool x) { return x; }

template <class T> DEVICE auto fetch(const T *p) { return as_value(*p); }
template <class T> DEVICE auto gather(const T *p, ilane index) { return as_value(p[index]); }

template <class T, class V> DEVICE void put(T *p, V x) { *p = (T)x; }
template <class T, class V> DEVICE void scatter(T *p, ilane index, V x, mask here)
{
    if (here)
        p[index] = (T)x;
}

// Functions that are given for single numbers.
template <class F, class... X> DEVICE lane each_number(F f, X... x) { return (lane)f(x...); }
template <class F, class... X> DEVICE ilane each_whole(F f, X... x) { return (ilane)f(x...); }
template <class F, class... X> DEVICE mask each_condition(F f, X... x) { return (mask)f(x...); }

template <class X> DEVICE X first_value(X x) { return x; }

#endif
