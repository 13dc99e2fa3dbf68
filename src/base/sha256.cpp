#include "base/sha256.hpp"

#include <nettle/sha2.h>

namespace carousel {

struct Sha256::Context {
    sha256_ctx value;
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
    sha256_init(&context_->value);
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::span<const std::byte> bytes) {
    sha256_update(&context_->value, bytes.size(),
                  reinterpret_cast<const std::uint8_t*>(bytes.data()));
}

void Sha256::update(std::string_view text) {
    update(std::as_bytes(std::span(text.data(), text.size())));
}

Sha256Digest Sha256::finish() {
    Sha256Digest digest;
    sha256_digest(&context_->value, digest.size(), digest.data());
    return digest;
}

Sha256Digest sha256(std::span<const std::byte> bytes) {
    Sha256 hash;
    hash.update(bytes);
    return hash.finish();
}

Sha256Digest sha256(std::string_view text) {
    return sha256(std::as_bytes(std::span(text)));
}

std::string to_hex(const Sha256Digest& digest) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(2 * digest.size());
    for (const auto byte : digest) {
        text.push_back(digits[byte >> 4]);
        text.push_back(digits[byte & 15]);
    }
    return text;
}

}  // namespace carousel
