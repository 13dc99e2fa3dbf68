#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/token_id.hpp"
#include "model/adapter.hpp"
#include "model/model.hpp"

namespace carousel {

/// Symbols that are read from an empty memory.
using Stretch = std::vector<TokenId>;

/// Lets an adapter gather how large the gradient of each weight usually is: the root mean squares
/// of the gradients of the mean loss of a window, over all windows of `window` symbols that the
/// stretches have; a stretch's memory is carried from window to window, and a last window that is
/// not full is left out. Returns their mean over the weights.
/// Throws: std::logic_error when there is no window.
double gather_gradient_scale(Adapter& adapter, std::int64_t window,
                             std::span<const Stretch> stretches);

/// Stretches for 500 windows that the model writes itself, drawn from its probabilities as they
/// are. Over these the mean square is the diagonal of the Fisher information (up to the number of
/// symbols in a window), and no text needs to be at hand.
/// Law: a function of the model and `window` alone.
std::vector<Stretch> written_stretches(const Model& model, std::int64_t window);

}  // namespace carousel
