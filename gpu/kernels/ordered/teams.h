// Who carries the tasks out, and how spikes reach the synapses of each.
#ifdef ON_CUDA
#include "team_cuda.h"
#include "pathways_cuda.h"
#else
#include "team_cpu.h"
#include "pathways_cpu.h"
#endif
