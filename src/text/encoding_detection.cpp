#include "text/encoding_detection.hpp"

#include <unicode/uchar.h>
#include <unicode/ucnv.h>
#include <unicode/ucsdet.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "text/decoding.hpp"
#include "text/utf8.hpp"

// In this order: UTF-16 and UTF-32 without a mark; ICU's detector of the others; text that was
// decoded wrongly before it came to us; and the finder that holds them together.

namespace carousel {

namespace {

constexpr std::size_t k_front = 8192, k_sample = 65536, k_sample_piece = 4096;  // bytes
constexpr std::size_t k_longest_garbled = 12;  // bytes of a sequence of four, as it is shown
constexpr int32_t k_least_confidence = 15;     // of ICU's hundred

// One way to lay code points out in units of two or four bytes.
struct Layout {
    const char* name;
    std::size_t width;
    bool big;
};
constexpr std::array<Layout, 4> k_layouts{
    {{"UTF-16LE", 2, false}, {"UTF-16BE", 2, true}, {"UTF-32LE", 4, false}, {"UTF-32BE", 4, true}}};

char32_t unit_at(std::string_view bytes, std::size_t at, const Layout& layout) {
    char32_t unit = 0;
    for (std::size_t i = 0; i < layout.width; ++i) {
        const std::size_t from = layout.big ? i : layout.width - 1 - i;
        unit = unit << 8 | static_cast<unsigned char>(bytes[at + from]);
    }
    return unit;
}

bool is_odd_control(char32_t c) {
    return (c < 0x20 && (c < '\t' || c > '\r') && c != 0x1B) ||
           (c >= 0x7F && c < 0xA0 && c != 0x85);
}

// How many characters of the front are usual ones (ASCII letters and blanks), if all of it can be
// text in this layout; else nothing. A unit that is cut off at the end does not count.
std::optional<std::size_t> usual_characters(std::string_view front, const Layout& layout) {
    std::size_t usual = 0, unassigned = 0, count = 0;
    for (std::size_t at = 0; at + layout.width <= front.size(); at += layout.width, ++count) {
        char32_t c = unit_at(front, at, layout);
        if (layout.width == 2 && c >= 0xD800 && c < 0xE000) {
            if (c >= 0xDC00) return std::nullopt;
            at += 2;
            if (at + 2 > front.size()) break;
            const char32_t trail = unit_at(front, at, layout);
            if (trail < 0xDC00 || trail >= 0xE000) return std::nullopt;
            c = 0x10000 + ((c - 0xD800) << 10) + (trail - 0xDC00);
        }
        if (c > 0x10FFFF || (c >= 0xD800 && c < 0xE000) || is_odd_control(c)) return std::nullopt;
        const auto kind = u_charType(static_cast<UChar32>(c));
        if (kind == U_UNASSIGNED || kind == U_PRIVATE_USE_CHAR) ++unassigned;
        if (c < 0x80) ++usual;
    }
    if (usual == 0 || unassigned * 100 > count) return std::nullopt;
    return usual;
}

// UTF-16 or UTF-32 without a mark: its ASCII characters have zero bytes. Empty where it is neither.
std::string wide_encoding(std::string_view front, std::uint64_t size) {
    std::string best;
    std::size_t most = 0;
    for (const Layout& layout : k_layouts) {
        if (size % layout.width != 0) continue;
        const auto usual = usual_characters(front, layout);
        // The same bytes as UTF-32 have half as many characters, each of them with twice the zeros.
        const std::size_t weight = usual.value_or(0) * layout.width;
        if (weight > most) {
            most = weight;
            best = layout.name;
        }
    }
    return best;
}

std::string without_zeros(std::string text) {
    std::erase(text, '\0');
    return text;
}

// Pages of Windows hold all that these standards do, and the curly quotes that texts really have.
std::string usual_name(std::string_view name) {
    if (name == "ISO-8859-1") return "windows-1252";
    if (name == "ISO-8859-9") return "windows-1254";
    return std::string(name);
}

std::string detect(std::string_view sample) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::LocalUCharsetDetectorPointer detector(ucsdet_open(&status));
    ucsdet_setText(detector.getAlias(), sample.data(), static_cast<int32_t>(sample.size()),
                   &status);
    const UCharsetMatch* const match = ucsdet_detect(detector.getAlias(), &status);
    if (U_FAILURE(status) || match == nullptr) return {};
    const int32_t confidence = ucsdet_getConfidence(match, &status);
    const char* const name = ucsdet_getName(match, &status);
    if (U_FAILURE(status) || confidence < k_least_confidence) return {};
    return usual_name(name);
}

// Whether bytes below 80 mean ASCII, wherever they stand.
bool keeps_ascii(const std::string& name) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::LocalUConverterPointer converter(ucnv_open(name.c_str(), &status));
    if (U_FAILURE(status)) return false;
    const UConverterType type = ucnv_getType(converter.getAlias());
    if (type == UCNV_UTF7 || type == UCNV_HZ || type == UCNV_ISO_2022 ||
        type == UCNV_IMAP_MAILBOX || type == UCNV_SCSU || type == UCNV_BOCU1) {
        return false;
    }
    for (char byte = 0x20; byte < 0x7F; ++byte) {
        if (byte == '\\' || byte == '~') continue;  // yen and overline in some of Japan
        std::array<UChar, 8> units;
        ucnv_reset(converter.getAlias());
        UErrorCode converted = U_ZERO_ERROR;
        const int32_t count =
            ucnv_toUChars(converter.getAlias(), units.data(), 8, &byte, 1, &converted);
        if (U_FAILURE(converted) || count != 1 || units[0] != byte) return false;
    }
    return true;
}

