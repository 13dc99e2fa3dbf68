#pragma once

#include <cstddef>

namespace carousel {

/// Stands for a value of any type.
struct AnyValue {
    template <typename T>
    operator T() const;
};

/// How many fields a struct without constructors has.
template <typename Struct, typename... Values>
consteval std::size_t field_count() {
    if constexpr (requires { Struct{Values{}..., AnyValue{}}; })
        return field_count<Struct, Values..., AnyValue>();
    else
        return sizeof...(Values);
}

}  // namespace carousel
