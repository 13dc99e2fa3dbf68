#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "base/token_id.hpp"
#include "text/vocabulary.hpp"

namespace carousel {

/// Ids of code points, found a block of 64 bytes at a time: what the speed of reading a corpus
/// depends on.
class CodePointIds {
public:
    /// `vocabulary` must outlive the object.
    explicit CodePointIds(const Vocabulary& vocabulary);

    /// Looks up the characters at the front of a text, some hundreds, and returns how many bytes
    /// they are. Range: whole, valid UTF-8.
    std::size_t take_front(std::string_view text);

    /// Of the characters taken last; `Vocabulary::k_none` where there is none.
    std::span<const TokenId> ids() const { return {ids_.data(), size_}; }

    bool all_known() const;

private:
    std::size_t add_runs(const char* block, std::size_t at, std::size_t end, TokenId*& out) const;
    std::size_t add_characters(const char* block, std::size_t at, std::size_t end,
                               TokenId*& out) const;
    void look_up_eight(const char* bytes, TokenId* ids) const;

    static constexpr std::size_t k_run = 16, k_many = 512;

    const Vocabulary& vocabulary_;
    std::array<TokenId, 256> ascii_ids_{};  // k_none where there is none; 0 for what is not ASCII
    std::array<TokenId, k_many + 64 + k_run> ids_;
    std::size_t size_ = 0;
};

}  // namespace carousel
