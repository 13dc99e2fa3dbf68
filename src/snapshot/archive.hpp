#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/replace_file.hpp"
#include "snapshot/format_version.hpp"

namespace carousel {

// The one door to Boost.Serialization. Boost's archive interface is modelled in archive.cpp by our
// own portable pair: little-endian, fixed width, no header, no class information, no tracking, no
// pointers. `docs/snapshot_format.md` says every byte. Instantiated for Snapshot, NamedTensor,
// HistoryRecord and std::vector<NamedTensor>.

/// Hands the bytes of a record to `write`, in pieces of any size.
template <typename Record>
void write_record(const Record& record, const WriteBytes& write,
                  std::uint64_t version = k_first_version);

/// How many bytes `write_record` will hand out.
template <typename Record>
std::uint64_t record_size(const Record& record, std::uint64_t version = k_first_version);

/// Reads a record that fills `bytes` exactly. Every count is held against the bytes left before
/// anything is allocated for it.
/// Throws: std::invalid_argument with a clause that says what is wrong, and where.
template <typename Record>
Record read_record(std::span<const std::byte> bytes, std::uint64_t version = k_first_version);

}  // namespace carousel
