#include "formats/book.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "formats/document_kinds.hpp"

namespace carousel {

namespace {

/// The encoding of a chapter: by its mark, else what its declaration says, else UTF-8.
std::string encoding_of(std::string_view page) {
    if (page.starts_with("\xFF\xFE")) return "UTF-16LE";
    if (page.starts_with("\xFE\xFF")) return "UTF-16BE";
    const auto declaration = page.substr(0, page.starts_with("<?xml") ? page.find("?>") : 0);
    const auto at = declaration.find("encoding=");
    if (at == std::string_view::npos) return "UTF-8";
    const auto quoted = declaration.substr(at + 9);
    const auto end = quoted.find(quoted.empty() ? '"' : quoted.front(), 1);
    return end == std::string_view::npos ? "UTF-8" : std::string(quoted.substr(1, end - 1));
}

void read_page(std::string_view page, const std::string& name, DocumentLayout& document) {
    const std::string encoding = encoding_of(page);
    if (page.starts_with("\xEF\xBB\xBF")) page.remove_prefix(3);
    read_html(page, encoding, name, document);
}

// The files of a book that say where its chapters are.

class BookContainer : public MarkupListener {
public:
    void start(std::string_view element, const Attributes& attributes) override {
        if (element == "rootfile" && package.empty()) package = attribute(attributes, "full-path");
    }
    void end(std::string_view) override {}
    void text(std::string_view) override {}

    std::string package;
};

class BookPackage : public MarkupListener {
public:
    void start(std::string_view element, const Attributes& attributes) override {
        if (element == "item") {
            files_.emplace(attribute(attributes, "id"), attribute(attributes, "href"));
        } else if (element == "itemref" && attribute(attributes, "linear") != "no") {
            order_.emplace_back(attribute(attributes, "idref"));
        }
    }
    void end(std::string_view) override {}
    void text(std::string_view) override {}

    /// Paths of the chapters in the archive, each once.
    std::vector<std::string> chapters(const std::string& package) const;

private:
    std::map<std::string, std::string, std::less<>> files_;
    std::vector<std::string> order_;
};

/// `%20` as a blank.
std::string without_percents(std::string_view path) {
    std::string plain;
    for (std::size_t i = 0; i < path.size(); ++i) {
        unsigned byte = 0;
        const char* const digits = path.data() + i + 1;
        if (path[i] == '%' && i + 2 < path.size() &&
            std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
            plain += static_cast<char>(byte);
            i += 2;
        } else {
            plain += path[i];
        }
    }
    return plain;
}

/// A path that is said in a file of the archive, from its root.
std::string path_beside(const std::string& file, std::string_view path) {
    path = path.substr(0, path.find('#'));
    std::vector<std::string> parts;
    const auto slash = file.rfind('/');
    const std::string whole =
        (slash == std::string::npos ? "" : file.substr(0, slash + 1)) + without_percents(path);
    for (std::size_t at = 0; at <= whole.size();) {
        const auto end = std::min(whole.find('/', at), whole.size());
        const auto part = whole.substr(at, end - at);
        at = end + 1;
        if (part == ".." && !parts.empty()) parts.pop_back();
        if (part != ".." && part != "." && !part.empty()) parts.push_back(part);
    }
    return fmt::format("{}", fmt::join(parts, "/"));
}

std::vector<std::string> BookPackage::chapters(const std::string& package) const {
    std::vector<std::string> chapters;
    for (const auto& id : order_) {
        const auto file = files_.find(id);
        if (file == files_.end()) continue;
        chapters.push_back(path_beside(package, file->second));
    }
    return chapters;
}

/// META-INF/encryption.xml: which files cannot be read.
class BookEncryption : public MarkupListener {
public:
    void start(std::string_view element, const Attributes& attributes) override {
        if (element == "CipherReference")
            files.push_back(without_percents(attribute(attributes, "URI")));
    }
    void end(std::string_view) override {}
    void text(std::string_view) override {}

    std::vector<std::string> files;
};

}  // namespace

bool read_entry(ZipArchive& archive, const std::string& path, MarkupListener& listener) {
    bool found = false;
    archive.for_each([&](const std::string& name, const ZipArchive::ReadEntry& read) {
        if (found || name != path) return;
        found = true;
        read_xml(read, archive.name(), listener);
    });
    return found;
}

std::string text_of_book(ZipArchive& archive) {
    BookContainer container;
    BookPackage package;
    BookEncryption encryption;
    read_entry(archive, "META-INF/container.xml", container);
    if (!read_entry(archive, container.package, package)) {
        throw InputError(
            fmt::format("{}: damaged: the list of its chapters is missing.", archive.name()));
    }
    read_entry(archive, "META-INF/encryption.xml", encryption);
    const auto order = package.chapters(container.package);
    std::map<std::string, std::string> texts;
    for (const auto& chapter : order) texts.emplace(chapter, "");
    for (const auto& file : encryption.files) {
        if (!texts.contains(file)) continue;
        throw InputError(
            fmt::format("{}: protected against copying (DRM), so that only its "
                        "seller's programs can read it.",
                        archive.name()));
    }
    archive.for_each([&](const std::string& name, const ZipArchive::ReadEntry& read) {
        const auto wanted = texts.find(name);
        if (wanted == texts.end() || !wanted->second.empty()) return;
        const auto page = html_page();
        read_page(read_all(read), archive.name(), *page);
        wanted->second = page->take();
    });
    std::string text;
    for (const auto& chapter : order) {
        auto& chapter_text = texts[chapter];
        if (!text.empty() && !chapter_text.empty()) text += '\n';
        text += std::exchange(chapter_text, {});
    }
    return text;
}

}  // namespace carousel
