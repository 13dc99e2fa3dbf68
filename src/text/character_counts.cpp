#include "text/character_counts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/error.hpp"
#include "text/utf8.hpp"

// Counting keeps up with a disk: bytes are taken eight at a time, every code point that is not
// ASCII has a counter in one array over all of Unicode, and only clusters of several code points
// are hashed. Each has a bound, so that no text makes memory grow without end.

namespace carousel {

namespace {

constexpr std::size_t k_code_points = 0x110000;
constexpr std::size_t k_most_clusters = std::size_t{1} << 20;
constexpr std::size_t k_most_cluster_bytes = std::size_t{32} << 20;

using ByteTables = std::array<std::array<std::uint64_t, 256>, 4>;

// How often each byte that is a character itself was counted.
std::vector<std::uint64_t> characters_of_a_byte(const ByteTables& tables, Unit unit) {
    std::vector<std::uint64_t> counts(unit == Unit::byte ? 256 : 128);
    for (std::size_t byte = 0; byte < counts.size(); ++byte)
        for (const auto& table : tables) counts[byte] += table[byte];
    return counts;
}

}  // namespace

CharacterCounts::CharacterCounts(Unit unit)
    : unit_(unit), splitter_(unit), code_points_(unit == Unit::byte ? 0 : k_code_points) {}

void CharacterCounts::push(std::string_view text) {
    switch (unit_) {
        case Unit::byte:
            return count_bytes(text);
        case Unit::codepoint:
            return count_code_points(text);
        case Unit::grapheme:
            splitter_.push(text);
            return count_clusters();
    }
}

void CharacterCounts::finish() {
    if (unit_ != Unit::grapheme) return;
    splitter_.finish();
    count_clusters();
}

void CharacterCounts::count_bytes(std::string_view text) {
    // Equal neighbours would wait for each other's store: four tables take turns.
    std::size_t i = 0;
    for (; i + 8 <= text.size(); i += 8) {
        const std::uint64_t word = eight_bytes(text.data() + i);
        for (std::size_t k = 0; k < 8; ++k) ++bytes_[k % 4][word >> 8 * k & 0xFF];
    }
    for (; i < text.size(); ++i) ++bytes_[i % 4][static_cast<unsigned char>(text[i])];
}

// Every byte is counted with the ASCII, without looking whether it is: what is not is left out in
// the end. Beside that only the characters that are not ASCII are looked for.
void CharacterCounts::count_code_points(std::string_view text) {
    count_bytes(text);
    look_at_blocks(text, [&](std::size_t, const char* bytes) {
        for_each_bit(bytes_from(bytes, 0xC0),
                     [&](std::size_t at) { ++code_points_[sequence_at(bytes + at).code_point]; });
        return true;
    });
}

void CharacterCounts::count_clusters() {
    std::string_view cluster;
    while (splitter_.next(cluster)) {
        if (cluster.size() == utf8_length(cluster.front())) {
            const char32_t code_point = code_point_at(cluster, 0);
            ++(code_point < 0x80 ? bytes_[0][code_point] : code_points_[code_point]);
            continue;
        }
        add_cluster(cluster, 1);
    }
}

void CharacterCounts::add_cluster(std::string_view cluster, std::uint64_t count) {
    if (const auto known = clusters_.find(cluster); known != clusters_.end()) {
        known->second += count;
        return;
    }
    cluster_bytes_ += cluster.size();
    if (clusters_.size() == k_most_clusters || cluster_bytes_ > k_most_cluster_bytes) {
        throw InputError(
            fmt::format("The corpus has more than {} different grapheme clusters, too many to "
                        "be an alphabet. Use --unit codepoint.",
                        clusters_.size()));
    }
    clusters_.emplace(cluster, count);
}

void CharacterCounts::add(std::string_view character, std::uint64_t count) {
    const auto first = static_cast<unsigned char>(character.front());
    const bool is_byte = unit_ == Unit::byte;
    if (!is_byte && character.size() != utf8_length(character.front())) {
        add_cluster(character, count);
    } else if (is_byte || first < 0x80) {
        bytes_[0][first] += count;
    } else {
        code_points_[code_point_at(character, 0)] += count;
    }
}

std::uint64_t CharacterCounts::total() const {
    std::uint64_t sum = 0;
    for (const auto count : characters_of_a_byte(bytes_, unit_)) sum += count;
    sum = std::accumulate(code_points_.begin(), code_points_.end(), sum);
    for (const auto& [cluster, count] : clusters_) sum += count;
    return sum;
}

std::vector<std::pair<std::string, std::uint64_t>> CharacterCounts::sorted() const {
    std::vector<std::pair<std::string, std::uint64_t>> counts;
    const auto bytes = characters_of_a_byte(bytes_, unit_);
    for (std::size_t byte = 0; byte < bytes.size(); ++byte) {
        if (bytes[byte] > 0)
            counts.emplace_back(std::string(1, static_cast<char>(byte)), bytes[byte]);
    }
    for (std::size_t code_point = 0; code_point < code_points_.size(); ++code_point) {
        if (code_points_[code_point] == 0) continue;
        std::string character;
        append_utf8(static_cast<char32_t>(code_point), character);
        counts.emplace_back(std::move(character), code_points_[code_point]);
    }
    for (const auto& [cluster, count] : clusters_) counts.emplace_back(cluster, count);
    std::sort(counts.begin(), counts.end());
    return counts;
}

}  // namespace carousel
