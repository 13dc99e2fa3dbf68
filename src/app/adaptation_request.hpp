#pragma once

#include <cstdint>
#include <optional>

namespace carousel {

/// How a model learns from the text that it reads; what is absent has the default of
/// `AdaptationConfig`.
struct AdaptationRequest {
    std::optional<float> learning_rate, decay;
    std::optional<std::int64_t> segment;  ///< symbols
    bool given() const { return learning_rate || decay || segment; }
};

}  // namespace carousel
