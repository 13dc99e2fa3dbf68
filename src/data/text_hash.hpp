#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "base/sha256.hpp"

namespace carousel {

/// The SHA-256 of texts that come in pieces, computed by a thread of its own: on many processors it
/// takes as long as all that is done with the text beside. Where the system makes no more threads,
/// and for what is short, the caller's thread computes it.
class TextHash {
public:
    TextHash();
    ~TextHash();
    TextHash(const TextHash&) = delete;
    TextHash& operator=(const TextHash&) = delete;

    /// Takes a copy of the text, which may first wait for room.
    void update(std::string_view text);

    /// The digest of everything so far; the object starts anew.
    Sha256Digest finish();

private:
    void serve();
    bool waits_for_nothing();

    static constexpr std::size_t k_pieces = 8;
    std::array<std::string, k_pieces> pieces_;  // the n-th lies at n % k_pieces until it is hashed
    std::size_t taken_ = 0, hashed_ = 0;
    bool stop_ = false;
    std::mutex mutex_;
    std::condition_variable changed_;
    Sha256 hash_;
    std::thread thread_;
};

}  // namespace carousel
