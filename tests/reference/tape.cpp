#include "reference/tape.hpp"

#include <algorithm>
#include <cmath>
#include <ranges>
#include <utility>
#include <vector>
#include <xtensor-blas/xlinalg.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>

namespace carousel {

namespace {

/// A gradient for `of`, whose only row or column may have gone with several.
Matrix summed_to_shape(const Matrix& gradient, const Matrix& of) {
    Matrix sum = gradient;
    for (const std::size_t axis : {0, 1}) {
        if (of.shape(axis) == 1 && sum.shape(axis) != 1)
            sum = Matrix(xt::sum(sum, {axis}, xt::keep_dims));
    }
    return sum;
}

Matrix transposed(const Matrix& a) {
    return xt::transpose(a);
}

}  // namespace

Value Tape::record(Matrix matrix, std::function<void(const Matrix& gradient)> backward) {
    Matrix gradient = xt::zeros<double>(matrix.shape());
    return {*this,
            entries_.emplace_back(std::move(matrix), std::move(gradient), std::move(backward))};
}

void Tape::add_gradient(const Value& value, const Matrix& gradient) {
    value.entry_->gradient += summed_to_shape(gradient, value.matrix());
}

void Tape::backward(const Value& loss) {
    loss.entry_->gradient.fill(1.0);
    for (const auto& entry : entries_ | std::views::reverse) {
        if (entry.backward) entry.backward(entry.gradient);
    }
}

Value operator+(const Value& a, const Value& b) {
    return a.tape().record(a.matrix() + b.matrix(), [=](const Matrix& g) {
        Tape::add_gradient(a, g);
        Tape::add_gradient(b, g);
    });
}

Value operator-(const Value& a, const Value& b) {
    return a + -1.0 * b;
}

Value operator*(const Value& a, const Value& b) {
    return a.tape().record(a.matrix() * b.matrix(), [=](const Matrix& g) {
        Tape::add_gradient(a, g * b.matrix());
        Tape::add_gradient(b, g * a.matrix());
    });
}

Value operator/(const Value& a, const Value& b) {
    return a.tape().record(a.matrix() / b.matrix(), [=](const Matrix& g) {
        Tape::add_gradient(a, g / b.matrix());
        Tape::add_gradient(b, -g * a.matrix() / (b.matrix() * b.matrix()));
    });
}

Value operator+(const Value& a, double b) {
    return a.tape().record(a.matrix() + b, [=](const Matrix& g) { Tape::add_gradient(a, g); });
}

Value operator-(const Value& a, double b) {
    return a + -b;
}

Value operator-(double a, const Value& b) {
    return -1.0 * b + a;
}

Value operator*(double a, const Value& b) {
    return b.tape().record(a * b.matrix(), [=](const Matrix& g) { Tape::add_gradient(b, a * g); });
}

Value sigmoid(const Value& a) {
    const Matrix s = 1.0 / (1.0 + xt::exp(-a.matrix()));
    return a.tape().record(s, [=](const Matrix& g) { Tape::add_gradient(a, g * s * (1.0 - s)); });
}

Value tanh(const Value& a) {
    const Matrix y = xt::tanh(a.matrix());
    return a.tape().record(y, [=](const Matrix& g) { Tape::add_gradient(a, g * (1.0 - y * y)); });
}

Value exp(const Value& a) {
    const Matrix y = xt::exp(a.matrix());
    return a.tape().record(y, [=](const Matrix& g) { Tape::add_gradient(a, g * y); });
}

Value log(const Value& a) {
    return a.tape().record(xt::log(a.matrix()),
                           [=](const Matrix& g) { Tape::add_gradient(a, g / a.matrix()); });
}

Value square_root(const Value& a) {
    const Matrix y = xt::sqrt(a.matrix());
    return a.tape().record(y, [=](const Matrix& g) { Tape::add_gradient(a, g / (2.0 * y)); });
}

Value row_mean(const Value& a) {
    const Matrix mean = xt::mean(a.matrix(), {1}, xt::keep_dims);
    const auto count = static_cast<double>(a.matrix().shape(1));
    return a.tape().record(mean, [=](const Matrix& g) {
        Tape::add_gradient(a, xt::ones<double>(a.matrix().shape()) * g / count);
    });
}

Value equal(const Value& a, const Value& b) {
    return a.tape().leaf(xt::where(xt::equal(a.matrix(), b.matrix()), 1.0, 0.0));
}

Value equal(const Value& a, double b) {
    return a.tape().leaf(xt::where(xt::equal(a.matrix(), b), 1.0, 0.0));
}

Value at_least(const Value& a, double b) {
    return a.tape().leaf(xt::where(a.matrix() >= b, 1.0, 0.0));
}

Value choose(const Value& condition, const Value& a, const Value& b) {
    return condition * a + (1.0 - condition) * b;
}

Value minimum(const Value& a, const Value& b) {
    return choose(at_least(b - a, 0), a, b);
}

Value maximum(const Value& a, const Value& b) {
    return choose(at_least(a - b, 0), a, b);
}

Value constant(const Value& a) {
    return a.tape().leaf(a.matrix());
}

Value product(const Value& w, const Value& x) {
    return x.tape().record(xt::linalg::dot(x.matrix(), transposed(w.matrix())),
                           [=](const Matrix& g) {
                               Tape::add_gradient(w, xt::linalg::dot(transposed(g), x.matrix()));
                               Tape::add_gradient(x, xt::linalg::dot(g, w.matrix()));
                           });
}

Value dots(const Value& a, const Value& wide) {
    const Matrix &x = a.matrix(), &y = wide.matrix();
    const auto width = x.shape(1);
    Matrix result = xt::zeros<double>({x.shape(0), y.shape(1) / width});
    for (std::size_t b = 0; b < y.shape(0); ++b) {
        for (std::size_t k = 0; k < y.shape(1); ++k)
            result(b, k / width) += x(b, k % width) * y(b, k);
    }
    return a.tape().record(std::move(result), [=](const Matrix& g) {
        Matrix by_a = xt::zeros<double>(a.matrix().shape());
        Matrix by_wide = wide.matrix();
        for (std::size_t b = 0; b < by_wide.shape(0); ++b) {
            for (std::size_t k = 0; k < by_wide.shape(1); ++k) {
                by_a(b, k % width) += g(b, k / width) * by_wide(b, k);
                by_wide(b, k) = g(b, k / width) * a.matrix()(b, k % width);
            }
        }
        Tape::add_gradient(a, by_a);
        Tape::add_gradient(wide, by_wide);
    });
}

Value weighted_sum(const Value& p, const Value& wide) {
    const Matrix &share = p.matrix(), &y = wide.matrix();
    const auto width = y.shape(1) / share.shape(1);
    Matrix result = xt::zeros<double>({y.shape(0), width});
    for (std::size_t b = 0; b < y.shape(0); ++b) {
        for (std::size_t k = 0; k < y.shape(1); ++k)
            result(b, k % width) += share(b, k / width) * y(b, k);
    }
    return p.tape().record(std::move(result), [=](const Matrix& g) {
        Matrix by_p = xt::zeros<double>(p.matrix().shape());
        Matrix by_wide = wide.matrix();
        for (std::size_t b = 0; b < by_wide.shape(0); ++b) {
            for (std::size_t k = 0; k < by_wide.shape(1); ++k) {
                by_p(b, k / width) += g(b, k % width) * by_wide(b, k);
                by_wide(b, k) = g(b, k % width) * p.matrix()(b, k / width);
            }
        }
        Tape::add_gradient(p, by_p);
        Tape::add_gradient(wide, by_wide);
    });
}

Value columns(const Value& a, std::size_t first, std::size_t count) {
    const auto end = first + count;
    return a.tape().record(xt::view(a.matrix(), xt::all(), xt::range(first, end)),
                           [=](const Matrix& g) {
                               Matrix wide = xt::zeros<double>(a.matrix().shape());
                               xt::view(wide, xt::all(), xt::range(first, end)) = g;
                               Tape::add_gradient(a, wide);
                           });
}

Value side_by_side(const std::vector<Value>& all) {
    std::size_t width = 0;
    for (const auto& part : all) width += part.matrix().shape(1);
    Matrix wide({all[0].matrix().shape(0), width});
    std::size_t end = 0;
    for (const auto& part : all) {
        const auto first = end;
        end += part.matrix().shape(1);
        xt::view(wide, xt::all(), xt::range(first, end)) = part.matrix();
    }
    return all[0].tape().record(std::move(wide), [=](const Matrix& g) {
        std::size_t last = 0;
        for (const auto& part : all) {
            const auto first = last;
            last += part.matrix().shape(1);
            Tape::add_gradient(part, xt::view(g, xt::all(), xt::range(first, last)));
        }
    });
}

Value rows(const Value& a, std::span<const TokenId> ids) {
    const std::vector<std::ptrdiff_t> at(ids.begin(), ids.end());
    Matrix picked({at.size(), a.matrix().shape(1)});
    for (std::size_t b = 0; b < at.size(); ++b)
        xt::row(picked, static_cast<std::ptrdiff_t>(b)) = xt::row(a.matrix(), at[b]);
    return a.tape().record(std::move(picked), [=](const Matrix& g) {
        Matrix whole = xt::zeros<double>(a.matrix().shape());
        for (std::size_t b = 0; b < at.size(); ++b)
            xt::row(whole, at[b]) += xt::row(g, static_cast<std::ptrdiff_t>(b));
        Tape::add_gradient(a, whole);
    });
}

Value cross_entropy(const Value& logits, std::span<const TokenId> targets) {
    const Matrix& z = logits.matrix();
    const Matrix largest = xt::amax(z, {1}, xt::keep_dims);
    const Matrix powers = xt::exp(z - largest);
    const Matrix sums = xt::sum(powers, {1}, xt::keep_dims);
    Matrix loss = xt::zeros<double>({1, 1});
    Matrix by_logits = powers / sums;  // probabilities, less 1 at the target
    for (std::size_t b = 0; b < targets.size(); ++b) {
        loss(0, 0) += std::log(sums(b, 0)) + largest(b, 0) - z(b, targets[b]);
        by_logits(b, targets[b]) -= 1.0;
    }
    return logits.tape().record(
        loss, [=](const Matrix& g) { Tape::add_gradient(logits, g(0, 0) * by_logits); });
}

}  // namespace carousel
