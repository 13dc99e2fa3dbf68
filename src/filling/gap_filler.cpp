#include "filling/gap_filler.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace carousel {

namespace {

constexpr std::size_t k_tried = SideReader::k_streams;  // symbols that are read in a gap of one
constexpr std::size_t k_joined = 512;  // texts that both nets read, of all lengths together
constexpr std::size_t k_least_joined = 16, k_most_joined = 128;  // of one length

/// The `most` best of `scores`, the best first; of equal ones the first.
std::vector<std::size_t> best_of(std::span<const double> scores, std::size_t most) {
    std::vector<std::size_t> order(scores.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    most = std::min(most, order.size());
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(most), order.end(),
                      [&](std::size_t a, std::size_t b) {
                          return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
                      });
    order.resize(most);
    return order;
}

std::vector<TokenId> reversed(std::span<const TokenId> ids) {
    return {ids.rbegin(), ids.rend()};
}

void append(std::vector<TokenId>& to, std::span<const TokenId> ids) {
    to.insert(to.end(), ids.begin(), ids.end());
}

}  // namespace

GapFiller::GapFiller(const Model& forward, const Model& backward, std::vector<TokenId> alphabet)
    : forward_(forward), backward_(backward), alphabet_(std::move(alphabet)) {
    if (forward_.symbols() != backward_.symbols() || alphabet_.empty() ||
        *std::max_element(alphabet_.begin(), alphabet_.end()) >= forward_.symbols()) {
        throw std::logic_error("two nets fill a gap with symbols that they do not share");
    }
    left_ = forward_.begin();
}

void GapFiller::read(std::span<const TokenId> ids) {
    forward_.read(left_, ids);
    append(before_, ids.last(std::min(ids.size(), k_look_ahead)));
    before_.erase(before_.begin(), before_.end() - static_cast<std::ptrdiff_t>(
                                                       std::min(before_.size(), k_look_ahead)));
}

Side GapFiller::read_right(const Gap& gap) {
    auto side = backward_.begin();
    backward_.read(side, reversed(gap.right));
    return side;
}

std::vector<Filling> GapFiller::fill(const Gap& gap) {
    if (gap.shortest < 1 || gap.shortest > gap.longest || gap.longest > k_longest_filling)
        throw std::logic_error("a gap has lengths outside their range");
    const auto right = read_right(gap);
    auto fillings = judged(gap, right, candidates(gap, right));
    std::stable_sort(fillings.begin(), fillings.end(),
                     [](const Filling& a, const Filling& b) { return a.share > b.share; });
    return fillings;
}

std::vector<Filling> GapFiller::judge(const Gap& gap, std::span<const std::vector<TokenId>> texts) {
    return judged(gap, read_right(gap), texts);
}

std::vector<std::vector<TokenId>> GapFiller::candidates(const Gap& gap, const Side& right) {
    std::vector<std::vector<TokenId>> texts;
    if (gap.longest == 1) {
        for (const auto id : alphabet_) texts.push_back({id});
        return texts;
    }
    const auto lefts = beams(forward_, left_, (gap.longest + 1) / 2);
    const auto rights = beams(backward_, right, gap.longest / 2);
    const auto lengths = gap.longest - gap.shortest + 1;
    const auto most = std::clamp(k_joined / lengths, k_least_joined, k_most_joined);
    for (auto length = gap.shortest; length <= gap.longest; ++length)
        join(lefts[(length + 1) / 2], rights[length / 2], gap, most, texts);
    return texts;
}

std::vector<GapFiller::Beam> GapFiller::beams(SideReader& reader, const Side& from,
                                              std::size_t longest) const {
    std::vector<Beam> beams;
    beams.push_back({Half{.ids = {}, .score = 0, .side = from}});
    while (beams.size() <= longest) beams.push_back(extended(reader, beams.back()));
    return beams;
}

