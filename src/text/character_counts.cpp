#include "text/character_counts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/error.hpp"
#include "text/utf8.hpp"

namespace carousel {

namespace {

constexpr std::size_t k_code_points = 0x110000;
constexpr std::size_t k_most_clusters = std::size_t{1} << 20;
constexpr std::size_t k_most_cluster_bytes = std::size_t{32} << 20;

}  // namespace

CharacterCounts::CharacterCounts(Unit unit)
    : unit_(unit), splitter_(unit), code_points_(unit == Unit::byte ? 0 : k_code_points) {
    for (auto& table : ascii_) table.resize(256);
}

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
    // Equal neighbours would wait for each other's store: two tables take turns.
    for (std::size_t i = 0; i < text.size(); ++i) {
        ++ascii_[i & 1][static_cast<unsigned char>(text[i])];
    }
}

void CharacterCounts::count_code_points(std::string_view text) {
    std::uint64_t* const even = ascii_[0].data();
    std::uint64_t* const odd = ascii_[1].data();
    for (std::size_t i = 0; i < text.size();) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < 0x80) {
            ++((i & 1) != 0 ? odd : even)[byte];
            ++i;
        } else {
            ++code_points_[code_point_at(text, i)];
            i += utf8_length(text[i]);
        }
    }
}

void CharacterCounts::count_clusters() {
    std::string_view cluster;
    while (splitter_.next(cluster)) {
        if (cluster.size() == utf8_length(cluster.front())) {
            count_code_points(cluster);
            continue;
        }
        if (const auto known = clusters_.find(cluster); known != clusters_.end()) {
            ++known->second;
            continue;
        }
        cluster_bytes_ += cluster.size();
        if (clusters_.size() == k_most_clusters || cluster_bytes_ > k_most_cluster_bytes) {
            throw InputError(
                fmt::format("The corpus has more than {} different grapheme clusters, too many to "
                            "be an alphabet. Use --unit codepoint.",
                            clusters_.size()));
        }
        clusters_.emplace(cluster, 1);
    }
}

std::uint64_t CharacterCounts::total() const {
    std::uint64_t sum = 0;
    for (const auto& table : ascii_) sum = std::accumulate(table.begin(), table.end(), sum);
    sum = std::accumulate(code_points_.begin(), code_points_.end(), sum);
    for (const auto& [cluster, count] : clusters_) sum += count;
    return sum;
}

std::vector<std::pair<std::string, std::uint64_t>> CharacterCounts::sorted() const {
    std::vector<std::pair<std::string, std::uint64_t>> counts;
    for (std::size_t byte = 0; byte < 256; ++byte) {
        const std::uint64_t count = ascii_[0][byte] + ascii_[1][byte];
        if (count > 0) counts.emplace_back(std::string(1, static_cast<char>(byte)), count);
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
