#include "text/decoding.hpp"

#include <fmt/format.h>
#include <unicode/ucnv.h>
#include <unicode/utf16.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "text/printable.hpp"
#include "text/utf8.hpp"

// A Decoder finds the encoding from the first bytes and hands all of them to one `Encoding`: UTF-8,
// which is only checked, and so keeps most of its bytes untouched, UTF-16 and UTF-32, or a
// converter of ICU, whose offsets are followed so that an error names the byte of the file. All
// hold back what is not certain yet, and treat what is invalid as the settings say.

namespace carousel {

// What all encodings share: pieces come in, and what is invalid is dealt with as the settings say.
class Decoder::Encoding {
public:
    Encoding(InvalidInput invalid, std::string file) : invalid_(invalid), file_(std::move(file)) {}
    virtual ~Encoding() = default;
    virtual void decode(std::string_view bytes, bool at_end, std::string& text) = 0;

protected:
    void report(const char* encoding, std::uint64_t offset, std::string_view bytes,
                std::string& text) const {
        if (invalid_ == InvalidInput::replace) text.append("\xEF\xBF\xBD");
        if (invalid_ != InvalidInput::error) return;
        std::string hex;
        for (const char byte : bytes) {
            hex += fmt::format(" {:02x}", static_cast<unsigned>(static_cast<unsigned char>(byte)));
        }
        throw InputError(fmt::format(
            "{}: not valid {} at byte offset {}:{}. If the file has another encoding, name it with "
            "--encoding; --invalid replace puts U+FFFD in place of what is invalid, --invalid skip "
            "leaves it out.",
            file_, encoding, offset, hex));
    }

private:
    InvalidInput invalid_;
    std::string file_;
};

namespace {

/// One whose characters can be told from the bytes at the front alone.
class PlainEncoding : public Decoder::Encoding {
public:
    using Encoding::Encoding;

    void decode(std::string_view bytes, bool at_end, std::string& text) final {
        std::string joined;
        if (!held_.empty()) {
            joined = std::exchange(held_, {});
            joined.append(bytes);
            bytes = joined;
        }
        while (!bytes.empty()) {
            const std::size_t taken = take(bytes, at_end, text);
            if (taken == 0) {
                held_ = bytes;
                return;
            }
            bytes.remove_prefix(taken);
            offset_ += taken;
        }
    }

protected:
    /// Turns some of the front into text, or reports it, and returns how many bytes that were; 0:
    /// a character begins here that is not whole, and more may come.
    virtual std::size_t take(std::string_view bytes, bool at_end, std::string& text) = 0;

    std::uint64_t offset() const { return offset_; }

private:
    std::uint64_t offset_ = 0;  // of what comes next
    std::string held_;          // the start of a character, at most three bytes
};

class Utf8Encoding : public PlainEncoding {
public:
    using PlainEncoding::PlainEncoding;

private:
    std::size_t take(std::string_view bytes, bool at_end, std::string& text) override {
        if (const std::size_t valid = valid_utf8_prefix(bytes); valid > 0) {
            text.append(bytes.substr(0, valid));
            return valid;
        }
        const Utf8Flaw flaw = utf8_flaw(bytes);
        if (flaw.incomplete && !at_end) return 0;
        report("UTF-8", offset(), bytes.substr(0, flaw.length), text);
        return flaw.length;
    }
};

using Converter = icu::LocalUConverterPointer;

Converter open_converter(const std::string& name) {
    UErrorCode status = U_ZERO_ERROR;
    Converter converter(ucnv_open(name.c_str(), &status));
    if (U_FAILURE(status)) {
        throw UsageError(fmt::format(
            "--encoding: there is no encoding '{}'. Examples of known ones: UTF-8, UTF-16LE, "
            "ISO-8859-1, windows-1252, Shift_JIS, GB18030, KOI8-R.",
            printable(name)));
    }
    return converter;
}

/// UTF-16 and UTF-32 in one byte order.
class WideEncoding : public PlainEncoding {
public:
    WideEncoding(std::string name, InvalidInput invalid, std::string file)
        : PlainEncoding(invalid, std::move(file)),
          name_(std::move(name)),
          width_(name_.starts_with("UTF-16") ? 2 : 4),
          big_(name_.ends_with("BE")) {}

private:
    std::size_t take(std::string_view bytes, bool at_end, std::string& text) override {
        const std::size_t length = length_of(bytes);
        if (length > bytes.size() && !at_end) return 0;
        const auto [code_point, valid] = character_of(bytes);
        if (valid) {
            append_utf8(code_point, text);
            return length;
        }
        const std::size_t taken = std::min(width_, bytes.size());
        report(name_.c_str(), offset(), bytes.substr(0, taken), text);
        return taken;
    }

    static bool is_surrogate(char32_t c, char32_t first) { return c >= first && c < first + 0x400; }

