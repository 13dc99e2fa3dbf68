#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/language_model_config.hpp"
#include "model/named_tensor.hpp"

namespace carousel {

// A model of `ReadingDirection::both` is two nets of one shape and one alphabet: one reads a text
// from its start, the other one from its end. They share nothing but the file that they lie in,
// where the tensors of the second stand behind those of the first, with a prefix to their names. A
// machine computes one net at a time, and knows nothing of this.

/// Which of the nets of a model.
enum class Way : std::uint8_t { forward, backward };

/// The ways that a model reads a text, forward first.
std::span<const Way> ways_of(const LanguageModelConfig& config);

/// Each of its nets by itself, as a machine has it.
LanguageModelConfig one_net(LanguageModelConfig config);

/// The tensors of one net, under the names that they have there. `tensors`: one for each parameter
/// of the model. Throws: std::logic_error when there are not as many.
std::vector<NamedTensor> tensors_of(Way way, const LanguageModelConfig& config,
                                    std::span<const NamedTensor> tensors);

/// The way back: those of a net, behind what `all` has already.
void append_tensors(Way way, std::vector<NamedTensor> net, std::vector<NamedTensor>& all);

}  // namespace carousel
