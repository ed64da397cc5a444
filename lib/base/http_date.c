/* SPDX-License-Identifier: MIT */
#include "base/http_date.h"

#include "base/timestamp.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

/* 1 to 12; 0: none. */
static int month_of(const char *name)
{
    for (int i = 0; i < 12; i++) {
        if (memcmp(months + 3 * i, name, 3) == 0)
            return i + 1;
    }
    return 0;
}

int http_date_read(const char *text, int64_t *unix_us)
{
    char iso[32];
    int month;

    if (text == NULL || strlen(text) != 29 || memcmp(text + 25, " GMT", 4) != 0 ||
        memcmp(text + 3, ", ", 2) != 0)
        return 0;
    month = month_of(text + 8);
    if (month == 0)
        return 0;
    snprintf(iso, sizeof iso, "%.4s-%02d-%.2sT%.8sZ", text + 12, month, text + 5, text + 17);
    return timestamp_read(iso, strlen(iso), unix_us) == TIMESTAMP_OK;
}

int time_write(int64_t unix_us, char out[TIME_TEXT_SIZE])
{
    int64_t fraction = (unix_us % 1000000 + 1000000) % 1000000;
    time_t seconds = (time_t)((unix_us - fraction) / 1000000);
    struct tm parts;

    if (gmtime_r(&seconds, &parts) == NULL || parts.tm_year < 1 - 1900 ||
        parts.tm_year > 9999 - 1900)
        return 0;
    return snprintf(
               out, TIME_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", parts.tm_year + 1900,
               parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
               (int)fraction) < TIME_TEXT_SIZE;
}
