#include "data/document_content.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <span>
#include <utility>
#include <vector>

#include "base/file.hpp"
#include "base/scratch_file.hpp"
#include "base/shell_word.hpp"
#include "formats/document_text.hpp"
#include "formats/file_format.hpp"
#include "formats/unpacking.hpp"
#include "text/decoding.hpp"

// A file is read in layers: what can be read once only is copied; what is compressed is unpacked;
// of what is marked up the text is taken; and of what is then left the encoding is looked for. Each
// layer that changes something puts a scratch file in the place of the file.

namespace carousel {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_bytes_at_once = std::size_t{1} << 16;

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

std::shared_ptr<ScratchFile> spool(const fs::path& folder,
                                   const std::function<std::size_t(std::span<std::byte>)>& read) {
    auto file = std::make_shared<ScratchFile>(folder);
    std::vector<std::byte> buffer(k_bytes_at_once);
    while (const std::size_t size = read(buffer)) file->append(std::span(buffer).first(size));
    return file;
}

class Content {
public:
    Content(const std::string& path, Named named, const FindSettings& settings)
        : named_(named), settings_(settings) {
        found_.document.path = path;
        name_ = shown_name(found_.document);
        try {
            open();
        } catch (const InputError& error) {
            throw NoText("unreadable", error.what());
        }
    }

    FoundDocument look() {
        const auto front = front_of(source_, k_format_front);
        const auto format = recognize_format(front, found_.document.path);
        if (settings_.raw) {
            if (format == FileFormat::own) refuse(format);
            if (named_ == Named::directory && is_binary(front)) refuse_binary();
            found_.encoding.reset();
            add_sum();
            return std::move(found_);
        }
        if (format == FileFormat::text) require_no_binary(front);
        take_text(format, true);
        if (found_.document.encoding.empty()) find_encoding();
        return std::move(found_);
    }

private:
    // What is no file of a known size is copied: it may be read once only.
    void open() {
        auto& document = found_.document;
        auto reader = std::make_shared<FileReader>(document.path);
        if (document.path != "-" && reader->is_regular() && reader->size() > 0) {
            document.size = reader->size();
            source_ = {name_, document.size,
                       [reader](std::uint64_t offset, std::span<std::byte> buffer) {
                           return reader->read_at(offset, buffer);
                       }};
            return;
        }
        use(spool(settings_.scratch_folder,
                  [&](std::span<std::byte> buffer) { return reader->read(buffer); }));
    }

    void use(std::shared_ptr<const ScratchFile> content) {
        found_.document.size = content->size();
        found_.document.spool = content;
        source_ = {name_, content->size(),
                   [content](std::uint64_t offset, std::span<std::byte> buffer) {
                       return content->read_at(offset, buffer);
                   }};
    }

    void use_text(const std::string& text) {
        auto content = std::make_shared<ScratchFile>(settings_.scratch_folder);
        content->append(bytes_of(text));
        use(std::move(content));
        found_.document.encoding = "UTF-8";
        if (text.empty()) throw NoText("empty", fmt::format("{}: there is no text in it.", name_));
    }

    // What cannot be unpacked is the file's fault; what cannot be written is not.
    template <typename Extract>
    auto extracted(Extract extract) const {
        try {
            return extract();
        } catch (const NoText&) {
            throw;
        } catch (const OtherArchive& error) {
            throw NoText("archives", error.what());
        } catch (const InputError& error) {
            throw NoText("damaged or protected", error.what());
        }
    }

    void take_text(FileFormat format, bool outermost) {
        if (is_compressed(format) && outermost) {
            unpack();
            const auto front = front_of(source_, k_format_front);
            const fs::path path(found_.document.path);
            return take_text(recognize_format(front, path.stem().native()), false);
        }
        switch (format) {
            case FileFormat::text:
                return;
            case FileFormat::html:
                return use_text(extracted([&] { return text_of_html(decoded_page(), name_); }));
            case FileFormat::fiction_book:
                return use_text(extracted([&] { return text_of_fiction_book(source_); }));
            case FileFormat::zip:
                return use_text(extracted([&] { return text_of_zip(source_); }));
            default:
                refuse(format);
        }
    }

