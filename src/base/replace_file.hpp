#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>

#include "base/own_file.hpp"

namespace carousel {

using WriteBytes = std::function<void(std::span<const std::byte>)>;

/// Replaces `path` by what `write` puts into a file beside it (`.NAME.carousel-partial`): written,
/// flushed to disk, given to `verify` (which reads it back and throws when it is not right),
/// renamed over `path`, folder flushed. A symbolic link stays one: what it stands for is replaced.
/// When anything up to the rename fails, the old file is untouched and the one beside it is
/// removed. Creates missing folders. Two writers of one path must be kept apart by the caller, with
/// a FileLock. Law: a file that is not empty and not of this kind, as `own_file` tells it, is never
/// replaced. Throws: InputError naming the path and the cause, or what `write` and `verify` throw.
void replace_file(const std::filesystem::path& path, OwnFile kind,
                  const std::function<void(const WriteBytes&)>& write,
                  const std::function<void(const std::filesystem::path&)>& verify = {});

/// Makes renames and removals in a folder survive a power cut.
void flush_folder(const std::filesystem::path& folder);

}  // namespace carousel
