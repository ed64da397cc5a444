/* SPDX-License-Identifier: MIT */
/**
 * @file
 * How a declaration becomes part of the interface. For the other headers; nothing to call.
 */
#ifndef SUPA_EXPORT_H
#define SUPA_EXPORT_H

#if defined(__GNUC__) || defined(__clang__)
#define SUPA_API         __attribute__((visibility("default")))
#define SUPA_WARN_UNUSED __attribute__((warn_unused_result))
#else
#define SUPA_API
#define SUPA_WARN_UNUSED
#endif

#endif
