#include "filling/corrector.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>
#include <utility>

namespace carousel {

namespace {

constexpr std::size_t k_block = 256;  // places that are looked at together
// A place is looked at where so many symbols in a row have surprised both nets by so many nats more
// than the text does in the mean, and a symbol is tried in its place where the product of both nets
// finds it likelier by as much.
constexpr std::size_t k_window = 3;
constexpr double k_suspicious = 1.5, k_promising = 3;
constexpr std::size_t k_substitutes = 3, k_omitted = 2;  // that are tried at a place
constexpr double k_worth_keeping = -7;                   // log odds of a proposal
constexpr std::size_t k_rivals = 2;  // proposals so near are about the same slip

double mean_of(std::span<const double> nats) {
    double sum = 0;
    for (const auto each : nats) sum += each;
    return nats.empty() ? 0 : sum / static_cast<double>(nats.size());
}

double sum_of(std::span<const double> nats, std::size_t begin, std::size_t end) {
    double sum = 0;
    for (auto i = begin; i < std::min(end, nats.size()); ++i) sum += nats[i];
    return sum;
}

std::size_t before(std::size_t place, std::size_t count) {
    return place - std::min(place, count);
}

}  // namespace

/// A text on its way. A side of `lefts` has read all before its place, one of `rights` all from its
/// place on, from the end.
struct Corrector::Text {
    std::span<const TokenId> ids;
    const std::vector<bool>& fixed;
    std::vector<double> forward_nats{}, backward_nats{};  // of each symbol
    std::vector<double> prior{};                          // log share of each symbol in the text
    double forward_limit = 0, backward_limit = 0;         // of a window that is looked at
    double log_substituted = 0, log_moved = 0;  // prior of one slip with a symbol, without
    std::vector<Side> marks{};   // of the backward net, one for each block: what it begins with
    Side left{};                 // where the next block begins
    std::vector<Side> lefts{};   // of the block: begin, ..., end - 1
    std::vector<Side> rights{};  // begin, ..., end + 1, as far as there is text

    bool may_change(std::size_t place) const { return fixed.empty() || !fixed[place]; }

