/* SPDX-License-Identifier: MIT */
/* What a fault should do to a request, and whether it did. */
#include "hostile.h"

/* A read may be asked twice, and once more at once when its idle connection was dead. */
enum { MOST_READS = 3 };

static const struct hostile_end ends[HOSTILE_ENDS] = {
    [FINE] = {SUPA_OK, SUPA_ANSWERED},
    [UNREACHED] = {SUPA_ERROR_NETWORK, SUPA_NOT_SENT},
    [UNTRUSTED] = {SUPA_ERROR_TLS, SUPA_NOT_SENT},
    [DIED] = {SUPA_ERROR_NETWORK, SUPA_UNKNOWN},
    [DIED_EARLY] = {SUPA_ERROR_NETWORK, HOSTILE_EITHER},
    [BROKEN] = {SUPA_ERROR_MALFORMED, SUPA_ANSWERED},
    [NO_HTTP] = {SUPA_ERROR_MALFORMED, SUPA_UNKNOWN},
    [GATEWAY] = {SUPA_ERROR_GATEWAY, SUPA_ANSWERED},
    [DOUBTFUL] = {SUPA_ERROR_GATEWAY, SUPA_UNKNOWN},
    [TOO_LARGE] = {SUPA_ERROR_TOO_LARGE, SUPA_ANSWERED},
    [FLOODED] = {SUPA_ERROR_TOO_LARGE, SUPA_UNKNOWN},
    [REFUSED] = {SUPA_ERROR_SERVER, SUPA_ANSWERED},
    [LATE_CONNECT] = {SUPA_ERROR_TIMEOUT, SUPA_NOT_SENT},
    [LATE] = {SUPA_ERROR_TIMEOUT, SUPA_UNKNOWN},
    [LATE_ANSWERED] = {SUPA_ERROR_TIMEOUT, SUPA_ANSWERED},
};

struct hostile_end
hostile_wanted(const struct hostile_fault *fault, const struct hostile_request *request)
{
    for (const struct hostile_exception *but = fault->but; but->kinds != 0; but++) {
        if ((but->kinds & request->kind) != 0)
            return ends[but->end];
    }
    return ends[request->writes ? fault->write : fault->read];
}

size_t hostile_delivered(const struct hostile_fault *fault, const struct hostile_request *request)
{
    if (!request->has_body && fault->bodyless.steps != NULL)
        return 0;
    return fault->takes == HOSTILE_WHOLE || (fault->takes == HOSTILE_HEAD && !request->has_body);
}

static int is_outcome(int wanted, int got)
{
    return wanted == got ||
           (wanted == HOSTILE_EITHER && (got == SUPA_NOT_SENT || got == SUPA_UNKNOWN));
}

static int is_delivered(
    const struct hostile_fault *fault, const struct hostile_request *request, int delivered)
{
    const int wanted = (int)hostile_delivered(fault, request);

    return request->writes ? delivered == wanted : delivered >= wanted && delivered <= MOST_READS;
}

const char *hostile_wrong(
    const struct hostile_fault *fault, const struct hostile_request *request,
    const struct hostile_result *result)
{
    const struct hostile_end wanted = hostile_wanted(fault, request);

    if (result->code != wanted.code)
        return "code";
    if (!is_outcome(wanted.outcome, result->outcome))
        return "outcome";
    if (!is_delivered(fault, request, result->delivered))
        return "deliveries";
    if (result->ms > result->most_ms)
        return "time";
    if (result->kilobytes > hostile_most_kilobytes())
        return "memory";
    if (result->next_read != SUPA_OK)
        return "the next read";
    if (result->next_write != SUPA_OK || result->next_delivered != 1)
        return "the next write";
    return NULL;
}
