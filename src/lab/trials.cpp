#include "lab/trials.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <stdexcept>

#include "base/error.hpp"
#include "cpu/thread_pool.hpp"
#include "lab/make_trial.hpp"

namespace carousel {

namespace {

constexpr std::uint64_t k_steps_a_turn = 300'000;

std::unique_ptr<Trial> begin_trial(const TrialConfig& config, std::uint32_t number,
                                   const TrialRecord& record) {
    auto trial = make_trial(config, number);
    if (record.stored.empty()) return trial;
    try {
        trial->restore(record.stored);
    } catch (const std::out_of_range&) {
        throw InputError(
            "A trial under way is not stored as this program stores it. Remove the file of the "
            "run, or name another one with --output.");
    }
    return trial;
}

}  // namespace

bool run_trials(const TrialConfig& config, std::vector<TrialRecord>& records, std::size_t first,
                int threads, const TrialsHost& host) {
    std::mutex mutex;
    std::atomic<bool> stops = false;
    const auto run = [&](std::size_t number) {
        auto& record = records[number];
        if (stops || record.result) return;
        const auto trial = begin_trial(config, static_cast<std::uint32_t>(number), record);
        for (bool goes_on = true; goes_on && !stops;) {
            goes_on = trial->advance(k_steps_a_turn);
            const std::lock_guard lock(mutex);
            const auto result = trial->result();
            record.sequences = result.sequences;
            if (goes_on) {
                record.stored = trial->store();
            } else {
                record.result = result;
                record.stored.clear();
            }
            host.turn_ended(records);
            if (host.wish_to_stop()) stops = true;
        }
    };
    ThreadPool pool(threads);
    const auto count = static_cast<std::int64_t>(records.size() - first);
    pool.for_each(count, [&](std::int64_t i) {
        try {
            run(first + static_cast<std::size_t>(i));
        } catch (...) {
            stops = true;  // the others need not go on to their ends
            throw;
        }
    });
    return std::all_of(records.end() - count, records.end(),
                       [](const TrialRecord& record) { return record.result.has_value(); });
}

}  // namespace carousel