    char32_t unit_at(std::string_view bytes, std::size_t at) const {
        char32_t unit = 0;
        for (std::size_t i = 0; i < width_; ++i)
            unit = unit << 8 | static_cast<unsigned char>(bytes[at + (big_ ? i : width_ - 1 - i)]);
        return unit;
    }

    // Bytes that the character at the front needs.
    std::size_t length_of(std::string_view bytes) const {
        const bool two =
            width_ == 2 && bytes.size() >= 2 && is_surrogate(unit_at(bytes, 0), 0xD800);
        return two ? 4 : width_;
    }

    std::pair<char32_t, bool> character_of(std::string_view bytes) const {
        if (length_of(bytes) > bytes.size()) return {0, false};
        const char32_t unit = unit_at(bytes, 0);
        if (width_ == 2 && is_surrogate(unit, 0xD800)) {
            const char32_t trail = unit_at(bytes, 2);
            return {0x10000 + ((unit - 0xD800) << 10) + (trail - 0xDC00),
                    is_surrogate(trail, 0xDC00)};
        }
        return {unit, unit <= 0x10FFFF && (unit < 0xD800 || unit > 0xDFFF)};
    }

    std::string name_;
    std::size_t width_;  // bytes of a unit
    bool big_;
};

class ConverterEncoding : public Decoder::Encoding {
public:
    ConverterEncoding(Converter converter, InvalidInput invalid, std::string file)
        : Encoding(invalid, std::move(file)), converter_(std::move(converter)) {
        UErrorCode status = U_ZERO_ERROR;
        // Stop at what is invalid: it is dealt with here, alike for every encoding.
        ucnv_setToUCallBack(converter_.getAlias(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr,
                            nullptr, &status);
        name_ = ucnv_getName(converter_.getAlias(), &status);
    }

    // In blocks of one size: where ICU says that something stands depends a little on its pieces.
    void decode(std::string_view bytes, bool at_end, std::string& text) override {
        while (!bytes.empty()) {
            const std::size_t count = std::min(bytes.size(), k_block - block_.size());
            block_.append(bytes.substr(0, count));
            bytes.remove_prefix(count);
            if (block_.size() < k_block) break;
            decode_block(block_, false, text);
            block_.clear();
        }
        if (!at_end) return;
        decode_block(block_, true, text);
        block_.clear();
    }

private:
    void decode_block(std::string_view bytes, bool at_end, std::string& text) {
        const char* source = bytes.data();
        const char* const limit = source + bytes.size();
        for (bool more = true; more;) {
            UChar* target = units_.data();
            const std::uint64_t start = offset_ + static_cast<std::uint64_t>(source - bytes.data());
            const std::uint64_t begun = start - bytes_to_read_again();
            UErrorCode status = U_ZERO_ERROR;
            ucnv_toUnicode(converter_.getAlias(), &target, units_.data() + units_.size(), &source,
                           limit, offsets_.data(), at_end, &status);
            append_units(static_cast<std::size_t>(target - units_.data()), start, begun, text);
            more = status == U_BUFFER_OVERFLOW_ERROR;
            if (U_FAILURE(status) && !more) {
                require_flaw(status);
                char invalid[32];
                auto length = static_cast<int8_t>(sizeof invalid);
                UErrorCode asked = U_ZERO_ERROR;
                ucnv_getInvalidChars(converter_.getAlias(), invalid, &length, &asked);
                if (U_FAILURE(asked)) require_flaw(asked);
                flush_lead(text);
                const std::string_view flaw(invalid, static_cast<std::size_t>(length));
                const auto taken = static_cast<std::uint64_t>(source - bytes.data());
                const std::uint64_t end = offset_ + taken - bytes_to_read_again();
                report(name_.c_str(), end - flaw.size(), flaw, text);
                // Truncated input is told of once the end is reached; else go on behind it.
                more = source < limit || (at_end && status != U_TRUNCATED_CHAR_FOUND);
            }
        }
        offset_ += bytes.size();
        if (at_end) flush_lead(text);
    }

    // Anything but invalid input would be met again and again.
    void require_flaw(UErrorCode status) const {
        if (status != U_ILLEGAL_CHAR_FOUND && status != U_INVALID_CHAR_FOUND &&
            status != U_TRUNCATED_CHAR_FOUND && status != U_ILLEGAL_ESCAPE_SEQUENCE &&
            status != U_UNSUPPORTED_ESCAPE_SEQUENCE) {
            throw std::runtime_error(
                fmt::format("ICU cannot decode {}: {}", name_, u_errorName(status)));
        }
    }

    // Bytes that ICU has taken and not yet turned into text: the beginning of a character, or what
    // it had to look at to know that the bytes before are invalid, and will look at again.
    std::uint64_t bytes_to_read_again() const {
        UErrorCode status = U_ZERO_ERROR;
        return static_cast<std::uint64_t>(ucnv_toUCountPending(converter_.getAlias(), &status));
    }

    // UTF-16 to UTF-8. `start` is the byte offset that offsets_ count from; what began before it
    // has none, and began at `begun`.
    void append_units(std::size_t count, std::uint64_t start, std::uint64_t begun,
                      std::string& text) {
        for (std::size_t i = 0; i < count; ++i) {
            const UChar unit = units_[i];
            if (lead_ != 0 && U16_IS_TRAIL(unit)) {
                append_utf8(static_cast<char32_t>(U16_GET_SUPPLEMENTARY(lead_, unit)), text);
                lead_ = 0;
                continue;
            }
            flush_lead(text);
            const std::uint64_t offset =
                offsets_[i] < 0 ? begun : start + static_cast<std::uint64_t>(offsets_[i]);
            if (U16_IS_LEAD(unit)) {
                lead_ = unit;
                lead_offset_ = offset;
            } else if (U16_IS_TRAIL(unit)) {
                report_surrogate(unit, offset, text);
            } else {
                append_utf8(unit, text);
            }
        }
    }

    // A lead surrogate that no trail surrogate followed. A few encodings (CESU-8, UTF-7) let it
    // pass.
    void flush_lead(std::string& text) {
        if (lead_ != 0) report_surrogate(std::exchange(lead_, UChar{0}), lead_offset_, text);
    }

    void report_surrogate(UChar unit, std::uint64_t offset, std::string& text) const {
        const char bytes[] = {static_cast<char>(0xE0 | (unit >> 12)),
                              static_cast<char>(0x80 | ((unit >> 6) & 0x3F)),
                              static_cast<char>(0x80 | (unit & 0x3F))};
        report(name_.c_str(), offset, {bytes, sizeof bytes}, text);
    }

    static constexpr std::size_t k_block = std::size_t{1} << 16;

    Converter converter_;
    std::string name_;
    std::string block_;         // what has come of the next one
    std::uint64_t offset_ = 0;  // of the first byte of the piece under way
    UChar lead_ = 0;            // a lead surrogate that waits for its trail
    std::uint64_t lead_offset_ = 0;
    std::vector<UChar> units_ = std::vector<UChar>(8192);
    std::vector<int32_t> offsets_ = std::vector<int32_t>(8192);
};

}  // namespace

Decoder::Decoder(const DecodingSettings& settings, std::string name)
    : settings_(settings), name_(std::move(name)) {
    if (!settings_.encoding.empty()) start();
}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

void Decoder::start() {
    std::string encoding = settings_.encoding;
    if (encoding.empty()) encoding = encoding_by_mark(head_);
    if (!encoding.empty() && encoding != "UTF-8") {
        Converter converter = open_converter(encoding);
        UErrorCode status = U_ZERO_ERROR;
        const std::string name = ucnv_getName(converter.getAlias(), &status);
        if (name.ends_with("16LE") || name.ends_with("16BE") || name.ends_with("32LE") ||
            name.ends_with("32BE")) {
            encoding_ = std::make_unique<WideEncoding>(name, settings_.invalid, name_);
            return;
        }
        if (name != "UTF-8") {
            encoding_ =
                std::make_unique<ConverterEncoding>(std::move(converter), settings_.invalid, name_);
            return;
        }
    }
    encoding_ = std::make_unique<Utf8Encoding>(settings_.invalid, name_);
}

void Decoder::push(std::span<const std::byte> bytes, std::string& text) {
    std::string_view piece(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (!encoding_) {
        const std::size_t wanted = std::min(4 - head_.size(), piece.size());
        head_.append(piece.substr(0, wanted));
        piece.remove_prefix(wanted);
        if (head_.size() < 4) return;
        start();
        decode(head_, false, text);
    }
    decode(piece, false, text);
}

void Decoder::finish(std::string& text) {
    if (!encoding_) {
        start();
        decode(head_, true, text);
    } else {
        decode({}, true, text);
    }
}

void Decoder::decode(std::string_view bytes, bool at_end, std::string& text) {
    const std::size_t before = text.size();
    encoding_->decode(bytes, at_end, text);
    if (!at_text_start_ || text.size() == before) return;
    at_text_start_ = false;
    if (std::string_view(text).substr(before, 3) == "\xEF\xBB\xBF") text.erase(before, 3);
}

void require_known_encoding(const std::string& name) {
    if (!name.empty()) open_converter(name);
}

bool is_known_encoding(const std::string& name) {
    UErrorCode status = U_ZERO_ERROR;
    const Converter converter(ucnv_open(name.c_str(), &status));
    return U_SUCCESS(status) != 0;
}

std::string_view encoding_by_mark(std::string_view bytes) {
    using namespace std::string_view_literals;
    if (bytes.starts_with("\xEF\xBB\xBF"sv)) return "UTF-8";
    if (bytes.starts_with("\xFF\xFE\0\0"sv)) return "UTF-32LE";
    if (bytes.starts_with("\0\0\xFE\xFF"sv)) return "UTF-32BE";
    if (bytes.starts_with("\xFF\xFE"sv)) return "UTF-16LE";
    if (bytes.starts_with("\xFE\xFF"sv)) return "UTF-16BE";
    return {};
}

}  // namespace carousel
