#include "cpu/matrix_shares.hpp"

#include <algorithm>

namespace carousel {

void MatrixShares::add(std::int64_t size, std::int64_t work) {
    work_.resize(shared() ? static_cast<std::size_t>(communicator_->processes()) : 1);
    const auto least = std::ranges::min_element(work_);
    *least += work;
    matrices_.push_back({static_cast<int>(least - work_.begin()), size_, size});
    size_ += size;
}

MatrixShares::Part MatrixShares::part(std::size_t matrix) const {
    const auto& found = matrices_[matrix];
    return {found.offset, !shared() || found.owner == communicator_->process()};
}

void MatrixShares::exchange(float* all) {
    const int n = communicator_->processes(), self = communicator_->process();
    out_.clear();
    in_.clear();
    for (const auto& matrix : matrices_) {
        const std::span values(all + matrix.offset, static_cast<std::size_t>(matrix.size));
        if (matrix.owner != self) {
            in_.push_back({matrix.owner, std::as_writable_bytes(values)});
            continue;
        }
        for (int k = 1; k < n; ++k) out_.push_back({(self + k) % n, std::as_bytes(values)});
    }
    communicator_->exchange(out_, in_);
}

}  // namespace carousel
