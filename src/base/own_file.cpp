#include "base/own_file.hpp"

#include <algorithm>

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

}  // namespace

std::optional<OwnFile> own_file(std::string_view start) {
    if (start.starts_with(k_model_mark)) return OwnFile::model;
    if (start.starts_with(k_compressed_mark)) return OwnFile::compressed;
    if (start.starts_with(k_character_list_head)) return OwnFile::character_list;
    if (start.starts_with(k_line_list_head)) return OwnFile::line_list;
    if (start.starts_with("<!DOCTYPE html>") &&
        start.substr(0, k_own_file_start).find(k_page_mark) != std::string_view::npos) {
        return OwnFile::page;
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
        case OwnFile::character_list:
            return "a list of characters by Carousel";
        case OwnFile::line_list:
            return "a list of lines by Carousel";
        case OwnFile::compressed:
            return "a text compressed by Carousel";
    }
    return "a file of Carousel";
}

}  // namespace carousel
