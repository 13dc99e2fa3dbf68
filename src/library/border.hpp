#pragma once

#include <carousel.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

namespace carousel {

/// What a caller did wrong at the border itself, with its status.
class BorderError : public std::runtime_error {
public:
    BorderError(carousel_status status, const std::string& text)
        : std::runtime_error(text), status_(status) {}
    carousel_status status() const { return status_; }

private:
    carousel_status status_;
};

/// The status of the exception that is being handled; keeps its text for this thread.
carousel_status status_of_exception() noexcept;

/// Runs what a function of the border does. Nothing that is thrown gets out.
template <typename Work>
carousel_status answer(const Work& work) noexcept {
    try {
        work();
        return CAROUSEL_OK;
    } catch (...) {
        return status_of_exception();
    }
}

/// Throws: BorderError when a pointer that must be there is not; `name` is that of the argument.
void require(const void* pointer, const char* name);

/// A text or bytes of the caller's: NULL only with a size of 0.
std::string_view text_of(const void* bytes, std::size_t size, const char* name);

/// Throws: BorderError when a struct of the caller's does not say its size.
void require_size(std::size_t struct_size, const char* name);

/// Fills as much of a struct as the caller has room for.
template <typename Struct>
void fill(Struct* target, Struct values, const char* name) {
    require(target, name);
    require_size(target->struct_size, name);
    values.struct_size = target->struct_size;
    std::memcpy(target, &values, std::min(target->struct_size, sizeof(Struct)));
}

/// Checks a struct that `fill` will get, before there is something to lose.
template <typename Struct>
void require_room(const Struct* target, const char* name) {
    require(target, name);
    require_size(target->struct_size, name);
}

/// What a caller's struct says, and zeros behind its end.
template <typename Struct>
Struct read(const Struct* source, const char* name) {
    require_room(source, name);
    Struct values{};
    std::memcpy(&values, source, std::min(source->struct_size, sizeof(Struct)));
    return values;
}

}  // namespace carousel
