#include "generation/stop_text.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace carousel {

StopText::StopText(std::string stop, std::string held)
    : stop_(std::move(stop)), held_(std::move(held)) {
    if (!held_.empty() && (held_.size() >= stop_.size() || !stop_.starts_with(held_))) {
        throw std::invalid_argument("what is held back is no beginning of the stop text");
    }
}

std::string StopText::push(std::string_view piece) {
    if (found_) return {};
    if (stop_.empty()) return std::string(piece);
    held_ += piece;
    std::string certain;
    if (const auto position = held_.find(stop_); position != std::string::npos) {
        found_ = true;
        certain = held_.substr(0, position);
        dropped_ = std::exchange(held_, {}).substr(position);
        return certain;
    }
    // The longest end of the text that is a start of the stop text has to wait.
    std::size_t waiting = std::min(held_.size(), stop_.size() - 1);
    while (!held_.ends_with(std::string_view(stop_).substr(0, waiting))) --waiting;
    certain = held_.substr(0, held_.size() - waiting);
    held_.erase(0, certain.size());
    return certain;
}

std::string StopText::finish() {
    return std::exchange(held_, {});
}

}  // namespace carousel
