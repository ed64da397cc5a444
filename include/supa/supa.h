/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Everything but the headers that need another library's (supa/cjson.h).
 */
#ifndef SUPA_SUPA_H
#define SUPA_SUPA_H

#include <supa/client.h>
#include <supa/error.h>
#include <supa/manager.h>
#include <supa/query.h>
#include <supa/response.h>
#include <supa/value.h>
#include <supa/version.h>

#endif
