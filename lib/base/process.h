/* SPDX-License-Identifier: MIT */
/* Which process this is: what a parent opened, its child of fork may not use. */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <supa/error.h>

/* A number that is another one in each child of fork from the first call on. */
unsigned process_generation(void);

/* 0 when @generation is this process's, else the code with @error filled in: @what was made before
 * a fork. */
int process_check(unsigned generation, const char *what, supa_error *error);

#endif
