#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace carousel {

/// Things of one kind that a call borrows: there are as many as calls were ever under way at once.
template <typename Thing>
class Lent {
public:
    explicit Lent(std::function<std::unique_ptr<Thing>()> make) : make_(std::move(make)) {}

    /// Calls `use(thing)`. What has thrown is not lent again.
    void use(const auto& work) {
        auto thing = take();
        work(*thing);
        const std::lock_guard lock(mutex_);
        idle_.push_back(std::move(thing));
    }

private:
    std::unique_ptr<Thing> take() {
        {
            const std::lock_guard lock(mutex_);
            if (!idle_.empty()) {
                auto thing = std::move(idle_.back());
                idle_.pop_back();
                return thing;
            }
        }
        return make_();
    }

    std::function<std::unique_ptr<Thing>()> make_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Thing>> idle_;
};

}  // namespace carousel
