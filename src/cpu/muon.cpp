#include "cpu/muon.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "kernels/kernels.hpp"

namespace carousel {

namespace {

// The ratio of the step of an orthogonalized matrix, whose root mean square is 1 / sqrt(max(N, K)),
// to that of Adam's parameters. Chosen on the end of a training part (docs/recipes.md).
constexpr float k_scale = 0.5F;

// The ratio of a factor's step to that of a matrix: both factors move their product, which else
// runs away (docs/recipes.md).
constexpr float k_factor_scale = 0.3F;

PanelShape panels_of(const StoredParameter& p) {
    return {p.stored / (p.shape[1] * k_panel), p.shape[1]};
}

std::int64_t work_of(const StoredParameter& p) {
    return p.stored * std::min(p.shape[0], p.shape[1]);
}

// Calls work(matrix, first, count) for pieces of all matrices, which the crew shares.
template <typename Matrix, typename Work>
void in_pieces(const Crew& crew, std::span<const Matrix> matrices, Work&& work) {
    constexpr std::int64_t k_piece = 16384;  // floats of a task
    const auto pieces = [](const Matrix& matrix) {
        return (matrix.parameter.stored + k_piece - 1) / k_piece;
    };
    std::int64_t count = 0;
    for (const auto& matrix : matrices) count += pieces(matrix);
    crew.for_each(count, [&](std::int64_t piece) {
        for (std::size_t i = 0; i < matrices.size(); piece -= pieces(matrices[i++])) {
            if (piece >= pieces(matrices[i])) continue;
            const auto first = piece * k_piece;
            return work(i, first, std::min(k_piece, matrices[i].parameter.stored - first));
        }
    });
}

// direction(i) is where that of matrix i is to be put.
template <typename Matrix, typename Direction>
void find_directions(const Crew& crew, std::span<const Matrix> matrices, const Muon::Update& update,
                     Direction&& direction) {
    in_pieces(crew, matrices, [&](std::size_t i, std::int64_t begin, std::int64_t count) {
        const auto at = matrices[i].parameter.offset + begin;
        kernels().momentum({.gradients = update.gradients + at,
                            .moments = update.moments + at,
                            .direction = direction(i) + begin,
                            .count = count,
                            .beta = update.momentum,
                            .gradient_scale = update.gradient_scale});
    });
}

// direction(i) is that of matrix i, orthogonal.
template <typename Matrix, typename Direction>
void go(const Crew& crew, std::span<const Matrix> matrices, const Muon::Update& update,
        Direction&& direction) {
    in_pieces(crew, matrices, [&](std::size_t i, std::int64_t begin, std::int64_t count) {
        const auto& p = matrices[i].parameter;
        const auto at = p.offset + begin;
        const auto size = static_cast<float>(std::max(p.shape[0], p.shape[1]));
        const float scale = (p.is_factor ? k_factor_scale : 1) * k_scale * std::sqrt(size);
        kernels().step({.weights = update.weights + at,
                        .direction = direction(i) + begin,
                        .averages = update.averages == nullptr ? nullptr : update.averages + at,
                        .count = count,
                        .rate = update.learning_rate * scale,
                        .decay = update.learning_rate * update.weight_decay,
                        .average_rate = update.average_rate});
    });
}

}  // namespace

bool Muon::moves(const StoredParameter& parameter) {
    return is_layer_matrix(parameter) && !parameter.is_sparse;
}

Muon::Muon(const ParameterList& parameters, int threads, Communicator* communicator)
    : shares_(communicator) {
    std::vector<PanelShape> shapes;
    for (const auto& p : parameters.all()) {
        if (!moves(p)) continue;
        shares_.add(p.offset, p.stored, work_of(p));
        const auto part = shares_.part(matrices_.size());
        matrices_.push_back({p, part.own, part.offset});
        if (part.own) shapes.push_back(panels_of(p));
    }
    std::stable_sort(matrices_.begin(), matrices_.end(), [](const auto& a, const auto& b) {
        if (a.own != b.own) return a.own;
        return work_of(a.parameter) > work_of(b.parameter);
    });
    const auto side_by_side = std::min(shapes.size(), static_cast<std::size_t>(threads));
    for (std::size_t i = 0; i < side_by_side; ++i) memory_.emplace_back(shapes);
    own_ = shapes.size();
    if (shares_.shared()) directions_ = Buffer(shares_.size());
}

void Muon::update(ThreadPool& pool, const Update& update) {
    const auto own = Matrices(matrices_).first(own_);
    const auto team = static_cast<std::size_t>(pool.size()), alone = own_ / team * team;
    std::atomic<std::size_t> next{0};
    if (alone > 0) {
        pool.run([&](int member) {
            const std::span memory(&memory_[static_cast<std::size_t>(member)], 1);
            for (auto i = next++; i < alone; i = next++)
                step({}, own.subspan(i, 1), memory, update);
        });
    }
    const Crew crew(pool);
    const auto rest = own.subspan(alone);
    if (!rest.empty()) step(crew, rest, std::span(memory_).first(rest.size()), update);
    if (shares_.shared()) step_with_others(crew, update);
}

void Muon::step(const Crew& crew, Matrices matrices, std::span<Orthogonalization> memory,
                const Update& update) {
    for (std::size_t i = 0; i < matrices.size(); ++i)
        memory[i].place(panels_of(matrices[i].parameter));
    find_directions(crew, matrices, update, [&](std::size_t i) { return memory[i].matrix(); });
    Orthogonalization::run(crew, memory);
    if (!shares_.shared())
        return go(crew, matrices, update, [&](std::size_t i) { return memory[i].result(); });
    in_pieces(crew, matrices, [&](std::size_t i, std::int64_t begin, std::int64_t count) {
        std::copy_n(memory[i].result() + begin, count,
                    directions_.data() + matrices[i].offset + begin);
    });
}

void Muon::step_with_others(const Crew& crew, const Update& update) {
    // Who has their gradients keeps their moments too; their directions come from there.
    shares_.exchange_directions(directions_.data());
    go(crew, Matrices(matrices_), update,
       [&](std::size_t i) { return directions_.data() + matrices_[i].offset; });
}

}  // namespace carousel
