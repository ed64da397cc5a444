/* SPDX-License-Identifier: MIT */
#include "bundle.h"

#include "peer_certificate.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct bundle {
    char file[256];
};

const char *bundle_file(const struct bundle *bundle)
{
    return bundle->file;
}

/* One key for all: making them is what takes time. */
static int write_certificates(FILE *out, size_t n)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    int written = key != NULL;

    for (size_t i = 0; i < n && written; i++) {
        char name[40];
        X509 *certificate;

        snprintf(name, sizeof name, "unused %zu", i);
        certificate = peer_certificate_make(key, name);
        written = certificate != NULL && PEM_write_X509(out, certificate) == 1;
        X509_free(certificate);
    }
    EVP_PKEY_free(key);
    return written;
}

static int append_file(FILE *out, const char *path)
{
    char bytes[4096];
    size_t length;
    FILE *in;

    if (path == NULL)
        return 1;
    in = fopen(path, "r");
    if (in == NULL)
        return 0;
    while ((length = fread(bytes, 1, sizeof bytes, in)) != 0)
        fwrite(bytes, 1, length, out);
    fclose(in);
    return 1;
}

struct bundle *bundle_new(size_t n, const char *file)
{
    struct bundle *bundle = calloc(1, sizeof *bundle);
    FILE *out;
    int written;

    if (bundle == NULL)
        return NULL;
    out = peer_certificate_file(bundle->file, sizeof bundle->file);
    if (out == NULL) {
        free(bundle);
        return NULL;
    }
    written = write_certificates(out, n) && append_file(out, file);
    if (fclose(out) != 0 || !written) {
        bundle_free(bundle);
        return NULL;
    }
    return bundle;
}

void bundle_free(struct bundle *bundle)
{
    if (bundle == NULL)
        return;
    unlink(bundle->file);
    free(bundle);
}
