#include "base/own_file.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <system_error>

#include "base/error.hpp"
#include "base/system_calls.hpp"

namespace carousel {

namespace {

// A log is what a training tells, an object a line: each of its events, with the key that follows.
constexpr std::string_view k_log_lines[] = {R"({"event":"start","program":"carousel)",
                                            R"({"event":"progress","step":)",
                                            R"({"event":"validation","step":)",
                                            R"({"event":"sample","text":)",
                                            R"({"event":"sample","step":)",
                                            R"({"event":"divergence","text":)",
                                            R"({"event":"divergence","step":)",
                                            R"({"event":"patience","text":)",
                                            R"({"event":"stopped","text":)",
                                            R"({"event":"end","text":)",
                                            R"({"event":"failure","text":)"};

// Whether it is HTML with this mark in its head.
bool is_marked(std::string_view start, std::string_view mark) {
    return start.starts_with("<!DOCTYPE html>") &&
           start.substr(0, k_own_file_start).find(mark) != std::string_view::npos;
}

/// Closes a file at the end of a block.
struct Closed {
    int descriptor;
    ~Closed() { close_if_open(descriptor); }
};

std::optional<OwnFile> read_kind(const std::filesystem::path& path) {
    // Not by a FileReader: files that are written know this unit, and that one knows them.
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) fail_to("read", path.native(), errno);
    const Closed closed{descriptor};
    std::array<char, k_own_file_start> start;
    const auto count =
        read_all_at(descriptor, 0, std::as_writable_bytes(std::span(start)), path.native());
    return own_file({start.data(), count});
}

}  // namespace

std::optional<OwnFile> own_file(std::string_view start) {
    if (start.starts_with(k_model_mark)) return OwnFile::model;
    if (start.starts_with(k_compressed_mark)) return OwnFile::compressed;
    if (start.starts_with(k_character_list_head)) return OwnFile::character_list;
    if (start.starts_with(k_line_list_head)) return OwnFile::line_list;
    if (start.starts_with(k_comparison_mark)) return OwnFile::comparison;
    if (is_marked(start, k_page_mark)) return OwnFile::page;
    if (is_marked(start, k_report_mark)) return OwnFile::report;
    constexpr std::size_t k_length_size = 8;
    if (start.size() > k_length_size &&
        start.substr(k_length_size).starts_with(k_safetensors_mark)) {
        return OwnFile::safetensors;
    }
    if (std::any_of(std::begin(k_log_lines), std::end(k_log_lines),
                    [&](std::string_view line) { return start.starts_with(line); })) {
        return OwnFile::log;
    }
    return std::nullopt;
}

std::string_view own_file_name(OwnFile kind) {
    switch (kind) {
        case OwnFile::model:
            return "a model of Carousel";
        case OwnFile::log:
            return "a training log of Carousel";
        case OwnFile::page:
            return "a page of Carousel";
        case OwnFile::report:
            return "a training report of Carousel";
        case OwnFile::character_list:
            return "a list of characters by Carousel";
        case OwnFile::line_list:
            return "a list of lines by Carousel";
        case OwnFile::compressed:
            return "a text compressed by Carousel";
        case OwnFile::safetensors:
            return "a safetensors file of Carousel";
        case OwnFile::comparison:
            return "a comparison of Carousel";
    }
    return "a file of Carousel";
}

std::optional<OwnFile> own_file_at(const std::filesystem::path& path) {
    std::error_code unknown;
    if (!std::filesystem::is_regular_file(path, unknown)) return std::nullopt;
    try {
        return read_kind(path);
    } catch (const InputError&) {
        return std::nullopt;
    }
}

bool is_replaceable(const std::filesystem::path& path, OwnFile kind) {
    std::error_code unknown;
    const auto status = std::filesystem::status(path, unknown);
    if (status.type() == std::filesystem::file_type::not_found) return true;
    // No file can have such a name, or nobody may look: what that is the system says best.
    if (status.type() == std::filesystem::file_type::none)
        fail_to("write", path.native(), unknown.value());
    if (!std::filesystem::is_regular_file(status)) return false;
    return std::filesystem::file_size(path, unknown) == 0 || read_kind(path) == kind;
}

}  // namespace carousel
