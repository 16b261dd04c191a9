// Between vectors of numbers in single and in double precision: as many places in twice as many registers.
#ifndef DENDRIFY_GPU_ORDERED_WIDE_H
#define DENDRIFY_GPU_ORDERED_WIDE_H

namespace wide = ::many_wide;
enum { WIDE_PARTS = 2 * REGISTERS };

// A register's half in single precision has the places of a register in double precision.
typedef real half_vec __attribute__((vector_size(VECTOR_BYTES / 2)));
typedef integer half_ivec __attribute__((vector_size(VECTOR_BYTES / 2)));

DEVICE wide::lane widen(lane x)
{
    wide::lane r;
    for (int k = 0; k < WIDE_PARTS; ++k) {
        half_vec half;
        memcpy(&half, (const char *)&x + k * sizeof half, sizeof half);
        r.part[k] = __builtin_convertvector(half, wide::vec);
    }
    return r;
}
DEVICE wide::ilane widen(ilane x)
{
    wide::ilane r;
    for (int k = 0; k < WIDE_PARTS; ++k) {
        half_ivec half;
        memcpy(&half, (const char *)&x + k * sizeof half, sizeof half);
        r.part[k] = __builtin_convertvector(half, wide::ivec);
    }
    return r;
}
DEVICE wide::mask widen(mask x) { return wide::mask_of(widen(whole_of(x))); }

DEVICE lane narrow(wide::lane x)
{
    lane r;
    for (int k = 0; k < WIDE_PARTS; ++k) {
        const half_vec half = __builtin_convertvector(x.part[k], half_vec);
        memcpy((char *)&r + k * sizeof half, &half, sizeof half);
    }
    return r;
}
DEVICE ilane narrow(wide::ilane x)
{
    ilane r;
    for (int k = 0; k < WIDE_PARTS; ++k) {
        const half_ivec half = __builtin_convertvector(x.part[k], half_ivec);
        memcpy((char *)&r + k * sizeof half, &half, sizeof half);
    }
    return r;
}
DEVICE mask narrow(wide::mask x) { return mask_of(narrow(wide::whole_of(x))); }

#endif