    /// The place from which the backward net has read at the mark of a block.
    std::size_t mark_of(std::size_t block) const {
        return std::min(ids.size(), (block + 1) * k_block + 1);
    }
};

Corrector::Corrector(const Model& forward, const Model& backward, std::vector<TokenId> alphabet)
    : forward_(forward), backward_(backward), alphabet_(std::move(alphabet)) {
    if (forward_.symbols() != backward_.symbols() || alphabet_.empty() ||
        *std::max_element(alphabet_.begin(), alphabet_.end()) >= forward_.symbols()) {
        throw std::logic_error("two nets correct a text with symbols that they do not share");
    }
}

std::vector<Correction> Corrector::find(std::span<const TokenId> ids, double least_sure,
                                        const std::vector<bool>& fixed,
                                        const std::function<void(double)>& progress) {
    Text text{.ids = ids, .fixed = fixed};
    std::vector<double> counts(forward_.symbols(), 1);
    for (const auto id : ids) ++counts[id];
    for (const auto count : counts)
        text.prior.push_back(std::log(count / static_cast<double>(ids.size() + counts.size())));
    text.log_moved = std::log(k_slips / 4);
    text.log_substituted = text.log_moved - std::log(static_cast<double>(alphabet_.size()));

    auto whole = forward_.begin();
    text.left = whole;
    text.forward_nats = forward_.surprisals(whole, ids);
    read_backward(text);
    text.forward_limit = k_window * mean_of(text.forward_nats) + k_suspicious;
    text.backward_limit = k_window * mean_of(text.backward_nats) + k_suspicious;
    std::vector<Correction> found;
    for (std::size_t begin = 0; begin < ids.size(); begin += k_block) {
        const auto end = std::min(ids.size(), begin + k_block);
        read_block(text, begin, end);
        auto proposed = proposals(text, begin, end);
        weigh(text, begin, proposed);
        found.insert(found.end(), proposed.begin(), proposed.end());
        if (progress) progress(static_cast<double>(end) / static_cast<double>(ids.size()));
    }
    return chosen(std::move(found), least_sure);
}

void Corrector::read_backward(Text& text) {
    const auto& ids = text.ids;
    const auto blocks = (ids.size() + k_block - 1) / k_block;
    text.backward_nats.resize(ids.size());
    text.marks.resize(blocks);
    auto side = backward_.begin();
    auto at = ids.size();
    const auto read_to = [&](std::size_t place) {
        const std::vector<TokenId> part(ids.rend() - static_cast<std::ptrdiff_t>(at),
                                        ids.rend() - static_cast<std::ptrdiff_t>(place));
        for (const auto nats : backward_.surprisals(side, part)) text.backward_nats[--at] = nats;
    };
    for (auto block = blocks; block-- > 0;) {
        read_to(text.mark_of(block));
        text.marks[block] = side;
    }
    read_to(0);
}

void Corrector::read_block(Text& text, std::size_t begin, std::size_t end) {
    text.lefts.clear();
    for (auto i = begin; i < end; ++i) {
        text.lefts.push_back(text.left);
        forward_.read(text.left, text.ids.subspan(i, 1));
    }
    const auto block = begin / k_block;
    text.rights.assign(1, text.marks[block]);
    auto side = std::move(text.marks[block]);
    for (auto j = text.mark_of(block); j-- > begin;) {
        backward_.read(side, text.ids.subspan(j, 1));
        text.rights.push_back(side);
    }
    std::reverse(text.rights.begin(), text.rights.end());
}

std::vector<Correction> Corrector::proposals(const Text& text, std::size_t begin,
                                             std::size_t end) const {
    std::vector<Correction> found;
    for (auto i = begin; i < end; ++i) {
        const bool suspicious =
            sum_of(text.forward_nats, i, i + k_window) >= text.forward_limit &&
            sum_of(text.backward_nats, before(i, k_window - 1), i + 1) >= text.backward_limit;
        if (suspicious) propose_at(text, i, begin, found);
    }
    return found;
}

void Corrector::propose_at(const Text& text, std::size_t place, std::size_t begin,
                           std::vector<Correction>& found) const {
    const auto& ids = text.ids;
    const auto here = ids[place];
    const auto& left = text.lefts[place - begin];
    // The product of both nets over the share of a symbol, for which both count it.
    const auto propose_likeliest = [&](const Side& right, std::size_t most, std::size_t removed,
                                       Slip slip) {
        const auto value = [&](TokenId id) {
            return double{left.next[id]} + double{right.next[id]} - text.prior[id];
        };
        std::vector<std::pair<double, TokenId>> best;
        for (const auto id : alphabet_) {
            if (removed == 0 || value(id) >= value(here) + k_promising)
                best.emplace_back(-value(id), id);
        }
        most = std::min(most, best.size());
        std::partial_sort(best.begin(), best.begin() + static_cast<std::ptrdiff_t>(most),
                          best.end());
        for (std::size_t i = 0; i < most; ++i)
            found.push_back(
                {.place = place, .removed = removed, .ids = {best[i].second}, .slip = slip});
    };
    if (!text.may_change(place)) return;
    propose_likeliest(text.rights[place - begin], k_omitted, 0, Slip::omission);
    propose_likeliest(text.rights[place + 1 - begin], k_substitutes, 1, Slip::substitution);
    const bool last = place + 1 == ids.size();
    if (place > 0 && ids[place - 1] == here && (last || ids[place + 1] != here))
        found.push_back({.place = place, .removed = 1, .ids = {}, .slip = Slip::doubling});
    if (!last && ids[place + 1] != here && text.may_change(place + 1)) {
        found.push_back(
            {.place = place, .removed = 2, .ids = {ids[place + 1], here}, .slip = Slip::exchange});
    }
}

// Each net reads the changed place and what it has next to it, as it has read the text as it is.
void Corrector::weigh(const Text& text, std::size_t begin, std::vector<Correction>& found) {
    const auto& ids = text.ids;
    std::vector<Continuation> forward, backward;
    for (const auto& each : found) {
        const auto behind = each.place + each.removed;
        const auto ahead = ids.subspan(behind, std::min(k_look_ahead, ids.size() - behind));
        const auto back = before(each.place, k_look_ahead);
        forward.push_back({&text.lefts[each.place - begin], each.ids});
        auto& right = forward.back().ids;
        right.insert(right.end(), ahead.begin(), ahead.end());
        backward.push_back({&text.rights[behind - begin], {each.ids.rbegin(), each.ids.rend()}});
        auto& left = backward.back().ids;
        for (auto i = each.place; i-- > back;) left.push_back(ids[i]);
    }
    const auto forward_scores = forward_.scores(forward),
               backward_scores = backward_.scores(backward);
    for (std::size_t i = 0; i < found.size(); ++i) {
        auto& each = found[i];
        const auto behind = each.place + each.removed;
        each.gain = {
            forward_scores[i] + sum_of(text.forward_nats, each.place, behind + k_look_ahead),
            backward_scores[i] +
                sum_of(text.backward_nats, before(each.place, k_look_ahead), behind)};
        const bool with_symbol = each.slip == Slip::substitution || each.slip == Slip::omission;
        each.sure = agreed(each.gain) + (with_symbol ? text.log_substituted : text.log_moved);
    }
    std::erase_if(found, [](const Correction& each) {
        return each.gain.forward <= 0 || each.gain.backward <= 0 || each.sure < k_worth_keeping;
    });
}

// Until here `sure` is the log of the odds against the text as it is. Proposals near each other
// are about one slip: each is compared with all of them.
std::vector<Correction> Corrector::chosen(std::vector<Correction> found, double least_sure) {
    std::stable_sort(found.begin(), found.end(),
                     [](const Correction& a, const Correction& b) { return a.place < b.place; });
    std::vector<double> sure;
    for (std::size_t i = 0; i < found.size(); ++i) {
        const double most = std::max(0.0, found[i].sure);
        double sum = std::exp(-most);
        const auto add = [&](const Correction& rival) { sum += std::exp(rival.sure - most); };
        for (auto j = i + 1; j-- > 0 && found[j].place + k_rivals >= found[i].place;) add(found[j]);
        for (auto j = i + 1; j < found.size() && found[j].place <= found[i].place + k_rivals; ++j)
            add(found[j]);
        sure.push_back(std::exp(found[i].sure - most) / sum);
    }
    for (std::size_t i = 0; i < found.size(); ++i) found[i].sure = sure[i];
    std::stable_sort(found.begin(), found.end(),
                     [](const Correction& a, const Correction& b) { return a.sure > b.sure; });
    std::vector<Correction> kept;
    std::set<std::size_t> places;
    for (auto& each : found) {
        if (each.sure < least_sure) break;
        const auto next = places.lower_bound(before(each.place, k_apart - 1));
        if (next != places.end() && *next < each.place + k_apart) continue;
        places.insert(each.place);
        kept.push_back(std::move(each));
    }
    std::stable_sort(kept.begin(), kept.end(),
                     [](const Correction& a, const Correction& b) { return a.place < b.place; });
    return kept;
}

}  // namespace carousel
