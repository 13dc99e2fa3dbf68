#include "app/training.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/loaded_model.hpp"
#include "app/machines.hpp"
#include "app/sample.hpp"
#include "base/error.hpp"
#include "base/stopwatch.hpp"
#include "generation/session_batch.hpp"
#include "snapshot/snapshot_file.hpp"
#include "snapshot/weights_hash.hpp"
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
    std::uint64_t steps = 0, validations = 0, recoveries = 0, saves = 0;
    bool diverged = false;
    std::string machine{};  // as the run describes it
    std::optional<std::string> sample{};
    TrainingResult result{};

    void train(const TrainingRequest& request) {
        train(request, *make_machine(static_cast<int>(*request.threads)));
    }

    void train(const TrainingRequest& request, const Machine& on) {
        const Stopwatch stopwatch;
        result =
            run_training(request, on,
                         {.clock = [&] { return stopwatch.seconds(); },
                          .tell =
                              [&](const TrainingEvent& event) {
                                  std::visit(Hear{[&](const Stepped&) { ++steps; },
                                                  [&](const Validated&) { ++validations; },
                                                  [&](const Recovered&) { ++recoveries; },
                                                  [&](const Saved&) { ++saves; },
                                                  [&](const Diverged&) { diverged = true; },
                                                  [&](const Prepared& p) { machine = p.machine; },
                                                  [&](const Ended& e) { sample = e.sample; },
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
        CHECK(caller.result.outcome.saved);
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
}
