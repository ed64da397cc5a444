/* SPDX-License-Identifier: MIT */
#include "report.h"

#include <string.h>

/* Four digits or so. */
static const char *number(double value, char out[32])
{
    double size = value < 0 ? -value : value;

    snprintf(
        out, 32,
        size >= 1000 || value == 0 ? "%.0f"
        : size >= 100              ? "%.1f"
        : size >= 10               ? "%.2f"
                                   : "%.3f",
        value);
    return out;
}

static void put_figure(FILE *out, const struct figure *figure, const char *unit)
{
    char text[32];

    if (figure->rounds == 0) {
        fprintf(out, "%12s %-6s %7s", "-", "", "");
        return;
    }
    fprintf(out, "%12s %-6.12s", number(figure->median, text), unit);
    if (figure->rounds > 1)
        fprintf(out, " ±%4.1f%%", figure_spread(*figure));
    else
        fprintf(out, " %6s", "once");
}

void report_header(FILE *out)
{
    fprintf(
        out, "%-14s %-33s %27s %27s %8s  %-5s %s\n", "row", "", "ours", "floor", "ratio", "met",
        "budget");
}

static void put_part(FILE *out, const struct row_result *result, size_t i)
{
    const struct part *part = &result->row->parts[i];
    const struct part_result *found = &result->parts[i];

    fprintf(out, "%-14s %-33s", i == 0 ? result->row->name : "", part->what);
    put_figure(out, &found->ours, part->unit);
    put_figure(out, &found->floor, part->unit);
    if (found->ratio > 0)
        fprintf(out, " %7.2fx", found->ratio);
    else
        fprintf(out, " %8s", "-");
    fprintf(out, "  %-5s %s\n", found->met ? "yes" : "NO", i == 0 ? result->row->budget : "");
    if (found->why[0] != '\0')
        fprintf(out, "%-14s not measured: %s\n", "", found->why);
}

void report_row(FILE *out, const struct row_result *result)
{
    for (size_t i = 0; i < MAX_PARTS && result->row->parts[i].what != NULL; i++)
        put_part(out, result, i);
    fflush(out);
}

static void put_lead(FILE *out, const struct row_result *result, const struct lead_result *found)
{
    char ours[32], peer[32];

    fprintf(out, "%-14s %-12s", result->row->name, found->lead->what);
    if (found->times > 0)
        fprintf(
            out, "%14s %14s %8.1fx", number(found->ours, ours), number(found->peer, peer),
            found->times);
    else
        fprintf(out, "%14s %14s %9s", "-", "-", "-");
    fprintf(out, "  at least %3.0fx  %s\n", found->lead->factor, found->met ? "yes" : "NO");
    if (found->why[0] != '\0')
        fprintf(out, "%-14s not measured: %s\n", "", found->why);
}

void report_peers(FILE *out, const struct row_result *results, size_t count)
{
    int asked = 0, met = 0;

    fprintf(
        out, "\n%-14s %-12s%14s %14s %9s  (ns a run; memory in KB)\n", "postgrest-js", "", "ours",
        "postgrest-js", "ahead");
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < MAX_LEADS && results[i].leads[k].lead != NULL; k++) {
            put_lead(out, &results[i], &results[i].leads[k]);
            asked++;
            met += results[i].leads[k].met;
        }
    }
    fprintf(out, "without a counterpart:");
    for (size_t i = 0; i < count; i++) {
        if (results[i].leads[0].lead == NULL)
            fprintf(out, " %s", results[i].row->name);
    }
    fprintf(out, "\npostgrest-js: %d comparisons, %d met, %d not met\n", asked, met, asked - met);
}

static void json_text(FILE *out, const char *name, const char *text)
{
    fprintf(out, "\"%s\": \"", name);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', out);
        if ((unsigned char)*text >= ' ')
            fputc(*text, out);
    }
    fputc('"', out);
}

static void json_number(FILE *out, const char *name, double value, int known)
{
    if (known)
        fprintf(out, ", \"%s\": %.6g", name, value);
    else
        fprintf(out, ", \"%s\": null", name);
}

static void json_spread(FILE *out, const char *name, const struct figure *figure)
{
    if (figure->rounds > 1)
        fprintf(out, ", \"%s\": [%.6g, %.6g]", name, figure->low, figure->high);
    else
        fprintf(out, ", \"%s\": null", name);
}

