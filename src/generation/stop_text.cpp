#include "generation/stop_text.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "text/utf8.hpp"

// The search of Knuth, Morris and Pratt, whose letters are the units of the model: what is held
// back is always a beginning of the stop text, so a number says it.

namespace carousel {

StopText::StopText(std::string_view stop, Unit unit) {
    if (stop.empty()) return;
    if (unit != Unit::byte && valid_utf8_prefix(stop) != stop.size())
        throw std::invalid_argument(
            fmt::format("its stop text is not valid UTF-8 at byte {}", valid_utf8_prefix(stop)));
    splitter_.emplace(unit);
    splitter_->push(stop);
    splitter_->finish();
    std::string_view character;
    while (splitter_->next(character)) stop_.emplace_back(character);
    shorter_.resize(stop_.size() + 1, 0);
    for (std::size_t i = 1, common = 0; i < stop_.size(); ++i) {
        while (common > 0 && stop_[common] != stop_[i]) common = shorter_[common];
        if (stop_[common] == stop_[i]) ++common;
        shorter_[i + 1] = common;
    }
}

StopText::StopText(std::string_view stop, Unit unit, std::string_view held) : StopText(stop, unit) {
    while (held_ < stop_.size() && held.starts_with(stop_[held_]))
        held.remove_prefix(stop_[held_++].size());
    if (!held.empty() || (held_ > 0 && held_ == stop_.size()))
        throw std::invalid_argument("what is held back is no beginning of the stop text");
}

std::string StopText::push(std::string_view piece) {
    if (stop_.empty()) return std::string(piece);
    splitter_->push(piece);
    splitter_->finish();
    std::string certain;
    std::string_view unit;
    while (splitter_->next(unit)) certain += take(unit);
    return certain;
}

std::string StopText::take(std::string_view unit) {
    if (found_) {
        ++dropped_.units;
        dropped_.bytes += unit.size();
        return {};
    }
    std::string certain;
    while (held_ > 0 && stop_[held_] != unit) {
        const std::size_t kept = shorter_[held_];
        certain += joined(0, held_ - kept);
        held_ = kept;
    }
    if (stop_[held_] != unit) return certain.append(unit);
    found_ = ++held_ == stop_.size();
    return certain;
}

StopText::Withheld StopText::withheld() const {
    return {held_ + dropped_.units, joined(0, held_).size() + dropped_.bytes};
}

// Units of the stop text.
std::string StopText::joined(std::size_t begin, std::size_t end) const {
    std::string text;
    for (std::size_t i = begin; i < end; ++i) text += stop_[i];
    return text;
}

std::string StopText::finish() {
    if (found_) return {};
    auto rest = held();
    held_ = 0;
    return rest;
}

}  // namespace carousel
