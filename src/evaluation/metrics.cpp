#include "evaluation/metrics.hpp"

#include <cmath>
#include <numbers>
#include <stdexcept>

namespace carousel {

namespace {

double share(double nats, std::uint64_t count) {
    if (count == 0) throw std::logic_error("a measure was asked of a text without characters");
    return nats / static_cast<double>(count);
}

}  // namespace

double nats_per_character(const Metrics& metrics) {
    return share(metrics.nats, metrics.characters);
}

double bits_per_character(const Metrics& metrics) {
    return nats_per_character(metrics) / std::numbers::ln2;
}

double bits_per_byte(const Metrics& metrics) {
    return share(metrics.nats, metrics.bytes) / std::numbers::ln2;
}

double perplexity(const Metrics& metrics) {
    return std::exp(nats_per_character(metrics));
}

}  // namespace carousel