static void json_figures(FILE *out, const struct part *part, const struct part_result *found)
{
    json_number(out, "ours", found->ours.median, found->ours.rounds > 0);
    json_number(out, "floor", found->floor.median, found->floor.rounds > 0);
    fprintf(out, ", ");
    json_text(out, "unit", part->unit);
    json_number(out, "ratio", found->ratio, found->ratio > 0);
}

/* What the row's own figures do not say: the limit in the unit, and the quartiles. */
static void json_rest(FILE *out, const struct part_result *found)
{
    json_number(out, "limit", found->limit, found->limit > 0);
    json_spread(out, "ours_spread", &found->ours);
    json_spread(out, "floor_spread", &found->floor);
    fprintf(out, ", \"rounds\": %zu", found->ours.rounds);
    if (found->why[0] != '\0') {
        fprintf(out, ", ");
        json_text(out, "why", found->why);
    }
}

static void json_parts(FILE *out, const struct row_result *result)
{
    fprintf(out, ",\n   \"parts\": [");
    for (size_t i = 0; i < MAX_PARTS && result->row->parts[i].what != NULL; i++) {
        const struct part *part = &result->row->parts[i];
        const struct part_result *found = &result->parts[i];

        fprintf(out, i == 0 ? "{" : ",\n    {");
        json_text(out, "what", part->what);
        json_figures(out, part, found);
        fprintf(out, ", \"met\": %s", found->met ? "true" : "false");
        json_rest(out, found);
        fprintf(out, "}");
    }
    fprintf(out, "]");
}

static void json_leads(FILE *out, const struct row_result *result)
{
    const struct lead_result *found = result->leads;

    if (found->lead == NULL)
        return;
    fprintf(out, ",\n   \"peers\": [");
    for (size_t i = 0; i < MAX_LEADS && found[i].lead != NULL; i++) {
        fprintf(out, i == 0 ? "{" : ", {");
        json_text(out, "peer", "postgrest-js");
        fprintf(out, ", ");
        json_text(out, "what", found[i].lead->what);
        json_number(out, "ours", found[i].ours, found[i].times > 0);
        json_number(out, "peers", found[i].peer, found[i].times > 0);
        json_number(out, "ahead", found[i].times, found[i].times > 0);
        json_number(out, "wanted", found[i].lead->factor, 1);
        fprintf(out, ", \"met\": %s}", found[i].met ? "true" : "false");
    }
    fprintf(out, "]");
}

void report_json(FILE *out, const struct row_result *results, size_t count)
{
    fprintf(out, "[\n");
    for (size_t i = 0; i < count; i++) {
        const struct row_result *result = &results[i];

        fprintf(out, "  {");
        json_text(out, "row", result->row->name);
        json_figures(out, &result->row->parts[0], &result->parts[0]);
        fprintf(out, ", ");
        json_text(out, "budget", result->row->budget);
        fprintf(out, ", \"met\": %s", result->met ? "true" : "false");
        json_rest(out, &result->parts[0]);
        json_parts(out, result);
        json_leads(out, result);
        fprintf(out, "}%s\n", i + 1 < count ? "," : "");
    }
    fprintf(out, "]\n");
}

static FILE *data_file(const char *directory, const char *name)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/%s", directory, name);
    return fopen(path, "w");
}

/* How much of its limit each row uses. Counts that must be exact, and 0, are no share. */
static void chart_budgets(FILE *out, const struct row_result *results, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct part_result *found = &results[i].parts[0];

        if (found->ours.rounds > 0 && found->limit > 0.01 &&
            results[i].row->parts[0].rule != AT_LEAST)
            fprintf(
                out, "%s %.4f %.4f %.4f\n", results[i].row->name, found->ours.median / found->limit,
                found->ours.low / found->limit, found->ours.high / found->limit);
    }
}

static void chart_peers(FILE *out, const struct row_result *results, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < MAX_LEADS; k++) {
            const struct lead_result *found = &results[i].leads[k];

            if (found->lead != NULL && found->times > 0)
                fprintf(
                    out, "\"%s\\n%s\" %.3f %.0f\n", results[i].row->name, found->lead->what,
                    found->times, found->lead->factor);
        }
    }
}

void report_charts(const char *directory, const struct row_result *results, size_t count)
{
    FILE *out = data_file(directory, "budgets.dat");

    if (out != NULL) {
        chart_budgets(out, results, count);
        fclose(out);
    }
    out = data_file(directory, "peers.dat");
    if (out != NULL) {
        chart_peers(out, results, count);
        fclose(out);
    }
}
