/* Carousel as a library: models that write text character by character, and their training.
 *
 * Everything is asked for by functions that return a status. Models, sessions, scores and settings
 * are handles, which are made by one function and given back by carousel_free_*. A call that fails
 * changes nothing, leaves its results as they were, and says why: carousel_error_text().
 *
 * What holds of every function
 * - Any argument may be wrong: NULL, a handle of another kind, one that has been given back, text
 *   that is not UTF-8, a number outside its range. The answer is a status and a text; never the end
 *   of the program. Only memory that a pointer and a size promise must be there.
 * - It prints nothing, handles no signal, and leaves the locale and the floating-point mode of the
 *   calling thread as they were. Threads that it starts have ended when it returns, except those of
 *   a model that was given several: they end with the model.
 * - Any thread may call. A model serves any number of threads at once; a session, a score or
 *   settings one at a time: a second call meanwhile gets CAROUSEL_BUSY.
 * - Texts and arrays that a function hands out belong to the handle that it was called with, and
 *   stay until the next call with this handle that hands out the same, or until it is given back.
 *   What a model hands out stays as long as the model.
 * - A session keeps its model alive, which may be given back before it.
 * - What is computed depends on the arguments alone, bit for bit: not on the processor, the number
 *   of threads, or what else is going on. (Numbers are rounded to the nearest, as is usual: a host
 *   that has set another rounding mode gets other bits.)
 *
 * Settings have the names that they have as options of the program ("learning-rate", or
 * "learning_rate"), and values as words ("0.003", "gru"); carousel_setting_at() lists them.
 *
 * Structs that the library fills begin with their size, which the caller sets: with
 * CAROUSEL_SIZED(struct, name) or by hand. Newer versions may add fields at the end, and fill as
 * much as an older caller has room for.
 *
 * Stable functions keep their meaning as long as the major version is the same (from 1.0 on; until
 * then the changelog says what changed). Those behind CAROUSEL_EXPERIMENTAL may go at any time.
 */
#ifndef CAROUSEL_H
#define CAROUSEL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define CAROUSEL_API __attribute__((visibility("default")))
#else
#define CAROUSEL_API
#endif

/* ---- Version ------------------------------------------------------------------------------- */

/* Of this header; the functions tell that of the library, which may be a newer one. */
#define CAROUSEL_VERSION_MAJOR 0
#define CAROUSEL_VERSION_MINOR 1
#define CAROUSEL_VERSION_PATCH 0
#define CAROUSEL_VERSION_NUMBER \
    (CAROUSEL_VERSION_MAJOR * 10000 + CAROUSEL_VERSION_MINOR * 100 + CAROUSEL_VERSION_PATCH)

CAROUSEL_API uint32_t carousel_version_number(void);
CAROUSEL_API const char* carousel_version(void); /* "0.1.0" */

/* ---- Errors -------------------------------------------------------------------------------- */

typedef enum carousel_status {
    CAROUSEL_OK = 0,
    CAROUSEL_ARGUMENT = 1,  /* NULL, or a size or index that cannot be */
    CAROUSEL_HANDLE = 2,    /* no handle, one of another kind, or given back before */
    CAROUSEL_BUSY = 3,      /* another thread is using this handle */
    CAROUSEL_USAGE = 4,     /* a setting, value, text or request that makes no sense */
    CAROUSEL_INPUT = 5,     /* a file that is missing, unreadable, not writable or too short */
    CAROUSEL_DAMAGED = 6,   /* no model or session, damaged, or of another version or model */
    CAROUSEL_DIVERGED = 7,  /* a training whose loss could not be brought back */
    CAROUSEL_MEMORY = 8,    /* not enough memory */
    CAROUSEL_SYSTEM = 9,    /* the system refused something else */
    CAROUSEL_ENDED = 10,    /* a session that has ended writes no more */
    CAROUSEL_INTERNAL = 11, /* a fault of the library: please report it */
    CAROUSEL_STATUS_WIDTH = 0x7fffffff /* never used: a number of another program fits the type */
} carousel_status;

/* A few words for a status: "wrong handle". Never NULL. */
CAROUSEL_API const char* carousel_status_text(carousel_status status);

/* What the newest failure in the calling thread was about, in whole sentences, UTF-8: what failed,
 * on what, what was expected, and what to do. Empty before the first. Valid until the next failure
 * in this thread. */
CAROUSEL_API const char* carousel_error_text(void);

/* ---- Handles ------------------------------------------------------------------------------- */

typedef struct carousel_model carousel_model;
typedef struct carousel_session carousel_session;
typedef struct carousel_score carousel_score;
typedef struct carousel_settings carousel_settings;

/* A struct of the caller's with its size set and all else zero. */
#ifdef __cplusplus
#define CAROUSEL_SIZED(type, name) \
    type name = type();            \
    name.struct_size = sizeof(type)
#else
#define CAROUSEL_SIZED(type, name) type name = {.struct_size = sizeof(type)}
#endif

/* ---- Settings ------------------------------------------------------------------------------ */

