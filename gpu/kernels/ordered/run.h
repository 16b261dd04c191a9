// What the host calls or launches, after the step that it carries out.
#ifdef ON_CUDA
#include "run_cuda.h"
#else
#include "run_cpu.h"
#endif
