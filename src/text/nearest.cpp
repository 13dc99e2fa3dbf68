#include "text/nearest.hpp"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>

namespace carousel {

namespace {

icu::UnicodeString normal_form(const icu::Normalizer2* normalizer, const icu::UnicodeString& text,
                               UErrorCode& status) {
    return U_FAILURE(status) ? text : normalizer->normalize(text, status);
}

icu::UnicodeString without_marks(const icu::UnicodeString& text) {
    icu::UnicodeString base;
    for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
        const UChar32 code_point = text.char32At(i);
        if ((U_MASK(u_charType(code_point)) & U_GC_M_MASK) == 0) base.append(code_point);
    }
    return base;
}

}  // namespace

std::vector<std::string> nearest_forms(std::string_view character) {
    UErrorCode status = U_ZERO_ERROR;
    const auto self = icu::UnicodeString::fromUTF8(
        icu::StringPiece(character.data(), static_cast<int32_t>(character.size())));
    std::vector<icu::UnicodeString> forms{self};
    forms.push_back(normal_form(icu::Normalizer2::getNFKCInstance(status), self, status));
    forms.push_back(
        without_marks(normal_form(icu::Normalizer2::getNFKDInstance(status), self, status)));
    for (std::size_t i = 0; i < 3; ++i) {
        forms.push_back(icu::UnicodeString(forms[i]).toLower(icu::Locale::getRoot()));
        forms.push_back(icu::UnicodeString(forms[i]).toUpper(icu::Locale::getRoot()));
    }

    std::vector<std::string> texts;
    for (const auto& form : forms) {
        std::string text;
        form.toUTF8String(text);
        const bool seen = std::find(texts.begin(), texts.end(), text) != texts.end();
        if (!text.empty() && text != character && !seen) texts.push_back(std::move(text));
    }
    return texts;
}

}  // namespace carousel
