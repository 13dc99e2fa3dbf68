#include "formats/byte_source.hpp"

namespace carousel {

std::string front_of(const ByteSource& source, std::size_t most) {
    std::string front(most, '\0');
    front.resize(source.read_at(0, std::as_writable_bytes(std::span(front))));
    return front;
}

}  // namespace carousel
