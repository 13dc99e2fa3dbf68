#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace carousel {

/// How the encoding of a file was found.
enum class EncodingSource : std::uint8_t {
    mark,      ///< a byte-order mark
    utf8,      ///< all of it is valid UTF-8
    wide,      ///< UTF-16 or UTF-32 without a mark, by its zero bytes
    named,     ///< what somebody named
    detected,  ///< a guess by its letters
    damaged,   ///< UTF-8 but for a few bytes
    unknown,   ///< nothing fits: no text, or a text too short to tell
};

struct FoundEncoding {
    std::string name;  ///< a converter's name; "UTF-8" where nothing fits
    EncodingSource source = EncodingSource::unknown;
};

/// Looks through the bytes of a file, pushed in pieces of any size, and tells its encoding: what
/// its mark says; else UTF-8 if all of it is; else UTF-16 or UTF-32 if its zero bytes stand as
/// there; else the one that was named; else what its letters are likely to be.
///
/// A file that is UTF-8 but for a few bytes is not read as anything else. A named encoding in which
/// ASCII does not mean ASCII (UTF-16, ISO-2022-JP) also holds for a file of ASCII alone.
class EncodingFinder {
public:
    /// `named` is a converter's name, or empty. Throws: UsageError for one that ICU does not know.
    explicit EncodingFinder(std::string named = {});

    void push(std::span<const std::byte> bytes);

    /// The file has ended.
    FoundEncoding finish();

    std::uint64_t zero_bytes() const { return zeros_; }

    /// How often text stands in it that was written as UTF-8 and read as windows-1252 (`â€™`,
    /// `Ã©`), and an example.
    std::uint64_t garbled() const { return garbled_; }
    const std::string& garbled_example() const { return example_; }

private:
    void check_utf8(std::string_view bytes, bool at_end);
    void look_for_garbled(std::string_view valid);
    void keep_sample(std::string_view bytes, std::size_t flaw);

    std::string named_;
    std::string front_;   // the first bytes of the file
    std::string sample_;  // lines around what is not UTF-8
    std::string held_;    // the start of a sequence, at most three bytes
    std::string recent_;  // the last bytes before, for what reaches over the edge of a piece
    std::string example_;
    std::uint64_t size_ = 0, zeros_ = 0, sequences_ = 0, flaws_ = 0, garbled_ = 0;
};

/// Whether text has control characters that no text has, as what is decoded wrongly does.
bool has_odd_controls(std::string_view utf8);

}  // namespace carousel
