#include "report/whole_characters.hpp"

#include "text/utf8.hpp"

namespace carousel {

void WholeCharacters::add(std::string_view text, double nats) {
    if (begun_.empty() && valid_utf8_prefix(text) == text.size()) return take_(text, nats);
    if (!begun_.empty() && text.size() == 1) {
        const auto longer = begun_ + std::string(text);
        if (valid_utf8_prefix(longer) == longer.size()) {
            take_(longer, nats_ + nats);
            begun_.clear();
            return;
        }
        if (utf8_flaw(longer).incomplete) {
            begun_ = longer;
            nats_ += nats;
            return;
        }
    }
    finish();
    if (valid_utf8_prefix(text) == 0 && utf8_flaw(text).incomplete) {
        begun_ = text;
        nats_ = nats;
    } else {
        take_(text, nats);
    }
}

void WholeCharacters::finish() {
    if (begun_.empty()) return;
    take_(begun_, nats_);
    begun_.clear();
}

}  // namespace carousel
