// What NVRTC lacks: the integer types of <stdint.h>, since it has no C library (the compiler is handed this text under that
// name), and infinity as the other compilers name it.
#ifndef DENDRIFY_GPU_NVRTC_STDINT_H
#define DENDRIFY_GPU_NVRTC_STDINT_H

typedef signed char int8_t;
typedef unsigned char uint8_t;
typedef short int16_t;
typedef unsigned short uint16_t;
typedef int int32_t;
typedef unsigned int uint32_t;
typedef long int64_t;
typedef unsigned long uint64_t;
static_assert(sizeof(int64_t) == 8, "long has eight bytes");

#define __builtin_inff() __int_as_float(0x7f800000)
#define __builtin_inf() __longlong_as_double(0x7ff0000000000000LL)

#endif
