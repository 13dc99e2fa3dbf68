#include "data/text_hash.hpp"

#include <system_error>

// Whoever pushes owns the free pieces, the thread those that were taken, and `hash_` as long as
// there is one: what is shared beside them are the two counts.

namespace carousel {

namespace {

constexpr std::size_t k_short = std::size_t{1} << 14;  // hashed before the thread would wake up

}  // namespace

TextHash::TextHash() {
    try {
        thread_ = std::thread([this] { serve(); });
    } catch (const std::system_error&) {
        // Without it all is done on the caller's thread.
    }
}

TextHash::~TextHash() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

bool TextHash::waits_for_nothing() {
    const std::lock_guard lock(mutex_);
    return hashed_ == taken_;
}

void TextHash::update(std::string_view text) {
    if (!thread_.joinable() || (text.size() < k_short && waits_for_nothing()))
        return hash_.update(text);
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return taken_ - hashed_ < k_pieces; });
    }
    pieces_[taken_ % k_pieces].assign(text);
    {
        const std::lock_guard lock(mutex_);
        ++taken_;
    }
    changed_.notify_all();
}

Sha256Digest TextHash::finish() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return hashed_ == taken_; });
    return hash_.finish();
}

void TextHash::serve() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [&] { return stop_ || hashed_ < taken_; });
        if (stop_) return;
        const std::string& piece = pieces_[hashed_ % k_pieces];
        lock.unlock();
        hash_.update(piece);
        lock.lock();
        ++hashed_;
        changed_.notify_all();
    }
}

}  // namespace carousel
