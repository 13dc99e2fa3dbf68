#include "training/gradient_clipping.hpp"

namespace carousel {

float clipping_factor(double norm, float clip) {
    if (clip <= 0 || norm <= double{clip}) return 1.0F;
    return static_cast<float>(double{clip} / norm);
}

}  // namespace carousel
