#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "lab/experiment.hpp"
#include "model/language_model_config.hpp"

namespace carousel {

/// By which rules a task is learned.
enum class LabRules : std::uint8_t {
    paper,   ///< the nets of 1997, online, truncated gradient
    modern,  ///< a layer of the engine, batches, full backpropagation, Adam
    guess,   ///< weights are guessed until a net solves the task
};

template <>
inline constexpr std::array<std::string_view, 3> k_words<LabRules>{"1997", "modern", "guess"};

/// What a trial has come to.
struct TrialResult {
    bool solved = false;
    std::uint64_t sequences = 0;  ///< training sequences until the end; guesses where it guesses
    std::optional<std::uint64_t> first{};  ///< until the first criterion, where there are two
    /// On 2,560 sequences that were never seen, if solved and the paper tests so.
    struct Test {
        int sequences = 0, wrong = 0;
        double mean_error = 0, mean_square = 0;
    };
    std::optional<Test> test{};
};

/// What all trials of a run share.
struct TrialConfig {
    Experiment experiment;
    LabRules rules = LabRules::paper;
    CellKind cell = CellKind::lstm;  ///< under modern rules
    int hidden_size = 0;             ///< units there; 0: as the task suggests
    std::uint64_t seed = 1;
};

/// One trial: from random weights until the task is solved or given up. Law: a function of config
/// and number alone; a trial that is stored and goes on is the trial that was never stored.
class Trial {
public:
    virtual ~Trial() = default;

    /// Goes on for about so many steps of nets. False: it has ended.
    virtual bool advance(std::uint64_t steps) = 0;

    /// So far, or at the end.
    virtual TrialResult result() const = 0;

    /// All it needs to go on. Not after its end.
    virtual std::vector<double> store() const = 0;
    /// Throws: std::out_of_range for numbers that no trial of this config left.
    virtual void restore(const std::vector<double>& numbers) = 0;
};

}  // namespace carousel
