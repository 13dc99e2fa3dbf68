#include "text/repertoire.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <stdexcept>

#include "text/utf8.hpp"

namespace carousel {

namespace {

constexpr std::uint32_t k_all_code_points = 0x110000;

[[noreturn]] void refuse(const std::string& what) {
    throw std::invalid_argument("the record of what was learned " + what);
}

void require_ascending(const std::vector<std::uint32_t>& numbers, const char* what) {
    if (std::adjacent_find(numbers.begin(), numbers.end(), std::greater_equal<>()) != numbers.end())
        refuse(fmt::format("lists {} in no rising order", what));
}

bool is_surrogate(std::uint32_t code_point) {
    return code_point >= 0xD800 && code_point < 0xE000;
}

}  // namespace

void require_valid(const Repertoire& repertoire, const Vocabulary& vocabulary) {
    const auto& [unseen, spelled] = repertoire;
    require_ascending(unseen, "symbols");
    require_ascending(spelled, "characters");
    if (!unseen.empty() && unseen.back() >= vocabulary.size())
        refuse(
            fmt::format("names symbol {} of an alphabet of {}", unseen.back(), vocabulary.size()));
    const bool separator = unseen.empty() || unseen.front() != Vocabulary::k_separator;
    if (vocabulary.size() - unseen.size() < (separator ? 2U : 1U)) refuse("has no symbol in it");
    for (const auto code_point : spelled) {
        std::string bytes;
        if (code_point >= k_all_code_points || is_surrogate(code_point))
            refuse(fmt::format("has U+{:04X} in it, which is no character", code_point));
        append_utf8(code_point, bytes);
        for (const char byte : bytes) {
            if (!vocabulary.byte_symbol(static_cast<unsigned char>(byte)))
                refuse(
                    fmt::format("says that U+{:04X} was spelled, and the alphabet lacks its "
                                "bytes",
                                code_point));
        }
    }
}

RepertoireFinder::RepertoireFinder(const Vocabulary& vocabulary)
    : vocabulary_(&vocabulary), seen_(vocabulary.size()), spelled_(k_all_code_points) {}

void RepertoireFinder::add(const Repertoire& earlier, std::size_t symbols) {
    std::vector<bool> unseen(symbols);
    for (const TokenId id : earlier.unseen) unseen.at(id) = true;
    for (std::size_t id = 0; id < symbols; ++id)
        if (!unseen[id]) seen_.at(id) = true;
    for (const auto code_point : earlier.spelled) spelled_.at(code_point) = true;
}

void RepertoireFinder::push(std::span<const TokenId> targets) {
    const bool spells = vocabulary_->has_bytes();
    for (const TokenId id : targets) {
        seen_[id] = true;
        if (!spells) continue;
        const auto& [kind, text] = vocabulary_->symbol(id);
        if (kind == SymbolKind::byte)
            push_byte(static_cast<unsigned char>(text.front()));
        else
            begun_.clear();
    }
}

// Bytes that are no UTF-8, which the texts of byte models may have, spell nothing.
void RepertoireFinder::push_byte(unsigned char byte) {
    if (begun_.empty() && byte < 0x80) {
        spelled_[byte] = true;
        return;
    }
    begun_ += static_cast<char>(byte);
    while (!begun_.empty()) {
        if (valid_utf8_prefix(begun_) == begun_.size()) {
            spelled_[code_point_at(begun_, 0)] = true;
            begun_.clear();
            return;
        }
        const auto flaw = utf8_flaw(begun_);
        if (flaw.incomplete) return;
        begun_.erase(0, flaw.length);
    }
}

Repertoire RepertoireFinder::found() const {
    Repertoire repertoire;
    for (TokenId id = 0; id < seen_.size(); ++id)
        if (!seen_[id]) repertoire.unseen.push_back(id);
    for (std::uint32_t c = 0; c < k_all_code_points; ++c)
        if (spelled_[c]) repertoire.spelled.push_back(c);
    return repertoire;
}

}  // namespace carousel
