/* SPDX-License-Identifier: MIT */
#include <supa/version.h>

const char *supa_version(void)
{
    return SUPA_VERSION_STRING;
}
