#include "cpu/matrix_shares.hpp"

#include <algorithm>

namespace carousel {

void MatrixShares::add(std::int64_t offset, std::int64_t size, std::int64_t work) {
    work_.resize(shared() ? static_cast<std::size_t>(communicator_->processes()) : 1);
    floats_.resize(work_.size());
    const auto least = std::ranges::min_element(work_);
    const auto owner = least - work_.begin();
    *least += work;
    floats_[static_cast<std::size_t>(owner)] += size;
    directions_.push_back({static_cast<int>(owner), size_, size_ + size});
    stored_.push_back({static_cast<int>(owner), offset, offset + size});
    size_ += size;
}

MatrixShares::Part MatrixShares::part(std::size_t matrix) const {
    const auto& found = directions_[matrix];
    return {found.begin, !shared() || found.process == communicator_->process()};
}

KeptGradients MatrixShares::kept_gradients() const {
    if (!shared()) return {};
    return {stored_, in_slices()};
}

void MatrixShares::exchange_directions(float* all) const {
    const std::span floats(all, static_cast<std::size_t>(size_));
    if (in_slices()) return share_out_in_slices(*communicator_, directions_, floats);
    share_out(*communicator_, directions_, floats);
}

void MatrixShares::exchange_stored(std::span<float> all) const {
    share_out(*communicator_, stored_, all);
}

bool MatrixShares::in_slices() const {
    if (size_ == 0) return false;
    return *std::ranges::max_element(floats_) * communicator_->processes() > 2 * size_;
}

}  // namespace carousel
