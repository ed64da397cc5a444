/* SPDX-License-Identifier: MIT */
/* Taking secrets out of texts that somebody else wrote. */
#ifndef BASE_REDACT_H
#define BASE_REDACT_H

#include "base/buffer.h"

#include <stddef.h>

#define REDACT_MINIMUM 8 /* shorter secrets are left alone: they would be found in everything */

/* Appends @text with "[hidden]" wherever one of @secrets stands: as it is, with any of its bytes
 * percent-encoded or escaped as JSON does, or as base64 (either alphabet, also amid other encoded
 * bytes). One that is cut off by the end of @text counts from REDACT_MINIMUM bytes on. @secrets ends
 * in NULL and may be NULL. */
void redact_put(struct buffer *out, const char *text, size_t length, const char *const *secrets);

#endif
