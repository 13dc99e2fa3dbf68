#include "base/floating_point_mode.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace carousel {

namespace {

#if defined(__x86_64__)

constexpr std::uint64_t k_flush = 0x8040;  // flush to zero, denormals are zero

std::uint64_t control() {
    return _mm_getcsr();
}
void set_control(std::uint64_t value) {
    _mm_setcsr(static_cast<unsigned>(value));
}

#elif defined(__aarch64__)

constexpr std::uint64_t k_flush = std::uint64_t{1} << 24;

std::uint64_t control() {
    std::uint64_t value = 0;
    asm volatile("mrs %0, fpcr" : "=r"(value));
    return value;
}
void set_control(std::uint64_t value) {
    asm volatile("msr fpcr, %0" : : "r"(value));
}

#else

constexpr std::uint64_t k_flush = 0;

std::uint64_t control() {
    return 0;
}
void set_control(std::uint64_t) {}

#endif

}  // namespace

// Writing the register waits for all arithmetic under way: done only where it changes something.
FlushDenormals::FlushDenormals() : before_(control()) {
    if ((before_ & k_flush) != k_flush) set_control(before_ | k_flush);
}

FlushDenormals::~FlushDenormals() {
    if ((before_ & k_flush) != k_flush) set_control(before_);
}

}  // namespace carousel
