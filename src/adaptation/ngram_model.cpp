#include "adaptation/ngram_model.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/logarithm.hpp"

// Sequences are nodes of a tree, found by a hash of (shorter sequence, symbol) and kept in blocks
// that never move. `add` walks through the contexts from the longest to the empty one; a sequence
// that is new counts once more in the next shorter context, which is what Kneser-Ney counts.

namespace carousel {

namespace {

constexpr std::size_t k_first_slots = std::size_t{1} << 12;
constexpr double k_least_discount = 0.05;

}  // namespace

NgramModel::NgramModel(const NgramConfig& config)
    : config_(config),
      slots_(k_first_slots, k_none),
      discounts_(static_cast<std::size_t>(std::max(config.order, 0))) {
    if (config.order < 1 || config.order > k_longest_order || config.vocabulary_size < 2 ||
        config.vocabulary_size > (std::size_t{1} << 21) || config.most_sequences >= k_none) {
        throw std::logic_error("an n-gram model was asked for with sizes outside their range");
    }
    for (auto& discounts : discounts_) discounts.update();
    append({});
}

double NgramModel::probability(TokenId symbol) const {
    double p = 1 / static_cast<double>(config_.vocabulary_size);
    for (std::size_t k = 0; k < depth_ && contexts_[k] != k_none; ++k) {
        const Node& context = node(contexts_[k]);
        if (context.following == 0) break;  // and no longer one was followed
        const auto& D = discounts_[k].amount;
        const Index sequence = find(contexts_[k], symbol);
        const std::uint32_t n = sequence == k_none ? 0 : node(sequence).count;
        p = (n - D[std::min(n, 3U)] + freed(context, k) * p) / context.following;
    }
    return p;
}

void NgramModel::predict(NgramPrediction& prediction) const {
    auto& [p, contexts, seen] = prediction;
    p.assign(config_.vocabulary_size, 1 / static_cast<double>(config_.vocabulary_size));
    contexts.clear();
    seen.clear();
    for (std::size_t k = 0; k < depth_ && contexts_[k] != k_none; ++k) {
        const Node& context = node(contexts_[k]);
        if (context.following == 0) break;
        const auto& D = discounts_[k].amount;
        const double shared = freed(context, k);
        for (double& x : p) x *= shared;
        const std::size_t first = seen.size();
        for (Index i = context.longer; i != k_none; i = node(i).sibling) {
            const TokenId symbol = node(i).symbol;
            const std::uint32_t n = node(i).count;
            if (n == 0) continue;
            const double unseen = p[symbol];
            p[symbol] += n - D[std::min(n, 3U)];
            seen.push_back({symbol, static_cast<float>(logarithm(p[symbol] / unseen))});
        }
        for (double& x : p) x /= context.following;
        contexts.push_back({context.following, context.kinds, first, seen.size()});
    }
}

// What is taken off the counts behind a context of `length` symbols, for all symbols to share.
double NgramModel::freed(const Node& context, std::size_t length) const {
    const auto& D = discounts_[length].amount;
    const double more = context.kinds - context.once - context.twice;
    return D[1] * context.once + D[2] * context.twice + D[3] * more;
}

void NgramModel::add(TokenId symbol) {
    // A shorter sequence counts the different symbols in front of it: it is counted when the one
    // that is longer by a symbol is new, and so down to the shortest.
    bool counts = true;
    for (std::size_t k = depth_; k-- > 0;) {
        const Index context = contexts_[k];
        const Index sequence = context == k_none ? k_none : find_or_make(context, symbol);
        if (counts && sequence != k_none) counts = count(k, context, sequence);
        if (k + 1 < contexts_.size()) contexts_[k + 1] = sequence;
    }
    depth_ = std::min(depth_ + 1, discounts_.size());
}

void NgramModel::read(TokenId symbol) {
    for (std::size_t k = depth_; k-- > 0;) {
        const Index context = contexts_[k];
        const Index sequence = context == k_none ? k_none : find(context, symbol);
        if (k + 1 < contexts_.size()) contexts_[k + 1] = sequence;
    }
    depth_ = std::min(depth_ + 1, discounts_.size());
}

void NgramModel::forget_context() {
    depth_ = 1;
}

// One more of `sequence`, which is a context of `length` symbols and one behind it. Returns whether
// it is the first.
bool NgramModel::count(std::size_t length, Index context, Index sequence) {
    Node& before = node(context);
    std::uint32_t& n = node(sequence).count;
    before.following += 1;
    before.kinds += n == 0 ? 1 : 0;
    before.once += n == 0 ? 1 : 0;
    before.once -= n == 1 ? 1 : 0;
    before.twice += n == 1 ? 1 : 0;
    before.twice -= n == 2 ? 1 : 0;
    auto& discounts = discounts_[length];
    if (n < 5) {
        if (n > 0) discounts.sequences[n - 1] -= 1;
        if (n < 4) discounts.sequences[n] += 1;
        discounts.update();
    }
    return n++ == 0;
}

void NgramModel::Discounts::update() {
    std::array<double, 4> n{};
    for (std::size_t j = 0; j < 4; ++j) n[j] = static_cast<double>(sequences[j]) + 1;
    const double Y = n[0] / (n[0] + 2 * n[1]);
    for (std::size_t j = 1; j < 4; ++j) {
        const double times = static_cast<double>(j);
        const double estimate = times - (times + 1) * Y * n[j] / n[j - 1];
        amount[j] = std::clamp(estimate, k_least_discount, amount[j - 1] + 1);
    }
}

std::size_t NgramModel::slot_of(Index before, TokenId symbol) const {
    const std::size_t mask = slots_.size() - 1;
    std::uint64_t key = (std::uint64_t{before} << 21 | symbol) * 0x9E3779B97F4A7C15U;
    key ^= key >> 32;
    std::size_t slot = key & mask;
    while (slots_[slot] != k_none) {
        const Node& found = node(slots_[slot]);
        if (found.before == before && found.symbol == symbol) break;
        slot = (slot + 1) & mask;
    }
    return slot;
}

NgramModel::Index NgramModel::find(Index before, TokenId symbol) const {
    return slots_[slot_of(before, symbol)];
}

NgramModel::Index NgramModel::find_or_make(Index before, TokenId symbol) {
    std::size_t slot = slot_of(before, symbol);
    if (slots_[slot] != k_none) return slots_[slot];
    if (sequences() >= config_.most_sequences) return k_none;
    if (size_ * 3 > slots_.size() * 2) {
        make_more_slots();
        slot = slot_of(before, symbol);
    }
    const Index made = append({.before = before, .symbol = symbol, .sibling = node(before).longer});
    return slots_[slot] = node(before).longer = made;
}

NgramModel::Index NgramModel::append(const Node& made) {
    if (size_ % k_block == 0) blocks_.push_back(std::make_unique<Node[]>(k_block));
    node(static_cast<Index>(size_)) = made;
    return static_cast<Index>(size_++);
}

void NgramModel::make_more_slots() {
    slots_.assign(slots_.size() * 2, k_none);
    for (Index i = 1; i < size_; ++i) slots_[slot_of(node(i).before, node(i).symbol)] = i;
}

}  // namespace carousel