    void unpack() {
        const ByteSource packed = source_;
        auto unpacked = extracted([&] { return std::make_unique<Decompressor>(packed); });
        bool first = true;
        use(spool(settings_.scratch_folder, [&](std::span<std::byte> buffer) {
            const auto size = extracted([&] { return unpacked->read(buffer); });
            if (std::exchange(first, false)) {  // before a disk is filled with what is no text
                const std::string_view front(reinterpret_cast<const char*>(buffer.data()),
                                             std::min(size, k_format_front));
                const auto format = recognize_format(front, "");
                if (why_not_read(format, "") || is_compressed(format)) refuse(format);
                if (format == FileFormat::text) require_no_binary(front);
            }
            return size;
        }));
    }

    [[noreturn]] void refuse(FileFormat format) const {
        const auto why = why_not_read(format, shell_path(found_.document.path));
        const auto kind = format == FileFormat::own         ? "written by Carousel"
                          : format == FileFormat::rich_text ? "RTF"
                          : format == FileFormat::pdf       ? "PDF"
                          : format == FileFormat::old_word  ? ".doc"
                                                            : "archives";
        throw NoText(kind, fmt::format("{}: {}", name_,
                                       why.value_or("packed more than once. Unpack it once.")));
    }

    [[noreturn]] void refuse_binary() const {
        throw NoText("binary",
                     fmt::format("{}: it looks binary (zero bytes near its front), and no text. If "
                                 "it is one, name its encoding with --encoding; --unit byte learns "
                                 "the bytes of any file.",
                                 name_));
    }

    // Whether what begins so has zero bytes where a text has none; the rest need not be read then.
    void require_no_binary(std::string_view front) const {
        if (!is_binary(front)) return;
        const auto fits = [&](std::string_view bytes) {
            EncodingFinder finder(settings_.decoding.encoding);
            finder.push(bytes_of(bytes));
            const auto source = finder.finish().source;
            return source != EncodingSource::unknown &&
                   (source != EncodingSource::utf8 || named_ == Named::file);
        };
        // A sequence may be cut at the end of the front.
        auto whole = front;
        while (front.size() - whole.size() < 4 && !whole.empty() && (whole.back() & 0x80) != 0)
            whole.remove_suffix(1);
        if (!fits(front) && !fits(whole)) refuse_binary();
    }

    static bool is_binary(std::string_view front) {
        return front.find('\0') != std::string_view::npos &&
               !encoding_by_mark(front).starts_with("UTF-16") &&
               !encoding_by_mark(front).starts_with("UTF-32");
    }

    /// Hands out the whole content in pieces.
    void read(const std::function<void(std::span<const std::byte>)>& use) const {
        std::vector<std::byte> piece(k_bytes_at_once);
        for (std::uint64_t offset = 0; offset < source_.size;) {
            const auto most = std::min<std::uint64_t>(piece.size(), source_.size - offset);
            const std::size_t size = source_.read_at(offset, std::span(piece).first(most));
            if (size == 0) break;  // it has shrunk, which the sum will tell
            use(std::span(piece).first(size));
            offset += size;
        }
    }

    void add_sum() {
        ByteSum sum;
        read([&](std::span<const std::byte> piece) { sum.add(piece); });
        found_.document.byte_sum = sum.value();
    }

    void find_encoding() {
        EncodingFinder finder(settings_.decoding.encoding);
        ByteSum sum;
        read([&](std::span<const std::byte> piece) {
            finder.push(piece);
            sum.add(piece);
        });
        found_.document.byte_sum = sum.value();
        auto encoding = finder.finish();
        if (settings_.named_everywhere && !settings_.decoding.encoding.empty())
            encoding = {settings_.decoding.encoding, EncodingSource::named};
        found_.garbled = finder.garbled();
        found_.garbled_example = finder.garbled_example();
        settle(encoding, finder.zero_bytes());
    }

