#include "interchange/safetensors_header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "text/printable.hpp"

namespace carousel {

namespace {

[[noreturn]] void refuse_header(std::string why) {
    throw std::invalid_argument(std::move(why));
}

/// Takes the header event by event and refuses what the format does not have.
class HeaderReader : public nlohmann::json_sax<nlohmann::json> {
public:
    HeaderReader(SafetensorsMetadata& metadata, SafetensorsEntries& tensors)
        : metadata_(metadata), tensors_(tensors) {}

    bool start_object(std::size_t) override {
        if (depth_ == 2) unexpected("an object");
        if (depth_++ == 1 && !in_metadata()) {
            if (!tensors_.try_emplace(name_).second) twice(name_);
            has_kind_ = has_shape_ = has_place_ = false;
        }
        return true;
    }

    bool end_object() override {
        if (--depth_ == 1 && !in_metadata() && !(has_kind_ && has_shape_ && has_place_))
            refuse_header(
                fmt::format("the tensor {} lacks dtype, shape or data_offsets", shown_name(name_)));
        return true;
    }

    bool key(std::string& key) override {
        if (depth_ == 1) {
            if (key.size() > SafetensorsEntry::k_longest_name)
                refuse_header(fmt::format("a tensor has a name of {} bytes", key.size()));
            if (key == k_safetensors_metadata && std::exchange(had_metadata_, true)) twice(key);
            name_ = key;
        } else {
            field_ = key;
        }
        return true;
    }

    bool string(std::string& text) override {
        if (depth_ == 2 && in_metadata()) {
            if (!metadata_.emplace(field_, std::move(text)).second) twice(field_);
        } else if (depth_ == 2 && field_ == "dtype") {
            once(has_kind_);
            if (number_size(text) == 0)
                refuse_header(fmt::format("the tensor {} has numbers of the unknown kind {}",
                                          shown_name(name_), shown_name(text)));
            tensors_[name_].kind = text;
        } else {
            unexpected("a text");
        }
        return true;
    }

    bool start_array(std::size_t) override {
        if (depth_ != 2 || in_metadata() || in_list_) unexpected("a list");
        if (field_ == "shape") {
            once(has_shape_);
        } else if (field_ == "data_offsets") {
            once(has_place_);
        } else {
            unexpected("a list");
        }
        in_list_ = true;
        list_.clear();
        return true;
    }

    bool number_unsigned(std::uint64_t number) override {
        if (!in_list_ || list_.size() == SafetensorsEntry::k_most_sizes) unexpected("a number");
        list_.push_back(number);
        return true;
    }

    bool end_array() override {
        in_list_ = false;
        auto& entry = tensors_[name_];
        if (field_ == "shape") {
            for (const auto size : list_) {
                if (size > k_largest_number)
                    refuse_header(
                        fmt::format("the tensor {} has a size of {}", shown_name(name_), size));
                entry.shape.push_back(static_cast<std::int64_t>(size));
            }
        } else {
            if (list_.size() != 2) unexpected("a list");
            entry.begin = list_[0];
            entry.end = list_[1];
        }
        return true;
    }

    bool number_integer(std::int64_t) override { unexpected("a negative number"); }
    bool number_float(double, const std::string&) override { unexpected("a fraction"); }
    bool null() override { unexpected("null"); }
    bool boolean(bool) override { unexpected("true or false"); }
    bool binary(nlohmann::json::binary_t&) override { unexpected("binary data"); }
    bool parse_error(std::size_t position, const std::string&,
                     const nlohmann::detail::exception&) override {
        refuse_header(fmt::format("its header is no JSON from byte {} on", position));
    }

private:
    static constexpr std::uint64_t k_largest_number = std::uint64_t{1} << 40;

    bool in_metadata() const { return name_ == k_safetensors_metadata; }

    [[noreturn]] void unexpected(std::string_view what) const {
        refuse_header(fmt::format("its header has {} where the format has none{}", what,
                                  depth_ > 0 ? fmt::format(", at {}", shown_name(name_)) : ""));
    }
    [[noreturn]] static void twice(std::string_view name) {
        refuse_header(fmt::format("{} stands twice in its header", shown_name(name)));
    }
    void once(bool& had) const {
        if (std::exchange(had, true)) twice(name_ + "." + field_);
    }

    SafetensorsMetadata& metadata_;
    SafetensorsEntries& tensors_;
    int depth_ = 0;
    std::string name_, field_;
    std::vector<std::uint64_t> list_;
    bool in_list_ = false, had_metadata_ = false;
    bool has_kind_ = false, has_shape_ = false, has_place_ = false;
};

}  // namespace

std::uint64_t number_size(std::string_view kind) {
    constexpr std::pair<std::string_view, std::uint64_t> k_sizes[] = {
        {"F64", 8}, {"I64", 8},     {"U64", 8},     {"C64", 8},  {"F32", 4}, {"I32", 4},
        {"U32", 4}, {"F16", 2},     {"I16", 2},     {"BF16", 2}, {"U16", 2}, {"I8", 1},
        {"U8", 1},  {"F8_E4M3", 1}, {"F8_E5M2", 1}, {"BOOL", 1}};
    const auto* found = std::find_if(std::begin(k_sizes), std::end(k_sizes),
                                     [&](const auto& each) { return each.first == kind; });
    return found == std::end(k_sizes) ? 0 : found->second;
}

std::string shown_name(std::string_view name) {
    constexpr std::size_t k_shown = 60;  // columns
    const auto start = cut_to_width(name, k_shown);
    return fmt::format("\"{}{}\"", printable(start, Whitespace::escape),
                       start.size() < name.size() ? "..." : "");
}

void read_safetensors_header(std::string_view header, SafetensorsMetadata& metadata,
                             SafetensorsEntries& tensors) {
    HeaderReader reader(metadata, tensors);
    nlohmann::json::sax_parse(header, &reader);
}

}  // namespace carousel
