#include "compression/compressed_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <stdexcept>

#include "base/error.hpp"
#include "base/own_file.hpp"

namespace carousel {

namespace {

constexpr std::uint8_t k_version = 1;
constexpr std::uint8_t k_adaptive = 1, k_without_cr = 2;
constexpr std::size_t k_checksum = 8;

void append(std::string& bytes, std::uint64_t number) {
    for (int i = 0; i < 8; ++i) bytes += static_cast<char>(number >> (8 * i) & 0xFF);
}

void append(std::string& bytes, const Sha256Digest& digest) {
    bytes.append(reinterpret_cast<const char*>(digest.data()), digest.size());
}

/// The first bytes of a SHA-256 of these.
std::string checksum(std::string_view bytes) {
    const auto digest = sha256(bytes);
    return {reinterpret_cast<const char*>(digest.data()), k_checksum};
}

[[noreturn]] void refuse() {
    throw InputError(
        "The compressed text is damaged or cut short: its checksum is not that of its content. "
        "Take another copy of the file.");
}

/// Takes one field after the other from the front.
class Fields {
public:
    explicit Fields(std::string_view bytes) : bytes_(bytes) {}

    std::string_view take(std::size_t count) {
        if (count > bytes_.size()) refuse();
        const auto field = bytes_.substr(0, count);
        bytes_.remove_prefix(count);
        return field;
    }
    std::uint8_t byte() { return static_cast<std::uint8_t>(take(1)[0]); }
    std::uint64_t number() {
        std::uint64_t x = 0;
        const auto field = take(8);
        for (std::size_t i = 8; i-- > 0;) x = x << 8 | static_cast<std::uint8_t>(field[i]);
        return x;
    }
    Sha256Digest digest() {
        Sha256Digest digest;
        std::ranges::copy(take(digest.size()), reinterpret_cast<char*>(digest.data()));
        return digest;
    }
    std::string_view rest() const { return bytes_; }

private:
    std::string_view bytes_;
};

}  // namespace

std::string to_bytes(const CompressedText& compressed) {
    if (compressed.model.size() > CompressedText::k_longest_name)
        throw std::logic_error("the name of a model is too long for a compressed text");
    std::string bytes(k_compressed_mark);
    bytes += static_cast<char>(k_version);
    bytes += static_cast<char>((compressed.adaptive ? k_adaptive : 0) |
                               (compressed.without_cr ? k_without_cr : 0));
    bytes += static_cast<char>(compressed.model.size());
    bytes += compressed.model;
    append(bytes, compressed.weights);
    append(bytes, compressed.text);
    append(bytes, compressed.size);
    append(bytes, compressed.units);
    bytes += compressed.coded;
    return bytes + checksum(bytes);
}

CompressedText compressed_text(std::string_view bytes) {
    if (!bytes.starts_with(k_compressed_mark)) {
        throw InputError(
            "This is no text that `carousel compress` wrote: it does not begin as these do.");
    }
    Fields fields(bytes.substr(k_compressed_mark.size()));
    if (const auto version = fields.byte(); version != k_version) {
        throw InputError(fmt::format(
            "The compressed text has version {} of its format, and this program reads version {}. "
            "A newer Carousel may read it.",
            version, k_version));
    }
    if (bytes.size() < k_checksum ||
        !bytes.ends_with(checksum(bytes.substr(0, bytes.size() - k_checksum)))) {
        refuse();
    }
    CompressedText compressed;
    const auto flags = fields.byte();
    if ((flags & ~(k_adaptive | k_without_cr)) != 0) refuse();
    compressed.adaptive = (flags & k_adaptive) != 0;
    compressed.without_cr = (flags & k_without_cr) != 0;
    compressed.model = fields.take(fields.byte());
    compressed.weights = fields.digest();
    compressed.text = fields.digest();
    compressed.size = fields.number();
    compressed.units = fields.number();
    const auto coded = fields.rest();
    if (coded.size() < k_checksum) refuse();
    compressed.coded = coded.substr(0, coded.size() - k_checksum);
    return compressed;
}

}  // namespace carousel
