#include "app/training_plan.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>

#include "planning/reference_forecast.hpp"
#include "support/temporary_folder.hpp"

using namespace carousel;

namespace {

/// A machine whose speed is known and which does nothing else.
class KnownMachine final : public Machine {
public:
    std::string description() const override { return "known"; }
    int threads() const override { return 1; }
    bool favours_bf16() const override { return false; }
    double available_memory() const override { return 8e9; }
    std::unique_ptr<Forecast> measure_speed(double, TrainingPrecision) const override {
        return std::make_unique<ReferenceForecast>();
    }

    std::vector<NamedTensor> initial_weights(const LanguageModelConfig&,
                                             std::uint64_t) const override {
        throw std::logic_error("it only plans");
    }
    std::unique_ptr<Model> model(const LanguageModelConfig&,
                                 std::span<const NamedTensor>) const override {
        throw std::logic_error("it only plans");
    }
    std::unique_ptr<Learner> learner(const LanguageModelConfig&, std::span<const NamedTensor>,
                                     const LearnerConfig&) const override {
        throw std::logic_error("it only plans");
    }
    std::unique_ptr<Adapter> adapter(const LanguageModelConfig&, std::span<const NamedTensor>,
                                     std::int64_t) const override {
        throw std::logic_error("it only plans");
    }
    void for_each(std::int64_t count, Task<std::int64_t> task) const override {
        for (std::int64_t i = 0; i < count; ++i) task(i);
    }
    void softmax(std::span<float>, float) const override {
        throw std::logic_error("it only plans");
    }
};

/// What 20 seconds are planned to bring for a net of a given size and a text that is measured on
/// `lines` of its own.
Plan plan_with_validation(int lines) {
    const TemporaryFolder folder;
    const auto write = [&](const char* name, int count) {
        std::ofstream file(folder / name, std::ios::binary);
        for (int i = 0; i < count; ++i) file << "round and round we go, " << i % 97 << '\n';
        return (folder / name).string();
    };
    TrainingRequest request;
    request.corpus = {write("text.txt", 4000)};
    request.validation = write("held out.txt", lines);
    request.training[&TrainingConfig::length] = TrainingLength{LengthKind::seconds, 20};
    request.architecture[&LanguageModelConfig::hidden_size] = 64;
    request.architecture[&LanguageModelConfig::layers] = 2;
    request.training[&TrainingConfig::batch_size] = 16;
    request.training[&TrainingConfig::window] = 64;
    const TrainingText text(request, nullptr, folder / "m.carousel", folder.path(),
                            [](const WorkEvent&) {});
    return plan_training(request, nullptr, text, KnownMachine(), [] { return 0.0; }).plan;
}

}  // namespace

TEST_SUITE("app/training_plan") {
    TEST_CASE("a plan by time leaves time to measure the model on all that is held out") {
        const auto few = plan_with_validation(500), many = plan_with_validation(5000);
        // About 25 characters a line, each a third of one that is learned from.
        const double less = few.characters - many.characters;
        CHECK(less > 4500 * 24.0 / 3);
        CHECK(less < 4500 * 27.0 / 3);
    }
}
