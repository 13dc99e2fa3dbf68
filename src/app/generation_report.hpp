#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "adaptation/adaptation_descriptions.hpp"
#include "app/adapted_model.hpp"
#include "app/generation_request.hpp"
#include "generation/session.hpp"
#include "generation/session_batch.hpp"

namespace carousel {

/// A sample as far as it is written.
struct GeneratedSample {
    std::vector<std::string> documents{""};
    SessionProgress progress{};  ///< once it has ended

    void add(const SessionPiece& piece);
};

/// What a text learned from first, and what came of it.
struct AdaptedTo {
    std::filesystem::path file;
    AdaptationConfig config;
    AdaptationReport report;
};

/// How samples were written.
struct GenerationReport {
    std::filesystem::path model;
    std::vector<MixShare> mix{};  ///< empty, or all models with their shares
    Precision precision = Precision::float32;
    SessionConfig config{};
    std::string prompt{};
    std::optional<AdaptedTo> adapted{};
};

/// One JSON object: how the samples were written, and the samples. `ascii`: everything else stands
/// in escapes, which keeps a terminal safe.
std::string generation_json(const GenerationReport& report,
                            std::span<const GeneratedSample> samples, bool ascii);

/// Whoever asked for a length learns why there is less, unless they asked for whole documents.
std::optional<std::string> early_end_note(const GenerationRequest& request,
                                          std::span<const GeneratedSample> samples);

}  // namespace carousel
