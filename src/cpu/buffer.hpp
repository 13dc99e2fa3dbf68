#pragma once

#include <cstdint>
#include <memory>

#include "kernels/kernels.hpp"

namespace carousel {

/// Zeroed numbers at a 64-byte boundary; large ones ask for huge pages, and one of size 0 has no
/// memory: `data` is null. Not copyable.
template <typename Number>
class BufferOf {
public:
    BufferOf() = default;
    explicit BufferOf(std::int64_t count);

    Number* data() { return data_.get(); }
    const Number* data() const { return data_.get(); }
    std::int64_t size() const { return size_; }

private:
    struct Free {
        void operator()(Number* p) const;
    };
    std::unique_ptr<Number[], Free> data_;
    std::int64_t size_ = 0;
};

using Buffer = BufferOf<float>;
using PairBuffer = BufferOf<Bf16Pair>;

}  // namespace carousel
