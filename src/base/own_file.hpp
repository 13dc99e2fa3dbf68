#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

namespace carousel {

// What the program writes can be told from all other files by how it begins. That is why an output
// never replaces a text of somebody's, and why a folder with models, logs and pages in it can be
// read as a corpus.

/// The kinds of files that the program writes.
enum class OwnFile : std::uint8_t {
    model,
    log,
    page,    ///< of an evaluation, or with a model that writes
    report,  ///< of a training
    character_list,
    line_list,
    compressed,
    safetensors,  ///< a model in the layout of PyTorch
    comparison    ///< what `compare` found out, as JSON
};

/// The first bytes of every model. The very first is no text, and the line ends show a transfer
/// that translated them.
inline constexpr std::string_view k_model_mark{
    "\x89"
    "CRSL\r\n\x1a",
    8};

/// The first bytes of every compressed text, in the same manner.
inline constexpr std::string_view k_compressed_mark{
    "\x89"
    "CRSZ\r\n\x1a",
    8};

/// Stands in the head of every page.
inline constexpr std::string_view k_page_mark = "<meta name=\"generator\" content=\"Carousel\"/>";

/// The same of the page of a training, which is a kind of its own: a report.
inline constexpr std::string_view k_report_mark =
    "<meta name=\"generator\" content=\"Carousel, training\"/>";

/// The first lines of the lists of surprisals.
inline constexpr std::string_view k_character_list_head =
    "index\tfile\tline\tcharacter\tnats\tbits\n";
inline constexpr std::string_view k_line_list_head =
    "bits_per_character\tbits\tcharacters\tfile\tline\ttext\n";

/// Stands in a safetensors file behind the eight bytes of its header's length.
inline constexpr std::string_view k_safetensors_mark = R"({"__metadata__":{"program":"carousel )";

/// A comparison of models is a JSON object that begins so.
inline constexpr std::string_view k_comparison_mark = R"({"comparison":"carousel )";

/// So many bytes tell what a file is.
inline constexpr std::size_t k_own_file_start = 512;

/// What a file is that begins so; absent where the program did not write it.
std::optional<OwnFile> own_file(std::string_view start);

/// The same of a file. Absent where there is none, or none that can be read.
std::optional<OwnFile> own_file_at(const std::filesystem::path& path);

/// Whether a file may stand at `path` in place of what is there: nothing, an empty file, or one of
/// this kind. Throws: InputError when what is there cannot be read.
bool is_replaceable(const std::filesystem::path& path, OwnFile kind);

/// What messages call a kind: "a model of Carousel".
std::string_view own_file_name(OwnFile kind);

}  // namespace carousel