// The byte that windows-1252 shows as a character, for those of 80 to BF; 0 for other characters.
unsigned char garbled_byte(char32_t c) {
    constexpr std::array<char16_t, 32> k_high{
        0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};
    if (c >= 0x80 && c < 0xC0) return static_cast<unsigned char>(c);
    if (c < 0x152 || c > 0x2122) return 0;
    const auto found = std::find(k_high.begin(), k_high.end(), static_cast<char16_t>(c));
    return found == k_high.end() ? 0 : static_cast<unsigned char>(0x80 + (found - k_high.begin()));
}

// What also follows letters with accents where nothing was decoded wrongly: quotes, dashes, signs.
bool follows_letters(char32_t lead, char32_t c) {
    constexpr std::u32string_view k_any = U"\u00A0\u00BB\u201D\u2019\u2026\u2013\u2014";
    constexpr std::u32string_view k_others =
        U"\u00AB\u201C\u2018\u00B7\u00AE\u00A9\u00B0\u00AA\u00BA\u00B9\u00B2\u00B3";
    const bool usual_lead = lead != 0xC3 && lead != 0xE2;  // of é and the like, and of curly quotes
    return k_any.find(c) != std::u32string_view::npos ||
           (usual_lead && k_others.find(c) != std::u32string_view::npos);
}

// Bytes at `text` that are one sequence of UTF-8 shown as windows-1252, 0 where none is.
std::size_t garbled_length(std::string_view text) {
    const char32_t lead = code_point_at(text, 0);
    if (lead < 0xC2 || lead > 0xF4) return 0;
    const int wanted = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    std::size_t at = 2;
    for (int i = 0; i < wanted; ++i) {
        if (at >= text.size() || at + utf8_length(text[at]) > text.size()) return 0;
        const char32_t c = code_point_at(text, at);
        if (garbled_byte(c) == 0 || (i == 0 && follows_letters(lead, c))) return 0;
        at += utf8_length(text[at]);
    }
    return at;
}

}  // namespace

bool has_odd_controls(std::string_view utf8) {
    for (std::size_t i = 0; i < utf8.size(); ++i) {
        const auto byte = static_cast<unsigned char>(utf8[i]);
        if (byte < 0x80 ? is_odd_control(byte)
                        : byte == 0xC2 && i + 1 < utf8.size() &&
                              is_odd_control(static_cast<unsigned char>(utf8[i + 1]))) {
            return true;
        }
    }
    return false;
}

EncodingFinder::EncodingFinder(std::string named) : named_(std::move(named)) {
    require_known_encoding(named_);
}

