#define CAROUSEL_EXPERIMENTAL
#include <carousel.h>
#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <algorithm>
#include <clocale>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "app/evaluation_run.hpp"
#include "app/generation_run.hpp"
#include "cli/command_options.hpp"
#include "support/places.hpp"
#include "support/temporary_folder.hpp"

using namespace carousel;

namespace {

const std::string k_models = (source_root() / "tests/snapshot/version_1/").string();

void ok(carousel_status status) {
    CHECK_MESSAGE(status == CAROUSEL_OK, std::string(carousel_error_text()));
}

/// That a call fails so, and says why in a sentence.
void fails(carousel_status status, carousel_status expected) {
    CHECK_MESSAGE(status == expected, std::string(carousel_error_text()));
    CHECK(std::strlen(carousel_error_text()) > 10);
    CHECK(std::strlen(carousel_status_text(status)) > 3);
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

using Words = std::vector<std::pair<const char*, std::string>>;

/// Settings that go with the object.
class Said {
public:
    Said(carousel_purpose purpose, const Words& words) {
        ok(carousel_new_settings(purpose, &settings_));
        for (const auto& [name, word] : words) ok(carousel_set(settings_, name, word.c_str()));
    }
    ~Said() { carousel_free_settings(settings_); }
    Said(const Said&) = delete;
    Said& operator=(const Said&) = delete;
    operator carousel_settings*() const { return settings_; }  // NOLINT: it is passed as one

private:
    carousel_settings* settings_ = nullptr;
};

class StoredModel {
public:
    explicit StoredModel(const std::string& name = "lstm", const Words& words = {}) {
        const Said settings(CAROUSEL_FOR_MODEL, words);
        ok(carousel_load_model((k_models + name + ".carousel").c_str(), settings, &model_));
    }
    ~StoredModel() { carousel_free_model(model_); }
    StoredModel(const StoredModel&) = delete;
    StoredModel& operator=(const StoredModel&) = delete;
    operator carousel_model*() const { return model_; }  // NOLINT: it is passed as one

private:
    carousel_model* model_ = nullptr;
};

carousel_session* begin(carousel_model* model, const Words& words) {
    const Said settings(CAROUSEL_FOR_SESSION, words);
    carousel_session* session = nullptr;
    ok(carousel_new_session(model, settings, nullptr, 0, &session));
    return session;
}

/// What is still to come of a session, with the number of each symbol, which it then gives back.
std::string rest_of(carousel_session* session) {
    std::string text;
    CAROUSEL_SIZED(carousel_piece, piece);
    do {
        ok(carousel_step(session, &piece));
        text.append(piece.text, piece.text_size);
        text += '<' + std::to_string(piece.symbol) + '>';
    } while (piece.end == CAROUSEL_GOES_ON);
    ok(carousel_free_session(session));
    return text;
}

Words seeded(int seed, int length = 80) {
    return {{"seed", std::to_string(seed)},
            {"length", std::to_string(length)},
            {"documents", "0"},
            {"temperature", "1"},
            {"min_p", "0"}};
}

/// A small training in a folder of its own.
struct SmallTraining {
    TemporaryFolder folder;
    std::string text = folder / "text.txt", model = folder / "m.carousel";

    SmallTraining() {
        std::ofstream file(text, std::ios::binary);
        for (int i = 0; i < 60; ++i) file << "round " << i % 7 << " and round we go\n";
    }
    Words words(const Words& more = {}) const {
        Words all{{"corpus", text}, {"model", model},     {"steps", "12"},
                  {"layers", "1"},  {"hidden-size", "8"}, {"batch-size", "2"},
                  {"window", "8"},  {"threads", "1"},     {"sample-every", "0"}};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }
};

struct Heard {
    std::string kinds;
    int steps = 0, stop_after = 1'000'000;
};

carousel_listener listener_for(Heard& heard) {
    CAROUSEL_SIZED(carousel_listener, listener);
    listener.context = &heard;
    listener.hear = [](void* context, const carousel_event* event) {
        auto& who = *static_cast<Heard*>(context);
        if (std::string_view(event->kind) == "progress") ++who.steps;
        who.kinds += std::string(event->kind) + ' ';
    };
    listener.wants_stop = [](void* context) {
        const auto& who = *static_cast<const Heard*>(context);
        return who.steps >= who.stop_after ? 1 : 0;
    };
    return listener;
}

std::size_t threads_of_process() {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator("/proc/self/task"),
                      std::filesystem::directory_iterator()));
}

