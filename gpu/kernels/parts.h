// What models need whose update is cut into parts (codegen/partition.py): functions that are not inlined, and
// states that stay in memory.
#ifndef DENDRIFY_GPU_PARTS_H
#define DENDRIFY_GPU_PARTS_H

#if defined(__CUDACC__) && !defined(LANE_HOST_EMULATION)
#define SEPARATE static __device__ __noinline__ __attribute__((unused))
#define MEMBER __device__ __forceinline__
#else
#define SEPARATE static __attribute__((noinline, unused))
#define MEMBER inline __attribute__((always_inline))
#endif

// Functions that are not copied to wherever they are called: hundreds of copies would neither compile in reasonable
// time nor fit in the processor's instruction cache.
SEPARATE lane separate_exp(lane x) { return lane_exp(x); }
SEPARATE lane separate_expm1(lane x) { return lane_expm1(x); }
SEPARATE lane separate_exprel(lane x) { return lane_exprel(x); }
SEPARATE lane separate_log(lane x) { return lane_log(x); }
SEPARATE lane separate_log10(lane x) { return lane_log10(x); }
SEPARATE lane separate_log1p(lane x) { return lane_log1p(x); }
SEPARATE lane separate_sin(lane x) { return lane_sin(x); }
SEPARATE lane separate_cos(lane x) { return lane_cos(x); }
SEPARATE lane separate_tan(lane x) { return lane_tan(x); }
SEPARATE lane separate_sinh(lane x) { return lane_sinh(x); }
SEPARATE lane separate_cosh(lane x) { return lane_cosh(x); }
SEPARATE lane separate_tanh(lane x) { return lane_tanh(x); }
SEPARATE lane separate_pow(lane x, lane y) { return lane_pow(x, y); }

// A state of the neurons of one lane: reads and writes like a variable, and lies in memory.
struct StateInMemory {
    real *where;
    MEMBER operator lane() const { return load(where); }
    MEMBER void operator=(lane x) { store(where, x); }
    MEMBER void operator=(const StateInMemory &other) { store(where, load(other.where)); }
};

#endif