/* What settings are for. */
typedef enum carousel_purpose {
    CAROUSEL_FOR_MODEL = 0,    /* threads, precision */
    CAROUSEL_FOR_SESSION = 1,  /* temperature, top-k, top-p, min-p, seed, length, stop, ... */
    CAROUSEL_FOR_SCORE = 2,    /* unknown */
    CAROUSEL_FOR_TRAINING = 3, /* all that `carousel train` takes */
    CAROUSEL_PURPOSE_WIDTH = 0x7fffffff /* never used: a number of another program fits the type */
} carousel_purpose;

/* One of the settings that there are. The texts are there for good. */
typedef struct carousel_setting {
    size_t struct_size;
    const char* name;     /* "learning-rate" */
    const char* meaning;  /* in a few words */
    const char* values;   /* "more than 0 to 10", "cosine|linear|constant" */
    const char* standard; /* what holds where nothing is said; empty: it depends */
    int is_list;          /* each time that it is set adds one more */
} carousel_setting;

CAROUSEL_API size_t carousel_setting_count(carousel_purpose purpose);
CAROUSEL_API carousel_status carousel_setting_at(carousel_purpose purpose, size_t index,
                                                 carousel_setting* setting);

CAROUSEL_API carousel_status carousel_new_settings(carousel_purpose purpose,
                                                   carousel_settings** settings);

/* A wrong name or value is refused at once: CAROUSEL_USAGE. */
CAROUSEL_API carousel_status carousel_set(carousel_settings* settings, const char* name,
                                          const char* value);
CAROUSEL_API carousel_status carousel_free_settings(carousel_settings* settings);

/* ---- Models -------------------------------------------------------------------------------- */

/* From a file, also by a name that `carousel models` lists, as "shakespeare", which comes with the program; or from what
   such a file holds. `settings`: for a model, or NULL. */
CAROUSEL_API carousel_status carousel_load_model(const char* path, carousel_settings* settings,
                                                 carousel_model** model);
CAROUSEL_API carousel_status carousel_load_model_from_memory(const void* bytes, size_t size,
                                                             carousel_settings* settings,
                                                             carousel_model** model);
CAROUSEL_API carousel_status carousel_free_model(carousel_model* model);

/* All that a model file says but its numbers, as one JSON object: what `carousel inspect --json`
 * prints. */
CAROUSEL_API carousel_status carousel_describe_model(carousel_model* model, const char** json);

/* The alphabet: symbols are numbered from 0. */
typedef enum carousel_symbol_kind {
    CAROUSEL_SEPARATOR = 0, /* stands before every document; has no text */
    CAROUSEL_CHARACTER = 1, /* UTF-8 of one character */
    CAROUSEL_BYTE = 2       /* one byte, of a rare character or of a model of bytes */
} carousel_symbol_kind;

typedef struct carousel_symbol {
    size_t struct_size;
    carousel_symbol_kind kind;
    const char* text; /* ends with a 0, which is not counted */
    size_t text_size;
} carousel_symbol;

CAROUSEL_API carousel_status carousel_count_symbols(carousel_model* model, size_t* count);
CAROUSEL_API carousel_status carousel_symbol_at(carousel_model* model, size_t index,
                                                carousel_symbol* symbol);

/* The weights as files keep them, row-major; read only. The first call makes a copy of them. */
typedef struct carousel_weight {
    size_t struct_size;
    const char* name; /* "layers.0.weight_hh" */
    const float* values;
    size_t count;
    size_t dimensions; /* 1 or 2 */
    size_t shape[2];
} carousel_weight;

CAROUSEL_API carousel_status carousel_count_weights(carousel_model* model, size_t* count);
CAROUSEL_API carousel_status carousel_weight_at(carousel_model* model, size_t index,
                                                carousel_weight* weight);
CAROUSEL_API carousel_status carousel_weight_named(carousel_model* model, const char* name,
                                                   carousel_weight* weight);

/* ---- Sessions: a text under way ------------------------------------------------------------ */

/* Begins a document with a prompt, which may be NULL with a size of 0. `settings`: for a session,
 * or NULL. Without a seed each session draws another one. */
CAROUSEL_API carousel_status carousel_new_session(carousel_model* model,
                                                  carousel_settings* settings, const char* prompt,
                                                  size_t prompt_size, carousel_session** session);
CAROUSEL_API carousel_status carousel_free_session(carousel_session* session);

typedef enum carousel_end {
    CAROUSEL_GOES_ON = 0,
    CAROUSEL_END_OF_LENGTH = 1,  /* as many characters as wanted */
    CAROUSEL_END_BY_STOP = 2,    /* the stop text came, which is left out */
    CAROUSEL_END_OF_DOCUMENT = 3 /* the model ended its document, and no other one is wanted */
} carousel_end;

/* What one symbol has brought. The text is valid UTF-8 in whole characters, but for raw sessions
 * with models of bytes; it may be empty, and may bring what was held back before. */
typedef struct carousel_piece {
    size_t struct_size;
    const char* text; /* ends with a 0, which is not counted */
    size_t text_size;
    uint32_t symbol; /* that was drawn */
    int ends_document;
    carousel_end end;
} carousel_piece;

