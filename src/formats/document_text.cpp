#include "formats/document_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "base/error.hpp"
#include "formats/markup.hpp"
#include "formats/text_layout.hpp"
#include "formats/unpacking.hpp"

// Each kind of document is a listener that lays out the text of its markup; behind them stand the
// archives that some of them come in.

namespace carousel {

namespace {

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

/// A listener that leaves out whole elements.
class Document : public MarkupListener {
public:
    void start(std::string_view element, const Attributes& attributes) final {
        if (leaves_out(element, attributes)) {
            left_out_.emplace_back(element);
        } else if (left_out_.empty()) {
            begin(element, attributes);
        } else if (element == left_out_.back()) {
            left_out_.emplace_back(element);
        }
    }
    void end(std::string_view element) final {
        if (left_out_.empty()) return finish(element);
        if (element == left_out_.back()) left_out_.pop_back();
    }
    void text(std::string_view piece) final {
        if (left_out_.empty()) write(piece);
    }
    std::string take() { return layout_.take(); }

protected:
    virtual bool leaves_out(std::string_view element, const Attributes& attributes) const = 0;
    virtual void begin(std::string_view element, const Attributes& attributes) = 0;
    virtual void finish(std::string_view element) = 0;
    virtual void write(std::string_view piece) { layout_.text(piece); }

    TextLayout layout_;

private:
    std::vector<std::string> left_out_;  // open elements that are, outermost first
};

class HtmlPage : public Document {
    static constexpr std::array<std::string_view, 12> k_no_text{
        "head",   "script", "style",  "template", "noscript", "svg",
        "object", "iframe", "select", "textarea", "audio",    "video"};
    static constexpr std::array<std::string_view, 12> k_paragraphs{
        "p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "table", "hr", "dl"};
    static constexpr std::array<std::string_view, 18> k_lines{
        "div",  "li",      "tr",      "ul",         "ol",      "dt",
        "dd",   "section", "article", "main",       "caption", "address",
        "form", "header",  "footer",  "figcaption", "nav",     "aside"};

    bool leaves_out(std::string_view element, const Attributes&) const override {
        return is_one_of(element, k_no_text);
    }
    void begin(std::string_view element, const Attributes&) override {
        if (element == "pre") ++preformatted_;
        if (element == "br") return layout_.break_line();
        if (element == "td" || element == "th") return layout_.text(" ");
        edge(element);
    }
    void finish(std::string_view element) override {
        if (element == "pre" && preformatted_ > 0) --preformatted_;
        edge(element);
    }
    void edge(std::string_view element) {
        if (is_one_of(element, k_paragraphs)) layout_.separate();
        if (is_one_of(element, k_lines)) layout_.end_line();
    }
    void write(std::string_view piece) override {
        preformatted_ > 0 ? layout_.preformatted(piece) : layout_.text(piece);
    }

    int preformatted_ = 0;
};

/// word/document.xml of a .docx.
class WordDocument : public Document {
    bool leaves_out(std::string_view element, const Attributes&) const override {
        // A fallback says again what its alternative has said.
        return element == "Fallback" || element == "delText" || element == "instrText" ||
               element == "del" || element == "moveFrom";
    }
    void begin(std::string_view element, const Attributes&) override {
        if (element == "t") in_text_ = true;
        if (element == "tab") layout_.preformatted("\t");
        if (element == "br" || element == "cr") layout_.break_line();
        if (element == "noBreakHyphen") layout_.preformatted("\u2011");
    }
    void finish(std::string_view element) override {
        if (element == "t") in_text_ = false;
        if (element == "p") layout_.break_line();
    }
    void write(std::string_view piece) override {
        if (in_text_) layout_.preformatted(piece);
    }

    bool in_text_ = false;
};

/// content.xml of an .odt.
class OpenDocument : public Document {
    bool leaves_out(std::string_view element, const Attributes&) const override {
        return element == "annotation" || element == "tracked-changes" || element == "note" ||
               element == "automatic-styles" || element == "scripts" ||
               element == "font-face-decls";
    }
    void begin(std::string_view element, const Attributes& attributes) override {
        if (element == "p" || element == "h") ++paragraph_;
        if (element == "tab") layout_.preformatted("\t");
        if (element == "line-break") layout_.break_line();
        if (element == "s") layout_.preformatted(std::string(blanks(attributes), ' '));
    }
    void finish(std::string_view element) override {
        if (element != "p" && element != "h") return;
        if (paragraph_ > 0) --paragraph_;
        layout_.break_line();
    }
    void write(std::string_view piece) override {
        if (paragraph_ > 0) layout_.text(piece);
    }
    static std::size_t blanks(const Attributes& attributes) {
        constexpr std::size_t k_most = 1000;
        const auto word = attribute(attributes, "c");
        std::size_t count = 1;
        std::from_chars(word.data(), word.data() + word.size(), count);
        return std::min(count, k_most);
    }