/// Keeps what is written to standard output and standard error as long as it lives.
class Streams {
public:
    explicit Streams(const TemporaryFolder& folder) : path_(folder / "streams") {
        std::FILE* file = std::fopen(path_.c_str(), "w");
        REQUIRE(file != nullptr);
        for (int stream = 1; stream <= 2; ++stream) {
            saved_[stream - 1] = ::dup(stream);
            ::dup2(::fileno(file), stream);
        }
        std::fclose(file);
    }
    ~Streams() {
        for (int stream = 1; stream <= 2; ++stream) {
            ::dup2(saved_[stream - 1], stream);
            ::close(saved_[stream - 1]);
        }
    }
    Streams(const Streams&) = delete;
    Streams& operator=(const Streams&) = delete;
    std::string text() const {
        std::ifstream file(path_);
        return {std::istreambuf_iterator<char>(file), {}};
    }

private:
    std::string path_;
    int saved_[2] = {};
};

}  // namespace

TEST_SUITE("library/settings") {
    TEST_CASE("a training takes what the command takes, under the same names") {
        TrainOptions options;
        GlobalOptions global;
        const auto table = option_table(options, global);
        std::vector<std::string> names;
        for (std::size_t i = 0; i < carousel_setting_count(CAROUSEL_FOR_TRAINING); ++i) {
            CAROUSEL_SIZED(carousel_setting, setting);
            ok(carousel_setting_at(CAROUSEL_FOR_TRAINING, i, &setting));
            CHECK(std::strlen(setting.meaning) > 5);
            names.emplace_back(setting.name);
        }
        for (const auto& name : names) {
            if (name != "corpus") CHECK_MESSAGE(table.find(name) != nullptr, name);
        }
        const std::vector<std::string_view> of_the_terminal{"json", "quiet", "verbose", "config",
                                                            "help"};
        for (const auto name : table.names()) {
            if (std::ranges::find(of_the_terminal, name) != of_the_terminal.end()) continue;
            CHECK_MESSAGE(std::ranges::find(names, name) != names.end(), std::string(name));
        }
    }

    TEST_CASE("a wrong name or value is refused at once, with what may have been meant") {
        const Said settings(CAROUSEL_FOR_TRAINING, {});
        fails(carousel_set(settings, "learning_rat", "1"), CAROUSEL_USAGE);
        CHECK(contains(carousel_error_text(), "Did you mean learning-rate?"));
        fails(carousel_set(settings, "learning_rate", "0,7"), CAROUSEL_USAGE);
        CHECK(contains(carousel_error_text(), "0.7"));
        fails(carousel_set(settings, "hidden-size", "99999999999999999999"), CAROUSEL_USAGE);
        fails(carousel_set(settings, "hidden-size", "-1"), CAROUSEL_USAGE);
        fails(carousel_set(settings, "cell", "lstmm"), CAROUSEL_USAGE);
        fails(carousel_set(settings, "resume", "perhaps"), CAROUSEL_USAGE);
        fails(carousel_set(settings, "time", "10"), CAROUSEL_USAGE);
        fails(carousel_set(settings, "model", ""), CAROUSEL_USAGE);
        fails(carousel_set(settings, "\xff\x1b[2J", "1"), CAROUSEL_USAGE);
        CHECK(contains(carousel_error_text(), "\\x1b"));
    }

    TEST_CASE("what the program says of options is said of settings") {
        const Said settings(CAROUSEL_FOR_TRAINING, {{"resume", "yes"}, {"model", "/no/such"}});
        fails(carousel_train(settings, nullptr, nullptr), CAROUSEL_INPUT);
        CHECK(contains(carousel_error_text(), "Name the model with \"model\", or leave"));
        CHECK_FALSE(contains(carousel_error_text(), "--"));
    }

    TEST_CASE("settings for one purpose are no settings for another") {
        const Said settings(CAROUSEL_FOR_SESSION, {});
        carousel_model* model = nullptr;
        fails(carousel_load_model((k_models + "lstm.carousel").c_str(), settings, &model),
              CAROUSEL_HANDLE);
        fails(carousel_train(settings, nullptr, nullptr), CAROUSEL_HANDLE);
        fails(carousel_set(settings, "hidden-size", "8"), CAROUSEL_USAGE);
        CHECK(model == nullptr);
    }
}

