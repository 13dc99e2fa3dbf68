#include "base/sha256.hpp"

#include <gcrypt.h>

#include <algorithm>
#include <new>
#include <stdexcept>

namespace carousel {

namespace {

// libgcrypt wants to be made ready once in a process, unless a program that holds this library has
// done so for itself. No memory is locked: nothing that is hashed here is secret.
void make_ready() {
    [[maybe_unused]] static const bool ready = [] {
        if (gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P)) return true;
        if (!gcry_check_version(nullptr)) throw std::logic_error("libgcrypt cannot be used");
        gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
        gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
        return true;
    }();
}

}  // namespace

struct Sha256::Context {
    Context() {
        make_ready();
        if (gcry_md_open(&value, GCRY_MD_SHA256, 0) != GPG_ERR_NO_ERROR) throw std::bad_alloc();
    }
    ~Context() { gcry_md_close(value); }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    gcry_md_hd_t value = nullptr;
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::span<const std::byte> bytes) {
    gcry_md_write(context_->value, bytes.data(), bytes.size());
}

void Sha256::update(std::string_view text) {
    update(std::as_bytes(std::span(text.data(), text.size())));
}

Sha256Digest Sha256::finish() {
    Sha256Digest digest;
    std::copy_n(gcry_md_read(context_->value, GCRY_MD_SHA256), digest.size(), digest.data());
    gcry_md_reset(context_->value);
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
