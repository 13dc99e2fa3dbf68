#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "app/activation_report.hpp"
#include "app/comparison_request.hpp"
#include "app/compression_run.hpp"
#include "app/correction_run.hpp"
#include "app/evaluation_request.hpp"
#include "app/fill_run.hpp"
#include "app/generation_request.hpp"
#include "app/lab_gradients.hpp"
#include "app/lab_request.hpp"
#include "app/model_average.hpp"
#include "app/pytorch_import.hpp"
#include "app/training_request.hpp"
#include "model/cell_kind.hpp"
#include "model/quantization.hpp"

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
    int processes = 1;     ///< that would train together, each on a machine as this one
    double gigabits = 10;  ///< a second between them
    bool json = false;
};

/// Options of `carousel compare`.
struct CompareOptions : ComparisonRequest {
    bool json = false;
};

/// Options of `carousel generate`.
struct GenerateOptions : GenerationRequest {
    bool echo = true;  ///< show the prompt too
};

/// Options of `carousel inspect`.
struct InspectOptions {
    std::filesystem::path file;
    bool json = false;
    std::optional<std::filesystem::path> activations;  ///< a text: the units are looked at
    ActivationRequest looking{};                       ///< only with `activations`
};

/// Options of `carousel models`.
struct ModelsOptions {
    bool json = false;
};

/// What `carousel export` writes.
enum class ExportFormat : std::uint8_t { carousel, safetensors };

template <>
inline constexpr std::array<std::string_view, 2> k_words<ExportFormat>{"carousel", "safetensors"};

/// Options of `carousel export`.
struct ExportOptions {
    std::optional<std::filesystem::path> file;  ///< absent, for a page only: the newest
    std::optional<std::filesystem::path> html;  ///< a page that writes, and no model file
    /// Absent: NAME.int8.carousel or NAME.safetensors beside the file.
    std::optional<std::filesystem::path> output;
    ExportFormat format = ExportFormat::carousel;
    std::optional<Precision> precision;  ///< absent: float32
};

/// Options of `carousel compress` and of `carousel decompress`.
struct CompressOptions : CompressionRequest {};
struct DecompressOptions : CompressionRequest {};

/// Options of `carousel fill` and of `carousel correct`.
struct FillOptions : FillRequest {};
struct CorrectOptions : CorrectionRequest {};
/// Options of `carousel lab`.
struct LabOptions : LabRequest {
    bool gradients = false;  ///< in place of tasks
    GradientRequest gradient_request{};
};

/// Options of `carousel benchmark`.
struct BenchmarkOptions {
    CellKind cell = CellKind::lstm;
    std::int64_t layers = 2, hidden_size = 512, batch_size = 64, window = 128, vocabulary = 65;
    TrainingPrecision precision = TrainingPrecision::float32;
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
    std::variant<TrainOptions, PlanOptions, CompareOptions, GenerateOptions, EvaluationRequest,
                 InspectOptions, ModelsOptions, ExportOptions, ImportRequest, AverageRequest,
                 CompressOptions, DecompressOptions, FillOptions, CorrectOptions, LabOptions,
                 BenchmarkOptions, HelpRequest, VersionRequest>;

struct CommandLine {
    Command command;
    GlobalOptions global;
};

}  // namespace carousel