TEST_SUITE("library/misuse") {
    TEST_CASE("NULL is an error wherever something must be") {
        const StoredModel model;
        carousel_session* session = begin(model, seeded(1));
        CAROUSEL_SIZED(carousel_piece, piece);
        CAROUSEL_SIZED(carousel_symbol, symbol);
        const void* bytes = nullptr;
        std::size_t size = 0;
        const auto none = CAROUSEL_ARGUMENT;
        fails(carousel_load_model(nullptr, nullptr, nullptr), none);
        carousel_model* other = nullptr;
        fails(carousel_load_model(nullptr, nullptr, &other), none);
        fails(carousel_load_model_from_memory(nullptr, 10, nullptr, &other), none);
        fails(carousel_free_model(nullptr), none);
        fails(carousel_describe_model(model, nullptr), none);
        fails(carousel_count_symbols(nullptr, &size), none);
        fails(carousel_symbol_at(model, 0, nullptr), none);
        fails(carousel_symbol_at(model, SIZE_MAX, &symbol), none);
        fails(carousel_weight_named(model, nullptr, nullptr), none);
        fails(carousel_new_session(model, nullptr, nullptr, 5, &session), none);
        fails(carousel_new_session(model, nullptr, nullptr, 0, nullptr), none);
        fails(carousel_new_session(model, nullptr, "abc", SIZE_MAX, &session), none);
        fails(carousel_step(nullptr, &piece), none);
        fails(carousel_step(session, nullptr), none);
        fails(carousel_next_symbols(session, nullptr, 3), none);
        fails(carousel_branch(session, nullptr), none);
        fails(carousel_save_session(session, &bytes, nullptr), none);
        fails(carousel_score_text(model, nullptr, nullptr, 3, nullptr), none);
        fails(carousel_new_settings(CAROUSEL_FOR_MODEL, nullptr), none);
        fails(carousel_new_settings(static_cast<carousel_purpose>(77), nullptr), none);
        fails(carousel_set(nullptr, "a", "b"), none);
        fails(carousel_train(nullptr, nullptr, nullptr), none);
        fails(carousel_plan(nullptr, nullptr), none);
        CHECK(carousel_setting_count(static_cast<carousel_purpose>(77)) == 0);
        CHECK(std::string(carousel_status_text(static_cast<carousel_status>(99))) ==
              "unknown status");
        ok(carousel_free_session(session));
    }

    TEST_CASE("a handle of another kind, made up or given back twice is told, and nothing read") {
        carousel_model* model = nullptr;
        ok(carousel_load_model((k_models + "lstm.carousel").c_str(), nullptr, &model));
        carousel_session* session = begin(model, seeded(1));
        std::size_t count = 0;
        fails(carousel_count_symbols(reinterpret_cast<carousel_model*>(session), &count),
              CAROUSEL_HANDLE);
        CHECK(contains(carousel_error_text(), "a session was given where a model is needed"));
        fails(carousel_free_model(reinterpret_cast<carousel_model*>(session)), CAROUSEL_HANDLE);
        fails(carousel_count_symbols(reinterpret_cast<carousel_model*>(std::uintptr_t{0xdead}),
                                     &count),
              CAROUSEL_HANDLE);
        int local = 0;
        fails(carousel_count_symbols(reinterpret_cast<carousel_model*>(&local), &count),
              CAROUSEL_HANDLE);
        ok(carousel_free_model(model));
        fails(carousel_free_model(model), CAROUSEL_HANDLE);
        fails(carousel_count_symbols(model, &count), CAROUSEL_HANDLE);
        CHECK(count == 0);
        CHECK(rest_of(session).size() > 80);  // it has kept its model alive
        fails(carousel_free_session(session), CAROUSEL_HANDLE);
    }

    TEST_CASE("texts that are no UTF-8 and files that are no models are refused by name") {
        const StoredModel model;
        carousel_session* session = nullptr;
        carousel_score* score = nullptr;
        carousel_model* other = nullptr;
        fails(carousel_new_session(model, nullptr, "a\xff", 2, &session), CAROUSEL_USAGE);
        fails(carousel_score_text(model, nullptr, "\xc3", 1, &score), CAROUSEL_USAGE);
        fails(carousel_score_text(model, nullptr, "", 0, &score), CAROUSEL_USAGE);
        fails(carousel_score_text(model, nullptr, "\xe6\xbc\xa2", 3, &score), CAROUSEL_USAGE);
        fails(carousel_load_model("/nowhere/at/all", nullptr, &other), CAROUSEL_INPUT);
        fails(carousel_load_model_from_memory("no model", 8, nullptr, &other), CAROUSEL_DAMAGED);
        fails(carousel_load_model_from_memory(nullptr, 0, nullptr, &other), CAROUSEL_DAMAGED);
        fails(carousel_restore_session(model, "no session", 10, &session), CAROUSEL_DAMAGED);
        CHECK((session == nullptr && score == nullptr && other == nullptr));
    }

    TEST_CASE("a struct that does not say its size is refused, and a smaller one is not overrun") {
        const StoredModel model;
        carousel_symbol symbol{};
        fails(carousel_symbol_at(model, 1, &symbol), CAROUSEL_ARGUMENT);
        symbol.struct_size = SIZE_MAX;
        fails(carousel_symbol_at(model, 1, &symbol), CAROUSEL_ARGUMENT);
        symbol.struct_size = offsetof(carousel_symbol, text_size);
        symbol.text_size = 12345;
        ok(carousel_symbol_at(model, 1, &symbol));
        CHECK(symbol.text != nullptr);
        CHECK(symbol.text_size == 12345);
        CHECK(symbol.struct_size == offsetof(carousel_symbol, text_size));
    }

    TEST_CASE("a session of another model is refused") {
        const StoredModel model, other("gru");
        carousel_session *session = begin(model, seeded(1)), *restored = nullptr;
        const void* bytes = nullptr;
        std::size_t size = 0;
        ok(carousel_save_session(session, &bytes, &size));
        fails(carousel_restore_session(other, bytes, size, &restored), CAROUSEL_DAMAGED);
        std::string damaged(static_cast<const char*>(bytes), size);
        damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 1);
        fails(carousel_restore_session(model, damaged.data(), size, &restored), CAROUSEL_DAMAGED);
        CHECK(restored == nullptr);
        ok(carousel_free_session(session));
    }
}

