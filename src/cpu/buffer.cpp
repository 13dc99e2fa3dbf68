#include "cpu/buffer.hpp"

#include <sys/mman.h>

#include <cstdlib>
#include <cstring>
#include <new>

namespace carousel {

namespace {

constexpr std::size_t k_line = 64, k_huge_page = std::size_t{2} << 20;

}  // namespace

template <typename Number>
BufferOf<Number>::BufferOf(std::int64_t count) : size_(count) {
    if (count == 0) return;
    const auto bytes = static_cast<std::size_t>(count) * sizeof(Number);
    const auto alignment = bytes >= k_huge_page ? k_huge_page : k_line;
    // A line more than asked, since vectors are read and written whole.
    const auto rounded = (bytes + k_line + alignment - 1) / alignment * alignment;
    auto* memory = static_cast<Number*>(std::aligned_alloc(alignment, rounded));
    if (memory == nullptr) throw std::bad_alloc();
    data_.reset(memory);
    if (alignment == k_huge_page) madvise(memory, rounded, MADV_HUGEPAGE);
    std::memset(memory, 0, bytes);
}

template <typename Number>
void BufferOf<Number>::Free::operator()(Number* p) const {
    std::free(p);
}

template class BufferOf<float>;
template class BufferOf<Bf16Pair>;
template class BufferOf<std::int8_t>;

}  // namespace carousel
