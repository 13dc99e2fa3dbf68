#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace carousel {

/// The attributes of an element: names without prefix, and values.
using Attributes = std::vector<std::pair<std::string_view, std::string_view>>;

/// The value of an attribute, empty where there is none.
std::string_view attribute(const Attributes& attributes, std::string_view name);

/// What is told of markup, in its order. Names are without prefix; what they view is valid during
/// the call. An exception ends the reading and reaches the caller of it.
class MarkupListener {
public:
    virtual ~MarkupListener() = default;
    virtual void start(std::string_view element, const Attributes& attributes) = 0;
    virtual void end(std::string_view element) = 0;
    virtual void text(std::string_view piece) = 0;  ///< valid UTF-8
};

/// Elements stand in one another so often at most. In HTML, where ends are left out, the sum of the
/// depths of all elements is bounded too: the parser looks through those that are open.
inline constexpr std::size_t k_deepest_xml = 256, k_deepest_html = 2000;
inline constexpr std::size_t k_most_html_work = std::size_t{200} << 20;
inline constexpr std::size_t k_largest_html = std::size_t{64} << 20;  ///< bytes

/// Reads XML in the encoding that it declares, in pieces. Nothing is fetched, no entity but those
/// of XML itself is known, and a document that declares some is refused: memory does not grow with
/// the document. `name` is the file in messages. Throws: InputError for what is not well formed,
/// nests deeper than 256 elements or declares entities; what `read` and the listener throw.
void read_xml(const std::function<std::size_t(std::span<std::byte>)>& read, const std::string& name,
              MarkupListener& listener);

/// Reads a page of HTML, however broken. `encoding` is that of its bytes, a name that libxml2
/// knows. Throws: InputError for one that nests too deep, is too large, or is not UTF-8 where that
/// is its encoding; what the listener throws.
void read_html(std::string_view page, const std::string& encoding, const std::string& name,
               MarkupListener& listener);

}  // namespace carousel