TEST_SUITE("library/use") {
    TEST_CASE("every stored model writes, in floats and in 8 bits") {
        for (const auto& entry : std::filesystem::directory_iterator(k_models)) {
            if (entry.path().extension() != ".carousel") continue;
            const auto name = entry.path().stem().string();
            CAPTURE(name);
            for (const char* precision : {"float32", "int8"}) {
                const StoredModel model(name, {{"precision", precision}});
                CHECK(rest_of(begin(model, seeded(1, 10))).size() > 10);
            }
        }
    }

    TEST_CASE("the number of threads of a model changes no symbol") {
        const StoredModel one, three("lstm", {{"threads", "3"}});
        CHECK(rest_of(begin(one, seeded(5))) == rest_of(begin(three, seeded(5))));
    }

    TEST_CASE("a session writes what generate writes with the same seed and settings") {
        for (const char* name : {"byte", "grapheme", "lstm"}) {
            CAPTURE(name);
            GenerationRequest request;
            request.model = k_models + name + ".carousel";
            request.seed = 6;
            request.length = 100;
            request.documents = 0;
            request.sampler.temperature = 0.9F;
            const TellWork nobody = [](const WorkEvent&) {};
            GenerationRun run(request, nobody);
            run.read_prompt();
            std::string expected;
            while (run.writes())
                for (const auto& piece : run.advance()) expected += piece.text;

            const StoredModel model(name);
            carousel_session* session = begin(
                model,
                {{"seed", "6"}, {"length", "100"}, {"documents", "0"}, {"temperature", "0.9"}});
            std::string text;
            CAROUSEL_SIZED(carousel_piece, piece);
            do {
                ok(carousel_step(session, &piece));
                text.append(piece.text, piece.text_size);
            } while (piece.end == CAROUSEL_GOES_ON);
            ok(carousel_free_session(session));
            CHECK(text == expected);
        }
    }

    TEST_CASE("a score is what evaluate says of a file with that text") {
        const SmallTraining small;
        for (const char* name : {"byte", "grapheme", "lstm"}) {
            CAPTURE(name);
            const StoredModel model(name);
            const std::string path = k_models + name + ".carousel";
            const std::string text = rest_of(begin(model, seeded(2, 300)));
            std::string plain;  // without the numbers of the symbols
            for (std::size_t i = 0; i < text.size(); ++i) {
                if (text[i] == '<' && i + 1 < text.size() && std::isdigit(text[i + 1]) != 0)
                    i = text.find('>', i);
                else
                    plain += text[i];
            }
            std::ofstream(small.text, std::ios::binary) << plain;
            EvaluationRequest request;
            request.corpus = {small.text};
            request.model = path;
            request.protocol = Protocol::stream;
            const TellWork nobody = [](const WorkEvent&) {};
            const auto report = EvaluationRun(request, nobody).measure();
            carousel_score* score = nullptr;
            ok(carousel_score_text(model, nullptr, plain.data(), plain.size(), &score));
            CAROUSEL_SIZED(carousel_surprisals, told);
            ok(carousel_tell_surprisals(score, &told));
            const auto& metrics = report.measurements.front().metrics;
            CHECK(told.sum == metrics.nats);
            CHECK(told.characters == metrics.characters);
            CHECK(told.mean == nats_per_character(metrics));
            CHECK(told.end[told.characters - 1] == told.text_size);
            CHECK(std::accumulate(told.nats, told.nats + told.characters, 0.0) ==
                  doctest::Approx(told.sum));
            ok(carousel_free_score(score));
        }
    }

    TEST_CASE("what a session reads is there as if it had been its prompt") {
        const StoredModel model;
        carousel_session* read = begin(model, seeded(4));
        CAROUSEL_SIZED(carousel_symbol, symbol);
        ok(carousel_symbol_at(model, 2, &symbol));
        std::string words;
        for (int i = 0; i < 7; ++i) words.append(symbol.text, symbol.text_size);
        ok(carousel_read(read, words.data(), words.size()));
        const Said settings(CAROUSEL_FOR_SESSION, seeded(4));
        carousel_session* prompted = nullptr;
        ok(carousel_new_session(model, settings, words.data(), words.size(), &prompted));
        CHECK(rest_of(read) == rest_of(prompted));
    }

    TEST_CASE("with the least temperature the likeliest of the next symbols is drawn") {
        const StoredModel model;
        carousel_session* session = begin(model, {{"temperature", "0"}, {"documents", "0"}});
        std::size_t count = 0;
        ok(carousel_count_symbols(model, &count));
        std::vector<float> next(count);
        CAROUSEL_SIZED(carousel_piece, piece);
        ok(carousel_step(session, &piece));
        for (int i = 0; i < 10; ++i) {
            ok(carousel_next_symbols(session, next.data(), count));
            next[0] = 0;  // the separator, which this text may not have
            ok(carousel_step(session, &piece));
            if (piece.symbol == 0) continue;
            CHECK(next[piece.symbol] >= 0.2F * *std::ranges::max_element(next));
        }
        ok(carousel_free_session(session));
    }
}

