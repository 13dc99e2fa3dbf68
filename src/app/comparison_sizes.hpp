#pragma once

#include <cstdint>

#include "model/language_model_config.hpp"

namespace carousel {

/// The model of this kind and so many layers that has about as many parameters, with embeddings as
/// large as its layers. Of the sizes that are within four per cent it takes the nearest of those
/// that divide by the largest power of two, up to sixteen: they are computed best.
LanguageModelConfig with_parameters(LanguageModelConfig model, std::uint64_t parameters);

}  // namespace carousel
