#include "snapshot/ready_models.hpp"

#include <dlfcn.h>
#include <link.h>
#include <sys/auxv.h>

#include <cstdlib>
#include <string>
#include <system_error>

namespace carousel {

namespace {

namespace fs = std::filesystem;

// Folders that are looked at above the running code: ROOT/build/release/src/library lies deepest.
constexpr int k_most_folders = 5;

constexpr const char* k_environment = "CAROUSEL_READY_MODELS";
constexpr std::string_view k_ending = ".carousel";

// The file that this code was loaded from: the program, or a library in some other program.
fs::path running_file() {
    Dl_info info{};
    link_map* object = nullptr;
    const auto* here = reinterpret_cast<const void*>(&running_file);
    const bool known =
        ::dladdr1(here, &info, reinterpret_cast<void**>(&object), RTLD_DL_LINKMAP) != 0;
    std::error_code unknown;
    if (known && object != nullptr && object->l_name != nullptr && *object->l_name != '\0')
        return fs::canonical(object->l_name, unknown);
    auto program = fs::read_symlink("/proc/self/exe", unknown);  // a program has no name there
    if (!unknown) return program;
    // Without /proc, as in a bare system: the name by which it was started.
    const auto* started = reinterpret_cast<const char*>(::getauxval(AT_EXECFN));
    return started != nullptr ? fs::canonical(started, unknown) : fs::path();
}

bool is_folder(const fs::path& path) {
    std::error_code unknown;
    return fs::is_directory(path, unknown);
}

}  // namespace

std::optional<fs::path> ready_folder() {
    if (const char* named = std::getenv(k_environment)) {
        return is_folder(named) ? std::optional<fs::path>(named) : std::nullopt;
    }
    auto folder = running_file().parent_path();
    for (int i = 0; i < k_most_folders && !folder.empty(); ++i) {
        for (const char* place : {"models/ready", "share/carousel/models"})
            if (is_folder(folder / place)) return folder / place;
        if (folder == folder.root_path()) break;
        folder = folder.parent_path();
    }
    return std::nullopt;
}

std::optional<fs::path> ready_model(std::string_view name) {
    if (name.ends_with(k_ending)) name.remove_suffix(k_ending.size());
    if (name.empty() || name.find('/') != std::string_view::npos) return std::nullopt;
    auto file = ready_folder();
    if (!file) return std::nullopt;
    *file /= std::string(name).append(k_ending);
    std::error_code unknown;
    return fs::is_regular_file(*file, unknown) ? file : std::nullopt;
}

bool is_ready_model(const fs::path& file) {
    const auto folder = ready_folder();
    std::error_code unknown;
    return folder &&
           fs::equivalent(*folder, file.has_parent_path() ? file.parent_path() : ".", unknown);
}

fs::path made_of(const fs::path& file) {
    return is_ready_model(file) ? file.filename() : file;
}

}  // namespace carousel