TEST_SUITE("library/training") {
    TEST_CASE("a training that is stopped goes on to the weights of one that was not") {
        const SmallTraining whole, parts;
        Heard heard, first, second;
        first.stop_after = 5;
        CAROUSEL_SIZED(carousel_training_result, result);
        auto listener = listener_for(heard);
        ok(carousel_train(Said(CAROUSEL_FOR_TRAINING, whole.words()), &listener, &result));
        CHECK(result.end == CAROUSEL_TRAINED);
        CHECK(contains(heard.kinds, "start "));
        CHECK(heard.kinds.ends_with("end "));
        listener = listener_for(first);
        ok(carousel_train(Said(CAROUSEL_FOR_TRAINING, parts.words()), &listener, &result));
        CHECK(result.end == CAROUSEL_STOPPED);
        CHECK(first.steps == 5);
        listener = listener_for(second);
        ok(carousel_train(Said(CAROUSEL_FOR_TRAINING, parts.words({{"resume", "yes"}})), &listener,
                          &result));
        CHECK(second.steps == 7);
        const auto hash = [](const std::string& path) {
            carousel_model* model = nullptr;
            const char* json = "";
            ok(carousel_load_model(path.c_str(), nullptr, &model));
            ok(carousel_describe_model(model, &json));
            const std::string text = json;
            ok(carousel_free_model(model));
            return text.substr(text.find("weights_sha256"), 85);
        };
        CHECK(hash(whole.model) == hash(parts.model));
    }

    TEST_CASE("settings that contradict each other, and a text that is missing, are refused") {
        const SmallTraining small;
        Said both(CAROUSEL_FOR_TRAINING, small.words({{"from", "x"}, {"resume", "yes"}}));
        fails(carousel_train(both, nullptr, nullptr), CAROUSEL_USAGE);
        Said missing(CAROUSEL_FOR_TRAINING, {{"corpus", "/nowhere"}, {"model", small.model}});
        fails(carousel_train(missing, nullptr, nullptr), CAROUSEL_INPUT);
        const char* json = nullptr;
        fails(carousel_plan(missing, &json), CAROUSEL_INPUT);
        CHECK(json == nullptr);
        CHECK_FALSE(std::filesystem::exists(small.model));
    }

    TEST_CASE("a training that diverges is an error with its own status") {
        const SmallTraining small;
        const Said wild(CAROUSEL_FOR_TRAINING, small.words({{"optimizer", "adam"},
                                                            {"clip", "0"},
                                                            {"learning-rate", "10"},
                                                            {"beta2", "0"},
                                                            {"steps", "400"},
                                                            {"weight-decay", "10"}}));
        const auto status = carousel_train(wild, nullptr, nullptr);
        if (status != CAROUSEL_OK) fails(status, CAROUSEL_DIVERGED);
    }
}

