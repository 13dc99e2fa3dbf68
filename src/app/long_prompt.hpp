#pragma once

#include <optional>

#include "app/loaded_model.hpp"
#include "generation/session.hpp"
#include "model/quantization.hpp"

namespace carousel {

/// Symbols of a prompt from which on a team that only reads them is worth making.
constexpr std::size_t k_long_prompt = 500;

/// Lets the model read what a session has to read before it writes, on `threads` threads.
/// Law: the session then writes what it would have written.
void read_ahead(Session& session, const LoadedModel& loaded, Precision precision, int threads);

/// The same with the threads that read fastest (`wanted` if given), where the prompt is long and
/// those that write, `writers`, are others.
void read_long_prompt(Session& session, const LoadedModel& loaded, Precision precision, int writers,
                      std::optional<int> wanted);

}  // namespace carousel
