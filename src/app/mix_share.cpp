#include "app/mix_share.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>

#include "app/option_values.hpp"
#include "base/error.hpp"
#include "text/printable.hpp"

namespace carousel {

namespace {

constexpr std::size_t k_most_models = 16;

MixShare parse_share(std::string_view option, std::string_view word) {
    const auto equals = word.rfind('=');
    const auto name = word.substr(0, equals);
    if (name.empty())
        throw UsageError(fmt::format("{} lacks the name of a model in \"{}\": write A=0.7,B=0.3.",
                                     option, printable(word, Whitespace::escape)));
    MixShare share{.model = std::filesystem::path(name)};
    if (equals != std::string_view::npos)
        share.share = parse_real<double>(
            fmt::format("The share of {} in {}", printable(name, Whitespace::escape), option),
            word.substr(equals + 1), {.low = 0, .high = 1'000'000, .without_low = true});
    return share;
}

// What stands between commas.
std::vector<std::string_view> parts_of(std::string_view option, std::string_view word) {
    std::vector<std::string_view> parts;
    for (std::size_t at = 0; at <= word.size();) {
        const auto comma = std::min(word.find(',', at), word.size());
        parts.push_back(word.substr(at, comma - at));
        at = comma + 1;
    }
    if (parts.size() > k_most_models)
        throw UsageError(fmt::format("{} takes at most {} models.", option, k_most_models));
    return parts;
}

}  // namespace

std::vector<MixShare> parse_mix(std::string_view option, std::string_view word) {
    std::vector<MixShare> shares;
    for (const auto part : parts_of(option, word)) shares.push_back(parse_share(option, part));
    return shares;
}

std::vector<std::filesystem::path> parse_models(std::string_view option, std::string_view word) {
    std::vector<std::filesystem::path> models;
    for (const auto part : parts_of(option, word)) {
        if (part.empty())
            throw UsageError(fmt::format("{} lacks the name of a model in \"{}\": write A,B.",
                                         option, printable(word, Whitespace::escape)));
        models.emplace_back(part);
    }
    return models;
}

}  // namespace carousel
