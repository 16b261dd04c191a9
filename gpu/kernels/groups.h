// A text is compiled as a whole, or in parts side by side: of its groups of functions GROUP_1, GROUP_2, ... say which part
// each belongs to, and PART is the one that is being compiled. What belongs to no group is in part 0.
#ifndef DENDRIFY_GPU_GROUPS_H
#define DENDRIFY_GPU_GROUPS_H

// OF_PART(kind): what a function is that one part defines and another calls, and of which kind it is in a whole text.
#ifdef PART
#define GROUP_0 0
#define IN_PART(group) (GROUP_##group == PART)
#define OF_PART(kind) __attribute__((visibility("hidden")))
#else
#define IN_PART(group) 1
#define OF_PART(kind) kind
#endif

#endif
