#pragma once

namespace carousel {

/// Factor that brings a gradient of this norm to at most `clip`: min(1, clip / norm); 1 when clip
/// is 0 (Pascanu, Mikolov & Bengio 2013, algorithm 1).
float clipping_factor(double norm, float clip);

}  // namespace carousel
