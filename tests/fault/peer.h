/* SPDX-License-Identifier: MIT */
/* A scripted peer inside the test process: a small TCP or TLS server on 127.0.0.1, HTTP/1.1 or
 * HTTP/2, that a test tells step by step what to do, so that every fault happens when and where it
 * is wanted.
 *
 *     struct peer *peer = PEER_START(
 *         PEER_TLS,
 *         PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[]"), PEER_READ_REQUEST, PEER_CLOSE),
 *         PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[]"), PEER_LOOP));
 *     ...  peer_url(peer)  ...
 *     CU_ASSERT_EQUAL(peer_delivered(peer, "POST"), 1);
 *     peer_stop(peer);
 *
 * Each connection has its own thread, so that a stalled one holds up nobody. The peer takes no
 * signal of the process and raises none in it, and its memory is not lib/base's: an allocation
 * sweep does not meet it. All functions may be called from any thread until peer_stop. */
#ifndef FAULT_PEER_H
#define FAULT_PEER_H

#include <stddef.h>

struct peer;

enum peer_action {
    PEER_DO_END,
    PEER_DO_READ_HEAD,
    PEER_DO_READ_BODY,
    PEER_DO_READ_REQUEST,
    PEER_DO_READ_BYTES,
    PEER_DO_SEND,
    PEER_DO_SEND_REPEATED,
    PEER_DO_ANSWER,
    PEER_DO_HALF_ANSWER,
    PEER_DO_ANSWER_HEAD,
    PEER_DO_DRIP,
    PEER_DO_STALL,
    PEER_DO_WAIT_GO,
    PEER_DO_HANDSHAKE,
    PEER_DO_HALF_CLOSE,
    PEER_DO_CLOSE,
    PEER_DO_RESET,
    PEER_DO_LOOP,
    PEER_DO_GOAWAY,
    PEER_DO_END_STREAM
};

struct peer_step {
    enum peer_action action;
    const char *text;
    long number;
};

/* What one connection does: steps up to PEER_END. After the last one the connection is closed in
 * order. A step that reads ends the script when the client has closed, one that sends ends it when
 * the client is gone. With TLS the first step that reads or sends begins with the handshake: a
 * script that starts with a stall, a close or a reset does so during the client's handshake.
 *
 * With HTTP/2 it is what one stream does, from the end of the request's head on. After the last
 * step, or PEER_LOOP, the answer that has begun is ended; a stream without one is reset; the
 * connection goes on. PEER_READ_BYTES is of the body, and a step that reads a second head ends the
 * script. What is sent is the answer's body; PEER_ANSWER_HEAD or status 200 comes before it. The
 * request's text is as in HTTP/1.1, with the version "HTTP/2", "host" for the authority and the
 * names in lower case. A step of the connection (PEER_HALF_CLOSE, PEER_CLOSE, PEER_RESET) ends the
 * other streams, too. */
struct peer_script {
    const struct peer_step *steps;
};

/* An initialiser of a struct peer_script; PEER_END is added. */
#define PEER_SCRIPT(...)                                                                           \
    {                                                                                              \
        (const struct peer_step[])                                                                 \
        {                                                                                          \
            __VA_ARGS__, PEER_END                                                                  \
        }                                                                                          \
    }

#define PEER_STEP(action, text, number)                                                            \
    {                                                                                              \
        action, text, number                                                                       \
    }

#define PEER_END PEER_STEP(PEER_DO_END, NULL, 0)

/* Reading. A body ends as Content-Length or "chunked" says; without both there is none. */
#define PEER_READ_HEAD     PEER_STEP(PEER_DO_READ_HEAD, NULL, 0)
#define PEER_READ_BODY     PEER_STEP(PEER_DO_READ_BODY, NULL, 0) /* of the head read before */
#define PEER_READ_REQUEST  PEER_STEP(PEER_DO_READ_REQUEST, NULL, 0)
#define PEER_READ_BYTES(n) PEER_STEP(PEER_DO_READ_BYTES, NULL, n) /* of whatever comes */

