#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/words.hpp"

// The room lab reruns the experiments of Hochreiter & Schmidhuber 1997, "Long Short-Term Memory",
// Neural Computation 9(8), sections 5.1 to 5.6, and looks at gradients that vanish. To be read in
// this order:
//
//   experiment                    which task, how long, which net, when it is solved
//   published_results             what the paper reports of it
//   sequence, random_stream       what a net reads and should answer; random numbers in a row
//   task_sequences, reber_grammar the generators of the tasks
//   squashing, memory_net         the nets of 1997: double precision, online, truncated gradient
//   paper_net                     which of them a task has
//   guessed_net, guessing_trial   plain nets whose weights are guessed
//   modern_net, modern_trial      a layer of the engine with a head for numbers, Adam
//   judgement, progress_rule      whether an answer is right; when a trial is over
//   task_course                   what a trial learns and is tested on, whatever its net
//   online_trial, trial, trials   one trial, which can be stored and go on; many side by side
//   gradient_norms                how the gradient of the loss falls with the lag
//
// What never happens here: a text, a file, a message to the screen. The nets of this room train no
// language model.

namespace carousel {

/// The tasks by the numbers of their experiments, and two in which failure is expected: whether two
/// far symbols of a sequence differ, and whether there were 99 steps or 100.
enum class LabTask : std::uint8_t {
    reber,
    lags,
    random_lags,
    long_lags,
    latch,
    noisy_latch,
    noisy_targets,
    adding,
    multiplication,
    order_of_two,
    order_of_three,
    delayed_xor,
    counting
};

template <>
inline constexpr std::array<std::string_view, 13> k_words<LabTask>{
    "1", "2a", "2b", "2c", "3a", "3b", "3c", "4", "5", "6a", "6b", "xor", "count"};

/// One sentence on a task.
std::string_view describe(LabTask task);

/// When a trial is over.
enum class EndRule : std::uint8_t {
    /// So many sequences in a row were right: counted are those before.
    streak,
    /// Among so many of the latest sequences few are wrong and the mean error is small.
    recent,
    /// On 256 sequences of a test set few are wrong (first) and the mean error is small (end).
    test_set,
    /// All symbols of all strings of both sets are foreseen.
    grammar,
};

/// A task with its sizes, its net of 1997 and its rules. Zero: the task has no such size.
struct Experiment {
    LabTask task = LabTask::order_of_two;
    int length = 0;   ///< T, the least steps of a sequence
    int symbols = 0;  ///< p, distinct symbols that distract
    int lag = 0;      ///< q, the least symbols between
    int signal = 0;   ///< N, elements of a noisy sequence that tell its class
    int blocks = 0, block_size = 0;
    bool fed_by_gates = true;  ///< as in the paper: gates feed cells and gates
    double learning_rate = 0;
    double tolerance = 0;   ///< an answer is right when no output is so far off
    double mean_error = 0;  ///< must be below
    int most_wrong = 0;     ///< of the latest sequences or of the test set
    EndRule end = EndRule::recent;
    /// Training sequences after which a trial has failed; a streak that began before goes on.
    std::uint64_t limit = 0;

    bool operator==(const Experiment&) const = default;
};

/// A task as the paper has it, at its smallest sizes.
Experiment standard_experiment(LabTask task);

/// Input and output units of the task.
int input_units(const Experiment& experiment);
int output_units(const Experiment& experiment);

/// Whether there is an error signal at every step, and not at the end alone.
bool learns_at_every_step(LabTask task);

/// Throws: UsageError for sizes that make no sequences.
void require_possible(const Experiment& experiment);

}  // namespace carousel
