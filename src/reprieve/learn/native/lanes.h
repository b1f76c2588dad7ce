/* Four numbers at once, and what is done with them. */
#pragma once
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* One copy for processors with 256-bit instructions and one for all others, chosen when the library is loaded. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__GLIBC__)
#define BY_PROCESSOR __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define BY_PROCESSOR
#endif
#define INLINE static inline __attribute__((always_inline))

enum { LANES = 4 }; /* nodes in a vec */

#define ROOT_3 1.7320508075688772
#define LOG_2PI 1.8378770664093454836

typedef double vec __attribute__((vector_size(32)));
typedef int64_t bits __attribute__((vector_size(32)));

INLINE vec splat(double x) { return (vec){x, x, x, x}; }
INLINE vec choose(bits where, vec a, vec b) { return (vec)((where & (bits)a) | (~where & (bits)b)); }
INLINE int any(bits where) { return (where[0] | where[1] | where[2] | where[3]) != 0; }
INLINE vec above(vec a, double b) { return choose((bits)(a > b), a, splat(b)); }
INLINE vec magnitude(vec a) { return (vec)((bits)a & INT64_MAX); }
INLINE vec root_of(vec a) { return (vec){sqrt(a[0]), sqrt(a[1]), sqrt(a[2]), sqrt(a[3])}; }
INLINE vec log_of(vec a) { return (vec){log(a[0]), log(a[1]), log(a[2]), log(a[3])}; }

/* Exponential within 2 units of the last place; its argument is held between -700 and 700. */
INLINE vec exp_of(vec x) {
    const double shift = 6755399441055744.0; /* 1.5 * 2^52: adding it rounds to a whole number */
    x = above(x, -700.0);
    x = choose((bits)(x > 700.0), splat(700.0), x);
    vec n = x * 1.4426950408889634 + shift;
    bits whole = (bits)n << 52;
    n -= shift;
    vec r = (x - n * 0.693147180369123816490) - n * 1.90821492927058770002e-10, r2 = r * r, r4 = r2 * r2;
    /* Taylor's series to the 13th power, in pairs: short chains, so that the next one can begin */
    vec low = (1 + r) + r2 * (1.0 / 2 + r * (1.0 / 6));
    vec middle = (1.0 / 24 + r * (1.0 / 120)) + r2 * (1.0 / 720 + r * (1.0 / 5040));
    vec high = (1.0 / 40320 + r * (1.0 / 362880)) + r2 * (1.0 / 3628800 + r * (1.0 / 39916800));
    vec p = low + r4 * (middle + r4 * (high + r4 * (1.0 / 479001600 + r * (1.0 / 6227020800.0))));
    return (vec)((bits)p + whole) + (x - x); /* what is no number stays none */
}

static vec *aligned(char *memory) { return (vec *)(memory + (32 - (uintptr_t)memory % 32) % 32); }
