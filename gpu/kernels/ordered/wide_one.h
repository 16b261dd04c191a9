// Between numbers in single and in double precision, one at a time.
#ifndef DENDRIFY_GPU_ORDERED_WIDE_H
#define DENDRIFY_GPU_ORDERED_WIDE_H

namespace wide = ::whole;

DEVICE wide::lane widen(lane x) { return x; }
DEVICE wide::ilane widen(ilane x) { return x; }
DEVICE wide::mask widen(mask x) { return x; }

DEVICE lane narrow(wide::lane x) { return (lane)x; }
DEVICE ilane narrow(wide::ilane x) { return (ilane)x; }
DEVICE mask narrow(wide::mask x) { return x; }

#endif
