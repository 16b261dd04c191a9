// Three arithmetics side by side, with the same functions in each.
//
// whole: one number in double precision, for what all elements share. one: one number of the network's precision, for
// events, which are carried out one after another. many: a vector of them, for updates of groups.
#ifndef DENDRIFY_GPU_ORDERED_LANES_H
#define DENDRIFY_GPU_ORDERED_LANES_H

#include <stdint.h>
#include <string.h>

#if PRECISION == 32
#define SINGLE_PRECISION
#endif
#undef PRECISION
#define LANE_HOST_EMULATION

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
}
#include "forget.h"
#else
namespace one = whole;
#endif

namespace many {
#include "../lane_cpu.h"
#include "../lane_math.h"
#include "inverse_angles.h"
#include "../philox.h"
#include "../draws.h"
#include "many_cpu.h"
#include "words.h"
}

#endif
