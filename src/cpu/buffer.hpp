#pragma once

#include <cstdint>
#include <memory>

namespace carousel {

/// Zeroed floats at a 64-byte boundary; large ones ask for huge pages, and one of size 0 has no
/// memory: `data` is null. Not copyable.
class Buffer {
public:
    Buffer() = default;
    explicit Buffer(std::int64_t count);

    float* data() { return data_.get(); }
    const float* data() const { return data_.get(); }
    std::int64_t size() const { return size_; }

private:
    struct Free {
        void operator()(float* p) const;
    };
    std::unique_ptr<float[], Free> data_;
    std::int64_t size_ = 0;
};

}  // namespace carousel
