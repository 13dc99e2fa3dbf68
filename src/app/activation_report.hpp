#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/events.hpp"
#include "app/loaded_model.hpp"
#include "inspection/gate_statistics.hpp"
#include "inspection/telling_units.hpp"
#include "inspection/unit_trace.hpp"
#include "model/quantization.hpp"
#include "model/setting.hpp"
#include "text/text_descriptions.hpp"

namespace carousel {

/// A text on which the units of a model shall be looked at.
struct ActivationRequest {
    std::filesystem::path text{};        ///< `-` is standard input
    Given<DecodingSettings> decoding{};  ///< absent: as the model's corpus was read
    UnknownCharacters unknown = UnknownCharacters::error;
    std::optional<Precision> precision{};  ///< absent: as the model is stored
    std::optional<std::filesystem::path> html{};
    std::optional<int> threads{};
};

/// What was found out of a model's units.
struct ActivationReport {
    LanguageModelConfig config{};
    Precision precision = Precision::float32;
    InspectedText text{};
    bool is_whole = true;  ///< nothing was left out at the end of the text
    UnitTrace trace{};
    std::vector<FeatureReport> features{};
    /// For each feature the correlation of the best unit of the same net before any training,
    /// chosen and measured alike; 0 where it was not measured.
    std::vector<double> untrained{};
    std::vector<GateOpening> gates{};
    std::vector<MemoryLengths> memories{};
    std::vector<BoundaryReport> boundaries{};

    double bits_per_character() const;
};

/// At most so many characters of a text are read.
inline constexpr std::size_t k_most_inspected = 50'000;

/// Looks at every unit while the model reads a text. Throws: UsageError for a text that the model
/// cannot read, one that is too short, and a model that has no units to show.
ActivationReport inspect_activations(const ActivationRequest& request, const LoadedModel& loaded,
                                     std::string_view text, const TellWork& tell);

/// A model file and what was found of its units.
struct UnitsFound {
    std::filesystem::path model;
    LoadedModel loaded;
    ActivationReport report;
};

/// The same of files. Throws: besides, UsageError where the page would overwrite what is read or is
/// no page; what `load_model` and `read_text` throw.
UnitsFound look_at_units(const std::filesystem::path& model, const ActivationRequest& request,
                         const TellWork& tell);

}  // namespace carousel
