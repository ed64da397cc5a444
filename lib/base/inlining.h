/* SPDX-License-Identifier: MIT */
/* What to put into its callers and what to keep out of them, where speed or size hangs on it. */
#ifndef BASE_INLINING_H
#define BASE_INLINING_H

#if defined(__GNUC__)
#define RARELY(condition)  __builtin_expect((condition) != 0, 0)
#define USUALLY(condition) __builtin_expect((condition) != 0, 1)
#define APART              __attribute__((noinline))
#define INLINE             inline __attribute__((always_inline))
#else
#define RARELY(condition)  (condition)
#define USUALLY(condition) (condition)
#define APART
#define INLINE inline
#endif

#endif
