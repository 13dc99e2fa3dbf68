#include "lab/guessing_trial.hpp"

#include <algorithm>

#include "lab/judgement.hpp"
#include "lab/progress_rule.hpp"
#include "lab/task_sequences.hpp"

namespace carousel {

namespace {

constexpr int k_guessed_units = 2;  // beside the outputs
constexpr int k_sequences_to_solve = 256, k_last_sequences = 2560;
// Beyond those of online trials: other numbers than theirs.
constexpr std::uint32_t k_first_guessing_stream = 1U << 31;

}  // namespace

GuessingTrial::GuessingTrial(const TrialConfig& config, std::uint32_t number)
    : config_(config),
      number_(number),
      net_(input_units(config.experiment), output_units(config.experiment),
           config.hidden_size > 0 ? config.hidden_size : k_guessed_units),
      test_set_(k_sequences_to_solve) {
    RandomStream random(
        {config.seed, RandomPurpose::sampling, k_first_guessing_stream + 2 * number}, 0);
    for (auto& sequence : test_set_) draw_sequence(config.experiment, random, sequence);
}

bool GuessingTrial::is_right(const Sequence& sequence, std::uint64_t& steps) {
    Judgement judgement;
    net_.reset();
    for (int t = 0; t < sequence.steps(); ++t) {
        net_.step(sequence.inputs_at(t));
        ++steps;
        const bool is_asked = !sequence.next.empty() || t + 1 == sequence.steps();
        if (is_asked) judge(config_.experiment, sequence, t, net_.answer(), judgement);
        if (!judgement.right) return false;
    }
    return true;
}

bool GuessingTrial::advance(std::uint64_t steps) {
    const auto& e = config_.experiment;
    const auto n = k_first_guessing_stream + 2 * number_;
    for (std::uint64_t done = 0; !result_ && done < steps;) {
        RandomStream random({config_.seed, RandomPurpose::initialization, n}, guesses_++);
        net_.guess(random);
        if (std::all_of(test_set_.begin(), test_set_.end(),
                        [&](const Sequence& sequence) { return is_right(sequence, done); })) {
            TrialResult result{.solved = true, .sequences = guesses_};
            auto& test = result.test.emplace(TrialResult::Test{.sequences = k_last_sequences});
            Sequence sequence;
            for (int i = 0; i < k_last_sequences; ++i) {
                RandomStream fresh({config_.seed, RandomPurpose::sampling, n + 1},
                                   static_cast<std::uint64_t>(i));
                draw_sequence(e, fresh, sequence);
                if (!is_right(sequence, done)) ++test.wrong;
            }
            result_ = result;
        } else if (guesses_ >= e.limit) {
            result_ = TrialResult{.sequences = guesses_};
        }
    }
    return !result_;
}

TrialResult GuessingTrial::result() const {
    return result_.value_or(TrialResult{.sequences = guesses_});
}

std::vector<double> GuessingTrial::store() const {
    return {static_cast<double>(guesses_)};
}

void GuessingTrial::restore(const std::vector<double>& numbers) {
    guesses_ = static_cast<std::uint64_t>(numbers.at(0));
}

}  // namespace carousel
