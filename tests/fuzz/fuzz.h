/* SPDX-License-Identifier: MIT */
/* What the fuzz targets share. A target is a function over bytes and its name. It is linked with
 * libFuzzer, or with the main of fuzz.c, which replays the committed corpus. */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <supa/error.h>

/* "json": its corpus lies in tests/fuzz/corpus/json. */
extern const char *const fuzz_name;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for every input; else the process ends with the place and the words. */
#define FUZZ_REQUIRE(condition) fuzz_require((condition) ? 1 : 0, __FILE__, __LINE__, #condition)
void fuzz_require(int holds, const char *file, int line, const char *what);

/* Bytes that are taken from the front one after the other. */
struct fuzz_bytes {
    const char *at, *end;
};

struct fuzz_bytes fuzz_bytes_of(const uint8_t *data, size_t size);
/* The next byte, or 0. */
unsigned fuzz_byte(struct fuzz_bytes *bytes);
/* All up to the next @mark, which is skipped, or up to the end; how many in *@length. */
const char *fuzz_until(struct fuzz_bytes *bytes, char mark, size_t *length);

/* A block of exactly these bytes, so that a byte read too many is found; for free. */
char *fuzz_copy(const char *bytes, size_t length);
/* The same with a NUL behind them. */
char *fuzz_text(const char *bytes, size_t length);

/* What error.h says of an error, and that it shows none of @secrets, a list that ends in NULL. */
void fuzz_check_error(const supa_error *error, const char *const *secrets);

#endif
