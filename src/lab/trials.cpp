#include "lab/trials.hpp"

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

bool run_trials(const TrialConfig& config, std::vector<TrialRecord>& records, int threads,
                const TrialsHost& host) {
    std::mutex mutex;
    std::atomic<bool> stops = false;
    const auto run = [&](std::int64_t number) {
        auto& record = records[static_cast<std::size_t>(number)];
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
    pool.for_each(static_cast<std::int64_t>(records.size()), [&](std::int64_t number) {
        try {
            run(number);
        } catch (...) {
            stops = true;  // the others need not go on to their ends
            throw;
        }
    });
    for (const auto& record : records)
        if (!record.result) return false;
    return true;
}

}  // namespace carousel