TEST_SUITE("library/threads") {
    TEST_CASE("ten sessions on ten threads at once write what each writes alone") {
        const StoredModel model;
        constexpr int k_threads = 10;
        std::vector<std::string> alone, together(k_threads);
        for (int i = 0; i < k_threads; ++i) alone.push_back(rest_of(begin(model, seeded(i, 40))));
        std::vector<std::thread> threads;
        for (int i = 0; i < k_threads; ++i) {
            threads.emplace_back([&, i] {
                carousel_session* session = begin(model, seeded(i, 40));
                carousel_session* branch = nullptr;
                ok(carousel_branch(session, &branch));
                const auto text = rest_of(session);
                CHECK(rest_of(branch) == text);
                carousel_score* score = nullptr;
                ok(carousel_score_text(model, nullptr, "e", 1, &score));
                ok(carousel_free_score(score));
                carousel_weight weight{};
                weight.struct_size = sizeof weight;
                ok(carousel_weight_at(model, 0, &weight));
                together[static_cast<std::size_t>(i)] = text;
            });
        }
        for (auto& thread : threads) thread.join();
        CHECK(together == alone);
    }

    TEST_CASE("a session that two threads want at once serves one, and tells the other") {
        const StoredModel model;
        carousel_session* session = begin(model, {{"documents", "0"}, {"seed", "1"}});
        std::vector<std::thread> threads;
        std::vector<int> others(3);
        for (std::size_t i = 0; i < others.size(); ++i) {
            threads.emplace_back([&, i] {
                CAROUSEL_SIZED(carousel_piece, piece);
                for (int step = 0; step < 50; ++step) {
                    const auto status = carousel_step(session, &piece);
                    others[i] += status != CAROUSEL_OK && status != CAROUSEL_BUSY;
                }
            });
        }
        for (auto& thread : threads) thread.join();
        CHECK(others == std::vector<int>(3, 0));
        ok(carousel_free_session(session));
    }
}

