/* SPDX-License-Identifier: MIT */
#include "credentials.h"

#include "fail.h"

#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* A line of the terminal, without its end. 0, or -1 at the end of it. */
static int read_line(FILE *terminal, struct text *line)
{
    int c;

    text_put(line, "", 0);
    while ((c = getc(terminal)) != EOF && c != '\n')
        text_putc(line, (char)c);
    return c == EOF ? -1 : 0;
}

/* The echo is off before the question stands there: whoever answers it is not shown. */
static int ask(FILE *terminal, const char *question, int is_hidden, struct text *line)
{
    struct termios usual, silent;
    const int fd = fileno(terminal);
    int result;

    is_hidden = is_hidden && tcgetattr(fd, &usual) == 0;
    if (is_hidden) {
        silent = usual;
        silent.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(fd, TCSAFLUSH, &silent);
    }
    fprintf(terminal, "%s: ", question);
    fflush(terminal);
    result = read_line(terminal, line);
    if (is_hidden) {
        tcsetattr(fd, TCSAFLUSH, &usual);
        putc('\n', terminal);
    }
    return result;
}

/* Unbuffered: nothing of a key stays behind in a buffer of the C library's. */
static FILE *open_terminal(void)
{
    FILE *terminal = fopen("/dev/tty", "r+e");

    if (terminal != NULL)
        setvbuf(terminal, NULL, _IONBF, 0);
    return terminal;
}

static void put_member(struct text *out, const char *name, const struct text *value)
{
    if (value->length == 0)
        return;
    text_putc(out, out->length == 0 ? '{' : ',');
    text_put_json(out, name, strlen(name));
    text_putc(out, ':');
    text_put_json(out, value->data, value->length);
}

static int ask_credentials(int is_change, struct text *out)
{
    struct text url = {0}, key = {0};
    FILE *terminal = open_terminal();
    int status = 0;

    if (terminal == NULL)
        return misuse(
            "--credentials FILE reads them from a file, - from standard input",
            "there is no terminal to ask for the credentials");
    if (ask(terminal, is_change ? "Project URL (empty: as it is)" : "Project URL", 0, &url) != 0 ||
        ask(terminal, "Service role key (not shown)", 1, &key) != 0 || key.length == 0 ||
        (url.length == 0 && !is_change))
        status = misuse(NULL, "the credentials are not complete");
    put_member(out, "projectUrl", &url);
    put_member(out, "serviceRoleKey", &key);
    text_putc(out, '}');
    text_free(&url);
    text_free(&key);
    fclose(terminal);
    return status;
}

int credentials_take(const char *path, int is_change, struct text *out)
{
    int status;

    if (path == NULL)
        return ask_credentials(is_change, out);
    if (strcmp(path, "-") == 0)
        status = text_read_file(out, path) == 0 ? 0 : EXIT_OTHER;
    else
        status = text_read_private(out, path);
    text_trim(out);
    return status;
}

int confirm(const char *question, int is_yes)
{
    struct text line = {0};
    FILE *terminal;
    int status = EXIT_USAGE;

    if (is_yes)
        return 0;
    terminal = open_terminal();
    if (terminal == NULL)
        return misuse("--yes confirms it", "there is no terminal to ask: %s?", question);
    fprintf(terminal, "%s? Type \"yes\"", question);
    if (ask(terminal, "", 0, &line) == 0 && strcmp(line.data, "yes") == 0)
        status = 0;
    else
        misuse(NULL, "nothing was done");
    text_free(&line);
    fclose(terminal);
    return status;
}
