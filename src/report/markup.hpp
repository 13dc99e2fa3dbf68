#pragma once

#include <string>
#include <string_view>

namespace carousel {

/// Text for a place that holds no elements (a title, an attribute in double quotes): `printable`,
/// with the characters that mean something in HTML written as references. Any bytes may come.
std::string plain_markup(std::string_view text);

/// Text for the inside of an element. What has no shape of its own or would change its surroundings
/// (controls, bidirectional controls, invisible characters, bytes that are not UTF-8) stands as a
/// small box that names it. Newline and tab stay; joiners and variation selectors, which scripts
/// and emoji need, too.
std::string visible_markup(std::string_view text);

}  // namespace carousel
