#include "inspection/telling_units.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

namespace carousel {

namespace {

// What holds at fewer places of a half, or fails at fewer, cannot be measured there.
constexpr std::size_t k_fewest_examples = 5;

struct Halves {
    std::span<const float> first, second;
    explicit Halves(std::span<const float> all)
        : first(all.first(all.size() / 2)), second(all.subspan(all.size() / 2)) {}
};

std::size_t count_places(std::span<const float> values) {
    return static_cast<std::size_t>(
        std::ranges::count_if(values, [](float value) { return value != 0; }));
}

// An amount only has to change, as the place in a line does, which is hardly ever 0.
bool occurs_often_enough(const TextFeature& feature) {
    const Halves halves(feature.values);
    return std::ranges::all_of(std::array{halves.first, halves.second}, [&](auto half) {
        const auto holds = count_places(half);
        if (feature.is_amount) {
            const auto [least, most] = std::ranges::minmax(half);
            return holds >= k_fewest_examples && least < most;
        }
        return holds >= k_fewest_examples && half.size() - holds >= k_fewest_examples;
    });
}

// With the point midway between the means of both kinds as the threshold.
double told_right(const Halves& series, const Halves& feature) {
    double sums[2] = {}, counts[2] = {};
    for (std::size_t t = 0; t < series.first.size(); ++t) {
        const int kind = feature.first[t] != 0 ? 1 : 0;
        sums[kind] += double{series.first[t]};
        ++counts[kind];
    }
    const double without = sums[0] / counts[0], with = sums[1] / counts[1];
    const double threshold = (without + with) / 2;
    double right[2] = {}, all[2] = {};
    for (std::size_t t = 0; t < series.second.size(); ++t) {
        const int kind = feature.second[t] != 0 ? 1 : 0;
        const bool says = (double{series.second[t]} > threshold) == (with > without);
        right[kind] += says == (kind == 1) ? 1 : 0;
        ++all[kind];
    }
    return (right[0] / all[0] + right[1] / all[1]) / 2;
}

/// The feature less its mean, so that a correlation is one product with a series.
struct Centred {
    std::vector<float> values;
    double length = 0;
    explicit Centred(std::span<const float> from) : values(from.begin(), from.end()) {
        const double mean = std::accumulate(from.begin(), from.end(), 0.0) /
                            static_cast<double>(std::max<std::size_t>(1, from.size()));
        double squares = 0;
        for (float& value : values) {
            value = static_cast<float>(double{value} - mean);
            squares += double{value} * double{value};
        }
        length = std::sqrt(squares);
    }
};

// Short sums in single precision are exact enough, and quick.
double product(std::span<const float> one, std::span<const float> other) {
    double sum = 0;
    constexpr std::size_t k_piece = 64;
    for (std::size_t begin = 0; begin < one.size(); begin += k_piece) {
        float part = 0;
        const auto end = std::min(one.size(), begin + k_piece);
        for (std::size_t t = begin; t < end; ++t) part += one[t] * other[t];
        sum += double{part};
    }
    return sum;
}

double correlation(const Centred& one, const Centred& other) {
    const double lengths = one.length * other.length;
    return lengths > 0 ? std::clamp(product(one.values, other.values) / lengths, -1.0, 1.0) : 0;
}

/// For each feature the correlation with each signal of each unit, on the first half.
std::vector<std::vector<double>> all_correlations(const UnitTrace& trace,
                                                  std::span<const TextFeature> features,
                                                  const ForEach& for_each) {
    std::vector<Centred> centred;
    for (const auto& feature : features) centred.emplace_back(Halves(feature.values).first);
    const auto series = trace.layers * trace.signals * trace.units;
    std::vector<std::vector<double>> all(features.size(), std::vector<double>(series));
    for_each(series, [&](std::size_t i) {
        const Centred first(
            Halves(std::span(trace.values).subspan(i * trace.length, trace.length)).first);
        for (std::size_t f = 0; f < features.size(); ++f)
            all[f][i] = correlation(first, centred[f]);
    });
    return all;
}

/// The units with the largest correlations, each with its best signal.
std::vector<TellingUnit> best_units(const UnitTrace& trace, std::span<const double> correlations,
                                    std::size_t most) {
    std::vector<TellingUnit> units;
    for (std::size_t l = 0; l < trace.layers; ++l) {
        for (std::size_t u = 0; u < trace.units; ++u) {
            TellingUnit best;
            for (std::size_t n = 0; n < trace.signals; ++n) {
                const double r = correlations[(l * trace.signals + n) * trace.units + u];
                if (n == 0 || std::abs(r) > std::abs(best.chosen))
                    best = {.place = {.layer = l, .unit = u, .signal = n}, .chosen = r};
            }
            units.push_back(best);
        }
    }
    std::ranges::stable_sort(units, [](const TellingUnit& one, const TellingUnit& other) {
        return std::abs(one.chosen) > std::abs(other.chosen);
    });
    units.resize(std::min(most, units.size()));
    return units;
}

}  // namespace

double correlation(std::span<const float> one, std::span<const float> other) {
    return correlation(Centred(one), Centred(other));
}

std::vector<FeatureReport> find_telling_units(const UnitTrace& trace,
                                              std::span<const TextFeature> features,
                                              std::size_t most, const ForEach& for_each) {
    const auto correlations = all_correlations(trace, features, for_each);
    std::vector<FeatureReport> reports;
    for (std::size_t f = 0; f < features.size(); ++f) {
        const auto& feature = features[f];
        FeatureReport report{.name = feature.name,
                             .words = feature.words,
                             .is_amount = feature.is_amount,
                             .places = count_places(feature.values),
                             .units = {}};
        if (occurs_often_enough(feature)) {
            const Halves wanted(feature.values);
            report.units = best_units(trace, correlations[f], most);
            for (auto& unit : report.units) {
                const Halves series(
                    trace.series(unit.place.layer, unit.place.signal, unit.place.unit));
                unit.measured = correlation(series.second, wanted.second);
                if (!feature.is_amount) unit.told_right = told_right(series, wanted);
            }
        }
        reports.push_back(std::move(report));
    }
    const auto best = [](const FeatureReport& report) {
        return report.units.empty() ? -1.0 : std::abs(report.units.front().measured);
    };
    std::ranges::stable_sort(reports, [&](const FeatureReport& one, const FeatureReport& other) {
        return best(one) > best(other);
    });
    return reports;
}

}  // namespace carousel
