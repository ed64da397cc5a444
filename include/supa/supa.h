/* SPDX-License-Identifier: MIT */
/**
 * @file
 * The whole interface in one include, but for what a program may not want: supa/fluent.h (macros),
 * supa/cjson.h (another library) and supa/adapters/uv.h (libuv).
 */
#ifndef SUPA_SUPA_H
#define SUPA_SUPA_H

#include <supa/cancel.h>
#include <supa/client.h>
#include <supa/error.h>
#include <supa/lines.h>
#include <supa/manager.h>
#include <supa/multi.h>
#include <supa/platform.h>
#include <supa/query.h>
#include <supa/response.h>
#include <supa/rows.h>
#include <supa/scope.h>
#include <supa/value.h>
#include <supa/version.h>
#include <supa/writer.h>

#endif
