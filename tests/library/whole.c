/* A program in C that does everything: compiled as C99 with all warnings as errors. It trains a small model, is told
 * of it and stops it, goes on, loads the model from its file and from memory, writes, branches, saves and restores,
 * scores a text, and looks at alphabet and weights.
 *
 *     whole FOLDER      an empty folder for its files
 */
#define CAROUSEL_EXPERIMENTAL
#include <carousel.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(int line, const char* what) {
    printf("whole.c:%d: %s: %s\n", line, what, carousel_error_text());
    exit(1);
}

#define CHECK(fact)                              \
    do {                                         \
        if (!(fact)) fail(__LINE__, #fact);      \
    } while (0)
#define OK(call) CHECK((call) == CAROUSEL_OK)

struct heard {
    int steps, validations, ends, stop_after;
};

static void hear(void* context, const carousel_event* event) {
    struct heard* heard = context;
    CHECK(strlen(event->json) == event->json_size && event->json[0] == '{');
    if (strcmp(event->kind, "progress") == 0) ++heard->steps;
    if (strcmp(event->kind, "validation") == 0) ++heard->validations;
    if (strcmp(event->kind, "end") == 0 || strcmp(event->kind, "stopped") == 0) ++heard->ends;
}

static int wants_stop(void* context) {
    const struct heard* heard = context;
    return heard->stop_after > 0 && heard->steps >= heard->stop_after;
}

static carousel_settings* training(const char* text, const char* model) {
    const char* const said[][2] = {{"steps", "30"},          {"layers", "1"},    {"hidden-size", "12"},
                                   {"embedding_size", "8"},  {"batch-size", "4"}, {"window", "8"},
                                   {"threads", "1"},         {"seed", "3"},      {"sample-every", "0"},
                                   {"validate-every", "10"}};
    carousel_settings* settings = NULL;
    size_t i;
    OK(carousel_new_settings(CAROUSEL_FOR_TRAINING, &settings));
    OK(carousel_set(settings, "corpus", text));
    OK(carousel_set(settings, "model", model));
    for (i = 0; i < sizeof said / sizeof said[0]; ++i) OK(carousel_set(settings, said[i][0], said[i][1]));
    return settings;
}

static void train(const char* text, const char* model) {
    struct heard heard = {0, 0, 0, 12};
    carousel_settings* settings = training(text, model);
    CAROUSEL_SIZED(carousel_listener, listener);
    CAROUSEL_SIZED(carousel_training_result, result);
    listener.context = &heard;
    listener.hear = hear;
    listener.wants_stop = wants_stop;
    OK(carousel_train(settings, &listener, &result));
    CHECK(result.end == CAROUSEL_STOPPED && heard.steps == 12 && heard.ends == 1);
    CHECK(strcmp(result.model, model) == 0 && result.shortfall[0] == '\0');

    heard.stop_after = 0;
    OK(carousel_set(settings, "resume", "yes"));
    OK(carousel_train(settings, &listener, &result));
    CHECK(result.end == CAROUSEL_TRAINED && heard.steps == 30 && heard.validations >= 3);
    OK(carousel_free_settings(settings));
}

static void write_on(carousel_session* session, char* text, size_t room) {
    CAROUSEL_SIZED(carousel_piece, piece);
    size_t size = 0;
    do {
        OK(carousel_step(session, &piece));
        CHECK(piece.text[piece.text_size] == '\0' && size + piece.text_size < room);
        memcpy(text + size, piece.text, piece.text_size);
        size += piece.text_size;
    } while (piece.end == CAROUSEL_GOES_ON);
    text[size] = '\0';
    CHECK(carousel_step(session, &piece) == CAROUSEL_ENDED);
}

static void use_sessions(carousel_model* model, carousel_model* same) {
    carousel_settings* settings = NULL;
    carousel_session *session = NULL, *branch = NULL, *other = NULL, *restored = NULL;
    char first[400], second[400], third[400], fourth[400];
    const void* bytes = NULL;
    size_t size = 0, symbols = 0, i;
    float probabilities[100];
    double sum = 0;
    CAROUSEL_SIZED(carousel_progress, progress);
    CAROUSEL_SIZED(carousel_piece, piece);

    OK(carousel_new_settings(CAROUSEL_FOR_SESSION, &settings));
    OK(carousel_set(settings, "length", "60"));
    OK(carousel_set(settings, "documents", "0"));
    OK(carousel_set(settings, "seed", "7"));
    OK(carousel_set(settings, "temperature", "1"));
    OK(carousel_new_session(model, settings, "round", 5, &session));
    for (i = 0; i < 20; ++i) OK(carousel_step(session, &piece));
    OK(carousel_count_symbols(model, &symbols));
    CHECK(symbols > 5 && symbols <= 100);
    OK(carousel_next_symbols(session, probabilities, symbols));
    for (i = 0; i < symbols; ++i) sum += probabilities[i];
    CHECK(fabs(sum - 1) < 1e-5);

    OK(carousel_branch(session, &branch));
    OK(carousel_branch(session, &other));
    OK(carousel_reseed(other, 8));
    OK(carousel_save_session(session, &bytes, &size));
    OK(carousel_restore_session(same, bytes, size, &restored));
    write_on(session, first, sizeof first);
    write_on(branch, second, sizeof second);
    write_on(other, third, sizeof third);
    write_on(restored, fourth, sizeof fourth);
    CHECK(strcmp(first, second) == 0 && strcmp(first, fourth) == 0 && strcmp(first, third) != 0);
    OK(carousel_tell_progress(session, &progress));
    CHECK(progress.characters == 60 && progress.seed == 7 && progress.end == CAROUSEL_END_OF_LENGTH);
    OK(carousel_free_session(session));
    OK(carousel_free_session(branch));
    OK(carousel_free_session(other));
    OK(carousel_free_session(restored));

    OK(carousel_new_session(model, settings, NULL, 0, &session));
    OK(carousel_read(session, "and round", 9));
    OK(carousel_step(session, &piece));
    OK(carousel_free_session(session));
    OK(carousel_free_settings(settings));
}

static void score(carousel_model* model) {
    static const char text[] = "round and round";
    carousel_score* score = NULL;
    size_t i;
    double sum = 0;
    CAROUSEL_SIZED(carousel_surprisals, told);
    OK(carousel_score_text(model, NULL, text, strlen(text), &score));
    OK(carousel_tell_surprisals(score, &told));
    CHECK(told.characters == strlen(text) && strcmp(told.text, text) == 0);
    for (i = 0; i < told.characters; ++i) {
        CHECK(told.nats[i] > 0 && told.end[i] == i + 1);
        sum += told.nats[i];
    }
    CHECK(fabs(sum - told.sum) < 1e-9 && fabs(told.mean * (double)told.characters - sum) < 1e-9);
    OK(carousel_free_score(score));
}

static void look_at(carousel_model* model) {
    const char* json = NULL;
    size_t count = 0, i;
    uint32_t ids[8];
    CAROUSEL_SIZED(carousel_symbol, symbol);
    CAROUSEL_SIZED(carousel_weight, weight);
    CAROUSEL_SIZED(carousel_weight, named);
    OK(carousel_describe_model(model, &json));
    CHECK(strstr(json, "\"hidden_size\": 12") != NULL);
    OK(carousel_symbol_at(model, 0, &symbol));
    CHECK(symbol.kind == CAROUSEL_SEPARATOR && symbol.text_size == 0);
    OK(carousel_encode(model, "round", 5, ids, 8, &count));
    CHECK(count == 5);
    OK(carousel_symbol_at(model, ids[0], &symbol));
    CHECK(symbol.kind == CAROUSEL_CHARACTER && strcmp(symbol.text, "r") == 0);
    OK(carousel_count_weights(model, &count));
    for (i = 0; i < count; ++i) {
        OK(carousel_weight_at(model, i, &weight));
        CHECK(weight.count == weight.shape[0] * (weight.dimensions == 2 ? weight.shape[1] : 1));
        OK(carousel_weight_named(model, weight.name, &named));
        CHECK(named.values == weight.values && isfinite(named.values[weight.count - 1]));
    }
}

static carousel_model* load_from_memory(const char* path) {
    static char bytes[1 << 20];
    carousel_model* model = NULL;
    FILE* file = fopen(path, "rb");
    size_t size;
    CHECK(file != NULL);
    size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    OK(carousel_load_model_from_memory(bytes, size, NULL, &model));
    CHECK(carousel_load_model_from_memory(bytes, size - 1, NULL, &model) == CAROUSEL_DAMAGED);
    return model;
}

int main(int argc, char** argv) {
    char text[4096], path[4096];
    carousel_model *model = NULL, *same = NULL;
    const char* plan = NULL;
    FILE* file;
    int i;
    CHECK(argc == 2);
    CHECK(carousel_version_number() == CAROUSEL_VERSION_NUMBER);
    snprintf(text, sizeof text, "%s/text.txt", argv[1]);
    snprintf(path, sizeof path, "%s/model.carousel", argv[1]);
    file = fopen(text, "wb");
    CHECK(file != NULL);
    for (i = 0; i < 60; ++i) fprintf(file, "round %d and round we go\n", i % 7);
    fclose(file);

    train(text, path);
    OK(carousel_load_model(path, NULL, &model));
    same = load_from_memory(path);
    use_sessions(model, same);
    score(model);
    look_at(same);
    OK(carousel_free_model(model));
    OK(carousel_free_model(same));
    {
        carousel_settings* settings = training(text, path);
        OK(carousel_plan(settings, &plan));
        CHECK(strstr(plan, "\"parameters\"") != NULL);
        OK(carousel_free_settings(settings));
    }
    return 0;
}
