// SPDX-License-Identifier: MIT
#include "shell/parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/process.h"
#include "uapi/syscall.h"

enum token { TOKEN_END, TOKEN_WORD, TOKEN_PIPE, TOKEN_SEPARATOR, TOKEN_BACKGROUND, TOKEN_ERROR };

struct parser {
    const char *at;
    int status;
    char *free, *end; /* room for words */
};

static bool put(struct parser *parser, char c)
{
    if (parser->free == parser->end) {
        fprintf(stderr, "sh: the line is too long\n");
        return false;
    }
    *parser->free++ = c;
    return true;
}

static bool put_status(struct parser *parser)
{
    char digits[12];
    bool fits = true;

    snprintf(digits, sizeof(digits), "%d", parser->status);
    for (const char *digit = digits; *digit && fits; digit++) {
        fits = put(parser, *digit);
    }
    return fits;
}

/* One character, "\" and a character, or "$?". */
static bool take_character(struct parser *parser)
{
    if (parser->at[0] == '\\' && parser->at[1]) {
        parser->at++;
    } else if (parser->at[0] == '$' && parser->at[1] == '?') {
        parser->at += 2;
        return put_status(parser);
    }
    return put(parser, *parser->at++);
}

static bool take_quoted(struct parser *parser)
{
    char quote = *parser->at++;

    while (*parser->at != quote) {
        if (!*parser->at) {
            fprintf(stderr, "sh: a %c is missing\n", quote);
            return false;
        }
        if (quote == '\'' ? !put(parser, *parser->at++) : !take_character(parser)) {
            return false;
        }
    }
    parser->at++;
    return true;
}

static bool take_word(struct parser *parser)
{
    while (*parser->at && !strchr(" \t\n|;&", *parser->at)) {
        bool quoted = *parser->at == '\'' || *parser->at == '"';

        if (quoted ? !take_quoted(parser) : !take_character(parser)) {
            return false;
        }
    }
    return put(parser, 0);
}

static enum token next_token(struct parser *parser, char **word)
{
    parser->at += strspn(parser->at, " \t");
    if (*parser->at == '#') {
        parser->at += strcspn(parser->at, "\n");
    }
    switch (*parser->at) {
    case 0:
        return TOKEN_END;
    case '|':
        parser->at++;
        return TOKEN_PIPE;
    case '&':
        parser->at++;
        return TOKEN_BACKGROUND;
    case ';':
    case '\n':
        parser->at++;
        return TOKEN_SEPARATOR;
    default:
        *word = parser->free;
        return take_word(parser) ? TOKEN_WORD : TOKEN_ERROR;
    }
}

/* A number below a limit; -1: it is none. */
static int small_number(const char *text, char **end, int limit)
{
    unsigned long value = strtoul(text, end, 10);

    return *text >= '0' && *text <= '9' && value < (unsigned)limit ? (int)value : -1;
}

/* "2" or "0,2,3": a bit for each. */
static uint64_t parse_harts(const char *text)
{
    uint64_t harts = 0;

    for (;;) {
        char *end;
        int hart = small_number(text, &end, 64);

        if (hart < 0 || (*end && *end != ',')) {
            return 0;
        }
        harts |= 1ul << hart;
        if (!*end) {
            return harts;
        }
        text = end + 1;
    }
}

/* The command begins with a prefix and its argument: takes both away. False: it's wrong, and was
 * said. */
static bool take_prefix(struct command *command)
{
    const char *prefix = command->words[0], *argument = command->words[1];
    char *end;

    if (strcmp(prefix, "on") == 0) {
        command->harts = argument ? parse_harts(argument) : 0;
        if (!command->harts) {
            fprintf(stderr, "sh: on HART[,HART...] COMMAND\n");
            return false;
        }
    } else {
        int priority = argument ? small_number(argument, &end, PRIORITIES) : -1;

        if (priority < 0 || *end) {
            fprintf(stderr, "sh: priority 0...%d COMMAND (0 is served first)\n", PRIORITIES - 1);
            return false;
        }
        command->priority = (uint32_t)priority;
    }
    command->count -= 2;
    memmove(command->words, command->words + 2, (command->count + 1) * sizeof(command->words[0]));
    if (command->count == 0) {
        fprintf(stderr, "sh: %s what?\n", prefix);
        return false;
    }
    return true;
}

static bool finish_command(struct command *command)
{
    command->words[command->count] = NULL;
    while (strcmp(command->words[0], "on") == 0 || strcmp(command->words[0], "priority") == 0) {
        if (!take_prefix(command)) {
            return false;
        }
    }
    return true;
}

/* Up to the next token that is no word; TOKEN_ERROR after a message. */
static enum token parse_command(struct parser *parser, struct command *command)
{
    enum token token;
    char *word;

    command->count = 0;
    command->priority = PROCESS_DEFAULT_PRIORITY;
    command->harts = 0;
    while (token = next_token(parser, &word), token == TOKEN_WORD) {
        if (command->count == MAX_WORDS) {
            fprintf(stderr, "sh: more than %d words in a command\n", MAX_WORDS);
            return TOKEN_ERROR;
        }
        command->words[command->count++] = word;
    }
    return token == TOKEN_ERROR || command->count == 0 || finish_command(command) ? token
                                                                                  : TOKEN_ERROR;
}

const char *parse_pipeline(const char *text, int status, struct pipeline *pipeline)
{
    struct parser parser = { text, status, pipeline->words, pipeline->words + MAX_LINE };
    enum token token;

    pipeline->count = 0;
    do {
        struct command *command = &pipeline->commands[pipeline->count];

        if (pipeline->count == MAX_COMMANDS) {
            fprintf(stderr, "sh: more than %d commands in a pipeline\n", MAX_COMMANDS);
            return NULL;
        }
        token = parse_command(&parser, command);
        if (token == TOKEN_ERROR) {
            return NULL;
        }
        if (command->count > 0) {
            pipeline->count++;
        } else if (token == TOKEN_PIPE || token == TOKEN_BACKGROUND || pipeline->count > 0) {
            fprintf(stderr, "sh: a command is missing beside \"%c\"\n",
                    token == TOKEN_BACKGROUND ? '&' : '|');
            return NULL;
        }
    } while (token == TOKEN_PIPE);
    pipeline->background = token == TOKEN_BACKGROUND;
    return parser.at;
}
