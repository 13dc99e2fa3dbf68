#pragma once

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "base/own_file.hpp"
#include "snapshot/snapshot.hpp"

namespace carousel {

/// Whether two paths name one file, also before it is made.
bool is_same_file(const std::filesystem::path& one, const std::filesystem::path& two);

/// Refuses a file that `option` must not write: what is no regular file, what lies where nothing
/// can be written, a file that is not empty and not one of this kind that the program wrote, and
/// any of `kept`, which the command reads or writes. `-` is standard output and allowed.
/// Throws: UsageError.
void require_output_file(std::string_view option, const std::filesystem::path& file, OwnFile kind,
                         const std::vector<std::filesystem::path>& kept);

/// Refuses an output where there is a file already; one of those that the command reads in other
/// words, so that nobody is told to remove it.
/// Throws: InputError; UsageError where it is read.
void require_new_file(const std::filesystem::path& file,
                      const std::vector<std::filesystem::path>& read);

/// A model or a page goes to a file that has a name, and not one that promises another format.
/// Throws: UsageError for `-`, and for endings such as .safetensors.
void require_named_file(const char* option, const std::optional<std::filesystem::path>& file);

/// What a model says that it was made from: its corpus, its validation text, the model before it.
std::vector<std::filesystem::path> files_named_by(const Snapshot& model);

}  // namespace carousel
