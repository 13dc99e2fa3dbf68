#pragma once

#include <concepts>
#include <filesystem>
#include <optional>
#include <string>

#include "cli/option_table.hpp"
#include "cli/options.hpp"

// Rows that the tables of several commands share.

namespace carousel {

inline constexpr WholeRange k_sizes{1, 8192}, k_batches{1, 65536}, k_segments{1, 1000},
    k_thread_counts{1, 256}, k_steps{1, k_most_steps};
inline constexpr RealRange k_below_one{.low = 0, .high = 1, .without_high = true};

/// A default, in decimal.
template <std::integral Number>
std::string shown(Number value) {
    return std::to_string(value);
}
std::string shown(float value);
std::string shown(double value);

void add_common(OptionTable& table, GlobalOptions& global);

template <typename Options>
void add_decoding(OptionTable& table, Options& o, const char* encoding, const char* invalid) {
    table.add("encoding", text(o.encoding, "NAME"), "encoding of the text, any that ICU knows",
              encoding);
    table.add("invalid", choice(o.invalid), "what is done with bytes that are not valid in it",
              invalid);
}

template <typename Options>
void add_threads(OptionTable& table, Options& o, const char* preset) {
    table.add("threads", whole(o.threads, k_thread_counts),
              "threads that compute; no result depends on them", preset);
}

/// A page goes to a file that has a name. Throws: UsageError for `-`.
void require_named_file(const char* option, const std::optional<std::filesystem::path>& file);

}  // namespace carousel
