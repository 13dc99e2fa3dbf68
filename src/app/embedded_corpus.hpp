#pragma once

#include <string_view>

namespace carousel {

/// `corpora/verse.txt`, the text that is learned when none is named.
std::string_view embedded_corpus();

}  // namespace carousel
