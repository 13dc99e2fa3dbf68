#pragma once

#include <tuple>

#include "generation/sampler.hpp"
#include "model/setting.hpp"

namespace carousel {

// What is said of how a symbol is chosen.

template <>
inline constexpr auto k_settings<SamplerConfig> = std::tuple{
    setting(&SamplerConfig::temperature, {0, 100},
            {.name = "temperature", .meaning = "0 = always the most likely character"}),
    setting(&SamplerConfig::top_k, {0, 2'000'000},
            {.name = "top-k", .meaning = "one of the N most likely; 0 = all"}),
    setting(&SamplerConfig::top_p, {.low = 0, .high = 1, .without_low = true},
            {.name = "top-p", .meaning = "one of the fewest that together are this likely"}),
    setting(&SamplerConfig::min_p, k_below_one,
            {.name = "min-p",
             .meaning = "one of those at least this likely, compared with the most likely"}),
    setting(
        &SamplerConfig::loop_length, {0, k_longest_loop_length},
        {.name = "loop-length",
         .meaning = "characters that go round in a loop from which on all may come, as likely as "
                    "the model says, so that it ends; 0 = never"})};

}  // namespace carousel
