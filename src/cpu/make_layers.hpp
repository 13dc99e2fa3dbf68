#pragma once

#include <memory>

#include "cpu/layers.hpp"

namespace carousel {

/// Those that the model asks for. Model and embedding must outlive them.
std::unique_ptr<Layers> make_layers(const LanguageModel& model, Embedding& embedding,
                                    const LayersConfig& config);

}  // namespace carousel