TEST_SUITE("library/host") {
    TEST_CASE(
        "the host's threads, signals, locale and floating-point mode stay, and no word is said") {
        const SmallTraining small;
        std::string said;
        std::vector<struct sigaction> before(32), after(32);
        const auto signals = [](std::vector<struct sigaction>& all) {
            for (int number = 1; number < 32; ++number)
                ::sigaction(number, nullptr, &all[static_cast<std::size_t>(number)]);
        };
        const std::string locale = std::setlocale(LC_ALL, nullptr);
        signals(before);
        const auto threads = threads_of_process();
#if defined(__x86_64__)
        const unsigned mode = _mm_getcsr();
        constexpr unsigned k_modes[] = {0x1f80, 0x9fc0, 0x7f80};  // usual, flushing, towards zero
#else
        constexpr unsigned k_modes[] = {0};
#endif
        {
            const Streams streams(small.folder);
            for (const unsigned wanted : k_modes) {
#if defined(__x86_64__)
                constexpr unsigned k_control = 0xffc0;  // but for the flags of what has happened
                _mm_setcsr(wanted);
                const auto stays = [&] {
                    return (_mm_getcsr() & k_control) == (wanted & k_control);
                };
#else
                const auto stays = [&] { return wanted == 0; };
#endif
                const StoredModel model("lstm", {{"threads", "2"}});
                CHECK(stays());
                rest_of(begin(model, seeded(1)));
                CHECK(stays());
                carousel_score* score = nullptr;
                ok(carousel_score_text(model, nullptr, "e", 1, &score));
                ok(carousel_free_score(score));
                CHECK(stays());
                ok(carousel_train(Said(CAROUSEL_FOR_TRAINING, small.words({{"threads", "2"}})),
                                  nullptr, nullptr));
                CHECK(stays());
                carousel_model* none = nullptr;
                CHECK(carousel_load_model("/nowhere", nullptr, &none) == CAROUSEL_INPUT);
            }
            said = streams.text();
        }
#if defined(__x86_64__)
        _mm_setcsr(mode);
#endif
        CHECK(said.empty());
        CHECK(threads_of_process() == threads);
        CHECK(std::setlocale(LC_ALL, nullptr) == locale);
        signals(after);
        for (std::size_t number = 1; number < before.size(); ++number)
            CHECK((before[number].sa_handler == after[number].sa_handler));
    }
}
