#include "app/processes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <new>

#include "app/machines.hpp"
#include "base/error.hpp"
#include "base/quantity.hpp"
#include "training/follower.hpp"

namespace carousel {

std::unique_ptr<ProcessGroup> join_training() {
    return join_processes(CAROUSEL_VERSION);
}

void serve_training(const TrainingRequest& request, ProcessGroup& processes) {
    try {
        const auto machine = make_machine(threads_of(request, &processes));
        follow(*machine, processes);
    } catch (const Error& error) {
        throw InputError(fmt::format("{}: {}", processes.name(), error.what()));
    } catch (const std::bad_alloc&) {
        throw InputError(
            fmt::format("{}: there is not enough memory. Fewer processes a machine, or a smaller "
                        "--hidden-size, --batch-size or --window, need less.",
                        processes.name()));
    }
}

int threads_of(const TrainingRequest& request, const ProcessGroup* processes) {
    if (request.threads) return *request.threads;
    const int sharers = processes != nullptr ? processes->sharers_of_cores() : 1;
    return std::max(1, default_threads() / sharers);
}

TrainingRequest with_shards_for(TrainingRequest request, int processes) {
    auto& shards = request.training[&TrainingConfig::shards];
    if (!request.resume && !shards) shards = processes;
    return request;
}

void require_shards(const TrainingConfig& training, int processes) {
    if (training.shards >= processes) return;
    const auto count = static_cast<std::uint64_t>(training.shards);
    throw UsageError(fmt::format(
        "This training has {}, too few for {} processes: start at most {}. How many shards there "
        "are is chosen once, with --shards.",
        format_count(count, "shard"), processes, count));
}

}  // namespace carousel
