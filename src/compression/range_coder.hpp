#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace carousel {

// Range coding: a text is a number, found by cutting an interval again and again in proportion to
// what each symbol was expected to be, which takes -log2 p bits a symbol. All of it is whole
// numbers, so that what one machine writes every other reads.
// Source: Martin 1979, "Range encoding: an algorithm for removing redundancy from a digitised
// message"; here with 64 bits and carries.

/// The place of a symbol among `total`: from `first` on, `size` wide.
/// Range: size ≥ 1, first + size ≤ total ≤ 2^32.
struct CodeInterval {
    std::uint64_t first = 0, size = 0, total = 0;
};

/// Law: what was encoded comes out of a decoder that is asked with the same totals.
class RangeEncoder {
public:
    void encode(const CodeInterval& interval);

    /// The bytes; nothing is encoded afterwards.
    std::string finish();

private:
    void shift();
    void carry();

    std::string bytes_;
    std::uint64_t low_ = 0, range_ = UINT64_MAX;
};

class RangeDecoder {
public:
    /// `bytes` must outlive the object.
    explicit RangeDecoder(std::string_view bytes);

    /// Where in [0, total) the next symbol lies: in its interval, which `take` then gets.
    /// Throws: InputError when these bytes are none that an encoder wrote.
    std::uint64_t place(std::uint64_t total);
    void take(const CodeInterval& interval);

    /// Throws: InputError when the bytes end before what is decoded, or go on behind it.
    void finish() const;

private:
    void shift();

    std::string_view bytes_;
    std::size_t position_ = 0;  // in the bytes; behind their end there are zeros
    std::uint64_t code_ = 0, range_ = UINT64_MAX;
};

}  // namespace carousel
