#pragma once

namespace carousel {

/// The derivative of `loss()` by `x`, which it must read, from two sides. In double the error is of
/// the order of step² (from the third derivative) and 1e-16 / step (from rounding).
template <typename Loss>
double central_difference(double& x, double step, Loss loss) {
    const double middle = x;
    x = middle + step;
    const double above = loss();
    x = middle - step;
    const double below = loss();
    x = middle;
    return (above - below) / (2 * step);
}

}  // namespace carousel
