#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace carousel {

namespace detail {

inline la_ssize_t append_packed(archive*, void* bytes, const void* data, std::size_t size) {
    static_cast<std::string*>(bytes)->append(static_cast<const char*>(data), size);
    return static_cast<la_ssize_t>(size);
}

inline std::string pack(int (*format)(archive*), int (*filter)(archive*),
                        const std::vector<std::pair<std::string, std::string>>& entries,
                        const char* options = nullptr) {
    std::string bytes;
    archive* const writer = archive_write_new();
    format(writer);
    filter(writer);
    archive_write_set_bytes_per_block(writer, 0);
    if (options != nullptr) archive_write_set_options(writer, options);
    archive_write_open(writer, &bytes, nullptr, append_packed, nullptr);
    for (const auto& [name, content] : entries) {
        archive_entry* const entry = archive_entry_new();
        archive_entry_set_pathname(entry, name.c_str());
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
        const bool written = archive_write_header(writer, entry) == ARCHIVE_OK &&
                             archive_write_data(writer, content.data(), content.size()) ==
                                 static_cast<la_ssize_t>(content.size());
        archive_entry_free(entry);
        if (!written) throw std::runtime_error(archive_error_string(writer));
    }
    archive_write_close(writer);
    archive_write_free(writer);
    return bytes;
}

}  // namespace detail

/// The bytes of a zip archive of these entries, as names and contents.
inline std::string zip(const std::vector<std::pair<std::string, std::string>>& entries) {
    return detail::pack(archive_write_set_format_zip, archive_write_add_filter_none, entries);
}

inline std::string tar(const std::vector<std::pair<std::string, std::string>>& entries) {
    return detail::pack(archive_write_set_format_ustar, archive_write_add_filter_none, entries);
}

/// The bytes of a text compressed by `filter`, one of `archive_write_add_filter_...`.
inline std::string compressed(const std::string& text, int (*filter)(archive*)) {
    return detail::pack(archive_write_set_format_raw, filter, {{"text", text}});
}

/// A .docx with this in its body.
inline std::string word_document(const std::string& body) {
    return zip({{"[Content_Types].xml", "<Types/>"},
                {"word/styles.xml", "<w:styles xmlns:w=\"w\"><w:t>no text</w:t></w:styles>"},
                {"word/document.xml",
                 "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>"
                 "<w:document xmlns:w=\"w\" xmlns:mc=\"mc\"><w:body>" +
                     body + "</w:body></w:document>"}});
}

}  // namespace carousel
