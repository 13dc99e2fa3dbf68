#pragma once

#include "app/comparison.hpp"
#include "app/training_text.hpp"

namespace carousel {

/// A comparison that has yet to begin, with all that was asked for and the usual length where
/// nothing was.
Comparison new_comparison(const ComparisonRequest& request);

/// Refuses what contradicts a comparison that is there. Throws: UsageError with both values.
void require_same_terms(const ComparisonRequest& request, const Comparison& comparison);

/// What a text is known by.
ComparedText compared_text(const TrainingText& text);

/// Throws: UsageError where the text or the one to validate on is another one now.
void require_same_text(const ComparedText& now, const ComparedText& then);

/// How a run is trained: all settings are given. Everything about its files is left open.
TrainingRequest training_request(const Comparison& comparison, const ComparedCell& cell,
                                 std::uint64_t seed);

}  // namespace carousel
