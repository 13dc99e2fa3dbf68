#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace carousel {

/// A sum over bytes that changes with every one of them: whether a file is still what it was. No
/// protection against somebody who means to deceive.
///
/// Law: it does not depend on how the bytes are cut into pieces.
class ByteSum {
public:
    void add(std::span<const std::byte> bytes) {
        const std::byte* at = bytes.data();
        std::size_t left = bytes.size();
        size_ += left;
        while (left > 0 && (held_ > 0 || left < 8)) {
            word_ |= std::to_integer<std::uint64_t>(*at++) << 8 * held_++;
            --left;
            if (held_ == 8) take();
        }
        for (; left >= 8; at += 8, left -= 8) {
            std::memcpy(&word_, at, 8);
            take();
        }
        for (; left > 0; --left) word_ |= std::to_integer<std::uint64_t>(*at++) << 8 * held_++;
    }

    std::uint64_t value() const { return mix(mix(sum_, word_), size_); }

private:
    static std::uint64_t mix(std::uint64_t sum, std::uint64_t word) {
        const std::uint64_t product = (sum ^ word) * 0x9E3779B97F4A7C15U;
        return product ^ product >> 32;
    }
    void take() {
        sum_ = mix(sum_, word_);
        word_ = 0;
        held_ = 0;
    }

    std::uint64_t sum_ = 0, word_ = 0, size_ = 0;
    unsigned held_ = 0;  // bytes in word_
};

}  // namespace carousel
