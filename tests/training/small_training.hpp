#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "base/sha256.hpp"
#include "cpu/cpu_machine.hpp"
#include "training/trainer.hpp"

namespace carousel {

/// How long a cell is trained where bits are compared: one beyond an epoch, where states are
/// carried and streams begin anew; the others for some steps, since what comes after a step is the
/// same.
inline int steps_of(CellKind cell) {
    return cell == CellKind::lstm ? 50 : 8;
}

/// Sizes at which nothing is a multiple of anything, and every lever.
inline LanguageModelConfig small_config(CellKind cell = CellKind::lstm) {
    if (cell == CellKind::transformer) {
        return {.cell = cell,
                .vocabulary_size = 29,
                .layers = 2,
                .hidden_size = 33,
                .embedding_size = 33,
                .heads = 3,
                .context = 10};
    }
    return {.cell = cell,
            .vocabulary_size = 29,
            .layers = 2,
            .hidden_size = 33,
            .embedding_size = 17,
            .output_input = OutputInput::sum};
}
inline TrainingConfig small_training_config() {
    TrainingConfig config;
    config.batch_size = 5;
    config.window = 7;
    config.learning_rate = 1e-2F;
    config.warmup = 6;
    config.beta1 = 0.5F;
    config.dropout_input = 0.1F;
    config.dropout_between = 0.2F;
    config.dropout_output = 0.3F;
    config.dropout_recurrent = 0.2F;
    config.reset_probability = 0.1F;
    config.average = 0.9F;
    return config;
}

/// A model with its trainer on a text of 1500 symbols: 42 windows an epoch.
class SmallTraining {
public:
    explicit SmallTraining(int threads, const LanguageModelConfig& config = small_config(),
                           const TrainingConfig& training = small_training_config())
        : SmallTraining(threads, config, training, made_text(config.vocabulary_size)) {}

    SmallTraining(int threads, const LanguageModelConfig& config, const TrainingConfig& training,
                  std::vector<TokenId> text)
        : machine(threads),
          text_(std::move(text)),
          shape_{training.batch_size, training.window},
          seed_(training.seed),
          trainer(machine, config, machine.initial_weights(config, training.seed), batches(),
                  training) {}
    SmallTraining(const SmallTraining&) = delete;
    SmallTraining& operator=(const SmallTraining&) = delete;

    /// The batches that the trainer sees.
    BatchIterator batches() const {
        const auto read = [this](std::uint64_t begin, std::span<TokenId> out) {
            for (auto& id : out) id = text_[begin++];
        };
        return {read, 0, text_.size(), shape_, seed_};
    }

    /// `count` steps; the schedule is at the part of `total` steps that are done.
    void run(std::uint64_t count, std::uint64_t total = 100) {
        for (; count > 0; --count) {
            last = trainer.step(static_cast<double>(trainer.counters().step) /
                                static_cast<double>(total));
        }
    }

    /// Hash of all weights and their averages in canonical order.
    std::string weights_hash() const {
        Sha256 hash;
        const auto add = [&](const std::vector<NamedTensor>& tensors) {
            for (const auto& tensor : tensors) hash.update(std::as_bytes(std::span(tensor.values)));
        };
        add(trainer.weights());
        if (trainer.averages()) add(trainer.averaged_weights());
        return to_hex(hash.finish());
    }

    CpuMachine machine;

private:
    /// Symbols that lean on the one before them, so that there is something to learn.
    static std::vector<TokenId> made_text(std::int64_t vocabulary_size) {
        std::vector<TokenId> text(1500);
        const auto v = static_cast<TokenId>(vocabulary_size);
        for (std::size_t i = 1; i < text.size(); ++i) {
            const auto word = random_word({1, RandomPurpose::benchmark, 0}, i);
            text[i] = word % 3 == 0 ? word / 3 % v : (2 * text[i - 1] + 1) % v;
        }
        return text;
    }

    std::vector<TokenId> text_;
    BatchShape shape_;
    std::uint64_t seed_;

public:
    Trainer trainer;
    StepReport last;
};

}  // namespace carousel
