#include "library/handles.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <unordered_map>
#include <utility>

#include "library/border.hpp"

namespace carousel {

namespace {

/// All handles of the process that are in the hands of callers.
struct Handles {
    std::mutex mutex;
    std::uintptr_t newest = 0;
    std::unordered_map<std::uintptr_t, std::shared_ptr<Held>> held;
};

// Never destroyed: a caller's thread may outlive the end of main().
Handles& handles() {
    static auto& all = *new Handles;
    return all;
}

// Numbers that no pointer to an object is likely to have: odd ones, and not 0.
std::uintptr_t number_of(const void* handle) {
    return reinterpret_cast<std::uintptr_t>(handle);
}

// Range: the caller holds the mutex.
const std::shared_ptr<Held>& look_up(const Handles& all, const void* handle,
                                     std::string_view kind) {
    if (handle == nullptr) {
        throw BorderError(CAROUSEL_ARGUMENT,
                          fmt::format("NULL was given where {} is needed.", kind));
    }
    const auto found = all.held.find(number_of(handle));
    if (found == all.held.end()) {
        throw BorderError(
            CAROUSEL_HANDLE,
            fmt::format("This is no handle of {}: it was given back before, or never was one.",
                        kind));
    }
    if (found->second->kind() != kind) {
        throw BorderError(CAROUSEL_HANDLE, fmt::format("{} was given where {} is needed.",
                                                       found->second->kind(), kind));
    }
    return found->second;
}

}  // namespace

void* hand_out(std::shared_ptr<Held> held) {
    auto& all = handles();
    const std::lock_guard lock(all.mutex);
    const auto number = all.newest * 2 + 1;
    all.held.emplace(number, std::move(held));
    ++all.newest;
    return reinterpret_cast<void*>(number);  // NOLINT: a number, which nobody follows
}

std::shared_ptr<Held> find_held(const void* handle, std::string_view kind) {
    auto& all = handles();
    const std::lock_guard lock(all.mutex);
    return look_up(all, handle, kind);
}

void take_back(const void* handle, std::string_view kind) {
    std::shared_ptr<Held> last;  // what it holds ends after the lock, since that takes its time
    auto& all = handles();
    const std::lock_guard lock(all.mutex);
    const auto& held = look_up(all, handle, kind);
    const auto turn = take_turn(*held);
    last = held;
    all.held.erase(number_of(handle));
}

std::unique_lock<std::mutex> take_turn(Held& held) {
    std::unique_lock turn(held.in_use(), std::try_to_lock);
    if (!turn.owns_lock()) {
        throw BorderError(CAROUSEL_BUSY,
                          fmt::format("Another thread is using this handle of {}. Give each thread "
                                      "its own, or let them take turns.",
                                      held.kind()));
    }
    return turn;
}

}  // namespace carousel
