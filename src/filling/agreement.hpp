#pragma once

#include <span>
#include <vector>

namespace carousel {

/// How likely each net finds what might stand at a place, together with the text that it reads
/// there next: log p, nats. Of two that are compared, this text is the same.
struct Evidence {
    double forward = 0, backward = 0;
};

/// The word of both nets on what might stand at a place, nats, up to a constant.
///
/// Each net knows one side from what it has read, and the other one by Bayes' rule from how well it
/// foresees that side then: both say the same thing, log p(place | left, right), and are wrong in
/// different ways. Their mean is the logarithmic pool of two opinions of equal weight (Genest &
/// Zidek, Combining probability distributions, Statistical Science 1, 1986); docs/fill.md compares
/// it with others.
inline double agreed(const Evidence& evidence) {
    return (evidence.forward + evidence.backward) / 2;
}

/// In place: log p up to a constant becomes p, with a sum of one.
void normalize(std::span<double> scores);

}  // namespace carousel
