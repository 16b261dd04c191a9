// Three arithmetics side by side, with the same functions in each.
//
// whole: one number in double precision, for what all elements share. one: one number of the network's precision, for
// events, which are carried out one after another. many: a vector of them, for updates of groups; on CUDA a number for
// each thread. In single precision both have a namespace wide in them: as many numbers in double precision, for the time
// and what is reckoned from it.
#ifndef DENDRIFY_GPU_ORDERED_LANES_H
#define DENDRIFY_GPU_ORDERED_LANES_H

#include <stdint.h>

#ifndef ON_CUDA
#include <string.h>
#define LANE_HOST_EMULATION
#endif

// Threads of a worker, see tasks.h.
#ifdef ON_CUDA
#define SIDE_BY_SIDE WORKER_THREADS
#else
#define SIDE_BY_SIDE 1
#endif

#if PRECISION == 32
#define SINGLE_PRECISION
#endif
#undef PRECISION

#define PRECISION 64
namespace whole {
#include "../lane_cuda.h"
#include "../lane_math.h"
#include "inverse_angles.h"
#include "../philox.h"
#include "../draws.h"
#include "one.h"
#include "words.h"
}
#include "forget.h"

#ifdef SINGLE_PRECISION
#undef PRECISION
#define PRECISION 32
namespace one {
#include "../lane_cuda.h"
#include "../lane_math.h"
#include "inverse_angles.h"
#include "../philox.h"
#include "../draws.h"
#include "one.h"
#include "words.h"
#include "wide_one.h"
}
#include "forget.h"
#else
namespace one = whole;
#endif

#ifdef ON_CUDA
namespace many {
#include "../lane_cuda.h"
#include "../lane_math.h"
#include "inverse_angles.h"
#include "../philox.h"
#include "../draws.h"
#include "one.h"
#include "many_cuda.h"
#include "words.h"
#ifdef SINGLE_PRECISION
#include "wide_one.h"
#endif
}
#else
#if defined(SINGLE_PRECISION) && defined(WIDE_LANES)
#undef PRECISION
#define PRECISION 64
#define REGISTERS 4
namespace many_wide {
#include "../lane_cpu.h"
#include "../lane_math.h"
#include "inverse_angles.h"
#include "../philox.h"
#include "../draws.h"
#include "many_cpu.h"
#include "words.h"
}
#include "forget.h"
#undef PRECISION
#define PRECISION 32
#endif
namespace many {
#include "../lane_cpu.h"
#include "../lane_math.h"
#include "inverse_angles.h"
#include "../philox.h"
#include "../draws.h"
#include "many_cpu.h"
#include "words.h"
#if defined(SINGLE_PRECISION) && defined(WIDE_LANES)
#include "wide_many_cpu.h"
#endif
}
#endif

#endif