/* Draws the next symbol. After the end: CAROUSEL_ENDED. */
CAROUSEL_API carousel_status carousel_step(carousel_session* session, carousel_piece* piece);

/* The probability of each symbol to come next, as the model says it, before temperature and the
 * other controls. `count` is that of the symbols. The session stays as it is. */
CAROUSEL_API carousel_status carousel_next_symbols(carousel_session* session, float* probabilities,
                                                   size_t count);

typedef struct carousel_progress {
    size_t struct_size;
    uint64_t characters; /* given out (bytes in models of bytes) */
    uint64_t symbols;    /* drawn */
    uint64_t documents;  /* that are over */
    uint64_t seed;       /* that it draws with */
    carousel_end end;
} carousel_progress;

CAROUSEL_API carousel_status carousel_tell_progress(carousel_session* session,
                                                    carousel_progress* progress);

/* A copy, which goes on with the same text unless it is given another seed. */
CAROUSEL_API carousel_status carousel_branch(carousel_session* session, carousel_session** branch);
CAROUSEL_API carousel_status carousel_reseed(carousel_session* session, uint64_t seed);

/* A session in bytes, some kilobytes, without the model; restored, it writes what it would have
 * written. The bytes belong to the session. */
CAROUSEL_API carousel_status carousel_save_session(carousel_session* session, const void** bytes,
                                                   size_t* size);
CAROUSEL_API carousel_status carousel_restore_session(carousel_model* model, const void* bytes,
                                                      size_t size, carousel_session** session);

/* ---- Scoring a text ------------------------------------------------------------------------ */

/* How surprised a model is by each character of a text, read as one document from its start: what
 * `carousel evaluate --protocol stream` measures. `settings`: for a score, or NULL. */
CAROUSEL_API carousel_status carousel_score_text(carousel_model* model, carousel_settings* settings,
                                                 const char* text, size_t text_size,
                                                 carousel_score** score);
CAROUSEL_API carousel_status carousel_free_score(carousel_score* score);

typedef struct carousel_surprisals {
    size_t struct_size;
    size_t characters;
    double mean;         /* nats per character, the loss */
    double sum;          /* nats */
    const double* nats;  /* -log p of each character */
    const uint64_t* end; /* of each character: bytes of the text up to and with it */
    const char* text;    /* as the model reads it: newlines folded, normalised, unknown ones gone */
    size_t text_size;
} carousel_surprisals;

CAROUSEL_API carousel_status carousel_tell_surprisals(carousel_score* score,
                                                      carousel_surprisals* surprisals);

/* ---- Training ------------------------------------------------------------------------------ */

/* What happens in a training. The kinds and their JSON are those of the log: docs/log.md. Valid
 * during the call. */
typedef struct carousel_event {
    size_t struct_size;
    const char* kind; /* "start", "progress", "validation", "sample", "saved", "note", "end", ... */
    const char* json; /* one object, without a newline */
    size_t json_size;
} carousel_event;

/* Both are called by the thread that trains, and may be NULL. */
typedef struct carousel_listener {
    size_t struct_size;
    void* context; /* handed to the functions */
    void (*hear)(void* context, const carousel_event* event);
    int (*wants_stop)(void* context); /* asked between steps: 0 as long as it shall go on */
    double seconds_apart;             /* at least, of "progress" events; 0: one each step */
} carousel_listener;

typedef enum carousel_training_end {
    CAROUSEL_TRAINED = 0,         /* as long as was asked for */
    CAROUSEL_OUT_OF_PATIENCE = 1, /* so many validations brought no new best */
    CAROUSEL_STOPPED = 2          /* the listener wished so; "resume" goes on */
} carousel_training_end;

typedef struct carousel_training_result {
    size_t struct_size;
    carousel_training_end end;
    const char* model;     /* the file of the best weights */
    const char* shortfall; /* what the files lack, in whole sentences; empty: nothing */
} carousel_training_result;

/* Trains as the settings say, and writes the files of the model. Returns when the training has
 * ended. `listener` and `result` may be NULL; the texts of the result belong to the settings. */
CAROUSEL_API carousel_status carousel_train(carousel_settings* settings,
                                            const carousel_listener* listener,
                                            carousel_training_result* result);

/* What a training with these settings would do, as `carousel plan --json` prints it. Writes no
 * file; measures the machine for about a second. The text belongs to the settings. */
CAROUSEL_API carousel_status carousel_plan(carousel_settings* settings, const char** json);

/* ---- Experimental -------------------------------------------------------------------------- */

#ifdef CAROUSEL_EXPERIMENTAL

/* The numbers of a text's symbols. Fills at most `capacity` of them and tells how many there are;
 * `symbols` may be NULL with a capacity of 0. */
CAROUSEL_API carousel_status carousel_encode(carousel_model* model, const char* text,
                                             size_t text_size, uint32_t* symbols, size_t capacity,
                                             size_t* count);

/* The session goes on as if this text stood there; nothing of it is given out or counted. */
CAROUSEL_API carousel_status carousel_read(carousel_session* session, const char* text,
                                           size_t text_size);

#endif

#ifdef __cplusplus
}
#endif

#endif
