#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "generation/sampler.hpp"
#include "model/language_model_config.hpp"
#include "model/quantization.hpp"
#include "model/training_config.hpp"
#include "planning/preset.hpp"
#include "text/text_settings.hpp"
#include "text/tokenizer.hpp"

namespace carousel {

/// Options of every command.
struct GlobalOptions {
    bool quiet = false;  ///< no progress; results, warnings and errors stay
    std::optional<std::filesystem::path> config;  ///< already read
};

/// Options of `carousel train`. What a snapshot or the corpus can supply is absent when neither the
/// command line nor the configuration file gives it.
struct TrainOptions {
    std::vector<std::string>
        corpus;  ///< files, directories, `-`; empty: stored paths, else the embedded text
    std::optional<std::filesystem::path> model;  ///< NAME.carousel

    // Text
    std::optional<std::string> validation;  ///< a file; never together with a fraction
    std::optional<double> validation_fraction;
    std::optional<std::string> encoding;
    std::optional<InvalidInput> invalid;
    std::optional<Newlines> newlines;
    std::optional<Unit> unit;
    std::optional<Normalization> normalization;
    std::optional<std::uint32_t> min_count;

    // Model
    std::optional<Preset> preset;
    std::optional<CellKind> cell;
    std::optional<std::int64_t> layers, hidden_size, embedding_size;
    std::optional<float> forget_bias;
    std::optional<OutputInput> output_input;

    // Learning
    std::optional<TrainingLength> length;
    std::optional<std::int64_t> batch_size, window;
    std::optional<float> learning_rate;
    std::optional<std::int64_t> warmup;
    std::optional<Schedule> schedule;
    std::optional<float> final_learning_rate;
    std::optional<OptimizerKind> optimizer;
    std::optional<float> clip, beta1, beta2, momentum, weight_decay;
    std::optional<float> dropout_input, dropout_between, dropout_output, dropout_recurrent;
    std::optional<DropoutMask> dropout_mask;
    std::optional<RecurrentGradient> recurrent_gradient;
    std::optional<float> average, reset_probability;
    std::optional<std::int64_t> patience;
    std::optional<std::uint64_t> seed;

    // The run
    std::optional<int> threads;
    std::optional<std::int64_t> validate_every;   ///< steps
    std::optional<std::int64_t> sample_every;     ///< steps; 0 = no samples
    std::optional<TrainingLength> save_every;     ///< steps or seconds
    std::optional<std::filesystem::path> report;  ///< a page of HTML
    std::optional<std::int64_t> keep;             ///< step files that stay; 0 = none are written
    bool resume = false;
    bool changed_corpus = false;                ///< only with `resume`
    std::optional<std::filesystem::path> from;  ///< never with `resume`
};

/// How a model learns from the text that it reads; what is absent has the default of
/// `AdaptationConfig`.
struct AdaptationOptions {
    std::optional<float> learning_rate, decay;
    std::optional<std::int64_t> segment;  ///< symbols
    bool given() const { return learning_rate || decay || segment; }
};

/// Options of `carousel plan`: a training that does not take place.
struct PlanOptions : TrainOptions {
    bool json = false;
};

/// Options of `carousel generate`.
struct GenerateOptions {
    std::optional<std::filesystem::path> model;  ///< absent: the newest
    std::optional<std::string> prompt;           ///< escapes not yet replaced
    std::optional<std::filesystem::path>
        prompt_file;  ///< never with `prompt`; `-` is standard input
    UnknownCharacters unknown = UnknownCharacters::error;
    std::optional<std::string> encoding;  ///< of the files; absent: as the model's corpus was read
    std::optional<InvalidInput> invalid;
    std::optional<std::filesystem::path>
        adapt;                     ///< a text to learn from first; `-` is standard input
    AdaptationOptions adaptation;  ///< only with `adapt`
    std::uint64_t length = 500;    ///< characters; 0 = until stopped
    SamplerConfig sampler;
    std::optional<std::uint64_t> seed;  ///< absent: random
    std::int64_t count = 1;
    std::optional<std::string> stop;  ///< escapes not yet replaced; not empty
    bool echo = true;
    bool json = false;
    bool raw = false;
    std::optional<Precision> precision;  ///< absent: as the model is stored
    std::optional<int> threads;
};

/// The part of a corpus that is evaluated, as the model's training cut it.
enum class Part : std::uint8_t { all, train, validation };

/// How a text is fed to a model: as one stream, in windows from an empty state, or once so and once
/// so.
enum class Protocol : std::uint8_t { stream, windows, both };

inline constexpr int k_baseline_order = 6;

/// Options of `carousel evaluate`.
struct EvaluateOptions {
    std::vector<std::string> corpus;             ///< at least one
    std::optional<std::filesystem::path> model;  ///< absent: the newest
    std::optional<std::string> encoding;         ///< absent: as the model's corpus was read
    std::optional<InvalidInput> invalid;
    Part part = Part::all;
    Protocol protocol = Protocol::both;
    std::int64_t window = 256;                           ///< characters
    bool adapt = false;                                  ///< not with the protocol `windows`
    AdaptationOptions adaptation;                        ///< only with `adapt`
    bool baseline = false;                               ///< an n-gram beside the model
    std::optional<int> baseline_order;                   ///< only with `baseline`
    std::optional<std::filesystem::path> per_character;  ///< `-` is standard output
    std::optional<std::filesystem::path> per_line;       ///< the same; at most one of both
    std::optional<std::filesystem::path> html;           ///< a page
    bool json = false;
    std::optional<Precision> precision;  ///< absent: as the model is stored
    std::optional<int> threads;
};

/// Options of `carousel inspect`.
struct InspectOptions {
    std::filesystem::path file;
    bool json = false;
};

/// Options of `carousel export`.
struct ExportOptions {
    std::filesystem::path file;
    std::optional<std::filesystem::path> output;  ///< absent: NAME.int8.carousel beside the file
    Precision precision = Precision::float32;
};

/// Options of `carousel benchmark`.
struct BenchmarkOptions {
    CellKind cell = CellKind::lstm;
    std::int64_t layers = 2, hidden_size = 512, batch_size = 64, window = 128, vocabulary = 65;
    double seconds = 30;  ///< for all measurements together
    bool json = false;
    std::optional<int> threads;
};

/// `--help`, here or behind a command, or no words at all.
struct HelpRequest {
    std::string text;
};

/// `--version`.
struct VersionRequest {};

using Command =
    std::variant<TrainOptions, PlanOptions, GenerateOptions, EvaluateOptions, InspectOptions,
                 ExportOptions, BenchmarkOptions, HelpRequest, VersionRequest>;

struct CommandLine {
    Command command;
    GlobalOptions global;
};

/// Reads the words of a command line and the file that `--config` names; the command line wins.
/// Throws: UsageError for an unknown command or option (with the nearest known one), a missing
/// value, a value out of range and options that exclude each other; InputError when the file cannot
/// be read.
CommandLine parse_command_line(int argc, const char* const* argv);

}  // namespace carousel