    int paragraph_ = 0;
};

class FictionBook : public Document {
    bool leaves_out(std::string_view element, const Attributes&) const override {
        return element == "description" || element == "binary" || element == "stylesheet";
    }
    void begin(std::string_view element, const Attributes&) override {
        if (element == "FictionBook") is_book_ = true;
        edge(element);
    }
    void finish(std::string_view element) override { edge(element); }
    void edge(std::string_view element) {
        static constexpr std::array<std::string_view, 9> k_apart{
            "section", "title", "subtitle",   "epigraph", "poem",
            "stanza",  "cite",  "empty-line", "body"};
        static constexpr std::array<std::string_view, 5> k_lines{"p", "v", "text-author", "date",
                                                                 "tr"};
        if (is_one_of(element, k_apart)) layout_.separate();
        if (is_one_of(element, k_lines)) layout_.end_line();
    }
    void write(std::string_view piece) override {
        if (is_book_) layout_.text(piece);
    }

    bool is_book_ = false;
};

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

void read_page(std::string_view page, const std::string& name, Document& document) {
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

/// Reads one file of an archive. Returns whether it is there.
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
        HtmlPage page;
        read_page(read_all(read), archive.name(), page);
        wanted->second = page.take();
    });
    std::string text;
    for (const auto& chapter : order) {
        auto& chapter_text = texts[chapter];
        if (!text.empty() && !chapter_text.empty()) text += '\n';
        text += std::exchange(chapter_text, {});
    }
    return text;
}

/// What a zip archive holds, by the names in it.
struct ZipContent {
    std::string word, open_document, fiction_book;  ///< names of entries
    bool book = false;
    int files = 0;
};

bool is_word_document(std::string_view name) {
    constexpr std::string_view k_begin = "word/document", k_end = ".xml";
    if (!name.starts_with(k_begin) || !name.ends_with(k_end)) return false;
    name = name.substr(k_begin.size(), name.size() - k_begin.size() - k_end.size());
    return std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

ZipContent content_of(ZipArchive& archive) {
    ZipContent content;
    std::string type;
    archive.for_each([&](const std::string& name, const ZipArchive::ReadEntry& read) {
        if (!name.ends_with('/')) ++content.files;
        if (name == "mimetype" && type.empty()) type = read_all(read).substr(0, 100);
        if (is_word_document(name)) content.word = name;
        if (name == "content.xml") content.open_document = name;
        if (name == "META-INF/container.xml") content.book = true;
        if (name.ends_with(".fb2")) content.fiction_book = name;
    });
    if (!type.starts_with("application/vnd.oasis.opendocument.text")) content.open_document = {};
    if (content.files != 1) content.fiction_book = {};
    return content;
}

template <typename Kind>
std::string text_of_entry(ZipArchive& archive, const std::string& entry) {
    Kind document;
    read_entry(archive, entry, document);
    return document.take();
}

}  // namespace

std::string text_of_zip(const ByteSource& source) {
    ZipArchive archive(source);
    const ZipContent content = content_of(archive);
    if (!content.word.empty()) return text_of_entry<WordDocument>(archive, content.word);
    if (content.book) return text_of_book(archive);
    if (!content.open_document.empty())
        return text_of_entry<OpenDocument>(archive, content.open_document);
    if (!content.fiction_book.empty())
        return text_of_entry<FictionBook>(archive, content.fiction_book);
    throw OtherArchive(fmt::format(
        "{}: a zip archive, but no document (.docx, .odt, .epub). Unpack it with `unzip` into a "
        "folder and name that.",
        source.name));
}

std::string text_of_fiction_book(const ByteSource& source) {
    FictionBook book;
    std::uint64_t offset = 0;
    read_xml(
        [&](std::span<std::byte> buffer) {
            const std::size_t size = source.read_at(offset, buffer);
            offset += size;
            return size;
        },
        source.name, book);
    return book.take();
}

std::string text_of_html(std::string_view page, const std::string& name) {
    HtmlPage document;
    read_html(page, "UTF-8", name, document);
    return document.take();
}

}  // namespace carousel
