#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace carousel {

/// What a file is. Whatever is nothing else is a text.
enum class FileFormat : std::uint8_t {
    text,
    html,
    fiction_book,  ///< .fb2
    gzip,
    xz,
    zstd,
    bzip2,
    zip,  ///< .docx, .odt, .epub, and other archives
    // What is not read:
    own,  ///< a model, log, page or list that this program wrote
    rich_text,
    pdf,
    old_word,  ///< .doc, and what else lies in a compound file
    tar,
};

/// So many bytes tell.
inline constexpr std::size_t k_format_front = 8192;

/// What begins with `front`, the first `k_format_front` bytes of a file or all of it. The ending of
/// the name decides only whether what begins like markup is a page of HTML.
FileFormat recognize_format(std::string_view front, std::string_view name);

/// Whether it is one of gzip, xz, zstd and bzip2.
bool is_compressed(FileFormat format);

/// What is wrong with a file of a format that is not read, and the command that helps: a sentence
/// or two behind the file's name. `path` is the file as a shell takes it. Absent for formats that
/// are read.
std::optional<std::string> why_not_read(FileFormat format, std::string_view path);

/// The encoding that a page of HTML declares in its front, empty where it declares none.
std::string declared_charset(std::string_view front);

}  // namespace carousel