    void settle(const FoundEncoding& encoding, std::uint64_t zeros) {
        using enum EncodingSource;
        found_.document.encoding = found_.read_as = encoding.name;
        found_.encoding = encoding.source;
        const bool strict = settings_.decoding.invalid == InvalidInput::error;
        switch (encoding.source) {
            case mark:
            case utf8:
                return;
            case wide:
            case detected:
            case named:
                if (strict) require_decodable(encoding);
                // Whoever says what is done with invalid bytes of UTF-8 has UTF-8.
                if (!strict && encoding.source == detected)
                    found_.document.encoding = found_.read_as = "UTF-8";
                return;
            case damaged:
            case unknown:
                if (!strict) return;
                if (zeros > 0 && encoding.source == unknown) refuse_binary();
                require_decodable(encoding);
        }
    }

    // Throws what the decoder says of the first flaw.
    void require_decodable(const FoundEncoding& encoding) const {
        bool odd = false;
        const auto check = [&](const std::string& name) {
            Decoder decoder({.encoding = name, .invalid = InvalidInput::error}, name_);
            std::string text;
            read([&](std::span<const std::byte> piece) {
                text.clear();
                decoder.push(piece, text);
                odd = odd || has_odd_controls(text);
            });
            text.clear();
            decoder.finish(text);
            odd = odd || has_odd_controls(text);
        };
        const bool guessed =
            encoding.source == EncodingSource::detected || encoding.source == EncodingSource::wide;
        try {
            check(encoding.name);
            if (guessed && odd) check("UTF-8");  // the guess is wrong, and UTF-8 tells where
        } catch (const InputError& error) {
            throw NoText("in no known encoding", error.what());
        }
    }

    // A page as UTF-8: by what decides elsewhere, and before a guess by what it says itself.
    std::string decoded_page() {
        constexpr std::uint64_t k_most = std::uint64_t{64} << 20;
        if (source_.size > k_most) {
            throw InputError(fmt::format("{}: refused, since a page of HTML may have {} MiB.",
                                         name_, k_most >> 20));
        }
        std::string bytes = front_of(source_, static_cast<std::size_t>(source_.size));
        EncodingFinder finder(settings_.decoding.encoding);
        finder.push(bytes_of(bytes));
        auto encoding = finder.finish();
        const auto declared = declared_charset(std::string_view(bytes).substr(0, k_format_front));
        if (!declared.empty() && is_known_encoding(declared) &&
            (encoding.source == EncodingSource::detected ||
             encoding.source == EncodingSource::unknown)) {
            encoding = {declared, EncodingSource::named};
        }
        found_.encoding = encoding.source;
        found_.read_as = encoding.name;
        Decoder decoder({.encoding = encoding.name, .invalid = settings_.decoding.invalid}, name_);
        std::string page;
        decoder.push(bytes_of(bytes), page);
        decoder.finish(page);
        return page;
    }

    Named named_;
    const FindSettings& settings_;
    std::string name_;
    FoundDocument found_;
    ByteSource source_;
};

}  // namespace

FoundDocument look_at_file(const std::string& path, Named named, const FindSettings& settings) {
    return Content(path, named, settings).look();
}

std::vector<LookedAt> look_at_files(std::span<const FileToLookAt> files,
                                    const FindSettings& settings) {
    std::vector<LookedAt> all;
    for (const auto& [path, named] : files) {
        auto& looked = all.emplace_back();
        try {
            looked.found = look_at_file(path, named, settings);
        } catch (const NoText& error) {
            if (named == Named::file) throw;
            looked.skipped = SkippedFile{path, error.kind(), error.what()};
        }
    }
    return all;
}

}  // namespace carousel
