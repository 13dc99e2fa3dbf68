#include "app/output_files.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>

#include "base/error.hpp"
#include "base/shown_path.hpp"
#include "base/system_calls.hpp"
#include "snapshot/model_files.hpp"

namespace carousel {

bool is_same_file(const std::filesystem::path& one, const std::filesystem::path& two) {
    std::error_code unknown;
    if (std::filesystem::equivalent(one, two, unknown)) return true;
    const auto place = [&](const std::filesystem::path& file) {
        return std::filesystem::weakly_canonical(std::filesystem::absolute(file, unknown), unknown);
    };
    return place(one) == place(two);
}

void require_named_file(const char* option, const std::optional<std::filesystem::path>& file) {
    if (!file) return;
    if (file == "-")
        throw UsageError(fmt::format("--{} needs the name of a file, not `-`.", option));
    constexpr std::array<std::string_view, 15> k_foreign{
        ".safetensors", ".gguf", ".ggml", ".onnx", ".pt",  ".pth", ".ckpt", ".h5",
        ".hdf5",        ".npz",  ".pkl",  ".json", ".pdf", ".png", ".docx"};
    const auto ending = file->extension().string();
    if (std::ranges::find(k_foreign, ending) == k_foreign.end()) return;
    throw UsageError(fmt::format(
        "--{} {}: the file would not be what {} promises. Carousel writes models in a format of "
        "its own (.carousel) and pages in HTML (.html).",
        option, shown_path(*file), ending));
}

void require_output_file(std::string_view option, const std::filesystem::path& file, OwnFile kind,
                         const std::vector<std::filesystem::path>& kept) {
    if (file == "-") return;
    std::error_code unknown;
    const auto refuse = [&](std::string_view why) {
        throw UsageError(fmt::format("--{} cannot write {}: {}.", option, shown_path(file), why));
    };
    if (!file.has_filename() || std::filesystem::is_directory(file, unknown))
        refuse("it is a folder. Name a file in it");
    if (std::filesystem::exists(file, unknown) &&
        !std::filesystem::is_regular_file(file, unknown)) {
        refuse("it is no regular file");
    }
    for (const auto& other : kept) {
        if (is_same_file(file, other))
            refuse("this command reads or writes it too, and that would be lost");
    }
    if (!is_replaceable(file, kind)) {
        refuse(
            fmt::format("there is a file that is not {}, and it stays as it is. Name another file",
                        own_file_name(kind)));
    }
    auto folder = std::filesystem::absolute(file, unknown).parent_path();
    while (!std::filesystem::exists(folder, unknown) && folder.has_relative_path()) {
        folder = folder.parent_path();
    }
    if (!std::filesystem::is_directory(folder, unknown) || ::access(folder.c_str(), W_OK) != 0) {
        refuse(fmt::format("nothing can be written in {}", shown_path(folder)));
    }
}

void require_new_file(const std::filesystem::path& file,
                      const std::vector<std::filesystem::path>& read) {
    std::error_code unknown;
    const auto there = std::filesystem::status(file, unknown).type();
    if (there == std::filesystem::file_type::not_found) return;
    if (there == std::filesystem::file_type::none)  // no file can have such a name
        fail_to("write", file.native(), unknown.value());
    for (const auto& other : read) {
        if (is_same_file(file, other))
            throw UsageError(
                fmt::format("{} is read by this command and would be lost. Name another file with "
                            "--output.",
                            shown_path(file)));
    }
    if (std::filesystem::is_directory(file, unknown))
        throw UsageError(
            fmt::format("{} is a folder. Name a file in it with --output.", shown_path(file)));
    throw InputError(fmt::format(
        "{} exists already. Remove it, or name another file with --output.", shown_path(file)));
}

std::vector<std::filesystem::path> files_named_by(const Snapshot& model) {
    std::vector<std::filesystem::path> files(model.corpus.paths.begin(), model.corpus.paths.end());
    if (model.corpus.validation) files.emplace_back(model.corpus.validation->path);
    // As they were called, which may be by the name of a model that was trained or is ready.
    if (model.fine_tuned_from) files.push_back(model_file(model.fine_tuned_from->name));
    for (const auto& teacher : model.teachers) files.push_back(model_file(teacher.name));
    return files;
}

}  // namespace carousel
