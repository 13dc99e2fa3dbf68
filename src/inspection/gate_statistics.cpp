#include "inspection/gate_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace carousel {

namespace {

constexpr float k_shut = 0.1F, k_open = 0.9F, k_half = 0.5F;
constexpr std::size_t k_fewest_places = 5;

double mean_of(std::span<const float> values) {
    return std::accumulate(values.begin(), values.end(), 0.0) /
           static_cast<double>(std::max<std::size_t>(1, values.size()));
}

/// The places of a half of a text at which a step is looked at.
struct Places {
    std::vector<std::size_t> at;
    std::size_t begin, end;  ///< of the half

    Places(std::span<const std::size_t> boundaries, bool after, std::size_t begin, std::size_t end)
        : begin(begin), end(end) {
        for (const auto place : boundaries) {
            const auto step = place + (after ? 1 : 0);
            if (step >= begin && step < end) at.push_back(step);
        }
    }
};

struct Kept {
    double there = 0, elsewhere = 0, lets_go = 0;
};

Kept kept_at(std::span<const float> series, const KeptShare& share, const Places& places) {
    Kept kept;
    double all = 0;
    for (auto t = places.begin; t < places.end; ++t) all += double{share.of(series[t])};
    double there = 0, below = 0;
    for (const auto t : places.at) {
        there += double{share.of(series[t])};
        below += share.of(series[t]) < k_half ? 1 : 0;
    }
    const auto count = static_cast<double>(places.at.size());
    kept.there = there / count;
    kept.elsewhere = (all - there) / (static_cast<double>(places.end - places.begin) - count);
    kept.lets_go = below / count;
    return kept;
}

bool suffice(const Places& places) {
    return places.at.size() >= k_fewest_places &&
           places.end - places.begin - places.at.size() >= k_fewest_places;
}

/// A reset with the difference by which it was chosen.
struct Candidate {
    UnitPlace place;
    bool after;
    double difference;
};

// Each unit once, at the boundary or after it.
std::vector<Candidate> candidates(const UnitTrace& trace, const KeptShare& share,
                                  const TextBoundary& boundary) {
    const Places at(boundary.places, false, 0, trace.length / 2),
        after(boundary.places, true, 0, trace.length / 2);
    std::vector<Candidate> all;
    if (!suffice(at) || !suffice(after)) return all;
    for (std::size_t l = 0; l < trace.layers; ++l) {
        for (std::size_t u = 0; u < trace.units; ++u) {
            const auto series = trace.series(l, share.signal, u);
            const auto difference = [&](const Places& places) {
                const auto kept = kept_at(series, share, places);
                return kept.elsewhere - kept.there;
            };
            const double now = difference(at), then = difference(after);
            all.push_back({.place = {.layer = l, .unit = u, .signal = share.signal},
                           .after = then > now,
                           .difference = std::max(now, then)});
        }
    }
    std::ranges::stable_sort(all, [](const Candidate& one, const Candidate& other) {
        return one.difference > other.difference;
    });
    return all;
}

}  // namespace

std::vector<GateOpening> gate_openings(const UnitTrace& trace, const CellView& cell) {
    std::vector<GateOpening> all;
    for (std::size_t l = 0; l < trace.layers; ++l) {
        for (std::size_t n = 0; n < trace.signals; ++n) {
            if (cell.signals[n].range != SignalRange::opening) continue;
            const auto values = std::span(trace.values)
                                    .subspan((l * trace.signals + n) * trace.units * trace.length,
                                             trace.units * trace.length);
            const auto share = [&](auto holds) {
                return static_cast<double>(std::ranges::count_if(values, holds)) /
                       static_cast<double>(std::max<std::size_t>(1, values.size()));
            };
            all.push_back({.layer = l,
                           .signal = n,
                           .mean = mean_of(values),
                           .shut = share([](float x) { return x < k_shut; }),
                           .open = share([](float x) { return x > k_open; })});
        }
    }
    return all;
}

std::optional<KeptShare> kept_share(const CellView& cell) {
    if (cell.rule == MemoryRule::rest_is_old)
        return KeptShare{static_cast<std::size_t>(signal_of(cell, SignalRole::write)), true};
    if (const int keep = signal_of(cell, SignalRole::keep); keep >= 0)
        return KeptShare{static_cast<std::size_t>(keep), false};
    return std::nullopt;
}

std::vector<MemoryLengths> memory_lengths(const UnitTrace& trace, const CellView& cell) {
    const auto share = kept_share(cell);
    if (!share) return {};
    std::vector<MemoryLengths> all(trace.layers);
    for (std::size_t l = 0; l < trace.layers; ++l) {
        auto& lengths = all[l].characters;
        for (std::size_t u = 0; u < trace.units; ++u) {
            const double mean = mean_of(trace.series(l, share->signal, u));
            const double kept = share->is_rest ? 1 - mean : mean;
            lengths.push_back(kept >= 1   ? std::numeric_limits<double>::infinity()
                              : kept <= 0 ? 0
                                          : -1 / std::log(kept));
        }
        auto sorted = lengths;
        std::ranges::sort(sorted);
        all[l].median = sorted[sorted.size() / 2];
    }
    return all;
}

std::vector<BoundaryReport> memory_resets(const UnitTrace& trace, const CellView& cell,
                                          std::span<const TextBoundary> boundaries,
                                          std::size_t most) {
    std::vector<BoundaryReport> reports;
    const auto share = kept_share(cell);
    for (const auto& boundary : boundaries) {
        BoundaryReport report{
            .name = boundary.name, .places = boundary.places.size(), .resets = {}};
        const auto second = [&](bool after) {
            return Places(boundary.places, after, trace.length / 2, trace.length);
        };
        if (share && suffice(second(false)) && suffice(second(true))) {
            for (const auto& [place, after, difference] : candidates(trace, *share, boundary)) {
                if (report.resets.size() == most || difference <= 0) break;
                const auto kept = kept_at(trace.series(place.layer, place.signal, place.unit),
                                          *share, second(after));
                report.resets.push_back({.place = place,
                                         .after = after,
                                         .kept_there = kept.there,
                                         .kept_elsewhere = kept.elsewhere,
                                         .lets_go = kept.lets_go});
            }
        }
        reports.push_back(std::move(report));
    }
    return reports;
}

}  // namespace carousel
