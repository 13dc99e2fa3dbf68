#pragma once

namespace carousel {

/// Natural logarithm, the same bits on every machine, which that of the mathematical library need
/// not be. Range: x > 0 and finite, not denormal. Error: below 1e-12, absolute or in parts of it.
double logarithm(double x);

}  // namespace carousel
