/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Which version the program was compiled with, and which it runs with.
 */
#ifndef SUPA_VERSION_H
#define SUPA_VERSION_H

#include <supa/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The version of these headers. The build checks that it is the package's. */
#define SUPA_VERSION_MAJOR  0
#define SUPA_VERSION_MINOR  1
#define SUPA_VERSION_PATCH  0
#define SUPA_VERSION_STRING "0.1.0"

/**
 * The version of the library that is linked, as "MAJOR.MINOR.PATCH".
 *
 * @return a constant; never NULL. Any thread, any time.
 */
SUPA_API const char *supa_version(void);

#ifdef __cplusplus
}
#endif

#endif
