/* SPDX-License-Identifier: MIT */
/* Envelopes in the master that are not as they were sealed, and those of an older program. */
#include "field.h"
#include "main.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <supa/platform.h>

enum { PAIRS = 20, TABLE = 100, FIRST = 8000, SECOND = 8200, CUTS = 24, FLIPS = 64 };

/* ENCRYPTION_KEY: bytes 0 to 31. */
static const char key_text[] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

static supa_keyring *keyring_of_both(void)
{
    supa_keyring *keyring = field_keyring();
    unsigned char key[SUPA_KEY_BYTES];

    for (size_t i = 0; i < sizeof key; i++)
        key[i] = (unsigned char)i;
    CU_ASSERT_EQUAL(supa_keyring_add_v1(keyring, key, sizeof key, NULL), SUPA_OK);
    return keyring;
}

/* With this keyring, whose reference it takes; NULL: the stack's. */
static supa_manager *still_manager(supa_keyring *keyring)
{
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;
    supa_manager *manager;

    options.refresh_ms = options.sweep_ms = 0;
    options.keyring = keyring;
    manager = field_manager(options, 0);
    supa_keyring_free(keyring);
    return manager;
}

/* How many of the field's stores lease with this code; each is asked of the master. */
static size_t leased(supa_manager *manager, size_t first, size_t count, int code)
{
    size_t found = 0;
    char id[40];

    for (size_t i = first; i < first + count; i++) {
        supa_manager_forget(manager, field_store(i, id));
        found += field_lease_code(manager, id) == code;
    }
    return found;
}

/* How many are leased and answer. */
static size_t served(supa_manager *manager, size_t first, size_t count)
{
    size_t found = 0;
    char id[40];

    for (size_t i = first; i < first + count; i++) {
        supa_client *shop;

        supa_manager_forget(manager, field_store(i, id));
        shop = supa_manager_lease(manager, id, NULL);
        found +=
            shop != NULL && supa_exec(supa_limit(supa_from(shop, "products"), 1), NULL) == SUPA_OK;
        supa_client_unref(shop);
    }
    return found;
}

/* Each of the first stores gets the envelope of one of the second ones, and the other way round. */
static void swap_all(void)
{
    char pairs[PAIRS * 180];
    size_t used = 0;

    for (size_t i = 0; i < PAIRS; i++) {
        char one[40], other[40];

        field_store(FIRST + i, one);
        field_store(SECOND + i, other);
        used += (size_t)snprintf(
            pairs + used, sizeof pairs - used, "%s('%s','%s'),('%s','%s')", i > 0 ? "," : "", one,
            other, other, one);
    }
    field_sql(
        "update store_databases a set connection_string_encrypted = b.connection_string_encrypted "
        "from store_databases b where (a.store_id, b.store_id) in (%s);",
        pairs);
}

static void swapped_envelopes_are_refused(void)
{
    supa_manager *manager = still_manager(NULL);
    size_t before, refused, after, from;

    field_put(FIRST, PAIRS);
    field_put(SECOND, PAIRS);
    before = served(manager, FIRST, PAIRS) + served(manager, SECOND, PAIRS);
    swap_all();
    from = field_log_lines();
    refused = leased(manager, FIRST, PAIRS, SUPA_ERROR_CREDENTIALS) +
              leased(manager, SECOND, PAIRS, SUPA_ERROR_CREDENTIALS);
    CU_ASSERT_EQUAL(field_asked_of(1, from, ""), 0);
    swap_all();
    after = served(manager, FIRST, PAIRS) + served(manager, SECOND, PAIRS);
    printf(
        "\n    %d stores served %zu; with envelopes swapped refused %zu; swapped back served %zu",
        2 * PAIRS, before, refused, after);
    CU_ASSERT_EQUAL(before, 2 * PAIRS);
    CU_ASSERT_EQUAL(refused, 2 * PAIRS);
    CU_ASSERT_EQUAL(after, 2 * PAIRS);
    supa_manager_free(manager);
}

static int code_of_envelope(supa_manager *manager, const char *id, const char *envelope)
{
    field_write(id, envelope);
    supa_manager_forget(manager, id);
    return field_lease_code(manager, id);
}

/* From the end, where the tag is; at other places, one character is another. */
static void cut_and_changed_envelopes_are_refused(void)
{
    supa_manager *manager = still_manager(NULL);
    size_t cut = 0, changed = 0, length;
    char id[40], *good, *bad;

    field_store(FIRST, id);
    good = field_seal(id, stack_tenant_value(1, "URL"), stack_tenant_value(1, "SERVICE_KEY"), NULL);
    length = strlen(good);
    bad = malloc(length + 1);
    for (size_t n = 1; n <= CUTS; n++) {
        memcpy(bad, good, length + 1);
        bad[length - n] = '\0';
        cut += code_of_envelope(manager, id, bad) == SUPA_ERROR_CREDENTIALS;
    }
    for (size_t n = 0; n < FLIPS; n++) {
        size_t at = strlen("supa2.k1.") + n * (length - strlen("supa2.k1.")) / FLIPS;

        memcpy(bad, good, length + 1);
        bad[at] = bad[at] == 'A' ? 'B' : 'A';
        changed += code_of_envelope(manager, id, bad) == SUPA_ERROR_CREDENTIALS;
    }
    printf("\n    refused: %zu of %d cut short, %zu of %d changed", cut, CUTS, changed, FLIPS);
    CU_ASSERT_EQUAL(cut, CUTS);
    CU_ASSERT_EQUAL(changed, FLIPS);
    CU_ASSERT_EQUAL(code_of_envelope(manager, id, good), SUPA_OK);
    free(bad);
    supa_text_free(good);
    supa_manager_free(manager);
}

