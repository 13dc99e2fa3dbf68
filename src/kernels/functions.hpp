#pragma once

// exp, sigmoid, tanh over sixteen lanes. No call to the mathematical library: its versions differ
// between processors in the last bit. The polynomial is our own weighted minimax fit (relative
// error of exp(r) - 1 below 1.4e-8 on |r| <= ln 2 / 2).

#include "kernels/vector.hpp"

namespace carousel {
namespace {

/// x = n ln 2 + r with |r| <= ln 2 / 2; `shifted` holds n in the low bits of its mantissa.
struct Reduced {
    F16 shifted, r;
};

CAROUSEL_INLINE Reduced reduce(F16 x) {
    const F16 magic = broadcast(12582912.0F);  // 1.5 * 2^23: adding it rounds to a whole number
    const F16 shifted = fma(x, broadcast(1.44269504F), magic);
    const F16 n = shifted - magic;
    // ln 2 in two parts, the first with so few bits that its product with n is exact
    const F16 r = fma(n, broadcast(-0.693359375F), x);
    return {shifted, fma(n, broadcast(2.12194440e-4F), r)};
}

/// exp(r) - 1 for |r| <= ln 2 / 2.
CAROUSEL_INLINE F16 expm1_reduced(F16 r) {
    F16 q = fma(broadcast(0x1.6bec06p-10F), r, broadcast(0x1.122776p-7F));
    q = fma(q, r, broadcast(0x1.555674p-5F));
    q = fma(q, r, broadcast(0x1.5554b0p-3F));
    q = fma(q, r, broadcast(0x1.fffffep-2F));
    return fma(q, r * r, r);
}

/// x within the bounds. Of two operands min and max give the second when one is not a number: in
/// this order that is x, so that what went wrong before is not hidden behind a bound.
CAROUSEL_INLINE F16 clamp(F16 x, float low, float high) {
    return min(broadcast(high), max(broadcast(low), x));
}

/// exp(x) for x <= 88; below -87 it is exp(-87), about 1.6e-38.
CAROUSEL_INLINE F16 exponential(F16 x) {
    const Reduced a = reduce(clamp(x, -87.0F, 88.0F));
    return add_to_exponent(expm1_reduced(a.r) + broadcast(1.0F), a.shifted);
}

/// 1 / (1 + exp(-x)).
CAROUSEL_INLINE F16 sigmoid(F16 x) {
    return broadcast(1.0F) / (broadcast(1.0F) + exponential(broadcast(0.0F) - x));
}

/// tanh(x) = e / (e + 2) with e = exp(2x) - 1, which keeps its relative precision near zero.
CAROUSEL_INLINE F16 hyperbolic_tangent(F16 x) {
    const F16 one = broadcast(1.0F);
    const Reduced a = reduce(clamp(x + x, -40.0F, 40.0F));
    const F16 power = add_to_exponent(one, a.shifted);
    const F16 e = fma(power, expm1_reduced(a.r), power - one);
    return e / (e + broadcast(2.0F));
}

/// log(1 + y) for y in [0, 1]: 2 artanh(s) with s = y / (2 + y) <= 1/3, whose series ends below
/// half a unit of the last place after s^13.
CAROUSEL_INLINE F16 log1p_of_fraction(F16 y) {
    const F16 s = y / (y + broadcast(2.0F)), t = s * s;
    F16 q = broadcast(2.0F / 13.0F);
    q = fma(q, t, broadcast(2.0F / 11.0F));
    q = fma(q, t, broadcast(2.0F / 9.0F));
    q = fma(q, t, broadcast(2.0F / 7.0F));
    q = fma(q, t, broadcast(2.0F / 5.0F));
    q = fma(q, t, broadcast(2.0F / 3.0F));
    return fma(q * t, s, s + s);
}

/// log(1 / (1 + exp(-x))), also where the sigmoid is too small for a float.
CAROUSEL_INLINE F16 log_sigmoid(F16 x) {
    const F16 zero = broadcast(0.0F);
    return min(zero, x) - log1p_of_fraction(exponential(min(zero - x, x)));
}

/// A function that is positive everywhere: x + 1/2 from 0 on, before it the sigmoid (Feng et al.
/// 2024, appendix B); and its slope.
CAROUSEL_INLINE F16 positive(F16 x) {
    return where_less(x, broadcast(0.0F), sigmoid(x), x + broadcast(0.5F));
}
CAROUSEL_INLINE F16 positive_slope(F16 x) {
    const F16 one = broadcast(1.0F), y = sigmoid(x);
    return where_less(x, broadcast(0.0F), y * (one - y), one);
}

}  // namespace
}  // namespace carousel
