#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace carousel {

using Sha256Digest = std::array<std::uint8_t, 32>;

/// Incremental SHA-256 (FIPS 180-4).
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;

    void update(std::span<const std::byte> bytes);
    void update(std::string_view text);

    /// The digest of everything so far; the object starts anew.
    Sha256Digest finish();

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

/// The digest of these bytes alone.
Sha256Digest sha256(std::span<const std::byte> bytes);
Sha256Digest sha256(std::string_view text);

/// Lower-case hexadecimal, 64 digits.
std::string to_hex(const Sha256Digest& digest);

}  // namespace carousel
