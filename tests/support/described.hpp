#pragma once

#include <doctest/doctest.h>

#include <set>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "model/setting.hpp"
#include "support/field_count.hpp"

namespace carousel {

/// Checks that the settings of a Config are all of its fields, each described once.
template <typename Config>
void check_every_field_is_described() {
    constexpr auto k_count = std::tuple_size_v<std::remove_const_t<decltype(k_settings<Config>)>>;
    CHECK(k_count == field_count<Config>());
    const Config config;
    std::set<const void*> fields;
    std::set<std::string_view> names;
    for_each_setting<Config>([&](const auto& setting) {
        fields.insert(&(config.*setting.field));
        names.insert(setting.name);
    });
    CHECK(fields.size() == k_count);
    CHECK(names.size() == k_count);
}

}  // namespace carousel