/* By its id the same, and by another id. */
static void another_key_opens_nothing(void)
{
    static const char *const ids[] = {"k1", "k2"};
    size_t refused = 0;

    for (size_t i = 0; i < 2; i++) {
        char entry[80];
        supa_manager *manager;

        CU_ASSERT_EQUAL(supa_key_generate(ids[i], entry, sizeof entry, NULL), SUPA_OK);
        manager = still_manager(supa_keyring_from_text(entry, NULL));
        refused += leased(manager, FIRST, PAIRS, SUPA_ERROR_CREDENTIALS);
        supa_manager_free(manager);
    }
    printf(
        "\n    with another key, of this id and of another: %zu of %d refused", refused, 2 * PAIRS);
    CU_ASSERT_EQUAL(refused, 2 * PAIRS);
}

/* What the older program says: how many rows were right. */
static size_t node(const char *command, size_t first, size_t count)
{
    char line[256];
    size_t right = 0;
    FILE *program;

    snprintf(
        line, sizeof line, "ENCRYPTION_KEY=%s node \"$MANAGER_V1\" %s %zu %zu", key_text, command,
        first, count);
    program = popen(line, "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(program);
    CU_ASSERT_EQUAL(fscanf(program, "%zu", &right), 1);
    CU_ASSERT_EQUAL(pclose(program), 0);
    return right;
}

static supa_rekey_report migrate(supa_manager *manager, int version)
{
    supa_rekey_options options = SUPA_REKEY_OPTIONS_INIT;
    supa_rekey_report report;
    supa_error error;

    options.version = version;
    options.dry_run = 0;
    CU_ASSERT_EQUAL(supa_registry_rekey(manager, &options, &report, &error), SUPA_OK);
    CU_ASSERT_EQUAL(report.moved + report.failed, 0);
    return report;
}

static void a_table_of_version_1_goes_to_version_2_and_back(void)
{
    supa_manager *manager = still_manager(keyring_of_both());
    supa_rekey_report there, back, again;
    size_t at_first, unread, in_between, after, read;

    field_put(FIRST, TABLE);
    CU_ASSERT_EQUAL(node("write", FIRST, TABLE), TABLE);
    at_first = served(manager, FIRST, TABLE);
    there = migrate(manager, SUPA_ENVELOPE_V2);
    in_between = served(manager, FIRST, TABLE);
    unread = node("read", FIRST, TABLE);
    back = migrate(manager, SUPA_ENVELOPE_V1);
    after = served(manager, FIRST, TABLE);
    read = node("read", FIRST, TABLE);
    again = migrate(manager, SUPA_ENVELOPE_V2);
    printf(
        "\n    %d rows of Node's crypto: served %zu, migrated %lld, served %zu, migrated back "
        "%lld, "
        "served %zu, read by Node %zu",
        TABLE, at_first, (long long)there.sealed, in_between, (long long)back.sealed, after, read);
    CU_ASSERT_EQUAL(at_first, TABLE);
    CU_ASSERT_EQUAL(there.sealed, TABLE);
    CU_ASSERT_EQUAL(there.current, there.rows - TABLE);
    CU_ASSERT_EQUAL(in_between, TABLE);
    CU_ASSERT_EQUAL(unread, 0);
    CU_ASSERT_EQUAL(back.sealed, back.rows);
    CU_ASSERT_EQUAL(after, TABLE);
    CU_ASSERT_EQUAL(read, TABLE);
    CU_ASSERT_EQUAL(again.sealed, again.rows);
    supa_manager_free(manager);
}

static void what_is_wrong_in_version_1_is_refused(void)
{
    supa_manager *manager = still_manager(keyring_of_both());
    size_t brief, other, mixed;

    node("short", FIRST, 12);
    brief = leased(manager, FIRST, 12, SUPA_ERROR_CREDENTIALS);
    node("other", FIRST, 12);
    other = leased(manager, FIRST, 12, SUPA_ERROR_CREDENTIALS);
    node("mixed", FIRST, 12);
    mixed = leased(manager, FIRST, 12, SUPA_ERROR_CREDENTIALS);
    CU_ASSERT_EQUAL(node("write", FIRST, 12), 12);
    printf(
        "\n    of 12 each of version 1 refused: %zu with short tags, %zu of another key, "
        "%zu with a part of another row's",
        brief, other, mixed);
    CU_ASSERT_EQUAL(brief, 12);
    CU_ASSERT_EQUAL(other, 12);
    CU_ASSERT_EQUAL(mixed, 12);
    CU_ASSERT_EQUAL(served(manager, FIRST, 12), 12);
    CU_ASSERT_EQUAL(migrate(manager, SUPA_ENVELOPE_V2).sealed, 12);
    supa_manager_free(manager);
}

CU_TestInfo seal_tests[] = {
    {"swapped envelopes are refused", swapped_envelopes_are_refused},
    {"cut and changed envelopes are refused", cut_and_changed_envelopes_are_refused},
    {"another key opens nothing", another_key_opens_nothing},
    {"a table of version 1 goes to version 2 and back",
     a_table_of_version_1_goes_to_version_2_and_back},
    {"what is wrong in version 1 is refused", what_is_wrong_in_version_1_is_refused},
    CU_TEST_INFO_NULL,
};
