#include "cpu/optimizer.hpp"

#include <algorithm>
#include <cmath>

#include "cpu/gradient_norm.hpp"
#include "kernels/kernels.hpp"

namespace carousel {

namespace {

// beta^n by repeated squaring: multiplications only, so the same bits everywhere.
double power(double beta, std::uint64_t n) {
    double result = 1;
    for (double square = beta; n > 0; n >>= 1, square *= square) {
        if ((n & 1) != 0) result *= square;
    }
    return result;
}

constexpr std::int64_t k_piece = 16384;  // floats of a task

// The ratio of the step of an orthogonalized matrix, whose root mean square is 1 / sqrt(max(N, K)),
// to that of Adam's parameters. Chosen on the end of a training part (docs/recipes.md).
constexpr float k_muon_scale = 0.5F;

// The ratio of a factor's step to that of a matrix: both factors move their product, which else
// runs away (docs/recipes.md).
constexpr float k_factor_scale = 0.3F;

// An orthogonal step would fill what is zero for good.
bool is_recurrent_matrix(const StoredParameter& p) {
    return is_layer_matrix(p) && !p.is_sparse;
}

// Floats of the largest matrix of a recurrent layer, its panels and columns.
struct LargestMatrix {
    std::int64_t panels = 0, columns = 0, stored = 0;
};

LargestMatrix largest_matrix(const ParameterList& parameters, OptimizerKind kind) {
    LargestMatrix largest;
    for (const auto& p : parameters.all()) {
        if (kind != OptimizerKind::muon || !is_recurrent_matrix(p)) continue;
        largest.columns = std::max(largest.columns, p.shape[1]);
        largest.panels = std::max(largest.panels, p.stored / (p.shape[1] * k_panel));
        largest.stored = std::max(largest.stored, p.stored);
    }
    return largest;
}

template <typename Work>
void in_pieces(ThreadPool& pool, std::int64_t count, Work work) {
    pool.for_each((count + k_piece - 1) / k_piece, [&](std::int64_t piece) {
        const auto first = piece * k_piece;
        work(first, std::min(k_piece, count - first));
    });
}

}  // namespace

Optimizer::Optimizer(const LanguageModel& model, const OptimizerConfig& config,
                     Communicator* communicator)
    : parameters_(model.parameters()),
      config_(config),
      first_(parameters_.stored()),
      second_(parameters_.stored()),
      averages_(config.average > 0 ? parameters_.stored() : 0),
      orthogonalization_(largest_matrix(parameters_, config.kind).panels,
                         largest_matrix(parameters_, config.kind).columns),
      shares_(communicator) {
    for (const auto& p : parameters_.all()) {
        if (config.kind == OptimizerKind::muon && is_recurrent_matrix(p))
            shares_.add(p.stored, p.stored * std::min(p.shape[0], p.shape[1]));
    }
    directions_ =
        Buffer(shares_.shared() ? shares_.size() : largest_matrix(parameters_, config.kind).stored);
}

void Optimizer::update(ThreadPool& pool, LanguageModel& model, const float* gradients,
                       const UpdateRates& rates) {
    const auto n = static_cast<float>(rates.number);
    const Step now{rates.number, rates.learning_rate, rates.gradient_scale,
                   1 - std::min(config_.average, (n - 1) / (n + 8))};
    const auto for_each_matrix = [&](auto visit) {
        std::size_t i = 0;
        for (const auto& p : parameters_.all()) {
            if (config_.kind == OptimizerKind::muon && is_recurrent_matrix(p))
                visit(p, shares_.part(i++));
        }
    };
    for_each_matrix([&](const StoredParameter& p, const MatrixShares::Part& part) {
        float* const direction = directions_.data() + (shares_.shared() ? part.offset : 0);
        find_direction(pool, p, gradients, now, direction);
        if (part.own) orthogonalize(pool, p, direction);
        if (!shares_.shared()) go(pool, model, p, now, direction);
    });
    if (shares_.shared()) {
        shares_.exchange(directions_.data());
        for_each_matrix([&](const StoredParameter& p, const MatrixShares::Part& part) {
            go(pool, model, p, now, directions_.data() + part.offset);
        });
    }
    for (const auto& p : parameters_.all()) {
        if (config_.kind != OptimizerKind::muon || !is_recurrent_matrix(p))
            adam(pool, model, p, gradients, now);
    }
}

void Optimizer::adam(ThreadPool& pool, LanguageModel& model, const StoredParameter& p,
                     const float* gradients, const Step& step) {
    const auto correction = [&](float beta) {
        return static_cast<float>(1.0 / (1.0 - power(double{beta}, step.number)));
    };
    const AdamUpdate common{
        .weights = model.values(),
        .gradients = gradients,
        .first_moments = first_.data(),
        .second_moments = second_.data(),
        .averages = averages() ? averages_.data() : nullptr,
        .count = 0,
        .rate = step.learning_rate,
        .decay = p.is_matrix() ? step.learning_rate * config_.weight_decay : 0.0F,
        .beta1 = config_.beta1,
        .beta2 = config_.beta2,
        .correction1 = correction(config_.beta1),
        .correction2 = correction(config_.beta2),
        .epsilon = config_.epsilon,
        .gradient_scale = step.gradient_scale,
        .average_rate = step.average_rate};
    pool.for_each((p.stored + k_piece - 1) / k_piece, [&](std::int64_t piece) {
        const auto first = p.offset + piece * k_piece;
        AdamUpdate part = common;
        part.count = std::min(k_piece, p.offset + p.stored - first);
        part.weights += first;
        part.gradients += first;
        part.first_moments += first;
        part.second_moments += first;
        if (averages()) part.averages += first;
        kernels().adam(part);
    });
}

void Optimizer::find_direction(ThreadPool& pool, const StoredParameter& p, const float* gradients,
                               const Step& step, float* direction) {
    in_pieces(pool, p.stored, [&](std::int64_t first, std::int64_t count) {
        kernels().momentum({.gradients = gradients + p.offset + first,
                            .moments = first_.data() + p.offset + first,
                            .direction = direction + first,
                            .count = count,
                            .beta = config_.momentum,
                            .gradient_scale = step.gradient_scale});
    });
}

void Optimizer::orthogonalize(ThreadPool& pool, const StoredParameter& p, float* direction) {
    orthogonalization_.run(pool, direction, p.stored / (p.shape[1] * k_panel), p.shape[1],
                           global_norm(pool, direction, p.stored));
}

void Optimizer::go(ThreadPool& pool, LanguageModel& model, const StoredParameter& p,
                   const Step& step, const float* direction) {
    const auto size = static_cast<float>(std::max(p.shape[0], p.shape[1]));
    const float scale = (p.is_factor ? k_factor_scale : 1) * k_muon_scale * std::sqrt(size);
    in_pieces(pool, p.stored, [&](std::int64_t first, std::int64_t count) {
        kernels().step({.weights = model.values() + p.offset + first,
                        .direction = direction + first,
                        .averages = averages() ? averages_.data() + p.offset + first : nullptr,
                        .count = count,
                        .rate = step.learning_rate * scale,
                        .decay = step.learning_rate * config_.weight_decay,
                        .average_rate = step.average_rate});
    });
}

}  // namespace carousel
