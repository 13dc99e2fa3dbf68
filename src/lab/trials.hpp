#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "lab/trial.hpp"

namespace carousel {

/// A trial of a run: ended, under way, or not begun.
struct TrialRecord {
    std::optional<TrialResult> result{};  ///< of a trial that has ended
    std::vector<double> stored{};         ///< of one under way; empty: not begun
    std::uint64_t sequences = 0;          ///< so far
};

/// Calls for whoever watches a run of trials; never two at once, from any thread.
struct TrialsHost {
    /// After each turn of a trial, of which several fall into a second; `records` is up to date.
    std::function<void(const std::vector<TrialRecord>& records)> turn_ended;
    /// Asked after each turn: whether to stop, with all trials stored.
    std::function<bool()> wish_to_stop;
};

/// Runs those of the trials from number `first` on that have not ended, each on one of so many
/// threads, and goes on with those under way. Returns whether all of these have ended. Law: no
/// result depends on the number of threads or on stops. Throws: what a host or a trial throws;
/// InputError for a stored trial that is none.
bool run_trials(const TrialConfig& config, std::vector<TrialRecord>& records, std::size_t first,
                int threads, const TrialsHost& host);

}  // namespace carousel
