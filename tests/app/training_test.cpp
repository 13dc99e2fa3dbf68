#include "app/training.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/loaded_model.hpp"
#include "app/machines.hpp"
#include "app/sample.hpp"
#include "base/error.hpp"
#include "base/stopwatch.hpp"
#include "generation/session_batch.hpp"
#include "snapshot/snapshot_file.hpp"
#include "snapshot/weights_hash.hpp"
#include "support/hindrance.hpp"
#include "support/temporary_folder.hpp"

using namespace carousel;

namespace {

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

/// A caller that trains without a terminal: it counts what it is told and stops when it likes.
struct Caller {
    std::optional<std::uint64_t> stop_at{};  // updates
    /// A file that takes a second to be written, where a step takes milliseconds.
    std::optional<std::filesystem::path> slow_file{};
    double time = 0;  // where there is one
    std::filesystem::file_time_type written{};
    std::uint64_t steps = 0, validations = 0, bests = 0, recoveries = 0, saves = 0;
    bool diverged = false;
    std::string machine{};  // as the run describes it
    std::optional<std::string> sample{};
    std::vector<MeasuredLoss> measured{};
    std::optional<MeasuredLoss> closing{};  // at the end
    std::optional<BestLoss> best{};         // at the end
    std::string told{};                     // notes and warnings
    TrainingResult result{};

    double slow_clock() {
        std::error_code none;
        const auto now = std::filesystem::last_write_time(*slow_file, none);
        const bool anew = !none && std::exchange(written, now) != now;
        return time += anew ? 1 : 0.002;
    }

    void train(const TrainingRequest& request) {
        train(request, *make_machine(static_cast<int>(*request.threads)));
    }

    void train(const TrainingRequest& request, const Machine& on) {
        const Stopwatch stopwatch;
        result =
            run_training(request, on,
                         {.clock = [&] { return slow_file ? slow_clock() : stopwatch.seconds(); },
                          .tell =
                              [&](const TrainingEvent& event) {
                                  std::visit(Hear{[&](const Stepped&) { ++steps; },
                                                  [&](const Validated& e) {
                                                      ++validations;
                                                      if (e.best) ++bests;
                                                      measured.push_back(e.measured);
                                                  },
                                                  [&](const Recovered&) { ++recoveries; },
                                                  [&](const Saved&) { ++saves; },
                                                  [&](const Diverged&) { diverged = true; },
                                                  [&](const Prepared& p) { machine = p.machine; },
                                                  [&](const Note& n) { told += n.text + "\n"; },
                                                  [&](const Warning& w) { told += w.text + "\n"; },
                                                  [&](const Ended& e) {
                                                      sample = e.sample;
                                                      closing = e.run.closing;
                                                      best = e.run.snapshot.best;
                                                  },
                                                  [](const auto&) {}},
                                             event);
                              },
                          .wish_to_stop = [&]() -> std::optional<std::string> {
                              if (!stop_at || steps < *stop_at) return std::nullopt;
                              return "enough";
                          }});
    }
};

/// A small text, and small trainings on it.
class SmallText {
public:
    SmallText() {
        std::ofstream file(folder / "text.txt", std::ios::binary);
        for (int i = 0; i < 60; ++i) file << "round " << i % 7 << " and round we go\n";
    }

    TrainingRequest request(const std::string& model) const {
        TrainingRequest request;
        request.corpus = {(folder / "text.txt").string()};
        request.model = folder / model;
        request.architecture[&LanguageModelConfig::layers] = 1;
        request.architecture[&LanguageModelConfig::hidden_size] = 16;
        request.training[&TrainingConfig::batch_size] = 4;
        request.training[&TrainingConfig::window] = 8;
        request.training[&TrainingConfig::length] = TrainingLength{LengthKind::steps, 30};
        request.validate_every = 10;
        request.threads = 1;
        return request;
    }

    std::string hash(const std::string& model) const {
        return to_hex(weights_sha256(load_snapshot(folder / model)));
    }