void EncodingFinder::push(std::span<const std::byte> bytes) {
    const std::string_view piece(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    front_.append(piece.substr(0, std::min(k_front - front_.size(), piece.size())));
    size_ += piece.size();
    for (const char* at = piece.data(); !piece.empty();) {
        const auto left = static_cast<std::size_t>(piece.data() + piece.size() - at);
        at = static_cast<const char*>(std::memchr(at, 0, left));
        if (at == nullptr) break;
        ++zeros_;
        ++at;
    }
    check_utf8(piece, false);
}

// Counts what is UTF-8 and what is not.
void EncodingFinder::check_utf8(std::string_view bytes, bool at_end) {
    std::string joined;
    if (!held_.empty()) {
        joined = std::exchange(held_, {});
        joined.append(bytes);
        bytes = joined;
    }
    bool sampled = false;
    for (std::size_t at = 0; at < bytes.size();) {
        const auto rest = bytes.substr(at);
        const auto valid = rest.substr(0, valid_utf8_prefix(rest));
        sequences_ +=
            static_cast<std::uint64_t>(std::count_if(valid.begin(), valid.end(), [](char c) {
                return static_cast<unsigned char>(c) >= 0xC0;
            }));
        look_for_garbled(valid);
        at += valid.size();
        if (at == bytes.size()) break;
        const Utf8Flaw flaw = utf8_flaw(bytes.substr(at));
        if (flaw.incomplete && !at_end) {
            held_ = bytes.substr(at);
            break;
        }
        ++flaws_;
        if (!std::exchange(sampled, true)) keep_sample(bytes, at);
        at += flaw.length;
    }
}

// A stretch around the first flaw of a piece, from the beginning of a line on.
void EncodingFinder::keep_sample(std::string_view bytes, std::size_t flaw) {
    if (sample_.size() >= k_sample) return;
    const auto line = bytes.substr(0, flaw).rfind('\n');
    const std::size_t begin = line == std::string_view::npos ? 0 : line + 1;
    const std::size_t far = flaw - std::min(flaw, k_sample_piece / 4);
    sample_ += bytes.substr(std::max(begin, far), k_sample_piece);
}

// All that can begin such a sequence has C3 as its first byte.
void EncodingFinder::look_for_garbled(std::string_view valid) {
    std::string joined;
    if (!recent_.empty()) {
        joined = std::exchange(recent_, {});
        joined.append(valid);
        valid = joined;
    }
    for (std::size_t at = valid.find('\xC3'); at != std::string_view::npos;
         at = valid.find('\xC3', at)) {
        if (valid.size() - at < k_longest_garbled) {
            recent_ = valid.substr(at);
            break;
        }
        const std::size_t length = garbled_length(valid.substr(at));
        if (length > 0 && garbled_++ == 0) example_ = valid.substr(at, length);
        at += std::max<std::size_t>(length, 2);
    }
}

FoundEncoding EncodingFinder::finish() {
    check_utf8({}, true);
    look_for_garbled(std::string(k_longest_garbled, ' '));
    if (const auto mark = encoding_by_mark(front_); !mark.empty())
        return {std::string(mark), EncodingSource::mark};
    // Such an encoding shows in no single byte, so what is named is believed.
    if (!named_.empty() && !keeps_ascii(named_) && (flaws_ > 0 || sequences_ == 0 || zeros_ > 0))
        return {named_, EncodingSource::named};
    // A text of bytes with some zeros among them, as in a log after a crash, is no UTF-16.
    const bool many_zeros = 5 * zeros_ >= 2 * size_;
    if (zeros_ > 0 && (flaws_ > 0 || many_zeros || has_odd_controls(without_zeros(front_)))) {
        auto wide = wide_encoding(front_, size_);
        if (!wide.empty()) return {std::move(wide), EncodingSource::wide};
    }
    if (flaws_ == 0) {
        const bool escapes = sequences_ == 0 && (front_.find("\x1B$B") != std::string::npos ||
                                                 front_.find("\x1B$@") != std::string::npos);
        if (escapes) return {"ISO-2022-JP", EncodingSource::detected};
        return {"UTF-8", EncodingSource::utf8};
    }
    constexpr std::uint64_t k_sound = 10;  // sequences for a flaw, and more than these
    if (sequences_ > k_sound * (flaws_ + 1)) return {"UTF-8", EncodingSource::damaged};
    if (!named_.empty()) return {named_, EncodingSource::named};
    if (zeros_ > 0) return {"UTF-8", EncodingSource::unknown};
    auto likely = detect(sample_);
    if (likely == "UTF-8") return {"UTF-8", EncodingSource::damaged};
    if (!likely.empty()) return {std::move(likely), EncodingSource::detected};
    return {"UTF-8", EncodingSource::unknown};
}

}  // namespace carousel
