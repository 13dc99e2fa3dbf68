#include "text/nearest.hpp"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

namespace carousel {

namespace {

icu::UnicodeString normal_form(const icu::Normalizer2* normalizer, const icu::UnicodeString& text,
                               UErrorCode& status) {
    return U_FAILURE(status) ? text : normalizer->normalize(text, status);
}

// Signs that stand for each other, each row from the usual to the rare: apostrophes and single
// quotes, double quotes, dashes, dots, blanks. Several characters may stand for one.
constexpr std::array<std::u16string_view, 14> k_apostrophes{
    u"'",      u"\u2019", u"\u2018", u"\u02BC", u"\u2032", u"\u00B4", u"`",
    u"\u201B", u"\u201A", u"\u2039", u"\u203A", u"\u02BB", u"\uFF07", u"\u00B8"};
constexpr std::array<std::u16string_view, 12> k_quotes{u"\"",     u"\u201C", u"\u201D", u"\u201E",
                                                       u"\u00AB", u"\u00BB", u"\u201F", u"\u2033",
                                                       u"\uFF02", u"\u301D", u"\u301E", u"''"};
constexpr std::array<std::u16string_view, 11> k_dashes{u"-",      u"\u2013", u"\u2014", u"\u2010",
                                                       u"\u2011", u"\u2212", u"\u2012", u"\u2015",
                                                       u"\u2043", u"\uFE58", u"\uFF0D"};
constexpr std::array<std::u16string_view, 4> k_dots{u"...", u"\u2026", u". . .", u"."};
constexpr std::array<std::u16string_view, 5> k_blanks{u" ", u"\u00A0", u"\u3000", u"\t", u"\n"};

// Those of the same row, of the same direction first.
void add_signs(const icu::UnicodeString& self, std::vector<icu::UnicodeString>& forms) {
    const auto is_self = [&](std::u16string_view sign) {
        return self == icu::UnicodeString(false, sign.data(), static_cast<int32_t>(sign.size()));
    };
    const auto add = [&](const auto& row) {
        if (std::none_of(row.begin(), row.end(), is_self)) return;
        for (const auto sign : row)
            forms.emplace_back(sign.data(), static_cast<int32_t>(sign.size()));
    };
    add(k_apostrophes);
    add(k_quotes);
    add(k_dashes);
    add(k_dots);
    add(k_blanks);
}

// Letters that no mark makes: ø, ł, ß, æ. Empty where ICU has no rules for it.
icu::UnicodeString in_ascii(const icu::UnicodeString& text) {
    UErrorCode status = U_ZERO_ERROR;
    const std::unique_ptr<icu::Transliterator> rules(
        icu::Transliterator::createInstance("Latin-ASCII", UTRANS_FORWARD, status));
    if (U_FAILURE(status)) return {};
    icu::UnicodeString ascii = text;
    rules->transliterate(ascii);
    return ascii;
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
    add_signs(self, forms);
    forms.push_back(normal_form(icu::Normalizer2::getNFKCInstance(status), self, status));
    forms.push_back(
        without_marks(normal_form(icu::Normalizer2::getNFKDInstance(status), self, status)));
    forms.push_back(in_ascii(self));
    for (std::size_t i = 0, count = forms.size(); i < count; ++i) {
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