/* Sending, as it stands. */
#define PEER_SEND(text)                PEER_STEP(PEER_DO_SEND, text, -1)
#define PEER_SEND_BYTES(bytes, length) PEER_STEP(PEER_DO_SEND, bytes, length)
#define PEER_SEND_REPEATED(text, n)    PEER_STEP(PEER_DO_SEND_REPEATED, text, n)
#define PEER_DRIP(text, ms)            PEER_STEP(PEER_DO_DRIP, text, ms) /* a byte every @ms */
/* A well-formed JSON answer that keeps the connection alive. Status 204 and 304 have no body, nor
 * has the answer to HEAD, which only tells the length. */
#define PEER_ANSWER(status, body) PEER_STEP(PEER_DO_ANSWER, body, status)

/* The same, but the body breaks off at its half. */
#define PEER_HALF_ANSWER(status, body) PEER_STEP(PEER_DO_HALF_ANSWER, body, status)
/* The head of an answer whose body is what the following steps send, to the end of the script. */
#define PEER_ANSWER_HEAD(status) PEER_STEP(PEER_DO_ANSWER_HEAD, NULL, status)
/* The same, of another type than JSON; HTTP/2 only. */
#define PEER_ANSWER_HEAD_OF(status, type) PEER_STEP(PEER_DO_ANSWER_HEAD, type, status)

/* Waiting; peer_stop ends it. */
#define PEER_STALL(ms)     PEER_STEP(PEER_DO_STALL, NULL, ms)
#define PEER_STALL_FOREVER PEER_STEP(PEER_DO_STALL, NULL, -1)
#define PEER_WAIT_GO       PEER_STEP(PEER_DO_WAIT_GO, NULL, 0) /* for peer_go */

/* The connection. */
#define PEER_HANDSHAKE  PEER_STEP(PEER_DO_HANDSHAKE, NULL, 0)  /* TLS now; plain: nothing */
#define PEER_HALF_CLOSE PEER_STEP(PEER_DO_HALF_CLOSE, NULL, 0) /* of the writing side */
#define PEER_CLOSE      PEER_STEP(PEER_DO_CLOSE, NULL, 0)      /* close_notify and FIN */
#define PEER_RESET      PEER_STEP(PEER_DO_RESET, NULL, 0)      /* RST */
#define PEER_REFUSE     PEER_CLOSE /* the only step of a script: closes what it has accepted */
#define PEER_LOOP       PEER_STEP(PEER_DO_LOOP, NULL, 0) /* back to the first step */

/* HTTP/2 only; in HTTP/1.1 the connection ends. A GOAWAY names this stream as the last that is
 * served, or the one before it: then this one has not been looked at. The connection is closed when
 * its streams are done. */
#define PEER_GOAWAY          PEER_STEP(PEER_DO_GOAWAY, NULL, 0)
#define PEER_GOAWAY_BEFORE   PEER_STEP(PEER_DO_GOAWAY, NULL, 1)
#define PEER_RST_STREAM(why) PEER_STEP(PEER_DO_END_STREAM, NULL, why) /* RFC 9113, 7 */

enum peer_flags {
    PEER_PLAIN = 0,
    PEER_TLS = 1,   /* with a certificate of its own for localhost and 127.0.0.1 */
    PEER_HTTP2 = 3, /* over TLS, chosen by ALPN; a client that does not offer it is refused */
    PEER_UNIX = 4,  /* alone: plain, on a socket of the file system */
    /* Until peer_behave: with TLS, and a certificate or version that nobody may take; nobody listens;
     * connecting stalls. */
    PEER_EXPIRED = 8 | PEER_TLS,
    PEER_OTHER_NAME = 16 | PEER_TLS,
    PEER_STRANGER = 32 | PEER_TLS,
    PEER_OLD_TLS = 64 | PEER_TLS,
    PEER_REFUSING = 128,
    PEER_SILENT = 256
};

