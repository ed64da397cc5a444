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

/** Whether these headers are of version @p major.@p minor.@p patch or later; for the preprocessor too. */
#define SUPA_VERSION_AT_LEAST(major, minor, patch)                                                 \
    (SUPA_VERSION_MAJOR * 1000000 + SUPA_VERSION_MINOR * 1000 + SUPA_VERSION_PATCH >=              \
     (major)*1000000 + (minor)*1000 + (patch))

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