GapFiller::Beam GapFiller::extended(SideReader& reader, const Beam& beam) const {
    std::vector<double> scores;
    scores.reserve(beam.size() * alphabet_.size());
    for (const auto& half : beam)
        for (const auto id : alphabet_) scores.push_back(half.score + double{half.side.next[id]});
    Beam longer;
    std::vector<TokenId> ids;
    for (const auto place : best_of(scores, k_beam)) {
        auto half = beam[place / alphabet_.size()];
        ids.push_back(alphabet_[place % alphabet_.size()]);
        half.ids.push_back(ids.back());
        half.score = scores[place];
        longer.push_back(std::move(half));
    }
    std::vector<Side*> sides;
    for (auto& half : longer) sides.push_back(&half.side);
    reader.read_one(sides, ids);
    return longer;
}

// What each net says of its own half, and of the symbol of the other half that it would read next.
void GapFiller::join(const Beam& left, const Beam& right, const Gap& gap, std::size_t most,
                     std::vector<std::vector<TokenId>>& texts) const {
    std::vector<double> scores;
    scores.reserve(left.size() * right.size());
    for (const auto& a : left) {
        for (const auto& b : right) {
            double score = a.score + b.score + double{b.side.next[a.ids.back()]};
            if (!b.ids.empty()) {
                score += double{a.side.next[b.ids.back()]};
            } else if (!gap.right.empty()) {
                score += double{a.side.next[gap.right.front()]};
            }
            scores.push_back(score);
        }
    }
    for (const auto place : best_of(scores, most)) {
        auto text = left[place / right.size()].ids;
        append(text, reversed(right[place % right.size()].ids));
        texts.push_back(std::move(text));
    }
}

std::vector<Filling> GapFiller::judged(const Gap& gap, const Side& right,
                                       std::span<const std::vector<TokenId>> texts) {
    std::vector<Continuation> forward, backward;
    for (const auto& text : texts) {
        forward.push_back({&left_, text});
        backward.push_back({&right, reversed(text)});
    }
    const auto forward_alone = forward_.scores(forward),
               backward_alone = backward_.scores(backward);
    std::vector<Filling> fillings;
    for (std::size_t i = 0; i < texts.size(); ++i)
        fillings.push_back(
            {.ids = texts[i], .alone = {forward_alone[i], backward_alone[i]}, .with_side = {}});
    look_ahead(gap, forward, backward, fillings);
    std::vector<double> shares;
    for (const auto& each : fillings) shares.push_back(agreed(each.with_side));
    normalize(shares);
    for (std::size_t i = 0; i < fillings.size(); ++i) fillings[i].share = shares[i];
    return fillings;
}

// In a large alphabet most symbols are out of the question: the other side is not read behind them,
// and counts as foreseen as badly as it is behind any other.
void GapFiller::look_ahead(const Gap& gap, std::span<Continuation> forward,
                           std::span<Continuation> backward, std::span<Filling> fillings) {
    std::vector<double> alone;
    for (const auto& each : fillings) alone.push_back(agreed(each.alone));
    const auto tried = best_of(alone, gap.longest == 1 ? k_tried : fillings.size());
    const auto behind = gap.right.first(std::min(gap.right.size(), k_look_ahead));
    const auto before = reversed(before_);
    std::vector<Continuation> ahead, back;
    for (const auto i : tried) {
        append(ahead.emplace_back(std::move(forward[i])).ids, behind);
        append(back.emplace_back(std::move(backward[i])).ids, before);
    }
    const auto forward_scores = forward_.scores(ahead), backward_scores = backward_.scores(back);
    Evidence least;
    for (std::size_t i = 0; i < tried.size(); ++i) {
        auto& each = fillings[tried[i]];
        each.with_side = {forward_scores[i], backward_scores[i]};
        least.forward = std::min(least.forward, each.with_side.forward - each.alone.forward);
        least.backward = std::min(least.backward, each.with_side.backward - each.alone.backward);
    }
    const auto all = best_of(alone, fillings.size());
    for (std::size_t i = tried.size(); i < all.size(); ++i) {
        auto& each = fillings[all[i]];
        each.with_side = {each.alone.forward + least.forward, each.alone.backward + least.backward};
    }
}

}  // namespace carousel
