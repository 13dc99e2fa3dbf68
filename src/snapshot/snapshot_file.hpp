#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "snapshot/snapshot.hpp"

namespace carousel {

/// Writes a snapshot so that at every instant the old file or the whole new one is there: beside,
/// flushed to disk, read back and compared, renamed.
/// Throws: std::logic_error when `require_valid` refuses the snapshot (nothing that is not finite
/// is ever written); InputError when the disk is full or the folder cannot be written: the old file
/// is then untouched.
void save_snapshot(const std::filesystem::path& path, const Snapshot& snapshot);

/// Reads a snapshot, checking its length, its checksum, its version and kind, and then that its
/// content makes sense; allocates in proportion to the file.
/// Throws: InputError when the file cannot be read; SnapshotError saying whether it is of another
/// kind, cut, damaged, newer than this program, or has absurd contents under a right checksum.
Snapshot load_snapshot(const std::filesystem::path& path);

/// The same from the bytes of such a file; `name` stands for it in messages.
Snapshot load_snapshot(std::span<const std::byte> bytes, const std::filesystem::path& name);

}  // namespace carousel