/* Starts serving: script i for connection i, or for stream i over all connections with HTTP/2; the
 * last one for all further ones. @n is at least 1. The steps are copied; their texts are borrowed until peer_stop. NULL when the system
 * has no socket, thread or memory for it. */
struct peer *peer_start(const struct peer_script *scripts, size_t n, unsigned flags);
#define PEER_START(flags, ...)                                                                     \
    peer_start(                                                                                    \
        (const struct peer_script[]){__VA_ARGS__},                                                 \
        sizeof((const struct peer_script[]){__VA_ARGS__}) / sizeof(struct peer_script), flags)

/* A peer whose backlog is full and that accepts nobody: a connect to it stalls. */
struct peer *peer_start_silent(void);

/* From now on connections play the last script, whatever their number, and what PEER_EXPIRED to
 * PEER_SILENT say is over. Once. 0, or −1 when the system has no thread for it. */
int peer_behave(struct peer *peer);

/* Ends all connections and threads, removes the CA file and frees the peer. NULL does nothing. */
void peer_stop(struct peer *peer);

/* A port of 127.0.0.1 that nobody listens on, outside the range that the system deals out, so that
 * nobody gets it by chance while the test runs; 0 when none is found. */
int peer_unused_port(void);

/* "http://127.0.0.1:PORT" or "https://127.0.0.1:PORT". */
const char *peer_url(const struct peer *peer);
int peer_port(const struct peer *peer);
/* Where a peer on a socket of the file system listens; NULL for the others. Its URL is
 * "http://localhost". */
const char *peer_socket_file(const struct peer *peer);
/* The certificate to trust, as a temporary PEM file; NULL without TLS. */
const char *peer_ca_file(const struct peer *peer);

/* Lets one PEER_WAIT_GO pass: one that waits, or the next to come. */
void peer_go(struct peer *peer);

/* A client may be done before the peer has seen what it did: wait for the count that shows it, for
 * example PEER_CLOSED, before the other ones are judged. */
enum peer_count {
    PEER_CONNECTIONS, /* accepted */
    PEER_REQUESTS,    /* whose head arrived whole */
    PEER_DELIVERIES,  /* whose head and body arrived whole */
    PEER_PAUSES,      /* PEER_WAIT_GO steps reached */
    PEER_CLOSED,      /* connections ended by the peer, its FIN or RST sent */
    PEER_STREAMS,     /* of HTTP/2, opened */
    PEER_CANCELS,     /* streams that the client reset */
    PEER_COUNTS
};

/* Waits until the count is @least or more: 1, or 0 when it is not after @timeout_ms. */
int peer_wait(struct peer *peer, enum peer_count count, size_t least, int timeout_ms);
size_t peer_count(struct peer *peer, enum peer_count count);
size_t peer_connections(struct peer *peer);
size_t peer_requests(struct peer *peer);
/* Requests of this method whose head arrived whole, whatever became of the body. */
size_t peer_arrived(struct peer *peer, const char *method);
/* Requests of this method whose head and body arrived whole. */
size_t peer_delivered(struct peer *peer, const char *method);
/* Bytes that reading steps took; with TLS, of the decrypted text. */
size_t peer_bytes_read(struct peer *peer);
/* Bytes that the system took from the peer, HTTP/1.1 only; with TLS, of the plain text. */
size_t peer_bytes_sent(struct peer *peer);

/* The text of request @i (from 0, in the order in which the heads arrived), head and what came of
 * its body as it was sent: at most @size − 1 bytes and a NUL; @size is at least 1. Returns its full length, 0 when there
 * is no such request. */
size_t peer_request(struct peer *peer, size_t i, char *out, size_t size);
size_t peer_last_request(struct peer *peer, char *out, size_t size);

#endif
