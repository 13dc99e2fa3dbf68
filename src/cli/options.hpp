#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "adaptation/adaptation_descriptions.hpp"
#include "app/evaluation_request.hpp"
#include "app/training_request.hpp"
#include "generation/sampler_descriptions.hpp"
#include "model/cell_kind.hpp"
#include "model/quantization.hpp"
#include "model/setting.hpp"
#include "text/text_descriptions.hpp"
#include "text/tokenizer.hpp"

namespace carousel {

/// Options of every command.
struct GlobalOptions {
    bool quiet = false;    ///< no progress; results, warnings and errors stay
    bool verbose = false;  ///< details too; never with `quiet`
    std::optional<std::filesystem::path> config;  ///< already read
};

/// Options of `carousel train`.
struct TrainOptions : TrainingRequest {
    bool json = false;  ///< what happens, as JSON Lines on standard output
};

/// Options of `carousel plan`: a training that does not take place.
struct PlanOptions : TrainingRequest {
    bool json = false;
};

/// Options of `carousel generate`.
struct GenerateOptions {
    std::optional<std::filesystem::path> model;  ///< absent: the newest
    std::optional<std::string> prompt;           ///< escapes not yet replaced
    /// Never with `prompt`; `-` is standard input.
    std::optional<std::filesystem::path> prompt_file;
    UnknownCharacters unknown = UnknownCharacters::error;
    Given<DecodingSettings> decoding;  ///< of the files; absent: as the model's corpus was read
    /// A text to learn from first; `-` is standard input.
    std::optional<std::filesystem::path> adapt;
    Given<AdaptationConfig> adaptation;      ///< only with `adapt`
    std::uint64_t length = 500;              ///< characters; 0 = until stopped
    std::optional<std::uint64_t> documents;  ///< 0 = no bound; absent: 1
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
    std::variant<TrainOptions, PlanOptions, GenerateOptions, EvaluationRequest, InspectOptions,
                 ExportOptions, BenchmarkOptions, HelpRequest, VersionRequest>;

struct CommandLine {
    Command command;
    GlobalOptions global;
};

}  // namespace carousel
