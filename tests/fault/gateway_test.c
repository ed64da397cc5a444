/* SPDX-License-Identifier: MIT */
/* What a long GET meets behind nginx's default buffers. */
#include "gateway.h"

#include "bare.h"
#include "crowd.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A GET whose target has @length bytes; its status. */
static long ask_long(struct gateway *gateway, size_t length, const char *expected)
{
    char *url = calloc(1, length + 64);
    struct bare bare;
    size_t used;
    long status;

    CU_ASSERT_PTR_NOT_NULL_FATAL(url);
    used = strlen(gateway_url(gateway));
    sprintf(url, "%s/products?id=in.(", gateway_url(gateway));
    memset(url + strlen(url), '7', used + length - 1 - strlen(url));
    strcat(url, ")");
    bare_open(&bare, url, NULL);
    CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_OK);
    status = bare_status(&bare);
    if (status == 200)
        CU_ASSERT_STRING_EQUAL(bare.body, expected);
    bare_close(&bare);
    free(url);
    return status;
}

static const struct row {
    size_t length;
    long status;
} rows[] = {{100, 200}, {3895, 200}, {4215, 502}, {8000, 502}, {9655, 414}};

static void long_gets_end_as_they_do_behind_default_buffers(void)
{
    static const struct crowd_host host = {0};
    struct crowd *crowd = crowd_start(&host, 1, 0);
    struct gateway *gateway;

    CU_ASSERT_PTR_NOT_NULL_FATAL(crowd);
    if (!gateway_is_here()) {
        printf("\n    nginx is not here: not looked at");
        crowd_stop(crowd);
        return;
    }
    gateway = gateway_start(crowd_url(crowd, 0));
    CU_ASSERT_PTR_NOT_NULL_FATAL(gateway);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        long status = ask_long(gateway, rows[i].length, crowd_body(crowd, 0));

        printf("\n    a GET of %zu bytes: %ld", rows[i].length, status);
        CU_ASSERT_EQUAL(status, rows[i].status);
    }
    gateway_stop(gateway);
    crowd_stop(crowd);
}

CU_TestInfo gateway_tests[] = {
    {"long GETs end as they do behind default buffers",
     long_gets_end_as_they_do_behind_default_buffers},
    CU_TEST_INFO_NULL,
};
