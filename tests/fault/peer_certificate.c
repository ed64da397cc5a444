/* SPDX-License-Identifier: MIT */
#include "peer_certificate.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { DAY = 24 * 60 * 60 };

static int add_extension(X509 *certificate, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    int added = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;

    X509_EXTENSION_free(extension);
    return added;
}

static int name_itself(X509 *certificate, const char *text)
{
    X509_NAME *name = X509_get_subject_name(certificate);

    return X509_NAME_add_entry_by_txt(
               name, "CN", MBSTRING_ASC, (const unsigned char *)text, -1, -1, 0) == 1 &&
           X509_set_issuer_name(certificate, name) == 1;
}

struct terms {
    const char *name, *hosts;
    long from, to; /* seconds from now */
};

static int fill_in(X509 *certificate, EVP_PKEY *key, const struct terms *terms)
{
    return X509_set_version(certificate, 2) == 1 &&
           ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) == 1 &&
           X509_gmtime_adj(X509_getm_notBefore(certificate), terms->from) != NULL &&
           X509_gmtime_adj(X509_getm_notAfter(certificate), terms->to) != NULL &&
           X509_set_pubkey(certificate, key) == 1 && name_itself(certificate, terms->name) &&
           add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE") &&
           add_extension(certificate, NID_subject_alt_name, terms->hosts) &&
           X509_sign(certificate, key, EVP_sha256()) != 0;
}

static X509 *make(EVP_PKEY *key, const struct terms *terms)
{
    X509 *certificate = X509_new();

    if (certificate != NULL && fill_in(certificate, key, terms))
        return certificate;
    X509_free(certificate);
    return NULL;
}

/* Valid from yesterday: the clocks of virtual machines jump. */
X509 *peer_certificate_make(EVP_PKEY *key, const char *name)
{
    return make(key, &(struct terms){name, "DNS:localhost,IP:127.0.0.1", -DAY, DAY});
}

FILE *peer_certificate_file(char *file, size_t size)
{
    const char *folder = getenv("TMPDIR");
    int length = snprintf(
        file, size, "%s/supa-peer-XXXXXX", folder == NULL || *folder == '\0' ? "/tmp" : folder);
    int fd = length < 0 || (size_t)length >= size ? -1 : mkstemp(file);
    FILE *stream = fd < 0 ? NULL : fdopen(fd, "w");

    if (stream == NULL && fd >= 0) {
        close(fd);
        unlink(file);
    }
    return stream;
}

static int write_file(X509 *certificate, char *file, size_t size)
{
    FILE *stream = peer_certificate_file(file, size);
    int written;

    if (stream == NULL)
        return 0;
    written = PEM_write_X509(stream, certificate) == 1;
    written = fclose(stream) == 0 && written;
    if (!written)
        unlink(file);
    return written;
}

SSL_CTX *peer_certificate_new(char *file, size_t size)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = key == NULL ? NULL : peer_certificate_make(key, "scripted peer");
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());

    if (certificate == NULL || tls == NULL || SSL_CTX_use_certificate(tls, certificate) != 1 ||
        SSL_CTX_use_PrivateKey(tls, key) != 1 || !write_file(certificate, file, size)) {
        SSL_CTX_free(tls);
        tls = NULL;
    }
    X509_free(certificate);
    EVP_PKEY_free(key);
    return tls;
}

/* So that it is refused for its own fault, not as a stranger. */
static int add_to_file(X509 *certificate, const char *file)
{
    FILE *stream = fopen(file, "a");
    int written;

    if (stream == NULL)
        return 0;
    written = PEM_write_X509(stream, certificate) == 1;
    return fclose(stream) == 0 && written;
}

/* What OpenSSL's own level of security would not agree to, the peer does. */
static int be_old(SSL_CTX *tls)
{
    SSL_CTX_set_security_level(tls, 0);
    return SSL_CTX_set_min_proto_version(tls, TLS1_VERSION) == 1 &&
           SSL_CTX_set_max_proto_version(tls, TLS1_1_VERSION) == 1 &&
           SSL_CTX_set_cipher_list(tls, "ALL:@SECLEVEL=0") == 1;
}

SSL_CTX *peer_certificate_new_bad(enum peer_certificate_fault fault, const char *file)
{
    static const struct terms all[] = {
        [PEER_CERTIFICATE_EXPIRED] = {"expired", "DNS:localhost,IP:127.0.0.1", -3L * DAY, -DAY},
        [PEER_CERTIFICATE_OTHER_NAME] = {"other", "DNS:other.test,IP:127.9.9.9", -DAY, DAY},
        [PEER_CERTIFICATE_STRANGER] = {"stranger", "DNS:localhost,IP:127.0.0.1", -DAY, DAY},
        [PEER_CERTIFICATE_OLD_TLS] = {"old", "DNS:localhost,IP:127.0.0.1", -DAY, DAY},
    };
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = key == NULL ? NULL : make(key, &all[fault]);
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());

    if (certificate == NULL || tls == NULL || SSL_CTX_use_certificate(tls, certificate) != 1 ||
        SSL_CTX_use_PrivateKey(tls, key) != 1 ||
        (fault == PEER_CERTIFICATE_OLD_TLS && !be_old(tls)) ||
        (fault != PEER_CERTIFICATE_STRANGER && !add_to_file(certificate, file))) {
        SSL_CTX_free(tls);
        tls = NULL;
    }
    X509_free(certificate);
    EVP_PKEY_free(key);
    return tls;
}

void peer_certificate_free(SSL_CTX *tls, const char *file)
{
    if (tls == NULL)
        return;
    SSL_CTX_free(tls);
    unlink(file);
}
