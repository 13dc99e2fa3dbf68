#include "cpu/causal_attention.hpp"

#include <algorithm>

namespace carousel {

namespace {

constexpr std::int64_t k_tile = 32;  // queries

constexpr WindowLimits k_nothing{.positions = 0, .streams = 0};

// Floats of a tile's row: the keys that its queries see, whole panels on both sides, and what a
// softmax overwrites beyond a row that begins anywhere.
std::int64_t most_row(std::int64_t reach) {
    return padded(reach + k_tile) + 3 * k_panel;
}

}  // namespace

/// One head of one stream: panels of its vectors, and how many positions they have.
struct CausalAttention::Head {
    const float *queries, *keys, *values;
    float *outputs, *grad_queries, *grad_keys, *grad_values;
    std::int64_t before, count;
};

/// Queries [begin, end), and the keys from `first` on, a multiple of sixteen, up to `last`.
struct CausalAttention::Tile {
    std::int64_t begin, end, first, last;

    std::int64_t queries() const { return end - begin; }
    std::int64_t keys() const { return last - first; }
    std::int64_t width() const { return padded(keys()); }
    std::int64_t row() const { return width() + k_panel; }
};

/// What a member of the team needs for a head: keys and values transposed, as panels of positions;
/// of a tile the probabilities and their gradients.
struct CausalAttention::Room {
    float *keys, *values, *shares, *grad_shares;
};

CausalAttention::CausalAttention(const HeadShape& shape, const WindowLimits& limits, int threads,
                                 bool trains)
    : shape_(&shape),
      most_keys_(padded(shape.reach() + limits.positions)),
      outputs_(shape, limits, false),
      grad_queries_(shape, trains ? limits : k_nothing, false),
      grad_keys_(shape, trains ? limits : k_nothing, false),
      grad_values_(shape, trains ? limits : k_nothing, false),
      room_size_(2 * most_keys_ * shape.head_floats() + 2 * k_tile * most_row(shape.reach())),
      rooms_(threads * room_size_) {}

CausalAttention::Room CausalAttention::room(int member) {
    float* const keys = rooms_.data() + member * room_size_;
    float* const values = keys + most_keys_ * shape_->head_floats();
    float* const shares = values + most_keys_ * shape_->head_floats();
    return {keys, values, shares, shares + k_tile * most_row(shape_->reach())};
}

// Calls work(head, room) for all heads of all streams.
template <typename Work>
void CausalAttention::for_each_head(ThreadPool& pool, const AttentionVectors& vectors, Work work) {
    const auto heads = shape_->heads();
    pool.run([&](int member) {
        const auto room = this->room(member);
        const auto some = split_evenly(shape_->streams() * heads, pool.size(), member);
        for (auto i = some.begin; i < some.end; ++i) {
            const auto b = i / heads, h = i % heads;
            work(Head{.queries = vectors.queries.head(b, h),
                      .keys = vectors.keys.head(b, h),
                      .values = vectors.values.head(b, h),
                      .outputs = outputs_.head(b, h),
                      .grad_queries = grad_queries_.head(b, h),
                      .grad_keys = grad_keys_.head(b, h),
                      .grad_values = grad_values_.head(b, h),
                      .before = vectors.keys.before(b),
                      .count = vectors.keys.count(b)},
                 room);
        }
    });
}

template <typename Work>
void CausalAttention::for_each_tile(const Head& head, Work work) const {
    for (std::int64_t begin = 0; begin < shape_->steps(); begin += k_tile) {
        const auto end = std::min(shape_->steps(), begin + k_tile);
        const auto first = std::max<std::int64_t>(0, head.before + begin - shape_->reach());
        work(Tile{begin, end, first / k_panel * k_panel, head.before + end});
    }
}

// (P, N, 16) → panels of sixteen positions.
void CausalAttention::transpose(const float* panels, std::int64_t count, float* out) const {
    kernels().transpose_panels(panels, shape_->panels(), count, out, 0, panels_for(count));
}

void CausalAttention::forward(ThreadPool& pool, const AttentionVectors& vectors) {
    for_each_head(pool, vectors, [&](const Head& head, const Room& room) {
        transpose(head.keys, head.count, room.keys);
        for_each_tile(head, [&](const Tile& tile) {
            find_shares(head, tile, room);
            sum_values(head, tile, room);
        });
    });
}

// products(t, j) = row(t) · key(j) for the queries and keys of a tile; `keys` depth-first in
// panels.
void CausalAttention::multiply_with_keys(const float* rows, const float* keys, const Tile& tile,
                                         float* products) const {
    const auto depth = shape_->head_floats();
    kernels().product({.a = rows + tile.begin * k_panel,
                       .a_row = k_panel,
                       .a_depth = 1,
                       .w = keys + tile.first * depth,
                       .w_panel = depth * k_panel,
                       .c = products,
                       .c_row = tile.row(),
                       .c_panel = k_panel,
                       .rows = tile.queries(),
                       .panels = panels_for(tile.keys()),
                       .depth = depth,
                       .a_group = k_panel,
                       .a_group_step = shape_->steps() * k_panel});
}

// shares(t, j) = softmax over what t sees of query(t) · key(j), and 0 elsewhere.
void CausalAttention::find_shares(const Head& head, const Tile& tile, const Room& room) const {
    const auto row = tile.row();
    multiply_with_keys(head.queries, room.keys, tile, room.shares);
    float* shares = room.shares;
    for (auto t = tile.begin; t < tile.end; ++t, shares += row) {
        const auto own = head.before + t;
        const auto first = std::max<std::int64_t>(0, own - shape_->reach()) - tile.first;
        const auto end = own + 1 - tile.first;
        kernels().softmax(shares + first, end - first, 1.0F);
        std::fill_n(shares, first, 0.0F);
        std::fill(shares + end, shares + row, 0.0F);
    }
}

void CausalAttention::sum_values(const Head& head, const Tile& tile, const Room& room) const {
    kernels().product({.a = room.shares,
                       .a_row = tile.row(),
                       .a_depth = 1,
                       .w = head.values + tile.first * k_panel,
                       .w_panel = head.count * k_panel,
                       .c = head.outputs + tile.begin * k_panel,
                       .c_row = k_panel,
                       .c_panel = shape_->steps() * k_panel,
                       .rows = tile.queries(),
                       .panels = shape_->panels(),
                       .depth = tile.keys()});
}

void CausalAttention::backward(ThreadPool& pool, const AttentionVectors& vectors) {
    for_each_head(pool, vectors, [&](const Head& head, const Room& room) {
        transpose(head.keys, head.count, room.keys);
        transpose(head.values, head.count, room.values);
        const auto floats = shape_->steps() * shape_->head_floats();
        std::fill_n(head.grad_keys, floats, 0.0F);
        std::fill_n(head.grad_values, floats, 0.0F);
        for_each_tile(head, [&](const Tile& tile) {
            find_shares(head, tile, room);
            return_from_tile(head, tile, room);
        });
    });
}

void CausalAttention::return_from_tile(const Head& head, const Tile& tile, const Room& room) const {
    const auto row = tile.row(), steps = shape_->steps();
    const float* const grad = head.outputs + tile.begin * k_panel;
    multiply_with_keys(head.outputs, room.values, tile, room.grad_shares);
    for (std::int64_t q = 0; q < tile.queries(); ++q)
        kernels().softmax_backward(room.shares + q * row, room.grad_shares + q * row, tile.width());
    kernels().product({.a = room.grad_shares,
                       .a_row = row,
                       .a_depth = 1,
                       .w = head.keys + tile.first * k_panel,
                       .w_panel = head.count * k_panel,
                       .c = head.grad_queries + tile.begin * k_panel,
                       .c_row = k_panel,
                       .c_panel = steps * k_panel,
                       .rows = tile.queries(),
                       .panels = shape_->panels(),
                       .depth = tile.keys()});
    // Keys and values of the window gather what the queries return, in the order of these.
    const auto first = std::max(tile.first, head.before);
    PanelProduct gathered{.a = room.grad_shares + (first - tile.first),
                          .a_row = 1,
                          .a_depth = row,
                          .w = head.queries + tile.begin * k_panel,
                          .w_panel = steps * k_panel,
                          .c = head.grad_keys + (first - head.before) * k_panel,
                          .c_row = k_panel,
                          .c_panel = steps * k_panel,
                          .rows = tile.last - first,
                          .panels = shape_->panels(),
                          .depth = tile.queries(),
                          .accumulate = true};
    kernels().product(gathered);
    gathered.a = room.shares + (first - tile.first);
    gathered.w = grad;
    gathered.c = head.grad_values + (first - head.before) * k_panel;
    kernels().product(gathered);
}

}  // namespace carousel
