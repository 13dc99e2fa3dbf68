#include "cpu/embedding.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace carousel {

namespace {

constexpr auto k_absent = std::numeric_limits<std::uint32_t>::max();

}  // namespace

Embedding::Embedding(const LanguageModel& model, std::int64_t positions, ModelUse use)
    : model_(&model),
      size_(model.config().embedding_size),
      capacity_(std::min(model.config().vocabulary_size, positions)),
      row_(leading_dimension(size_)),
      row_of_(static_cast<std::size_t>(model.config().vocabulary_size), k_absent),
      embedded_(capacity_ * row_) {
    distinct_.reserve(static_cast<std::size_t>(capacity_));
    positions_.reserve(static_cast<std::size_t>(positions));
    if (use.trains) grad_embedded_ = Buffer(capacity_ * row_);
}

void Embedding::look_up(std::span<const TokenId> ids, const float* mask) {
    for (const auto id : distinct_) row_of_[id] = k_absent;
    distinct_.clear();
    for (const auto id : ids) {
        if (row_of_[id] != k_absent) continue;
        row_of_[id] = static_cast<std::uint32_t>(distinct_.size());
        distinct_.push_back(id);
    }
    locate(ids);
    mask_ = mask;
    ++look_ups_;
    const float* embeddings = model_->values(model_->parameters().embedding());
    for (std::size_t r = 0; r < distinct_.size(); ++r) {
        const float* from = embeddings + distinct_[r] * row_;
        float* to = embedded_.data() + static_cast<std::ptrdiff_t>(r) * row_;
        const float factor = mask != nullptr ? mask[distinct_[r]] : 1.0F;
        for (std::int64_t k = 0; k < size_; ++k) to[k] = from[k] * factor;
    }
}

void Embedding::locate(std::span<const TokenId> ids) {
    positions_.clear();
    for (const auto id : ids) positions_.push_back(row_of_[id]);
}

Rows Embedding::distinct() const {
    return {embedded_.data(), row_, size_, static_cast<std::int64_t>(distinct_.size())};
}

GatheredRows Embedding::rows() const {
    return gathered(embedded_, row_);
}

GatheredRows Embedding::gathered(const Buffer& table, std::ptrdiff_t row) const {
    return {table.data(), row, positions_.data()};
}

void Embedding::sum_positions(ThreadPool& pool, const float* rows, std::ptrdiff_t row,
                              std::int64_t panels, float* out, std::ptrdiff_t out_row) const {
    // Each member sums its own columns over all positions.
    pool.run([&](int member) {
        const auto [first, last] = split_evenly(panels, pool.size(), member);
        const auto begin = first * k_panel, count = (last - first) * k_panel;
        for (std::size_t r = 0; r < distinct_.size(); ++r) {
            std::memset(out + static_cast<std::ptrdiff_t>(r) * out_row + begin, 0,
                        static_cast<std::size_t>(count) * sizeof(float));
        }
        for (std::size_t i = 0; i < positions_.size(); ++i) {
            kernels().add(out + positions_[i] * out_row + begin,
                          rows + static_cast<std::ptrdiff_t>(i) * row + begin, count);
        }
    });
}

void Embedding::backward(float* gradients) const {
    const auto& parameter = model_->parameters().embedding();
    float* grad_embedding = gradients + parameter.offset;
    std::memset(grad_embedding, 0, static_cast<std::size_t>(parameter.stored) * sizeof(float));
    for (std::size_t r = 0; r < distinct_.size(); ++r) {
        const float* from = grad_embedded_.data() + static_cast<std::ptrdiff_t>(r) * row_;
        float* to = grad_embedding + distinct_[r] * row_;
        const float factor = mask_ != nullptr ? mask_[distinct_[r]] : 1.0F;
        for (std::int64_t k = 0; k < size_; ++k) to[k] = from[k] * factor;
    }
}

void Embedding::backward(ThreadPool& pool, const float* grad_positions, float* gradients) {
    sum_positions(pool, grad_positions, row_, panels_for(size_), grad_distinct(), row_);
    backward(gradients);
}

}  // namespace carousel