    TemporaryFolder folder;
};

void put(const std::filesystem::path& path, const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// A model that has learned the text well enough to write a while.
struct Writer {
    explicit Writer(const SmallText& text) {
        auto request = text.request("writer.carousel");
        request.training[&TrainingConfig::length] = TrainingLength{LengthKind::steps, 600};
        Caller().train(request);
        loaded.emplace(load_model(text.folder / "writer.carousel"));
        machine = make_machine(1);
        model = machine->model(loaded->snapshot.model, loaded->snapshot.weights);
    }

    SessionConfig config{.seed = 3, .length = 200};
    std::optional<LoadedModel> loaded;
    std::unique_ptr<Machine> machine;
    std::unique_ptr<Model> model;
};

}  // namespace

TEST_SUITE("app/training") {
    TEST_CASE("a run stopped by its caller goes on to the same bits, and nothing is printed") {
        const SmallText text;
        Caller whole, first, second;
        std::string printed;
        {
            const Streams streams(text.folder);
            whole.train(text.request("whole.carousel"));
            first.stop_at = 13;
            first.train(text.request("parts.carousel"));
            auto rest = text.request("parts.carousel");
            rest.resume = true;
            second.train(rest);
            printed = streams.text();
        }
        CHECK(printed.empty());
        CHECK(first.result.outcome.end == TrainingEnd::stopped);
        CHECK(first.steps == 13);
        CHECK_FALSE(first.sample);
        CHECK(second.result.outcome.end == TrainingEnd::length);
        CHECK(second.steps == 17);
        CHECK(whole.steps == 30);
        CHECK(whole.validations == first.validations + second.validations);
        CHECK(second.sample == whole.sample);
        CHECK(text.hash("parts.carousel") == text.hash("whole.carousel"));
        CHECK(text.hash("parts.resume.carousel") == text.hash("whole.resume.carousel"));
    }

    TEST_CASE("a run with teachers goes on to the same bits, and only with the same teachers") {
        const SmallText text;
        const auto request = [&](const char* model) {
            auto taught = text.request(model);
            taught.teachers = {text.folder / "a.carousel", text.folder / "b"};
            return taught;
        };
        auto b = text.request("b.carousel");
        b.training[&TrainingConfig::seed] = 2;
        b.architecture[&LanguageModelConfig::cell] = CellKind::gru;
        Caller().train(text.request("a.carousel"));
        Caller().train(b);
        Caller whole, first, second;
        whole.train(request("whole.carousel"));
        first.stop_at = 13;
        first.train(request("parts.carousel"));
        auto rest = text.request("parts.carousel");
        rest.resume = true;
        second.train(rest);
        CHECK(second.steps == 17);
        CHECK(text.hash("parts.resume.carousel") == text.hash("whole.resume.carousel"));
        CHECK(text.hash("whole.resume.carousel") != text.hash("a.resume.carousel"));
        CHECK(contains(second.told, "as well: 50 % of the loss"));
        const auto model = load_snapshot(text.folder / "parts.carousel");
        REQUIRE(model.teachers.size() == 2);
        CHECK(to_hex(model.teachers[1].weights) == text.hash("b.carousel"));

        first.steps = 0;
        first.train(request("parts.carousel"));
        std::filesystem::copy_file(text.folder / "a.carousel", text.folder / "b.carousel",
                                   std::filesystem::copy_options::overwrite_existing);
        CHECK_THROWS_WITH_AS(Caller().train(rest), doctest::Contains("is another model now"),
                             InputError);
        std::filesystem::remove(text.folder / "b.carousel");
        CHECK_THROWS_WITH_AS(Caller().train(rest), doctest::Contains("is gone"), InputError);
    }

    TEST_CASE("a teacher of another alphabet, or in the place of the model, is refused") {
        const SmallText text;
        put(text.folder / "other.txt", std::string(400, 'x') + std::string(400, 'y'));
        auto other = text.request("other.carousel");
        other.corpus = {(text.folder / "other.txt").string()};
        other.training[&TrainingConfig::length] = TrainingLength{LengthKind::steps, 1};
        Caller().train(other);
        auto request = text.request("model.carousel");
        request.teachers = {text.folder / "other.carousel"};
        CHECK_THROWS_WITH_AS(Caller().train(request), doctest::Contains("different alphabets"),
                             UsageError);
        other.teachers = {text.folder / "other"};
        CHECK_THROWS_AS(Caller().train(other), UsageError);
    }

    TEST_CASE("on the way a slice is measured, at the end the best model on the whole text") {
        const SmallText text;
        std::string held;
        for (int i = 0; i < 700; ++i) held += "round " + std::to_string(i % 7) + " we go\n";
        std::ofstream(text.folder / "held.txt", std::ios::binary) << held;
        auto request = text.request("model.carousel");
        request.validation = (text.folder / "held.txt").string();
        request.validate_every = 5;
        Caller caller, parts, rest;
        caller.train(request);
        REQUIRE(caller.measured.size() == 6);
        for (const auto& measured : caller.measured) {
            CHECK(measured.characters == caller.measured.front().characters);
            CHECK(measured.characters <= 1024);
            CHECK_FALSE(measured.whole);
        }
        REQUIRE(caller.closing);
        CHECK(caller.closing->characters == held.size());
        CHECK(caller.closing->whole);
        const auto model = load_snapshot(text.folder / "model.carousel");
        CHECK(model.validation_loss == caller.closing->nats);
        CHECK(model.step == caller.best->step);
        CHECK(model.best == caller.best);

        request.model = text.folder / "parts.carousel";
        parts.stop_at = 12;
        parts.train(request);
        CHECK_FALSE(parts.closing);
        request.validation.reset();
        request.resume = true;
        rest.train(request);
        CHECK(rest.measured.front().characters == caller.measured.front().characters);
        CHECK(rest.closing->nats == caller.closing->nats);
        CHECK(text.hash("parts.carousel") == text.hash("model.carousel"));
    }

    TEST_CASE("a slow disk takes little of a run's time, and gets its best model all the same") {
        const SmallText small;
        auto request = small.request("slow.carousel");
        request.training[&TrainingConfig::length] = TrainingLength{LengthKind::seconds, 20};
        Caller caller{.slow_file = small.folder / "slow.resume.carousel"};
        caller.train(request);
        REQUIRE(caller.best);
        CHECK(caller.bests >= 5);
        CHECK(caller.saves <= 3);
        CHECK(load_snapshot(small.folder / "slow.carousel").step == caller.best->step);
        // By steps nothing depends on a clock: each new best model is saved.
        request = small.request("steps.carousel");
        Caller other{.slow_file = small.folder / "steps.resume.carousel"};
        other.train(request);
        CHECK(other.saves >= other.bests);
    }

    TEST_CASE("what was trained writes a text, and two branches of it that begin alike") {
        const SmallText text;
        const Writer writer(text);
        const auto whole = write_sample(*writer.model, writer.loaded->tokenizer, writer.config);

        SessionBatch batch(*writer.model, writer.loaded->tokenizer, 2);
        std::vector<std::string> texts(1);
        const auto write = [&] {
            for (const auto& piece : batch.advance()) texts[piece.session] += piece.text;
        };
        batch.join(Session(writer.loaded->tokenizer, writer.model->config(), writer.config, {}));
        for (int symbol = 0; symbol < 20; ++symbol) write();
        auto branch = batch.copy(0);
        branch.draw_from(4, 0);
        batch.join(std::move(branch));
        const std::string trunk = texts[0];
        texts.push_back(trunk);
        while (!batch.empty()) write();

        CHECK(whole.whole);
        CHECK(texts[0] == whole.text);
        CHECK(texts[1].starts_with(trunk));
        CHECK(texts[1] != texts[0]);
    }

    TEST_CASE("a sample that is not continued ends where it was left") {
        const SmallText text;
        const Writer writer(text);
        int asked = 0;
        const auto part = write_sample(*writer.model, writer.loaded->tokenizer, writer.config,
                                       Precision::float32, [&] { return ++asked <= 10; });
        CHECK_FALSE(part.whole);
        CHECK(write_sample(*writer.model, writer.loaded->tokenizer, writer.config)
                  .text.starts_with(part.text));
        CHECK(part.text.size() <= 10);
    }

    TEST_CASE("a caller trains on a machine of its own, whatever the request says of threads") {
        const SmallText text;
        const auto three = make_machine(3);
        Caller caller, usual;
        caller.train(text.request("three.carousel"), *three);
        usual.train(text.request("one.carousel"));
        CHECK(caller.machine == three->description());
        CHECK(caller.machine != usual.machine);
        CHECK(text.hash("three.carousel") == text.hash("one.carousel"));
    }

    TEST_CASE("a caller that stops before the first step gets a model that can go on") {
        const SmallText text;
        Caller caller;
        caller.stop_at = 0;
        caller.train(text.request("model.carousel"));
        CHECK(caller.steps == 0);
        CHECK(caller.result.outcome.shortfall.empty());
        CHECK(load_snapshot(text.folder / "model.resume.carousel").step == 0);
    }

    TEST_CASE("a run that diverges again and again tells so before the error") {
        const SmallText text;
        auto request = text.request("model.carousel");
        request.training[&TrainingConfig::learning_rate] = 1e30F;
        request.training[&TrainingConfig::clip] = 0.0F;
        request.training[&TrainingConfig::optimizer] = OptimizerKind::adam;
        Caller caller;
        CHECK_THROWS_AS(caller.train(request), DivergenceError);
        CHECK(caller.recoveries == 3);
        CHECK(caller.diverged);
    }

    TEST_CASE("whatever file cannot be written, the best file is the best or the end says no") {
        const SmallText text;
        auto request = text.request("m.carousel");
        request.training[&TrainingConfig::length] = TrainingLength{LengthKind::steps, 60};
        // What is learned from the one text makes the other soon worse again.
        request.validation = text.folder / "backwards.txt";
        put(*request.validation, "og ew dnuor dna 3 dnuor\nog ew dnuor dna 5 dnuor\n");
        request.training[&TrainingConfig::average] = 0.0F;
        request.training[&TrainingConfig::learning_rate] = 0.01F;
        request.validate_every = 5;
        request.save_every = TrainingLength{LengthKind::steps, 10};
        const auto best = text.folder / "m.carousel";
        SUBCASE("the resume file") {
            const Hindrance full(text.folder / "m.resume.carousel");
            Caller caller;
            caller.train(request);
            REQUIRE(caller.best);
            CHECK(caller.best->step < 60);
            CHECK(load_snapshot(best).step == caller.best->step);
            CHECK(load_snapshot(best).validation_loss == caller.best->loss);
            CHECK(contains(caller.result.outcome.shortfall, "m.resume.carousel"));
            CHECK_FALSE(contains(caller.result.outcome.shortfall, "The best model"));
        }
        SUBCASE("the best file") {
            const Hindrance full(best);
            Caller caller;
            caller.train(request);
            CHECK(contains(caller.result.outcome.shortfall, "no model was written"));
            CHECK_FALSE(std::filesystem::exists(best));
        }
        SUBCASE("the best file, in the first run of two") {
            std::optional<BestLoss> first;
            {
                const Hindrance full(best);
                Caller caller;
                caller.stop_at = 60;
                caller.train(request);
                first = caller.best;
            }
            request.resume = true;
            request.training[&TrainingConfig::length] = TrainingLength{LengthKind::steps, 70};
            Caller caller;
            caller.train(request);
            CHECK(contains(caller.told, "is not in its file any more"));
            REQUIRE(caller.best);
            CHECK(caller.best->step > 60);
            CHECK(load_snapshot(best).step == caller.best->step);
        }
    }

    TEST_CASE("a best file that was moved away is written again where its weights are in hand") {
        const SmallText text;
        Caller first, second;
        first.train(text.request("m.carousel"));
        REQUIRE(first.best);
        REQUIRE(first.best->step == 30);
        const auto hash = text.hash("m.carousel");
        std::filesystem::rename(text.folder / "m.carousel", text.folder / "elsewhere");
        auto rest = text.request("m.carousel");
        rest.resume = true;
        second.train(rest);
        CHECK(second.result.outcome.shortfall.empty());
        CHECK(text.hash("m.carousel") == hash);
    }

    TEST_CASE("a model of another training is not replaced by a run that goes on") {
        const SmallText text;
        Caller caller;
        caller.train(text.request("m.carousel"));
        caller.train(text.request("other.carousel"));
        const auto hash = text.hash("other.carousel");
        std::filesystem::rename(text.folder / "other.carousel", text.folder / "m.carousel");
        auto rest = text.request("m.carousel");
        rest.resume = true;
        CHECK_THROWS_AS(caller.train(rest), InputError);
        CHECK(text.hash("m.carousel") == hash);
    }

    TEST_CASE(
        "another validation text is refused by name, and forgets the best where it is meant") {
        const SmallText text;
        const auto validation = text.folder / "val.txt";
        put(validation, "round 3 and round we go\n");
        auto request = text.request("m.carousel");
        request.validation = validation;
        Caller caller;
        caller.train(request);
        put(validation, "round round round round round 1 round we go\n");
        request.resume = true;
        request.training[&TrainingConfig::length] = TrainingLength{LengthKind::steps, 40};
        try {
            Caller().train(request);
            FAIL("an edited text was taken for the same");
        } catch (const UsageError& error) {
            CHECK(contains(error.what(), "val.txt"));
        }
        CHECK(load_snapshot(text.folder / "m.resume.carousel").step == 30);
        const auto hash = text.hash("m.carousel");
        request.changed_corpus = true;
        Caller changed;
        changed.train(request);
        REQUIRE(changed.best);
        CHECK(changed.best->step == 40);  // the first that was measured on the new text
        CHECK(load_snapshot(text.folder / "m.carousel").step == 40);
        CHECK(text.hash("m.previous.carousel") == hash);
        const auto newest = load_snapshot(text.folder / "m.resume.carousel");
        REQUIRE(newest.history.size() == 4);
        CHECK_FALSE(newest.history.front().has_validation);
    }

    TEST_CASE("the same validation text may have been moved, and keeps the best") {
        const SmallText text;
        put(text.folder / "val.txt", "round 3 and round we go\n");
        auto request = text.request("m.carousel");
        request.validation = text.folder / "val.txt";
        Caller first, second;
        first.train(request);
        std::filesystem::rename(text.folder / "val.txt", text.folder / "moved.txt");
        request.validation = text.folder / "moved.txt";
        request.resume = true;
        second.train(request);
        CHECK(second.best == first.best);
    }

    TEST_CASE("a run goes on with another text, or says that it is too short") {
        const SmallText text;
        auto request = text.request("m.carousel");
        request.training[&TrainingConfig::length] = TrainingLength{LengthKind::steps, 35};
        Caller().train(request);  // near the end of a pass of 36 windows
        request.resume = request.changed_corpus = true;
        request.training[&TrainingConfig::length] = TrainingLength{LengthKind::steps, 40};
        put(text.folder / "text.txt", "round 1 and round we go\n");
        try {
            Caller().train(request);
            FAIL("a text was taken that holds no window");
        } catch (const InputError& error) {
            CHECK(contains(error.what(), "4 streams"));
            CHECK(contains(error.what(), "32 symbols"));
        }
        std::string shorter;
        for (int i = 0; i < 10; ++i) shorter += "round 1 and round we go\n";
        put(text.folder / "text.txt", shorter);
        Caller caller;
        caller.train(request);
        CHECK(caller.steps == 5);
        CHECK(contains(caller.told, "forgotten"));
        CHECK(load_snapshot(text.folder / "m.resume.carousel").epoch >= 1);
    }

    TEST_CASE("no text is so small and no share so large that it ends as an internal error") {
        const SmallText text;
        for (const std::string content : {"ab", "abc", "\nab", "abcdefgh",
                                          "a\xCC\x81"
                                          "b"}) {
            for (const double fraction : {0.0, 0.1, 0.5, 0.9, 0.999999999}) {
                put(text.folder / "text.txt", content);
                auto request = text.request("m.carousel");
                request.validation_fraction = fraction;
                request.training[&TrainingConfig::length] = TrainingLength{LengthKind::steps, 2};
                CAPTURE(content);
                CAPTURE(fraction);
                try {
                    Caller().train(request);
                    request.resume = true;
                    request.validation_fraction.reset();
                    request.training[&TrainingConfig::length] =
                        TrainingLength{LengthKind::steps, 3};
                    Caller().train(request);
                } catch (const InputError& error) {
                    CHECK(contains(error.what(), "nothing is left to learn from"));
                }
            }
        }
    }

    TEST_CASE("a run finds its text and its model from another folder") {
        const SmallText text;
        const auto before = std::filesystem::current_path();
        std::filesystem::create_directory(text.folder / "elsewhere");
        std::filesystem::current_path(text.folder.path());
        auto request = text.request("m.carousel");
        request.model = "models/m.carousel";
        request.corpus = {"text.txt"};
        Caller first, second;
        first.train(request);
        std::filesystem::current_path(text.folder / "elsewhere");
        request.corpus.clear();
        request.model = "../models/m.carousel";
        request.resume = true;
        request.training[&TrainingConfig::length] = TrainingLength{LengthKind::steps, 40};
        second.train(request);
        std::filesystem::current_path(before);
        CHECK(second.steps == 10);
        // What is stored is what was given.
        CHECK(load_snapshot(text.folder / "models/m.resume.carousel").corpus.paths ==
              std::vector<std::string>{"text.txt"});
    }

    TEST_CASE("a report that could not be written is told") {
        const SmallText text;
        auto request = text.request("m.carousel");
        request.report = text.folder / "run.html";
        const Hindrance full(*request.report);
        Caller caller;
        caller.train(request);
        CHECK(contains(caller.result.report_failure, "run.html"));
        CHECK(caller.result.outcome.shortfall.empty());
    }
}
