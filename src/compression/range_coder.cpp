#include "compression/range_coder.hpp"

#include <utility>

#include "base/error.hpp"

// The interval is [low, low + range), of which the leading bytes that can no longer change are
// written; an overflow of `low` is a carry into these. `range` has 57 bits at least, so that a
// total of 2^32 costs nothing that could be measured.

namespace carousel {

namespace {

constexpr int k_top = 56;  // the place of the leading byte
constexpr std::uint64_t k_least_range = std::uint64_t{1} << k_top;
constexpr std::size_t k_ahead = sizeof(std::uint64_t);  // bytes that a decoder holds

[[noreturn]] void refuse_code() {
    throw InputError("The compressed text is damaged: it is none that was ever written.");
}

}  // namespace

void RangeEncoder::encode(const CodeInterval& interval) {
    const std::uint64_t step = range_ / interval.total, add = step * interval.first;
    low_ += add;
    if (low_ < add) carry();
    range_ = step * interval.size;
    while (range_ < k_least_range) shift();
}

void RangeEncoder::shift() {
    bytes_ += static_cast<char>(low_ >> k_top);
    low_ <<= 8;
    range_ <<= 8;
}

// The interval never leaves [0, 1), so there is a byte that can take it.
void RangeEncoder::carry() {
    std::size_t i = bytes_.size() - 1;
    while (static_cast<unsigned char>(bytes_[i]) == 0xFF) bytes_[i--] = 0;
    ++bytes_[i];
}

// One byte more, with zeros behind it, lies in the interval: it is wider than what that byte leaves
// open.
std::string RangeEncoder::finish() {
    const std::uint64_t before = low_;
    low_ += k_least_range - 1;
    if (low_ < before) carry();
    shift();
    return std::move(bytes_);
}

RangeDecoder::RangeDecoder(std::string_view bytes) : bytes_(bytes) {
    for (std::size_t i = 0; i < k_ahead; ++i) shift();
    range_ = UINT64_MAX;
}

void RangeDecoder::shift() {
    const auto byte =
        position_ < bytes_.size() ? static_cast<unsigned char>(bytes_[position_]) : 0U;
    // An encoder writes one byte behind those that its interval has passed.
    if (++position_ >= bytes_.size() + k_ahead) refuse_code();
    code_ = code_ << 8 | byte;
    range_ <<= 8;
}

std::uint64_t RangeDecoder::place(std::uint64_t total) {
    const std::uint64_t place = code_ / (range_ / total);
    if (place >= total) refuse_code();
    return place;
}

void RangeDecoder::take(const CodeInterval& interval) {
    const std::uint64_t step = range_ / interval.total;
    code_ -= step * interval.first;
    range_ = step * interval.size;
    while (range_ < k_least_range) shift();
}

void RangeDecoder::finish() const {
    if (position_ + 1 != bytes_.size() + k_ahead) refuse_code();
}

}  // namespace carousel
